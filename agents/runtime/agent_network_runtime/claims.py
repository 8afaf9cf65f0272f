"""Rules for the claims of a token whose signature is verified: each claim has one check and one reason.

The rules follow "Access tokens in the Microsoft identity platform", Microsoft Learn, 2023-08-01, and "Secure
applications and APIs by validating claims", Microsoft Learn, 2023-04-21. They cover version 2 tokens of one tenant, for
one application. Types are exact: a time is a whole number, a scope is a whole word, an id is a GUID in lower case.
A token that somebody else may use, or that is of another kind, is refused with 401; a valid one of a person or an
application that may not do this, with 403.

Decisions of this library:

- A token ends at its `exp`, with no allowance, because a client can get a new one; `nbf` and `iat` may be `SKEW`
  seconds ahead of this machine's clock, because a new token would not help.
- Guests (`acct` 1) are refused, although Entra would let a guest be assigned: their accounts are another tenant's.
- The user account of an agent is not a person: `xms_sub_fct` with 13, or with 11 for an agent's identity, is refused
  ("Token claims reference for agents", Microsoft Learn, 2025-11).
- `idtyp` is `user` or absent in a user's token: applications' own tokens always have it, since the agent's application
  requests the claim, and users' tokens have it with a further setting alone ("Optional claims reference", Microsoft
  Learn, 2024-04-10). A token without a scope is not a user's access token, such as an id token for the same audience.
- `tid` and `oid` are required, which a client gets with the scope `profile` ("Access token claims reference", Microsoft
  Learn, 2023-05-26); MSAL always requests it (MSAL for Python 1.39, 2026).
- A token that is bound to a key (`cnf`) is refused as a bearer token: the client has not proved that it has the key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from agent_network_runtime.errors import ForbiddenError, InvalidTokenError

SKEW: Final = 60
"""Seconds by which a token's start may lie ahead of this machine's clock."""

VERSION: Final = "2.0"
CLAIMS_CAPABILITY: Final = "cp1"
MEMBER: Final = 0
GUEST: Final = 1
NO_SCOPE: Final = ("", "/")
AGENT_SUBJECTS: Final = frozenset({"11", "13"})

_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+")
_TOKEN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Audience:
    """The application that a token must be for, and the tenant that must have issued it."""

    tenant_id: str
    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a token, in seconds since 1970."""

    issued_at: int
    not_before: int
    expires_on: int

    def check(self, now: float) -> None:
        """Refuse a token before its start and from its end on."""
        if now >= self.expires_on:
            raise InvalidTokenError("the token has expired")
        if self.not_before > now + SKEW:
            raise InvalidTokenError("the token is not valid yet")
        if self.issued_at > now + SKEW:
            raise InvalidTokenError("the token was issued in the future")


@dataclass(frozen=True, slots=True)
class UserClaims:
    """The claims of a user's token that the library keeps; the names are those of the claims."""

    tid: str
    oid: str
    azp: str
    uti: str
    xms_cc: tuple[str, ...]
    times: Times


@dataclass(frozen=True, slots=True)
class CallerClaims:
    """The claims of a calling application's token that the library keeps; the names are those of the claims."""

    tid: str
    oid: str
    """Object id of the caller's service principal, such as an agent's managed identity."""
    azp: str
    """Client id of the caller."""
    uti: str
    roles: frozenset[str]
    times: Times


def user_claims(
    claims: Mapping[str, Any], now: float, *, audience: Audience, scope: str, callers: frozenset[str]
) -> UserClaims:
    """Check the claims of a user's token for a scope of the audience, sent by one of the permitted clients."""
    times = _common(claims, audience, now)
    if claims.get("idtyp", "user") != "user":
        raise InvalidTokenError("the token is not a user's: its claim idtyp is not user")
    scopes = claims.get("scp", "")
    if not isinstance(scopes, str) or scopes in NO_SCOPE:
        raise InvalidTokenError("the token is not a user's access token: it has no scope")
    if scope not in scopes.split(" "):
        raise ForbiddenError("the token does not have the agent's scope", scope=scope)
    azp = _guid(claims, "azp")
    if azp not in callers:
        raise ForbiddenError("the client that sent the token is not one of the agent's callers")
    if _subject_kinds(claims) & AGENT_SUBJECTS:
        raise ForbiddenError("the token's user is an agent, not a person")
    _check_member(claims.get("acct"))
    return UserClaims(
        tid=audience.tenant_id,
        oid=_guid(claims, "oid"),
        azp=azp,
        uti=_token_id(claims),
        xms_cc=_capabilities(claims.get("xms_cc")),
        times=times,
    )


def caller_claims(claims: Mapping[str, Any], now: float, *, audience: Audience, role: str) -> CallerClaims:
    """Check the claims of an application's own token, which must have an app role of the audience.

    An agent identity's token of its own has no scope, an empty one, or `/` ("Token claims reference for agents",
    Microsoft Learn, 2025-11), so all three are accepted; `idtyp` decides.
    """
    times = _common(claims, audience, now)
    if claims.get("idtyp") != "app":
        raise InvalidTokenError("the token is not an application's own: its claim idtyp is not app")
    if claims.get("scp", "") not in NO_SCOPE:
        raise InvalidTokenError("the token has a scope, which an application's own token does not have")
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(one, str) for one in cast("list[object]", roles)):
        raise InvalidTokenError("the token's claim roles is not a list of texts")
    if role not in roles:
        raise ForbiddenError(f"the calling application does not have the role {role}")
    return CallerClaims(
        tid=audience.tenant_id,
        oid=_guid(claims, "oid"),
        azp=_guid(claims, "azp"),
        uti=_token_id(claims),
        roles=frozenset(cast("list[str]", roles)),
        times=times,
    )


def _common(claims: Mapping[str, Any], audience: Audience, now: float) -> Times:
    """Check the claims that every token has, in the order: kind, issuer, tenant, audience, times."""
    if claims.get("ver") != VERSION:
        raise InvalidTokenError("the token's version is not 2.0")
    if claims.get("iss") != audience.issuer:
        raise InvalidTokenError("the token has another issuer")
    if claims.get("tid") != audience.tenant_id:
        raise InvalidTokenError("the token is of another tenant, or names none: clients must request the scope profile")
    if claims.get("aud") != audience.client_id:
        raise InvalidTokenError("the token is for another application")
    if "cnf" in claims:
        raise InvalidTokenError("the token is bound to a key and cannot be used as a bearer token")
    times = Times(_time(claims, "iat"), _time(claims, "nbf"), _time(claims, "exp"))
    times.check(now)
    return times


def _time(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:
        raise InvalidTokenError(f"the token's claim {name} is missing or not a whole number")
    return value


def _guid(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        hint = "; clients must request the scope profile" if name == "oid" else ""
        raise InvalidTokenError(f"the token's claim {name} is missing or not a GUID in lower case{hint}")
    return value


def _token_id(claims: Mapping[str, Any]) -> str:
    """Return the token's id, which logs name; its form keeps line breaks out of them."""
    value = claims.get("uti")
    if not isinstance(value, str) or not _TOKEN_ID.fullmatch(value):
        raise InvalidTokenError("the token's claim uti is missing or not an id")
    return value


def _check_member(account: object) -> None:
    if type(account) is int and account == MEMBER:
        return
    if type(account) is int and account == GUEST:
        raise ForbiddenError("the user is a guest of the tenant, and the agent acts for its members alone")
    raise InvalidTokenError("the token's claim acct is missing or not valid")


def _subject_kinds(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the numbers of the kinds of the subject, from a text, a number, or a list of them."""
    value = claims.get("xms_sub_fct", "")
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(part, str | int) for part in parts):
        raise InvalidTokenError("the token's claim xms_sub_fct is not a text with numbers")
    return frozenset(number for part in parts for number in _NUMBER.findall(str(part)))


def _capabilities(value: object) -> tuple[str, ...]:
    """Return the client's capabilities: the claim is a list of texts, and one text is read alike."""
    items = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(item, str) for item in items):
        raise InvalidTokenError("the token's claim xms_cc is not a list of texts")
    return tuple(str(item).lower() for item in items)
