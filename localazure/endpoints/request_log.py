"""Log of the requests that local Azure's TLS endpoints received, without the tokens in them.

Owns which requests there were, so that a test can count and compare them. Every token is replaced by its fingerprint:
a test compares that, and a search of this process's memory for a token does not find it here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from localazure.endpoints.messages import Received, Reply

__all__ = ["Exchange", "RequestLog", "fingerprint"]

_SECRET_FIELDS = frozenset(
    {"access_token", "assertion", "client_assertion", "client_secret", "device_code", "refresh_token", "token"}
)
_SECRET_HEADERS = frozenset({"authorization", "x-identity-header"})
_TOKEN = re.compile(r"[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}|gh[a-z]_\w+")


def fingerprint(token: str) -> str:
    """Return the text that the request log has in place of a token: the same for the same token."""
    return f"sha256:{sha256(token.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request that local Azure received, and the status that it answered; tokens are fingerprints."""

    service: str
    method: str
    host: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    """Fields of a token request; empty for other requests."""
    headers: Mapping[str, str]
    status: int
    user: str
    """Object id of the user for whom the request was; empty if it was for none, or was not understood."""
    client: str
    """Client id of the application or identity that sent the request; empty if it is not known."""
    at: float


class RequestLog:
    """List of the requests that local Azure's TLS endpoints received, oldest first."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []

    def __iter__(self) -> Iterator[Exchange]:
        return iter(tuple(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    def of(self, service: str, *, method: str = "", user: str = "") -> list[Exchange]:
        """Return the requests to one service, such as `token`, oldest first; optionally of a method or a user."""
        return [
            each for each in self if each.service == service and method in {"", each.method} and user in {"", each.user}
        ]

    def clear(self) -> None:
        """Forget all requests that local Azure has received until now."""
        self._exchanges.clear()

    def add(self, service: str, received: Received, reply: Reply, at: float) -> None:
        """Add a request and its response to the log, without the tokens in them."""
        is_form = received.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        self._exchanges.append(
            Exchange(
                service=service,
                method=received.method,
                host=received.host,
                path=received.path,
                query={name: _safe(value) for name, value in received.query.items()},
                form=_form(received.form) if is_form else {},
                headers={name: _header(name, value) for name, value in received.headers.items()},
                status=reply.status,
                user=reply.user,
                client=reply.client,
                at=at,
            )
        )


def _form(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fingerprint(value) if name in _SECRET_FIELDS else _safe(value) for name, value in fields.items()}


def _header(name: str, value: str) -> str:
    if name not in _SECRET_HEADERS:
        return _safe(value)
    kind, blank, token = value.partition(" ")
    return f"{kind} {fingerprint(token)}" if blank else fingerprint(value)


def _safe(value: str) -> str:
    return _TOKEN.sub(lambda found: fingerprint(found[0]), value)
