"""Objects of Entra that no resource of a program is: users, groups, client applications and Microsoft's own APIs.

Owns how they are added to a simulated tenant, what Entra has from the beginning, and finding a service principal or
another principal by its ids. Users, groups and clients are added by the person who sets up a test; Microsoft's APIs and
the deploying identity are always there. Ids of APIs and of their permissions are those of
`access.azure.delegated_permissions`; the permissions of applications are `localazure.arm.graph_access`'s.

Differences from Entra: a client or an API that nobody added is taken to exist, with whatever scopes a program requests,
because local Azure cannot know the tenant; a principal that is not known is taken for a group.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from access.azure.application_permissions import graph_app_roles
from access.azure.delegated_permissions import APPLICATION_IDS, scope_ids
from localazure.arm.graph_access import MICROSOFT_GRAPH, outside_object_id, role_key
from localazure.arm.world import DEPLOYER_CLIENT_ID, DEPLOYER_OBJECT_ID, Principal, Resource, Values, World

APPLICATION = "azuread:index/application:Application"
SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
USER = "azuread:index/user:User"
GROUP = "azuread:index/group:Group"

MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""Tenant in which Microsoft's own applications are registered ("Verify first-party Microsoft applications in sign-in
reports", Microsoft Learn, 2025)."""
DOMAIN = "localazure.onmicrosoft.com"
"""Verified domain of the simulated tenant."""
_NAMES = {
    "azure-devops": "Azure DevOps",
    "azure-resource-manager": "Windows Azure Service Management API",
    "azure-storage": "Azure Storage",
    "microsoft-graph": "Microsoft Graph",
}


@dataclass(frozen=True, kw_only=True)
class ServicePrincipal:
    """Service principal of a simulated tenant, in whichever way the tenant got it."""

    object_id: str
    client_id: str
    display_name: str
    tenant_id: str
    """Tenant in which its application is registered; empty for a managed identity."""
    kind: str = "Application"
    """`Application` or `ManagedIdentity`."""
    enabled: bool = True
    assignment_required: bool = False
    app_roles: tuple[Values, ...] = ()
    scopes: tuple[Values, ...] = ()
    """Delegated permissions of the API."""
    names: tuple[str, ...] = ()
    """Identifier URIs of its application."""
    owners: tuple[str, ...] = ()
    assumed: bool = False
    """True if nobody added it, so that its roles and scopes are not known."""


@dataclass(frozen=True, kw_only=True)
class DirectoryObject:
    """Principal that an app role can be assigned to: a user, a group or a service principal."""

    id: str
    kind: str
    """`User`, `Group` or `ServicePrincipal`."""
    display_name: str
    members: tuple[str, ...] = field(default=())
    """Object ids of the direct members of a group."""


def add_user(world: World, name: str, *, object_id: str = "") -> str:
    """Add a user to the simulated tenant, and return the object id of the user."""
    found = object_id or world.guid(f"user {name.lower()}")
    mail = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
    world.put(_added(USER, "users", found, {"displayName": name, "userPrincipalName": mail, "mail": mail}))
    world.add_external_principal(found, "User")
    return found


def add_group(world: World, name: str, members: Iterable[str] = (), *, object_id: str = "") -> str:
    """Add a group with direct members, by their object ids, to the simulated tenant, and return its object id."""
    found = object_id or world.guid(f"group {name.lower()}")
    row = {"displayName": name, "securityEnabled": True, "members": [*members]}
    world.put(_added(GROUP, "groups", found, row))
    world.add_external_principal(found, "Group")
    return found


def add_client(
    world: World,
    name: str,
    *,
    client_id: str = "",
    redirect_uris: Iterable[str] = (),
    scopes: Iterable[str] = (),
) -> str:
    """Add an application with a service principal to the simulated tenant, and return its client id.

    It is a client of the network's agents, or with `scopes` an API that an agent calls for users.
    """
    found = client_id or world.guid(f"client {name.lower()}")
    object_id = world.guid(f"application of client {found}")
    exposed = list(_scopes({each: world.guid(f"scope {each} of {found}") for each in scopes}))
    parts = {"web": {"redirectUris": [*redirect_uris]}, "api": {"oauth2PermissionScopes": exposed}}
    world.put(_added(APPLICATION, "applications", object_id, {"displayName": name, "clientId": found, **parts}))
    principal = outside_object_id(world, found)
    row = {"displayName": name, "clientId": found, "accountEnabled": True, "applicationTenantId": world.tenant_id}
    world.put(_added(SERVICE_PRINCIPAL, "servicePrincipals", principal, row, claims=(client_key(found),)))
    world.add_external_principal(principal, "ServicePrincipal")
    return found


def client_key(client_id: str) -> str:
    """Return the unique key of the service principal of an application: a tenant has one."""
    return f"service principal of {client_id}".lower()


def consent_key(service_principal: str) -> str:
    """Return the index key under which local Azure stores the consents to a client or for an API, by object id."""
    return f"consents of {service_principal}".lower()


def forget_grants(world: World, service_principal: Resource) -> None:
    """Delete the app roles that a service principal holds, and the consents to it or for it, which end with it."""
    object_id = service_principal.id.rpartition("/")[2]
    for each in [*world.find_indexed(role_key(object_id)), *world.find_indexed(consent_key(object_id))]:
        world.remove(each.id)


def forget_service_principal(world: World, application: Resource) -> None:
    """Delete the service principal of a deleted application, with all that ends with it."""
    found = world.find_unique(client_key(str(application.outputs.get("clientId"))))
    if found is not None:
        forget_grants(world, found)
        for each in [*world.under(found.id), found]:
            world.remove(each.id)
            world.remove_principal(each.id)


def application_key(client_id: str) -> str:
    """Return the unique key of an application by its client id."""
    return f"application {client_id}".lower()


def application_of(world: World, client_id: str) -> Resource | None:
    """Return the application with a client id; None if the simulated tenant does not contain it."""
    return world.find_unique(application_key(client_id))


def find_service_principal(
    world: World, *, object_id: str = "", client_id: str = "", display_name: str = ""
) -> ServicePrincipal | None:
    """Return the service principal with an object id, a client id or a display name; None if there is none."""
    if object_id:
        one = world.get(f"/servicePrincipals/{object_id}")
        found = of_resource(world, one) if one is not None else _identity(world.find_principal(object_id))
        return found or next((each for each in _built_in(world) if each.object_id == object_id.lower()), None)
    if client_id:
        one = world.find_unique(client_key(client_id))
        if one is not None:
            return of_resource(world, one)
        return next((each for each in service_principals(world) if each.client_id == client_id.lower()), None)
    wanted = display_name.lower()
    return next((each for each in service_principals(world) if each.display_name.lower() == wanted), None)


def service_principals(world: World) -> Iterator[ServicePrincipal]:
    """Yield every service principal of the simulated tenant: a program's, added ones, identities and Microsoft's."""
    for one in world.resources.values():
        if one.token == SERVICE_PRINCIPAL:
            yield of_resource(world, one)
    yield from (found for each in world.principals.values() if (found := _identity(each)) is not None)
    taken = {
        str(one.outputs.get("clientId")).lower() for one in world.resources.values() if one.token == SERVICE_PRINCIPAL
    }
    yield from (each for each in _built_in(world) if each.client_id not in taken)


def _identity(principal: Principal | None) -> ServicePrincipal | None:
    """Return the service principal of a managed identity; None for another principal."""
    if principal is None or not principal.owner.startswith("/subscriptions/"):
        return None
    name = principal.owner.rpartition("/")[2]
    return ServicePrincipal(
        object_id=principal.id, client_id=principal.client_id, display_name=name, tenant_id="", kind="ManagedIdentity"
    )


def assumed_service_principal(world: World, client_id: str) -> ServicePrincipal:
    """Return a service principal that nobody added to the simulated tenant, as if the tenant contained it."""
    return ServicePrincipal(
        object_id=outside_object_id(world, client_id),
        client_id=client_id.lower(),
        display_name=client_id.lower(),
        tenant_id=world.tenant_id,
        assumed=True,
    )


def find_principal(world: World, object_id: str) -> DirectoryObject | None:
    """Return the user, group or service principal with an object id; None if the simulated tenant has no such one."""
    found = object_id.lower()
    for folder, kind in (("users", "User"), ("groups", "Group")):
        one = world.get(f"/{folder}/{found}")
        if one is not None:
            members = tuple(str(each) for each in cast("list[object]", one.outputs.get("members") or []))
            return DirectoryObject(id=found, kind=kind, display_name=str(one.outputs["displayName"]), members=members)
    principal = find_service_principal(world, object_id=found)
    if principal is not None:
        return DirectoryObject(id=found, kind="ServicePrincipal", display_name=principal.display_name)
    known = world.find_principal(found)
    return None if known is None else DirectoryObject(id=found, kind=known.type, display_name=found)


def scopes_of(application: Resource) -> tuple[Values, ...]:
    """Return the delegated permissions that an application exposes."""
    api = cast("Values", application.outputs.get("api") or {})
    return tuple(cast("list[Values]", api.get("oauth2PermissionScopes") or []))


def identifier_uris(world: World, application: Resource) -> list[str]:
    """Return the identifier URIs of an application: its own, and those that resources of their own add."""
    own = cast("list[str]", application.outputs.get("identifierUris") or [])
    added = [one for one in world.children(application.id) if "/identifieruris/" in one.id.lower()]
    return list(dict.fromkeys([*own, *(str(one.outputs["identifierUri"]) for one in added)]))


def of_resource(world: World, one: Resource) -> ServicePrincipal:
    """Return the service principal of a resource of a program, with the present properties of its application."""
    client_id = str(one.outputs.get("clientId") or "").lower()
    application = application_of(world, client_id)
    return ServicePrincipal(
        object_id=one.id.rpartition("/")[2].lower(),
        client_id=client_id,
        display_name=str((application or one).outputs.get("displayName") or ""),
        tenant_id=str(one.outputs.get("applicationTenantId") or world.tenant_id),
        enabled=bool(one.outputs.get("accountEnabled", True)),
        assignment_required=bool(one.outputs.get("appRoleAssignmentRequired", False)),
        app_roles=() if application is None else tuple(cast("list[Values]", application.outputs.get("appRoles") or [])),
        scopes=() if application is None else scopes_of(application),
        names=() if application is None else tuple(identifier_uris(world, application)),
        owners=tuple(str(each) for each in cast("list[object]", one.outputs.get("owners") or [])),
        assumed=one.adopted,
    )


def _built_in(world: World) -> Iterator[ServicePrincipal]:
    yield ServicePrincipal(
        object_id=DEPLOYER_OBJECT_ID,
        client_id=DEPLOYER_CLIENT_ID,
        display_name="deployer",
        tenant_id=world.tenant_id,
    )
    for api, client_id in APPLICATION_IDS.items():
        yield ServicePrincipal(
            object_id=outside_object_id(world, client_id),
            client_id=client_id,
            display_name=_NAMES.get(api, api),
            tenant_id=MICROSOFT_TENANT,
            app_roles=tuple(_app_roles(graph_app_roles())) if client_id == MICROSOFT_GRAPH else (),
            scopes=tuple(_scopes(scope_ids(api))),
        )


def _scopes(ids: Mapping[str, str]) -> Iterator[Values]:
    for value, id_ in ids.items():
        yield {"id": id_, "value": value, "adminConsentDisplayName": value, "enabled": True, "type": "User"}


def _app_roles(ids: Mapping[str, str]) -> Iterator[Values]:
    for value, id_ in ids.items():
        about = {"description": value, "displayName": value, "enabled": True}
        yield {"id": id_, "value": value, "allowedMemberTypes": ["Application"], **about}


def _added(token: str, folder: str, object_id: str, row: Values, claims: tuple[str, ...] = ()) -> Resource:
    id_ = str(uuid.UUID(object_id))
    named: tuple[str, ...] = (application_key(str(row["clientId"])),) if token == APPLICATION else claims
    return Resource(id=f"/{folder}/{id_}", token=token, inputs=row, outputs={"objectId": id_, **row}, claims=named)
