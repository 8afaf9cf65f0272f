"""GitHub and Azure Repos on loopback over TLS, with the states that the tests need, and a log of all requests.

Bodies as in the REST references of GitHub and Azure DevOps, 2026; the device flow's errors arrive with status 200.
"""

import asyncio
import datetime as dt
import hashlib
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

COMMIT = "0123456789abcdef0123456789abcdef01234567"
APP_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT_ID = "Iv23example"
FILES = {"README.md": b"# Sample\n", "src/main.py": b"print('hello')\n", "empty": b""}


def object_id(content: bytes) -> str:
    """Return the id of a Git blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """Repository with files, and the logins that may read it."""

    full_name: str
    id: int
    files: Mapping[str, bytes] = field(default_factory=lambda: dict(FILES))
    readers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class Reach:
    """Reach of a token: a login or None for the app itself, repository ids, and permissions."""

    login: str | None
    repositories: tuple[int, ...]
    permissions: Mapping[str, str]


@dataclass(repr=False)
class Hosts:
    """State of the simulated hosts; a test changes it before, or between, requests."""

    repositories: list[Repository]
    accounts: dict[str, int]
    origin: str = ""
    tokens: dict[str, Reach] = field(default_factory=dict[str, Reach])
    ended: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])
    issued: dict[str, Any] = field(default_factory=dict[str, Any])
    """Members that replace those of the response with an installation token."""
    stalled_request: int = 0
    """Number of the request that is answered late; 0 for none."""
    end_status: int = 204
    polls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Responses of the device flow's token request, one after the other; then the token."""
    code: dict[str, Any] = field(default_factory=dict[str, Any])
    granted: dict[str, Any] = field(default_factory=dict[str, Any])
    signed_in: str = "octo-user"
    honours_repository_id: bool = True
    tree_change: dict[str, Any] = field(default_factory=dict[str, Any])
    content_change: bytes | None = None
    fault: web.Response | None = None
    """Response to every request for a commit."""
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def arrived(self, number: int) -> None:
        """Wait until a number of requests have arrived."""
        while len(self.requests) < number:
            self._arrived.clear()
            await self._arrived.wait()

    def note(self, request: str) -> None:
        """Add a request to the log."""
        self.requests.append(request)
        self._arrived.set()

    def find(self, full_name: str) -> Repository:
        """Return a repository by name."""
        for each in self.repositories:
            if each.full_name.lower() == full_name.lower():
                return each
        raise _json({"message": "Not Found"}, 404)

    def new_token(self, prefix: str, reach: Reach) -> str:
        """Return a new token of the present form: opaque, about 520 characters."""
        token = f"{prefix}_{len(self.tokens):04}_" + "secretsecret" * 42
        self.tokens[token] = reach
        return token


class _Answer(web.HTTPException):
    def __init__(self, members: object, status: int) -> None:
        self.status_code = status
        super().__init__(text=web.json_response(members).text, content_type="application/json")


def _json(members: object, status: int = 200) -> web.HTTPException:
    return _Answer(members, status)


def _reach(hosts: Hosts, request: web.Request) -> Reach:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in hosts.tokens or token in hosts.ended:
        raise _json({"message": "Bad credentials"}, 401)
    return hosts.tokens[token]


def _readable(hosts: Hosts, request: web.Request, permission: str = "contents") -> Repository:
    reach = _reach(hosts, request)
    found = hosts.find(f"{request.match_info['owner']}/{request.match_info['name']}")
    may = reach.login is None or reach.login in found.readers
    if found.id not in reach.repositories or permission not in reach.permissions or not may:
        raise _json({"message": "Not Found"}, 404)
    return found


def _check_app(request: web.Request) -> None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, APP_KEY.public_key(), algorithms=["RS256"], issuer=CLIENT_ID)
    except jwt.PyJWTError:
        raise _json({"message": "A JSON web token could not be decoded"}, 401) from None
    if claims["exp"] - claims["iat"] > 660:
        raise _json({"message": "'Expiration time' claim ('exp') is too far in the future"}, 401)


def _application(hosts: Hosts) -> web.Application:  # noqa: C901, PLR0915 - one function per route
    routes = web.RouteTableDef()

    @web.middleware
    async def log(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401 - of aiohttp
        hosts.note(f"{request.method} {request.path}")
        number = len(hosts.requests)
        response = await handler(request)
        if number == hosts.stalled_request:
            # The request has had its effect, and its sender does not know it yet.
            await asyncio.sleep(0.03)
        return response

    @routes.get("/repos/{owner}/{name}/installation")
    async def installation(request: web.Request) -> web.Response:
        _check_app(request)
        hosts.find(f"{request.match_info['owner']}/{request.match_info['name']}")
        return web.json_response({"id": 77, "suspended_at": None})

    @routes.post("/app/installations/77/access_tokens")
    async def access_token(request: web.Request) -> web.Response:
        _check_app(request)
        body = await request.json()
        if set(body["permissions"]) - {"contents", "metadata"}:
            raise _json({"message": "The permissions requested are not granted"}, 422)
        token = hosts.new_token("ghs", Reach(None, tuple(body["repository_ids"]), body["permissions"]))
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        found = [{"id": each.id, "full_name": each.full_name} for each in hosts.repositories]
        return web.json_response(
            {
                "token": token,
                "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "permissions": body["permissions"],
                "repository_selection": "selected",
                "repositories": [each for each in found if each["id"] in body["repository_ids"]],
                **hosts.issued,
            },
            status=201,
        )

    @routes.delete("/installation/token")
    async def end(request: web.Request) -> web.Response:
        _reach(hosts, request)
        if hosts.end_status == 204:
            hosts.ended.append(request.headers["Authorization"].removeprefix("Bearer "))
        return web.Response(status=hosts.end_status)

    @routes.get("/repos/{owner}/{name}/collaborators/{login}/permission")
    async def permission(request: web.Request) -> web.Response:
        found, login = _readable(hosts, request, "metadata"), request.match_info["login"]
        if login not in hosts.accounts:
            raise _json({"message": "Not Found"}, 404)
        level = found.readers.get(login, "none")
        return web.json_response({"permission": level, "user": {"login": login, "id": hosts.accounts[login]}})

    @routes.get("/repos/{owner}/{name}")
    async def repository(request: web.Request) -> web.Response:
        found = _readable(hosts, request, "metadata")
        return web.json_response({"id": found.id, "full_name": found.full_name})

    @routes.get("/user/installations")
    async def installations(request: web.Request) -> web.Response:
        _reach(hosts, request)
        return web.json_response({"total_count": 1, "installations": [{"id": 77}]})

    @routes.get("/user/installations/77/repositories")
    async def reached(request: web.Request) -> web.Response:
        ids = _reach(hosts, request).repositories
        listed = [{"id": each} for each in ids][:2]
        return web.json_response({"total_count": len(ids), "repositories": listed})

    @routes.get("/user")
    async def user(request: web.Request) -> web.Response:
        return web.json_response({"login": _reach(hosts, request).login})

    @routes.get("/repos/{owner}/{name}/git/commits/{commit}")
    async def commit(request: web.Request) -> web.Response:
        _readable(hosts, request)
        if hosts.fault is not None:
            return hosts.fault
        return web.json_response({"sha": COMMIT, "tree": {"sha": "f" * 40}})

    @routes.get("/repos/{owner}/{name}/git/trees/{tree}")
    async def tree(request: web.Request) -> web.Response:
        files = _readable(hosts, request).files
        entries: list[dict[str, Any]] = [
            {"path": path, "mode": "100644", "type": "blob", "sha": object_id(content), "size": len(content)}
            for path, content in files.items()
        ]
        entries.append({"path": "link", "mode": "120000", "type": "blob", "sha": "a" * 40, "size": 3})
        entries.append({"path": "module", "mode": "160000", "type": "commit", "sha": "b" * 40})
        return web.json_response({"tree": entries, "truncated": False, **hosts.tree_change})

    @routes.get("/repos/{owner}/{name}/git/blobs/{id}")
    async def blob(request: web.Request) -> web.Response:
        return _content(hosts, _readable(hosts, request), request)

    @routes.post("/login/device/code")
    async def device_code(request: web.Request) -> web.Response:
        await request.post()
        return web.json_response(
            {
                "device_code": "devicesecret" * 3,
                "user_code": "WDJB-MJHT",
                "verification_uri": f"{hosts.origin}/login/device",
                "expires_in": 900,
                "interval": 5,
                **hosts.code,
            }
        )

    @routes.post("/login/oauth/access_token")
    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if hosts.polls:
            return web.json_response(hosts.polls.pop(0))
        wanted = int(str(form["repository_id"]))
        mine = [each.id for each in hosts.repositories if hosts.signed_in in each.readers]
        ids = (wanted,) if hosts.honours_repository_id and wanted in mine else tuple(mine)
        issued = hosts.new_token("ghu", Reach(hosts.signed_in, ids, {"contents": "read", "metadata": "read"}))
        return web.json_response(
            {
                "access_token": issued,
                "token_type": "bearer",
                "expires_in": 28800,
                "refresh_token": "ghr_refreshsecret",
                "scope": "",
                **hosts.granted,
            }
        )

    azure = "/contoso/{owner}/_apis/git/repositories/{name}"

    @routes.get(azure + "/commits/{commit}")
    async def azure_commit(request: web.Request) -> web.Response:
        _readable(hosts, request)
        if hosts.fault is not None:
            return hosts.fault
        return web.json_response({"commitId": COMMIT, "treeId": "f" * 40})

    @routes.get(azure + "/trees/{tree}")
    async def azure_tree(request: web.Request) -> web.Response:
        files = _readable(hosts, request).files
        entries: list[dict[str, Any]] = [
            {
                "relativePath": path,
                "mode": "100644",
                "gitObjectType": "blob",
                "objectId": object_id(content),
                "size": len(content),
            }
            for path, content in files.items()
        ]
        entries.append({"relativePath": "link", "mode": "120000", "gitObjectType": "blob", "objectId": "a" * 40})
        entries.append({"relativePath": "src", "mode": "40000", "gitObjectType": "tree", "objectId": "c" * 40})
        return web.json_response({"treeEntries": entries, **hosts.tree_change})

    @routes.get(azure + "/blobs/{id}")
    async def azure_blob(request: web.Request) -> web.Response:
        return _content(hosts, _readable(hosts, request), request)

    application = web.Application(middlewares=[log])
    application.add_routes(routes)
    return application


def _content(hosts: Hosts, repository: Repository, request: web.Request) -> web.Response:
    for content in repository.files.values():
        if object_id(content) == request.match_info["id"]:
            return web.Response(body=content if hosts.content_change is None else hosts.content_change)
    raise _json({"message": "Not Found"}, 404)


@asynccontextmanager
async def served(hosts: Hosts, folder: Path) -> AsyncGenerator[ssl.SSLContext]:
    """Serve the hosts on loopback until the end of the block; yield the client's TLS context."""
    certificate = folder / "ca.pem"
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(_certificate(certificate))
    runner = web.AppRunner(_application(hosts), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0, ssl_context=server)
    await site.start()
    hosts.origin = f"https://localhost:{runner.addresses[0][1]}"
    try:
        yield ssl.create_default_context(cafile=str(certificate))
    finally:
        await runner.cleanup()


def _certificate(path: Path) -> Path:
    """Write the certificate of `localhost`, and its key, into a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return path
