"""On-behalf-of requests: an application exchanges a user's token for a token of the same user for another API.

Owns the order of the checks and the response: "Microsoft identity platform and OAuth2.0 On-Behalf-Of flow", Microsoft
Learn, 2024-01. Only a user's token counts, only for the application itself, and only while it is valid; a token for
Microsoft Graph cannot be verified and is refused as a wrong signature.

Difference from Entra: in which order Entra checks is not documented.
"""

from typing import Any

from localazure.endpoints.entra.client_proof import Client
from localazure.endpoints.entra.objects import User
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.signed_tokens import MalformedToken, unverified

__all__ = ["GRANT", "asserted_user", "check_policies"]

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""Grant type of an on-behalf-of request."""

_SKEW = 300
Claims = dict[str, Any]


def asserted_user(tenant: Tenant, client: Client, form: dict[str, str]) -> tuple[User, Claims]:
    """Return the user of the assertion in an on-behalf-of request, and the claims of the assertion.

    Raises:
        EntraRefusal: the request is incomplete, or Entra does not accept the assertion from this client.
    """
    for name in ("assertion", "requested_token_use", "scope"):
        if not form.get(name):
            raise EntraRefusal(900144, parameter=name)
    if form["requested_token_use"] != "on_behalf_of":  # noqa: S105 - a word of the protocol
        raise EntraRefusal(70003, grant=form["requested_token_use"])
    claims = _verified(tenant, form["assertion"])
    application = client.application
    names = set[object]() if application is None else {application.client_id, *application.identifier_uris}
    if claims.get("aud") not in names:
        raise EntraRefusal(500131, found=claims.get("aud"), client=client.id)
    now = tenant.clock.now()
    if not (float(claims.get("nbf", 0)) - _SKEW <= now < float(claims.get("exp", 0)) + _SKEW):
        raise EntraRefusal(500133)
    if not claims.get("scp") or claims.get("idtyp") == "app":
        raise EntraRefusal(7000113, client=client.id)
    user = known_user(tenant, str(claims.get("oid")))
    if float(claims.get("iat", 0)) < tenant.revoked.get(user.id, 0):
        raise EntraRefusal(50173)
    return user, claims


def _verified(tenant: Tenant, assertion: str) -> Claims:
    try:
        unverified(assertion)
    except MalformedToken:
        raise EntraRefusal(50027) from None
    claims = tenant.verified(assertion)
    if claims is None:
        raise EntraRefusal(50013, reason="The provided signature value did not match the expected signature value.")
    if claims.get("iss") not in {tenant.issuer, f"https://sts.windows.net/{tenant.id}/"}:
        raise EntraRefusal(50013, reason="The issuer of the assertion is not this tenant.")
    return claims


def known_user(tenant: Tenant, name: str) -> User:
    """Return an enabled user of the tenant, by object id or user principal name.

    Raises:
        EntraRefusal: the tenant has no such user, or the user is disabled.
    """
    user = tenant.directory.user(name)
    if user is None:
        raise EntraRefusal(50034, user=name, tenant=tenant.id)
    if not user.enabled:
        raise EntraRefusal(50057, user=user.name)
    return user


def check_policies(tenant: Tenant, user: User, resource: str, claims: Claims) -> None:
    """Refuse a user whom a Conditional Access policy stops at an API; the claims are those of the user's token.

    Raises:
        EntraRefusal: a policy concerns the user and the API, and the sign-in does not satisfy it.
    """
    for policy in tenant.policies:
        concerned = policy.user in {"", user.id} and policy.resource in {"", resource}
        if concerned and policy.policy not in (claims.get("acrs") or ()):
            raise EntraRefusal(policy.code, claims=policy.claims if policy.challenges else None, resource=resource)
