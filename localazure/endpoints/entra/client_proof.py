"""Proof of a client's identity at the token endpoint: the client assertion, and the federated credential for it.

Owns the six refusals that name a wrong federated credential ("Important considerations and restrictions for federated
identity credentials", Microsoft Learn, 2025-02; matching is case-sensitive: Azure/login#515, 2024-12) and the refusal
of a token that was itself obtained by federation (AADSTS700231, public reports, 2026): so a pod's managed identity
cannot stand for an application, and the pod's own token can.

Differences from Entra: which of several wrong parts Entra names first is not documented; here issuer, then subject,
then audience. A client secret is never accepted, because no application of this project has one.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from localazure.arm.world import Values
from localazure.endpoints.entra.microsoft_services import TOKEN_EXCHANGE
from localazure.endpoints.entra.objects import Application, FederatedCredential
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.tenant import Tenant
from localazure.endpoints.signed_tokens import MalformedToken, SigningKey, unverified

__all__ = ["Client", "Issuers", "authenticated"]

Claims = dict[str, Any]
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
_FEDERATED = "azure-native:managedidentity:FederatedIdentityCredential"
_SKEW = 300
"""Seconds by which clocks may differ ("Access tokens in the Microsoft identity platform", Microsoft Learn, 2025)."""

Issuers = dict[str, tuple[SigningKey, ...]]
"""Keys of the issuers outside the tenant, such as clusters, by issuer."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """Client of a token request that has proved its identity: an application or a user-assigned identity."""

    id: str
    """Client id."""
    principal: str
    """Object id of the service principal."""
    name: str
    application: Application | None
    """Registration of the application; None for a managed identity."""


def authenticated(tenant: Tenant, issuers: Issuers, form: dict[str, str]) -> Client:
    """Return the client of a token request whose proof of identity is valid.

    Raises:
        EntraRefusal: the client is unknown or disabled, or has not proved its identity.
    """
    client_id = form.get("client_id", "").lower()
    if not client_id:
        raise EntraRefusal(900144, parameter="client_id")
    client, trusted = _known(tenant, client_id)
    if form.get("client_secret"):
        raise EntraRefusal(7000215)
    assertion = form.get("client_assertion", "")
    if not assertion or form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise EntraRefusal(7000218)
    _check(tenant, issuers, assertion, list(trusted))
    return client


def _known(tenant: Tenant, client_id: str) -> tuple[Client, Iterable[FederatedCredential]]:
    directory = tenant.directory
    application = directory.application(client_id)
    principal = directory.service_principal(client_id)
    if application is not None and principal is not None and not application.is_microsoft:
        if not principal.enabled:
            raise EntraRefusal(7000112, client=client_id, name=application.name)
        found = Client(id=client_id, principal=principal.id, name=application.name, application=application)
        return found, application.federated_credentials
    identity = directory.identity(client_id)
    made = None if identity is None else directory.world.get(identity.owner)
    # A system-assigned identity has no federated credentials, and so no client at the token endpoint.
    if identity is None or made is None or made.token != _IDENTITY:
        raise EntraRefusal(700016, client=client_id, tenant=tenant.id)
    credentials = (each.inputs for each in directory.world.children(made.id) if each.token == _FEDERATED)
    found = Client(id=client_id, principal=identity.id, name=made.id.rpartition("/")[2], application=None)
    return found, [_credential(each) for each in credentials]


def _credential(inputs: Values) -> FederatedCredential:
    audiences = cast("list[str]", inputs.get("audiences") or [])
    return FederatedCredential(
        issuer=str(inputs.get("issuer")), subject=str(inputs.get("subject")), audiences=tuple(audiences)
    )


def _check(tenant: Tenant, issuers: Issuers, assertion: str, trusted: list[FederatedCredential]) -> None:
    try:
        header, claims = unverified(assertion)
    except MalformedToken:
        raise EntraRefusal(50027) from None
    issuer = str(claims.get("iss"))
    audience = _audience(tenant, claims)
    _check_match(trusted, issuer, str(claims.get("sub")), audience)
    if tenant.clock.now() < tenant.federation_begins:
        raise EntraRefusal(70021)
    keys = tenant.keys if issuer == tenant.issuer else issuers.get(issuer, ())
    named = [key for key in keys if key.id == header.get("kid")]
    if header.get("alg") != "RS256" or not named:
        raise EntraRefusal(700027, reason="[Reason - The key was not found.]")
    if not any(key.verifies(assertion) for key in named):
        raise EntraRefusal(
            700027, reason="[Reason - Key was found, but use of the key to verify the signature failed.]"
        )
    _check_time(claims, tenant.clock.now())
    if "xms_ficinfo" in claims:
        raise EntraRefusal(700231)


def _audience(tenant: Tenant, claims: Claims) -> str:
    named = claims.get("aud")
    listed: list[object] = cast("list[object]", named) if isinstance(named, list) else [named]
    # A cluster lists the audiences of a token; one is needed.
    found = str(listed[0]) if len(listed) == 1 else ", ".join(map(str, listed))
    # A tenant's token names the exchange by its client id, and a federated credential by the URI of the cloud.
    return tenant.cloud.exchange_audience if found == TOKEN_EXCHANGE else found


def _check_match(trusted: list[FederatedCredential], issuer: str, subject: str, audience: str) -> None:
    if not trusted:
        raise EntraRefusal(70021)
    of_issuer = [each for each in trusted if each.issuer == issuer]
    if not of_issuer:
        _refuse_case("issuer", issuer, [each.issuer for each in trusted])
        raise EntraRefusal(700211, found=issuer)
    of_subject = [each for each in of_issuer if each.subject == subject]
    if not of_subject:
        _refuse_case("subject", subject, [each.subject for each in of_issuer])
        raise EntraRefusal(700213, found=subject)
    if not any(audience in each.audiences for each in of_subject):
        _refuse_case("audience", audience, [name for each in of_subject for name in each.audiences])
        raise EntraRefusal(700212, found=audience)


def _refuse_case(what: str, found: str, known: list[str]) -> None:
    if found.lower() in (each.lower() for each in known):
        raise EntraRefusal(7002138, what=what, found=found)


def _check_time(claims: Claims, now: float) -> None:
    begin, end = claims.get("nbf", 0), claims.get("exp", 0)
    if not (begin - _SKEW <= now <= end + _SKEW):
        raise EntraRefusal(700024, now=_moment(now), begin=_moment(begin), end=_moment(end))


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z", time.gmtime(at))
