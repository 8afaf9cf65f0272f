"""Permissions of applications in Microsoft Graph: those that a deploying identity needs, and those that it has.

Owns which permissions count for which request, and the check. A permission is an app role of Microsoft Graph that the
identity is assigned; the one for own objects counts for the objects that it owns alone. Sources: for each request, the
section "API Permissions" of the resources of hashicorp/terraform-provider-azuread, 2026-08.

Where the sources disagree, the stricter one counts: an app role assignment also takes a permission to read applications
("Grant an appRoleAssignment for a service principal", Microsoft Graph v1.0, Microsoft Learn, 2025). Graph lists all
applications to an owner of some ("List applications", Microsoft Graph v1.0, Microsoft Learn, 2025).
"""

from dataclasses import dataclass
from typing import cast

from access.azure.application_permissions import OWNED_APPLICATIONS, graph_app_roles
from access.azure.delegated_permissions import APPLICATION_IDS
from localazure.arm.world import World
from localazure.errors import AzureError

MICROSOFT_GRAPH = APPLICATION_IDS["microsoft-graph"]

READ_APPLICATIONS = (
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
WRITE_APPLICATIONS = ("Application.ReadWrite.All",)
ASSIGN_APP_ROLES = ("AppRoleAssignment.ReadWrite.All",)
CONSENT = ("DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All")


@dataclass(frozen=True, kw_only=True)
class GraphPermissions:
    """Permissions of Microsoft Graph of which a request needs one."""

    any_of: tuple[str, ...]
    owned: tuple[str, ...] | None = None
    """Objects that the caller must own if it has only the permission for its own; None if that does not suffice."""


def role_key(principal_id: str) -> str:
    """Return the index key under which local Azure stores the app role assignments of a principal."""
    return f"app roles of {principal_id}".lower()


def outside_object_id(world: World, client_id: str) -> str:
    """Return the object id that the service principal of an application has which no program made, as Microsoft's."""
    return world.guid(f"service principal {client_id.lower()}")


def held_permissions(world: World, principal_id: str) -> frozenset[str]:
    """Return the application permissions of Microsoft Graph that a principal has, by name."""
    graph = outside_object_id(world, MICROSOFT_GRAPH)
    held = {
        str(one.inputs.get("appRoleId")).lower()
        for one in world.find_indexed(role_key(principal_id))
        if str(one.inputs.get("resourceObjectId")).lower() == graph
    }
    return frozenset(name for name, role in graph_app_roles().items() if role in held)


def check_graph(world: World, principal_id: str, operation: str, needed: GraphPermissions) -> None:
    """Raise Microsoft Graph's error unless a principal has the permission that an operation needs."""
    held = held_permissions(world, principal_id)
    if not held.isdisjoint(needed.any_of):
        return
    own = needed.owned
    if own is not None and OWNED_APPLICATIONS in held and all(_owns(world, principal_id, each) for each in own):
        return
    names = sorted({*needed.any_of, *(() if own is None else (OWNED_APPLICATIONS,))})
    owning = f"; with {OWNED_APPLICATIONS}, {principal_id} must also own {', '.join(own)}" if own else ""
    raise AzureError(
        "Authorization_RequestDenied",
        f"Insufficient privileges to complete the operation. '{operation}' needs one of the permissions"
        f" {', '.join(names)} of Microsoft Graph{owning}.",
        403,
    )


def _owns(world: World, principal_id: str, place: str) -> bool:
    found = world.get(place)
    owners = cast("list[object]", found.inputs.get("owners") or []) if found is not None else []
    return principal_id.lower() in (str(each).lower() for each in owners)
