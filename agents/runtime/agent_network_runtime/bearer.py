"""The token of an `Authorization` header, taken apart strictly and not yet trusted.

Two readers of one token must see the same token: segments are base64url in its one canonical form, without padding, and
JSON is strict (see `json_text`). A token's header decides nothing but the key id: the algorithm is RS256 and nothing
else, and a key or an address of one in the header (`jwk`, `jku`, `x5c`, `x5u`) refuses the token and is never followed.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from agent_network_runtime.errors import InvalidTokenError, MissingTokenError
from agent_network_runtime.json_text import JsonTextError, parse_json

LARGEST_HEADER: Final = 16 * 1024
"""Characters of an `Authorization` header; Entra's tokens have some 2,000, and 200 groups are the most that they name
("Access token claims reference", Microsoft Learn, 2023-05-26)."""

ALGORITHM: Final = "RS256"
TYPES: Final = frozenset({"jwt", "at+jwt"})

REFUSED_MEMBERS: Final = ("b64", "crit", "cty", "jku", "jwk", "x5c", "x5u", "zip")
"""Members of a token's header that name a key, or that change how the token is read; Entra sends none of them."""

_SCHEME: Final = "bearer"
_SEGMENTS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token of the right form, whose signature is not verified yet."""

    key_id: str
    signed: bytes = field(repr=False)
    """The bytes that the signature covers."""
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def claims(self) -> dict[str, Any]:
        """Return the claims of the token; call it after the signature is verified."""
        return _object(self.payload, "payload")


def bearer_token(header: str | Sequence[str] | None) -> str:
    """Return the text after `Bearer` in the `Authorization` header, given alone or as the list of all such headers."""
    headers: list[object] = [header] if isinstance(header, str | bytes) else list(header or ())
    if not headers:
        raise MissingTokenError("the request has no Authorization header")
    if len(headers) > 1:
        raise InvalidTokenError("the request has more than one Authorization header")
    if not isinstance(headers[0], str):  # some frameworks give bytes
        raise InvalidTokenError("the Authorization header must be given as text")
    if len(headers[0]) > LARGEST_HEADER:
        raise InvalidTokenError(f"the Authorization header has more than {LARGEST_HEADER} characters")
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() != _SCHEME:
        raise InvalidTokenError("the Authorization header must have the scheme Bearer")
    if not token.isascii():
        raise InvalidTokenError("the token has a character outside ASCII")
    return token.lstrip(" ")


def parse_token(token: str) -> UnverifiedToken:
    """Take a token apart; raises `InvalidTokenError` if its form or its header is not acceptable."""
    if _SEGMENTS.fullmatch(token) is None:
        raise InvalidTokenError("the token is not a signed token of three segments in base64url")
    signed, _, signature = token.rpartition(".")
    header, _, payload = signed.partition(".")
    members = _object(base64url(header), "header")
    for name in REFUSED_MEMBERS:
        if name in members:
            raise InvalidTokenError(f"the token's header has the member {name}, which no token of Entra has")
    if members.get("alg") != ALGORITHM:
        raise InvalidTokenError(f"the token's algorithm must be {ALGORITHM}")
    if str(members.get("typ", "JWT")).lower() not in TYPES:
        raise InvalidTokenError("the token's header names another type than JWT")
    key_id = members.get("kid")
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise InvalidTokenError("the token's header has no valid key id")
    return UnverifiedToken(key_id, signed.encode(), base64url(payload), base64url(signature))


def base64url(segment: str) -> bytes:
    """Decode base64url without padding, in its one canonical form."""
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != segment:
        raise InvalidTokenError("a segment of the token is not base64url in its canonical form")
    return raw


def _object(raw: bytes, name: str) -> dict[str, Any]:
    try:
        value = parse_json(raw)
    except JsonTextError as error:
        reason = str(error)
    else:
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
        reason = "it is not an object"
    raise InvalidTokenError(f"the token's {name} is not strict JSON: {reason}")
