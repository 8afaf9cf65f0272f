"""Permissions of applications in Microsoft Graph: those that a deploying identity needs, and those that it has.

Owns the permissions and their ids, and the check. A permission is an app role of Microsoft Graph that the identity is
assigned; `Application.ReadWrite.OwnedBy` counts for the objects that it owns alone. Sources: "Microsoft Graph
permissions reference", Microsoft Learn, 2026; for each request, the section "API Permissions" of the resources of
hashicorp/terraform-provider-azuread, 2026-08.

Where the sources disagree, the stricter one counts: an app role assignment also takes a permission to read applications
(microsoftgraph/microsoft-graph-docs#12833, 2021-05). Graph lists all applications to an owner of some ("List
applications", Microsoft Graph v1.0, Microsoft Learn, 2025).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from localazure.arm.world import World
from localazure.errors import AzureError

MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"

APP_ROLES: Mapping[str, str] = {
    "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
    "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}
"""Permission of an application in Microsoft Graph → id of the app role."""

OWNED = "Application.ReadWrite.OwnedBy"
"""Permission that counts for the caller's own applications and service principals alone."""
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
    return frozenset(name for name, role in APP_ROLES.items() if role in held)


def check_graph(world: World, principal_id: str, operation: str, needed: GraphPermissions) -> None:
    """Raise Microsoft Graph's error unless a principal has the permission that an operation needs."""
    held = held_permissions(world, principal_id)
    if not held.isdisjoint(needed.any_of):
        return
    if needed.owned is not None and OWNED in held and all(_owns(world, principal_id, each) for each in needed.owned):
        return
    names = [*needed.any_of, *([] if needed.owned is None else [OWNED])]
    owning = f"; with {OWNED}, {principal_id} must also own {', '.join(needed.owned)}" if needed.owned else ""
    raise AzureError(
        "Authorization_RequestDenied",
        f"Insufficient privileges to complete the operation. '{operation}' needs one of the permissions"
        f" {', '.join(sorted(names))} of Microsoft Graph{owning}.",
        403,
    )


def _owns(world: World, principal_id: str, place: str) -> bool:
    found = world.get(place)
    owners = cast("list[object]", found.inputs.get("owners") or []) if found is not None else []
    return principal_id.lower() in (str(each).lower() for each in owners)
