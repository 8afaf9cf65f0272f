"""Prints the CPU time of a user's token by the runtime library, by azure-identity and by MSAL, and the memory of users.

The token endpoint runs in a process of its own: asyncio over TLS with TCP_NODELAY, so that its time and its delays are
not those of the clients. All clients get tokens of the same size, for a different user each time, with a ready proof of
the agent; azure-identity and MSAL skip their look-up of the cloud. Rounds take turns; the smallest CPU time counts.
"""

import asyncio
import json
import multiprocessing
import resource
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "agents" / "runtime"))

import aiohttp
import msal  # pyright: ignore[reportMissingTypeStubs]
from agent_network_runtime.asyncio_client import AsyncPodProof, AsyncUserTokenClient
from agent_network_runtime.exchange import NoResponse, Post, Response
from agent_network_runtime.parties import Application, IncomingToken
from agent_network_runtime.scopes import DeclaredScopes
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import Api
from agent_network_runtime.thread_client import PodProof, UserTokenClient
from agent_network_runtime.token_http import AsyncHttp, SyncHttp
from azure.core.pipeline.transport import AioHttpTransport  # pyright: ignore[reportPrivateImportUsage]
from azure.identity import OnBehalfOfCredential
from azure.identity.aio import OnBehalfOfCredential as AsyncOnBehalfOfCredential

from benchmarks.token_server import AGENT, SIZE, TENANT, TOKEN, encoded, token, token_endpoint

ROUNDS, USERS, TOGETHER = 5, 60, 200
MOST_OF_SYNCHRONOUS, MOST_OF_ASYNCHRONOUS = 1 / 5, 1 / 2
MOST_WARM = 10e-6
"""Seconds of CPU that a token may take which the request has already."""
MANY_USERS, MSAL_USERS = 100_000, 2_000
MOST_GROWTH = 4.0
"""MiB by which memory may grow between a tenth of the users and all of them."""
SCOPE = "https://graph.microsoft.com/User.Read"
DECLARED = DeclaredScopes(
    {
        "microsoft-graph": Api(
            "microsoft-graph",
            "https://graph.microsoft.com",
            frozenset({"graph.microsoft.com"}),
            frozenset({"User.Read"}),
        )
    }
)


class ReadyProof(AsyncPodProof):
    """Proof that is ready, as it nearly always is."""

    async def get(self) -> Secret:
        """Return the proof."""
        return Secret("proof")


class ReadyProofOfThread(PodProof):
    """Proof that is ready, as it nearly always is."""

    def get(self) -> Secret:
        """Return the proof."""
        return Secret("proof")


def incoming(user: str) -> IncomingToken:
    """Return a user's validated token."""
    now = time.time()
    return IncomingToken(
        token=Secret(token(user) + user),
        tenant_id=TENANT,
        object_id=user,
        issued_at=now,
        expires_on=now + 3600,
        handles_claims=True,
    )


@dataclass
class Numbers:
    """Different users' names, one after another."""

    last: int = 0

    def next(self) -> str:
        """Return the name of a user that has not been there."""
        self.last += 1
        return f"user{self.last:08d}"


@dataclass
class Best:
    """Smallest CPU seconds of each kind of client, for one token."""

    seconds: dict[str, float] = field(default_factory=dict[str, float])

    def take(self, name: str, seconds: float) -> None:
        """Keep a time if it is the smallest."""
        self.seconds[name] = min(seconds, self.seconds.get(name, seconds))


def timed(work: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of one call."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times


async def timed_tasks(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the CPU seconds of one awaited call."""
    start = time.process_time()
    for _ in range(times):
        await work()
    return (time.process_time() - start) / times


ALONE = "aiohttp, the request alone"
Issue = Callable[[str, list[str]], dict[str, object]]
OURS, OURS_SYNC = "this library, tasks", "this library, threads"
THEIRS, THEIRS_ASYNC, ONE_APP = "azure-identity, new", "azure-identity aio, new, shared transport", "MSAL, one app"


def threads(authority: str, tls: ssl.SSLContext, users: Numbers, best: Best) -> None:
    """Measure the synchronous clients."""
    application = Application(tenant_id=TENANT, client_id=AGENT, authority=authority)
    client = UserTokenClient(application, DECLARED, ReadyProofOfThread(), http=SyncHttp(tls))
    app = msal.ConfidentialClientApplication(
        AGENT,
        authority=f"{authority}/{TENANT}",
        client_credential={"client_assertion": lambda: "proof"},
        instance_discovery=False,
    )

    issue: Issue = getattr(app, "acquire_token_on_behalf_of")  # noqa: B009 - it has no types

    def ours() -> None:
        with client.request(incoming(users.next())) as tokens:
            tokens.credential_for(SCOPE).get_token_info(SCOPE)

    def theirs() -> None:
        user = users.next()
        credential = OnBehalfOfCredential(
            TENANT,
            AGENT,
            client_assertion_func=lambda: "proof",
            user_assertion=token(user) + user,
            authority=authority,
            disable_instance_discovery=True,
        )
        with credential:
            credential.get_token(SCOPE)

    def one_app() -> None:
        user = users.next()
        assert "access_token" in issue(token(user) + user, [SCOPE])  # noqa: S101

    for name, work in ((OURS_SYNC, ours), (THEIRS, theirs), (ONE_APP, one_app)):
        work()
        best.take(name, timed(work, USERS))
    client.close()


async def tasks(authority: str, tls: ssl.SSLContext, users: Numbers, best: Best, warm: Best) -> None:
    """Measure the asynchronous clients, cold and warm."""
    application = Application(tenant_id=TENANT, client_id=AGENT, authority=authority)
    client = AsyncUserTokenClient(application, DECLARED, ReadyProof(), http=AsyncHttp(tls))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:

        def credential() -> AsyncOnBehalfOfCredential:
            user = users.next()
            return AsyncOnBehalfOfCredential(
                TENANT,
                AGENT,
                client_assertion_func=lambda: "proof",
                user_assertion=token(user) + user,
                authority=authority,
                disable_instance_discovery=True,
                transport=AioHttpTransport(session=session, session_owner=False),
            )

        async def ours() -> None:
            async with client.request(incoming(users.next())) as tokens:
                await tokens.credential_for(SCOPE).get_token_info(SCOPE)

        async def theirs() -> None:
            await credential().get_token(SCOPE)

        async def request_alone() -> None:
            user = users.next()
            form = urlencode({"assertion": token(user) + user, "scope": SCOPE}).encode()
            fields = {"Content-Type": "application/x-www-form-urlencoded"}
            async with session.post(application.token_url, data=form, headers=fields) as response:
                await response.json()

        for name, work in ((OURS, ours), (THEIRS_ASYNC, theirs), (ALONE, request_alone)):
            await work()
            best.take(name, await timed_tasks(work, USERS))
        kept = credential()
        async with client.request(incoming(users.next())) as tokens:
            mine = tokens.credential_for(SCOPE)
            for name, each in ((OURS, mine), (THEIRS_ASYNC, kept)):
                await each.get_token_info(SCOPE)
                warm.take(name, await timed_tasks(lambda each=each: each.get_token_info(SCOPE), 2_000))
    await client.close()


async def posts(session: aiohttp.ClientSession, authority: str) -> int:
    """Return the number of requests for a token that the endpoint has had."""
    async with session.get(f"{authority}/posts") as response:
        return (await response.json())["posts"]


async def together(authority: str, tls: ssl.SSLContext, users: Numbers) -> dict[str, tuple[int, float]]:
    """Return the requests and the CPU seconds of calls for one user at the same time, by kind of client."""
    application = Application(tenant_id=TENANT, client_id=AGENT, authority=authority)
    client = AsyncUserTokenClient(application, DECLARED, ReadyProof(), http=AsyncHttp(tls))
    found: dict[str, tuple[int, float]] = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
        user = users.next()
        theirs = AsyncOnBehalfOfCredential(
            TENANT,
            AGENT,
            client_assertion_func=lambda: "proof",
            user_assertion=token(user) + user,
            authority=authority,
            transport=AioHttpTransport(session=session, session_owner=False),
        )
        async with client.request(incoming(users.next())) as tokens:
            for name, credential in ((OURS, tokens.credential_for(SCOPE)), (THEIRS_ASYNC, theirs)):
                before, start = await posts(session, authority), time.process_time()
                await asyncio.gather(*(credential.get_token_info(SCOPE) for _ in range(TOGETHER)))
                seconds = time.process_time() - start
                found[name] = (await posts(session, authority) - before, seconds)
    await client.close()
    return found


class NoHttp(AsyncHttp):
    """Token endpoint without sockets: only the memory of the clients is measured."""

    async def post(self, post: Post) -> Response | NoResponse:
        """Grant the request."""
        granted = {"token_type": "Bearer", "expires_in": 3599, "access_token": token(post.request_id)}
        return Response(200, None, json.dumps(granted).encode())


def memory() -> float:
    """Return the memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def memory_of_library(ready: Connection) -> None:
    """Measure the memory after a tenth of the users and after all of them."""

    async def run() -> None:
        users, found = Numbers(), list[float]()
        client = AsyncUserTokenClient(
            Application(tenant_id=TENANT, client_id=AGENT), DECLARED, ReadyProof(), http=NoHttp()
        )
        for number in range(1, MANY_USERS + 1):
            async with client.request(incoming(users.next())) as tokens:
                await tokens.credential_for(SCOPE).get_token_info(SCOPE)
            if number in (MANY_USERS // 10, MANY_USERS):
                found.append(memory())
        ready.send(found)

    asyncio.run(run())


class MsalHttp:
    """Token endpoint for MSAL without sockets."""

    def post(self, _url: str, data: dict[str, str], **_: object) -> "MsalHttp":
        """Grant the request."""
        user, now = data["assertion"][-12:], int(time.time())
        claims = {"aud": AGENT, "iss": "https://login", "iat": now, "exp": now + 3600, "oid": user, "sub": user}
        self.text = json.dumps(
            {
                "token_type": "Bearer",
                "scope": data["scope"],
                "expires_in": 3599,
                "access_token": token(user),
                "refresh_token": "R" * 1000,
                "id_token": f"{TOKEN}{encoded({**claims, 'tid': TENANT})}.AA",
                "client_info": encoded({"uid": user, "utid": TENANT}),
            }
        )
        return self

    def get(self, url: str, **_: object) -> "MsalHttp":
        """Return the tenant's configuration."""
        base = url.partition("/v2.0")[0]
        self.text = json.dumps(
            {"token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": base, "issuer": base}
        )
        return self

    status_code = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    text = ""

    def raise_for_status(self) -> None:
        """Raise nothing."""

    def close(self) -> None:
        """Close nothing."""


def memory_of_msal(ready: Connection) -> None:
    """Measure the memory before and after some users of one MSAL application."""
    users = Numbers()
    app = msal.ConfidentialClientApplication(
        AGENT,
        authority=f"https://login.microsoftonline.com/{TENANT}",
        client_credential={"client_assertion": lambda: "proof"},
        instance_discovery=False,
        http_client=MsalHttp(),
    )
    found = list[float]()
    issue: Issue = getattr(app, "acquire_token_on_behalf_of")  # noqa: B009 - it has no types
    for number in range(1, MSAL_USERS + 1):
        user = users.next()
        assert "access_token" in issue(token(user) + user, [SCOPE])  # noqa: S101
        if number in (MSAL_USERS // 10, MSAL_USERS):
            found.append(memory())
    ready.send(found)


def measured(work: Callable[[Connection], None]) -> list[float]:
    """Run a measurement of memory in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=work, args=(there,))
    process.start()
    found: list[float] = here.recv()
    process.join()
    return found


def compare_time() -> bool:
    """Print the CPU time of tokens; return True if it is within its limits."""
    users, best, warm = Numbers(), Best(), Best()
    with token_endpoint() as authority:
        tls = ssl.create_default_context()
        for _ in range(ROUNDS):
            threads(authority, tls, users, best)
            asyncio.run(tasks(authority, tls, users, best, warm))
        at_once = asyncio.run(together(authority, tls, users))
    cold, kept = best.seconds, warm.seconds
    print(f"a user's token from the token endpoint over TLS, {SIZE:,} characters, a different user each time")
    print(f"{'':44}{'cold':>9}  {'warm':>9}  {TOGETHER} at once, one user")
    for name, seconds in cold.items():
        served = f"{kept[name] * 1e6:6.1f} µs" if name in kept else ""
        count = f"{at_once[name][0]:5} POST {at_once[name][1] * 1e3:7.1f} ms" if name in at_once else ""
        print(f"{name:44}{seconds * 1e3:6.2f} ms  {served:>9}  {count}".rstrip())
    limits = (
        ("threads", cold[OURS_SYNC] / cold[THEIRS], MOST_OF_SYNCHRONOUS),
        ("tasks", cold[OURS] / cold[THEIRS], MOST_OF_SYNCHRONOUS),
        ("tasks", cold[OURS] / cold[THEIRS_ASYNC], MOST_OF_ASYNCHRONOUS),
    )
    for (kind, ratio, most), other in zip(limits, (THEIRS, THEIRS, THEIRS_ASYNC), strict=True):
        print(f"cold, {kind} against {other}: {ratio:.2f}x (allowed {most:.1f}x)")
    return all(ratio <= most for _, ratio, most in limits) and kept[OURS] <= MOST_WARM and at_once[OURS][0] == 1


def compare_memory() -> bool:
    """Print the memory of many users; return True if it stays the same."""
    few, many = measured(memory_of_library)
    begun, ended = measured(memory_of_msal)
    each = (ended - begun) / (MSAL_USERS * 9 / 10) * 1024
    print(f"memory, this library: {few:.1f} MiB after {MANY_USERS // 10:,} users, {many:.1f} MiB after {MANY_USERS:,}")
    print(f"memory, MSAL, one app: {each:.1f} KiB a user, {each * MANY_USERS / 1024:,.0f} MiB for {MANY_USERS:,} users")
    return many - few <= MOST_GROWTH


def exchange() -> bool:
    """Print every comparison of users' tokens; return True if all are within their limits."""
    within = compare_time()
    return compare_memory() and within
