"""Type tokens of the provider `azuread` for applications and everything that belongs to an application.

Owns the tokens, and how these resources name each other: by id, by path (`/applications/ID`) or by the resources that a
property depends on, before the ids are known. Source: the reference of `azuread` 6, pulumi.com, 2026.
"""

from collections.abc import Iterable, Iterator

from access.model.json_values import is_known, listed, text
from access.readers.resource_state import ResourceState

__all__ = [
    "APPLICATIONS",
    "DIRECTORY_ROLES",
    "FEDERATED",
    "OF_APPLICATION",
    "OF_PRINCIPAL",
    "ROLE_ASSIGNMENT",
    "SERVICE_PRINCIPAL",
    "TYPES",
    "last_part",
    "reference",
    "texts_and_unknown",
    "token",
]


def token(name: str) -> str:
    """Return the type token of a resource of `azuread`: `azuread:index/application:Application`."""
    return f"azuread:index/{name[0].lower()}{name[1:]}:{name}"


APPLICATIONS = frozenset(map(token, ("Application", "ApplicationFromTemplate", "ApplicationRegistration")))
SERVICE_PRINCIPAL = token("ServicePrincipal")
ROLE_ASSIGNMENT = token("AppRoleAssignment")
FEDERATED = frozenset(
    map(token, ("ApplicationFederatedIdentityCredential", "ApplicationFlexibleFederatedIdentityCredential"))
)
OF_APPLICATION = frozenset(
    {
        *FEDERATED,
        *map(
            token,
            (
                "ApplicationApiAccess",
                "ApplicationAppRole",
                "ApplicationCertificate",
                "ApplicationFallbackPublicClient",
                "ApplicationIdentifierUri",
                "ApplicationKnownClients",
                "ApplicationOptionalClaims",
                "ApplicationOwner",
                "ApplicationPassword",
                "ApplicationPermissionScope",
                "ApplicationPreAuthorized",
                "ApplicationRedirectUris",
            ),
        ),
    }
)
"""Types whose property `applicationId` names the application that they belong to."""
OF_PRINCIPAL = frozenset(
    map(
        token,
        ("ServicePrincipalCertificate", "ServicePrincipalPassword", "ServicePrincipalTokenSigningCertificate"),
    )
)
"""Types whose property `servicePrincipalId` names the service principal that they belong to."""
CONSENT = token("ServicePrincipalDelegatedPermissionGrant")
TYPES = frozenset({*APPLICATIONS, SERVICE_PRINCIPAL, ROLE_ASSIGNMENT, CONSENT, *OF_APPLICATION, *OF_PRINCIPAL})
"""All types that are read."""
DIRECTORY_ROLES = {
    token("AdministrativeUnitRoleMember"): "memberObjectId",
    token("DirectoryRoleAssignment"): "principalObjectId",
    token("DirectoryRoleEligibilityScheduleRequest"): "principalId",
    token("DirectoryRoleMember"): "memberObjectId",
}
"""Type that gives a role of Entra ID → the property that names its holder."""
_FORMER = {
    "applicationId": "applicationObjectId",
    "authorizedClientId": "authorizedAppId",
    "clientId": "applicationId",
}
"""Names of the same properties in earlier versions of the provider."""


def reference(state: ResourceState, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the known id in a property, or an empty text, and the URNs of the resources that it depends on."""
    former = _FORMER.get(name, name)
    depends = [urn for each in (name, former) for urn in state.property_dependencies.get(each, ())]
    return text(state.values, name) or text(state.values, former), tuple(dict.fromkeys(depends))


def last_part(given: str) -> str:
    """Return the object id of a path such as `/applications/ID`, in lower case; an id as it is."""
    return given.rstrip("/").rpartition("/")[2].lower()


def texts_and_unknown(values: object) -> tuple[tuple[str, ...], bool]:
    """Return the known texts of a list, and True if any item or the whole list is unknown or secret."""
    found: Iterable[object] = listed(values)
    known = tuple(each for each in found if isinstance(each, str) and is_known(each))
    return known, (values is not None and not isinstance(values, list)) or len(known) < len(list(found))


def refers_to(state: ResourceState, name: str, urn: str, ids: Iterable[str]) -> bool:
    """Return True if a property names a resource, by one of its ids or by a dependency."""
    given, depends = reference(state, name)
    return urn in depends or (bool(given) and last_part(given) in {last_part(each) for each in ids if each})


def referring(states: Iterable[ResourceState], name: str, urn: str, ids: Iterable[str]) -> Iterator[ResourceState]:
    """Yield the resources whose property names a resource."""
    own = tuple(ids)
    return (each for each in states if refers_to(each, name, urn, own))
