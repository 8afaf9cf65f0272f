"""Requests and responses of repository APIs as plain data, in generators that do no I/O.

A generator of requests is the one implementation of each conversation with an API; `transport` runs it asynchronously
or synchronously. A request contains no token, which the transport adds, so that no conversation,
and no error of one, ever holds a token.
"""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from agent_network_runtime.repositories.errors import UnexpectedResponseError
from agent_network_runtime.secret import Secret

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """Request to a repository API, without its token."""

    method: str = "GET"
    path: str
    """Path and query below the origin of the API; it is already percent-encoded."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None
    """Members of a JSON body; None for a request without a body."""
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """Fields of a form body, which can be secret; None for a request without a form."""
    largest: int = 16 * _MEBIBYTE
    """Number of bytes at which the transport stops reading the response."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Time to wait before the next request of a conversation."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """Response of a repository API; the body can be secret and is not part of the text of the object."""

    status: int
    headers: Mapping[str, str]
    """Headers with names in lower case."""
    body: bytes = field(repr=False)

    def json(self) -> Any:  # noqa: ANN401 - JSON data
        """Return the body as JSON data; raise `UnexpectedResponseError` for a body that is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UnexpectedResponseError(f"status {self.status} came with a body that is not JSON") from None

    def members(self) -> Mapping[str, Any]:
        """Return the members of a JSON object; raise `UnexpectedResponseError` for any other body."""
        data: object = self.json()
        if not isinstance(data, dict):
            raise UnexpectedResponseError(f"status {self.status} came with JSON that is not an object")
        return cast("Mapping[str, Any]", data)


_T = TypeVar("_T")
Exchange = Generator[ApiRequest | Pause, ApiResponse, _T]
"""Conversation with an API: yields requests and pauses, receives responses, and returns a result."""


def take_secret(response: ApiResponse, name: str) -> tuple[Secret | None, Mapping[str, Any]]:
    """Return the secret in one member of a response, and the other members without any token.

    Raises nothing, since a traceback could show the members: None and no members for a response without the secret.
    """
    try:
        data: object = json.loads(response.body)
    except (ValueError, RecursionError):
        return None, {}
    if not isinstance(data, dict):
        return None, {}
    members = cast("dict[str, Any]", data)
    rest = {key: value for key, value in members.items() if key != name and not key.endswith("token")}
    value = members.get(name)
    return (Secret(value), rest) if isinstance(value, str) and value else (None, rest)


def text_member(members: Mapping[str, Any], name: str) -> str:
    """Return a member of a JSON object that has to be a text; raise `UnexpectedResponseError` for any other value."""
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise UnexpectedResponseError(f"the member {name!r} is missing or not a text")
    return value


def number_member(members: Mapping[str, Any], name: str) -> int:
    """Return a member of a JSON object that has to be a whole number; raise `UnexpectedResponseError` otherwise."""
    value = members.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnexpectedResponseError(f"the member {name!r} is missing or not a whole number")
    return value


def object_member(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a member of a JSON object that has to be an object; raise `UnexpectedResponseError` otherwise."""
    value = members.get(name)
    if not isinstance(value, dict):
        raise UnexpectedResponseError(f"the member {name!r} is missing or not an object")
    return cast("Mapping[str, Any]", value)


def object_list_member(members: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a member of a JSON object that has to be a list of objects; raise `UnexpectedResponseError` otherwise."""
    value = members.get(name)
    entries = cast("list[object]", value) if isinstance(value, list) else None
    if entries is None or not all(isinstance(each, dict) for each in entries):
        raise UnexpectedResponseError(f"the member {name!r} is missing or not a list of objects")
    return cast("list[Mapping[str, Any]]", entries)
