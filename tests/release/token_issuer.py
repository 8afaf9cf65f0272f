"""Issuer of a pipeline's ID tokens on 127.0.0.1, as GitHub and Azure Pipelines answer, whose tokens expire soon."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from localazure.endpoints.signed_tokens import signing_key
from tests.loopback_server import loopback_server

BEARER = "bearer-of-the-job-0123456789"
ISSUER, SUBJECT = "https://token.actions.example", "repo:contoso@1/agents@2:environment:prod"


@dataclass(frozen=True)
class Seen:
    """Request that the issuer received."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


@dataclass
class Issuer:
    """Issuer that counts its tokens; a test changes what it answers."""

    url: str = ""
    lifetime: float = 300
    now: float = 1_800_000_000
    status: int = 200
    body: str | None = None
    location: str = ""
    member: str = "value"
    method: str = "GET"
    seen: list[Seen] = field(default_factory=list[Seen])
    claims: dict[str, Any] = field(default_factory=dict[str, Any])
    tokens: list[str] = field(default_factory=list[str])

    def answer(self, seen: Seen) -> tuple[int, str]:
        """Return status and body of the response to a request."""
        self.seen.append(seen)
        if seen.method != self.method:
            return 405, ""
        if seen.headers.get("authorization") != f"Bearer {BEARER}":
            return 401, seen.headers.get("authorization", "")
        if self.status != 200 or self.body is not None:
            # A careless platform repeats the request.
            return self.status, self.body if self.body is not None else json.dumps({"you sent": seen.headers})
        audience = seen.query.get("audience", ["api://AzureADTokenExchange"])[0]
        claims: dict[str, Any] = {"iss": ISSUER, "sub": SUBJECT, "aud": audience, "n": len(self.tokens)}
        claims |= {"iat": self.now, "exp": self.now + self.lifetime, "nbf": self.now - 60, **self.claims}
        self.tokens.append(signing_key("pipeline").sign(claims))
        return 200, json.dumps({self.member: self.tokens[-1]})


@contextmanager
def issuing(**changes: Any) -> Generator[Issuer]:  # noqa: ANN401 (fields of an issuer)
    """Serve an issuer until the context ends."""
    issuer = Issuer(**changes)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = issuer.answer(Seen(self.command, parts.path, parse_qs(parts.query), headers))
            self.send_response(status)
            if issuer.location:
                self.send_header("Location", issuer.location)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 (the library's name)

    with loopback_server(Handler) as address:
        issuer.url = f"{address}/token?api-version=2.0"
        yield issuer
