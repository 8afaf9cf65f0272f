"""Scopes of a token request: the API that they name, and the consent and the assignment that they need.

Owns the rules of delegated permissions: "Scopes and permissions in the Microsoft identity platform", Microsoft Learn,
2025; consent of users and administrators: "oAuth2PermissionGrant resource type", Microsoft Learn, 2026; assignment:
"Restrict a Microsoft Entra app to a set of users", Microsoft Learn, 2025.

Differences from Entra: which code a scope gets that the API does not have is not documented for the on-behalf-of flow
(here 70011); nor which of several reasons comes first.
"""

from dataclasses import dataclass

from localazure.endpoints.entra.objects import Application, User
from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.entra.tenant import GRAPH, Tenant

__all__ = ["OPENID_SCOPES", "RequestedScopes", "check_assignment", "consented", "known_resource", "requested_scopes"]

OPENID_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
"""Scopes of OpenID Connect, which belong to no API."""


@dataclass(frozen=True, kw_only=True)
class RequestedScopes:
    """Scopes of a token request, of one API."""

    resource: Application
    audience: str
    """Identifier under which the client requested the API."""
    names: frozenset[str]
    """Delegated permissions; empty if all that were granted are requested (`.default`)."""
    openid: frozenset[str]


def requested_scopes(tenant: Tenant, text: str) -> RequestedScopes:
    """Read the scopes of a token request.

    Raises:
        EntraRefusal: no scope, scopes of two APIs, an unknown API, a scope that the API does not have.
    """
    words = text.split()
    openid = OPENID_SCOPES.intersection(words)
    named = [word for word in words if word not in OPENID_SCOPES]
    if not named:
        raise EntraRefusal(28003)
    # A scope without an API is one of Microsoft Graph.
    pairs = [each.rpartition("/")[::2] for each in named]
    apis = {prefix.rstrip("/") if prefix else GRAPH for prefix, _ in pairs}
    found = [(known_resource(tenant, api), api) for api in sorted(apis)]
    resource, audience = found[0]
    if any(other.client_id != resource.client_id for other, _ in found):
        raise EntraRefusal(28000, scope=text)
    names = frozenset(name for _, name in pairs)
    if ".default" in names and len(names) > 1:
        raise EntraRefusal(70011, scope=text)
    names -= {".default"}
    unknown = sorted(names - resource.scopes)
    if unknown:
        raise EntraRefusal(70011, scope=" ".join(unknown))
    return RequestedScopes(resource=resource, audience=audience, names=names, openid=openid)


def known_resource(tenant: Tenant, name: str) -> Application:
    """Return the application of an API in the tenant, by client id or identifier URI.

    Raises:
        EntraRefusal: the tenant has no such application with a service principal.
    """
    found = tenant.directory.resource(name)
    if found is None or tenant.directory.service_principal(found.client_id) is None:
        raise EntraRefusal(500011, resource=name, tenant=tenant.id)
    return found


def consented(tenant: Tenant, client: Application, user: User, wanted: RequestedScopes) -> frozenset[str]:
    """Return the delegated permissions that a user's token for an API gets: the requested ones, with their consent.

    As in Entra, a token also has the other permissions of that API to which the user consented before.

    Raises:
        EntraRefusal: nobody has consented to a requested permission.
    """
    directory, resource = tenant.directory, wanted.resource
    of_client, of_resource = (
        directory.service_principal(client.client_id),
        directory.service_principal(resource.client_id),
    )
    granted = set(resource.preauthorized.get(client.client_id, ()))
    if of_client is not None and of_resource is not None:
        for each in directory.grants_of(of_client.id, of_resource.id):
            if each.user in {"", user.id}:
                granted |= each.scopes
    granted &= resource.scopes
    if granted and wanted.names <= granted:
        return frozenset(granted)
    if not granted and not wanted.names and resource.client_id not in {*client.required_resources, GRAPH}:
        raise EntraRefusal(650057, client=client.client_id, name=client.name, resource=wanted.audience)
    raise EntraRefusal(65001, client=client.client_id, name=client.name)


def check_assignment(tenant: Tenant, user: User, application: Application) -> None:
    """Refuse a user without an assignment to an application that requires one.

    Raises:
        EntraRefusal: the user has none, neither directly nor as a direct member of a group.
    """
    principal = tenant.directory.service_principal(application.client_id)
    if principal is None or not principal.assignment_required:
        return
    if not tenant.directory.roles_of(user.id, principal):
        raise EntraRefusal(50105, client=f"'{application.name}' ({application.client_id})", user=user.name)
