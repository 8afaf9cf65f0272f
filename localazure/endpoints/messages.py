"""HTTP requests and responses of local Azure's TLS endpoints, without any input or output.

Owns what a service sees of a request and what it answers; the socket is `serving.py`'s. A service is a function from
one to the other, so that its rules can be read and tested without a server.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qsl

__all__ = ["Received", "Reply", "Values", "json_reply"]

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Received:
    """An HTTP request that a client sent to one of local Azure's TLS endpoints."""

    method: str
    host: str
    """Host name of the request in lower case, without a port."""
    path: str
    query_text: str = ""
    """Query as the client sent it, which MSAL does not encode."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers by name in lower case."""
    body: bytes = b""
    port: int = 443

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the parameters of the query, of which a repeated one counts once; `+` is a blank."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the fields of a form in the body; empty if the body is not text."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            return {}

    def json(self) -> Values:
        """Return the JSON object in the body; empty if the body is not a JSON object."""
        try:
            found: Any = json.loads(self.body) if self.body else {}
        except ValueError:
            return {}
        return cast("Values", found) if isinstance(found, dict) else {}

    @property
    def token(self) -> str:
        """Return the bearer token of the request; empty without one. GitHub's word for a token is `token`."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() in {"bearer", "token"} else ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP response of one of local Azure's TLS endpoints."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = "application/json; charset=utf-8"
    user: str = ""
    """Object id of the user whose token the service read, for the request log; empty without one."""
    client: str = ""
    """Client id of the application or identity that sent the request, for the request log."""


def json_reply(
    document: object, status: int = 200, headers: Mapping[str, str] | None = None, *, user: str = "", client: str = ""
) -> Reply:
    """Return an HTTP response with a JSON body."""
    return Reply(
        status=status, body=json.dumps(document).encode(), headers=dict(headers or {}), user=user, client=client
    )
