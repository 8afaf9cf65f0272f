"""Server of local Azure's TLS endpoints: one listener for all hosts on loopback, in a thread of its own.

Owns the sockets and the public surface for tests: `serve` yields `Endpoints`, with which a test starts containers,
signs users in, moves the clock, switches faults on and reads the request log. Which service answers is decided by the
host of the request, as on the internet; a host that no service has is refused. The identity endpoints of containers are
plain HTTP, as on their platform.
"""

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread

from aiohttp import web

from localazure.arm.world import World
from localazure.endpoints.apis import azure_repos, blob_storage, graph, key_vault
from localazure.endpoints.apis.github import device_sign_in, rest_api
from localazure.endpoints.apis.github.state import GitHubState
from localazure.endpoints.certificates import CA_FILE, server_context
from localazure.endpoints.entra.directory import Directory
from localazure.endpoints.entra.identity_endpoint import Container, IdentityEndpoint
from localazure.endpoints.entra.pods import Pod, Pods
from localazure.endpoints.entra.sign_in import signed_in_token
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.entra.token_endpoint import TokenEndpoint
from localazure.endpoints.messages import Received, Reply, json_reply
from localazure.endpoints.moving_clock import MovingClock
from localazure.endpoints.redirection import TRUST_VARIABLES, is_served, redirected
from localazure.endpoints.request_log import RequestLog
from localazure.endpoints.switches import Fault, Switches

__all__ = ["Endpoints", "serve"]

_LOOPBACK = ("localhost", "127.0.0.1")
Respond = Callable[[Received], Reply]


class Endpoints:
    """Local Azure's TLS endpoints while they are served, and everything that a test can change of them."""

    def __init__(self, directory: Directory, folder: Path) -> None:
        self.world = directory.world
        self.directory = directory
        self.clock = MovingClock()
        self.switches = Switches()
        self.log = RequestLog()
        self.tenant = Tenant(directory, self.clock)
        self.token_endpoint = TokenEndpoint(self.tenant)
        self.identity_endpoint = IdentityEndpoint(self.tenant)
        self.pods = Pods(self.tenant, self.token_endpoint.issuers, folder)
        self.azure_repos = azure_repos.AzureRepos(self.tenant)
        self.key_vaults = key_vault.KeyVaults(self.tenant)
        self.blob_storage = blob_storage.BlobStorage(self.tenant)
        self.github = GitHubState(self.clock)
        self.device_sign_in = device_sign_in.DeviceSignIn(self.github)
        self.ca_file = folder / CA_FILE
        """File with the certificate authority that clients have to trust."""
        self.port = 0
        """Port of the TLS listener on loopback."""
        self.graph = graph.Graph(self.tenant)
        self._services: dict[str, tuple[str, Respond]] = {
            self.authority_host.removeprefix("https://"): ("token", self.token_endpoint.respond),
            self.graph.host: ("graph", self.graph.respond),
            azure_repos.HOST: ("azure-repos", self.azure_repos.respond),
            key_vault.HOST: ("key-vault", self.key_vaults.respond),
            blob_storage.HOST: ("blob", self.blob_storage.respond),
            rest_api.HOST: ("github", rest_api.GitHubApi(self.github).respond),
            device_sign_in.HOST: ("github-sign-in", self.device_sign_in.respond),
        }

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the host names that are served; `*` is any name of one label."""
        return tuple(self._services)

    @property
    def authority_host(self) -> str:
        """Return the authority host in production form, which `reachable` leads to this server."""
        return self.tenant.authority_host

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables with which another process trusts the server's certificates."""
        return dict.fromkeys(TRUST_VARIABLES, str(self.ca_file))

    def client_context(self) -> ssl.SSLContext:
        """Return TLS settings of a client that trusts the server's certificates, and no others."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def reachable(self) -> AbstractContextManager[None]:
        """Let this process reach the server under Azure's own host names, and trust it, until the block ends."""
        return redirected(self.hosts, self.port, self.ca_file)

    def container(self, agent: str, stage: str = "main") -> Container:
        """Start a container of an agent's container app; its `environment` has the variables of its identities."""
        return self.identity_endpoint.start(agent, stage)

    def pod(self, agent: str) -> Pod:
        """Start a pod of an agent in a cluster; its `environment` has the variables of its workload identity."""
        return self.pods.start(agent)

    def user_token(
        self,
        user: str,
        *,
        client: str,
        audience: str,
        scope: str = "user_impersonation",
        claims: dict[str, object] | None = None,
    ) -> str:
        """Sign a user in to a client application and return the access token that the client gets for an API.

        Args:
            user: object id or user principal name.
            client: client id of the application that the user signs in to.
            audience: client id or identifier URI of the API.
            scope: delegated permissions, separated by blanks.
            claims: claims that replace or add to those of the token.

        Raises:
            EntraRefusal: Entra would not issue the token, for example because the user is not assigned.
        """
        return signed_in_token(
            self.tenant, user, client=client, audience=audience, scopes=frozenset(scope.split()), more=claims
        )

    def find(self, host: str) -> tuple[str, Respond]:
        """Return the service that answers the requests to a host, with its name in the request log."""
        if host in _LOOPBACK:
            host = self.authority_host.removeprefix("https://")
        for served, service in self._services.items():
            if is_served(host, (served,)):
                return service
        return ("unknown", _unknown_host)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request over HTTP: the identity endpoint's if it came without TLS, else that of its host."""
        received = await _received(request)
        name, respond = self.find(received.host) if request.secure else ("identity", self.identity_endpoint.respond)
        fault = self.switches.find(name, received)
        reply = await self._faulty(fault, respond, received)
        self.log.add(name, received, reply, self.clock.now())
        if fault is not None and fault.drops and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers={**reply.headers, **({"Content-Type": reply.content_type} if reply.body else {})},
        )

    async def _faulty(self, fault: Fault | None, respond: Respond, received: Received) -> Reply:
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.status:
            return fault.reply()
        return respond(received)


@contextmanager
def serve(
    world: World,
    *,
    directory: Directory | None = None,
) -> Generator[Endpoints]:
    """Serve local Azure's TLS endpoints on loopback until the block ends.

    Args:
        world: state of local Azure that a program has made; the endpoints read its identities and role assignments.
        directory: tenant of `world`, with its cloud, and with objects that neither the program made nor
            `localazure.services.directory_objects` added to the state; by default, one of the public cloud.
    """
    if directory is not None and directory.world is not world:
        raise ValueError("the directory belongs to another state of local Azure than the one to serve")
    with tempfile.TemporaryDirectory(prefix="local-azure-") as folder:
        endpoints = Endpoints(directory or Directory(world), Path(folder))
        with _running(endpoints, server_context(Path(folder), (*endpoints.hosts, *_LOOPBACK))):
            yield endpoints


@contextmanager
def _running(endpoints: Endpoints, context: ssl.SSLContext) -> Generator[None]:
    """Run the server in a thread until the block ends."""
    loop, started, failures = asyncio.new_event_loop(), Event(), list[BaseException]()

    async def start() -> web.ServerRunner:
        runner = web.ServerRunner(web.Server(endpoints.handle, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        (_, endpoints.port), (_, plain) = runner.addresses
        endpoints.identity_endpoint.base = f"http://127.0.0.1:{plain}"
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            runner = loop.run_until_complete(start())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failures.append(error)
            started.set()
            return
        started.set()
        loop.run_forever()
        loop.run_until_complete(_stop(runner))

    thread = Thread(target=run, name="local-azure-endpoints", daemon=True)
    thread.start()
    started.wait()
    try:
        if failures:
            raise failures[0]
        yield
    finally:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(runner: web.ServerRunner) -> None:
    """Close the listeners and all connections at once, which clients of a test leave open."""
    for connection in runner.server.connections if runner.server is not None else ():
        if connection.transport is not None:
            connection.transport.abort()
    await runner.cleanup()
    for _ in range(3):  # a closed TLS transport closes its socket in the next rounds of the loop
        await asyncio.sleep(0)


async def _received(request: web.BaseRequest) -> Received:
    host, _, port = request.host.lower().partition(":")
    return Received(
        method=request.method,
        host=host,
        path=request.path,
        query_text=request.raw_path.partition("?")[2],
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
        port=int(port) if port.isdecimal() else 443,
    )


def _unknown_host(received: Received) -> Reply:
    error = {"code": "MisdirectedRequest", "message": f"local Azure does not serve the host '{received.host}'"}
    return json_reply({"error": error}, 421)
