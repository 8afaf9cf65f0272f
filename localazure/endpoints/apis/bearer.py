"""Access tokens at the APIs of local Azure: accepted are valid ones of the tenant, for this API.

Owns the checks that every API makes of a token before it looks at the request: signature, issuer, audience, time.
"""

from dataclasses import dataclass
from typing import Any

from localazure.endpoints.entra.tenant import Tenant

__all__ = ["Caller", "InvalidToken", "caller_of"]

_SKEW = 300


class InvalidToken(Exception):  # noqa: N818 - an answer, which the API sends
    """Refusal of an access token by an API, with the reason."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Caller of an API, as its access token states it: a user through an application, or an application itself."""

    principal: str
    """Object id of the user, or of the application's service principal."""
    client: str
    scopes: frozenset[str]
    """Delegated permissions; empty for an application itself."""
    roles: frozenset[str]
    claims: dict[str, Any]

    @property
    def user(self) -> str:
        """Return the object id of the user; empty for an application itself."""
        return self.principal if self.scopes else ""


def caller_of(tenant: Tenant, token: str, audiences: frozenset[str], *, is_graph: bool = False) -> Caller:
    """Return the caller whose access token a request to an API has.

    Raises:
        InvalidToken: the token is missing, was not issued by the tenant, is for another API or not valid now.
    """
    if not token:
        raise InvalidToken("the request has no access token")
    claims = tenant.verified_by_graph(token) if is_graph else tenant.verified(token)
    if claims is None:
        raise InvalidToken("the signature of the access token is not valid")
    if claims.get("iss") not in {tenant.issuer, f"https://sts.windows.net/{tenant.id}/"}:
        raise InvalidToken("the access token was issued by another tenant")
    if str(claims.get("aud")).rstrip("/") not in audiences:
        raise InvalidToken(f"the access token is for the audience {claims.get('aud')!r}")
    now = tenant.clock.now()
    if not (claims.get("nbf", 0) - _SKEW <= now < claims.get("exp", 0)):
        raise InvalidToken("the access token has expired, or is not valid yet")
    if claims.get("iat", 0) < tenant.revoked.get(str(claims.get("oid")), 0) and claims.get("xms_cc"):
        raise InvalidToken("the access token was revoked")
    return Caller(
        principal=str(claims.get("oid")),
        client=str(claims.get("azp") or claims.get("appid")),
        scopes=frozenset(str(claims.get("scp") or "").split()),
        roles=frozenset(str(each) for each in claims.get("roles") or ()),
        claims=claims,
    )
