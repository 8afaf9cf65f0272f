"""Token endpoint of the benchmark of users' tokens: one process that grants every request, over TLS.

A server of asyncio sets TCP_NODELAY; a server without it would add the same delay to every client, and make all equal.
"""

import asyncio
import base64
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from localazure.endpoints.certificates import CA_FILE, server_context

TENANT, AGENT = "0b8f6a1c-7d52-4e0e-9a53-1c2d3e4f5a6b", "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9."  # noqa: S105 - the beginning of an invented token
SIZE = 1500


def encoded(value: object) -> str:
    """Return a value as a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(user: str) -> str:
    """Return a text of the size that Entra's tokens have, different for each user."""
    claims = {"aud": AGENT, "iss": "https://login", "exp": int(time.time()) + 3600, "oid": user, "tid": TENANT}
    return f"{TOKEN}{encoded(claims)}.".ljust(SIZE, "A")


class TokenServer(asyncio.Protocol):
    """Token endpoint that grants every request, on one connection."""

    posts = 0
    """Requests for a token until now, on all connections."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection; asyncio has set TCP_NODELAY."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each complete request."""
        self._received += data
        while True:
            head, blank, rest = self._received.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", "0"))
            if not blank or len(rest) < length:
                return
            body, self._received = rest[:length].decode(), rest[length:]
            content = json.dumps(self._document(lines[0], body)).encode()
            if self._transport is not None:
                self._transport.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
                    + content
                )

    def _document(self, line: str, body: str) -> dict[str, Any]:
        if line.startswith("GET /posts"):
            return {"posts": TokenServer.posts}
        if line.startswith("GET"):
            return {
                "token_endpoint": f"{self._base}/{TENANT}/oauth2/v2.0/token",
                "authorization_endpoint": f"{self._base}/{TENANT}/oauth2/v2.0/authorize",
                "issuer": f"{self._base}/{TENANT}/v2.0",
            }
        TokenServer.posts += 1
        form = {name: value for name, (value, *_) in parse_qs(body).items()}
        user = form["assertion"][-12:]
        granted: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": form["scope"],
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": f"{TOKEN}{encoded({'for': user})}.".ljust(SIZE, "B"),
        }
        if "openid" in form["scope"]:
            now = int(time.time())
            claims = {"aud": AGENT, "iss": self._base, "iat": now, "exp": now + 3600, "oid": user, "tid": TENANT}
            granted["id_token"] = f"{TOKEN}{encoded({**claims, 'sub': user})}.AA"
            granted["client_info"] = encoded({"uid": user, "utid": TENANT})
            granted["refresh_token"] = "R" * 1000
        return granted


def serve(ready: Connection, folder: str) -> None:
    """Run the token endpoint until the process is ended."""

    async def run() -> None:
        context = server_context(Path(folder), ("localhost",))
        loop = asyncio.get_running_loop()
        base = ["https://localhost"]
        server = await loop.create_server(lambda: TokenServer(base[0]), "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        base[0] = f"https://localhost:{port}"
        ready.send(port)
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def token_endpoint() -> Generator[str]:
    """Run the token endpoint in a process of its own, and give its address; this process trusts its certificate."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = spawn.Process(target=serve, args=(there, folder), daemon=True)
        process.start()
        authority, ca_file = f"https://localhost:{here.recv()}", str(Path(folder) / CA_FILE)
        os.environ.update(SSL_CERT_FILE=ca_file, REQUESTS_CA_BUNDLE=ca_file)
        try:
            yield authority
        finally:
            process.terminate()
            process.join()
