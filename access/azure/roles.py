"""The role catalogue's door for the other rooms: roles by name and id, and whether an agent may be given one.

The only place to get a role's id from. Owns the rule of the escape hatch in `network.yaml` (`why_not`) and the paths by
which Azure names a role definition. The catalogue is `access.azure.catalogue`; what makes a role privileged is in
`access.azure.privileges`.
"""

from access.azure.catalogue import Permission, Role, by_id, by_name, every_role
from access.azure.errors import UnknownRole
from access.azure.privileges import privileged

COSMOS_KINDS = frozenset({"cosmos-container"})
"""Kinds of resource whose data Azure roles do not reach: they are opened by Cosmos SQL roles alone."""


def definition_id(role: Role, within: str) -> str:
    """The path by which an assignment names the role.

    `within` is the subscription (id or path) for an Azure role, the id of the Cosmos account for a Cosmos SQL role: the
    same built-in role is a definition of every account.
    """
    if role.system == "cosmos":
        return f"{within.rstrip('/')}/sqlRoleDefinitions/{role.id}"
    subscription = within.strip("/").removeprefix("subscriptions/").partition("/")[0]
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"


def why_not(role_name: str, resource_kind: str) -> str | None:
    """Why an agent cannot be given this role on a resource of this kind; None where nothing speaks against it."""
    try:
        role = by_name(role_name)
    except UnknownRole as unknown:
        return str(unknown)
    return _wrong_system(role, resource_kind) or _too_much(role)


def _wrong_system(role: Role, resource_kind: str) -> str | None:
    takes = "cosmos" if resource_kind in COSMOS_KINDS else "azure"
    if role.system == takes:
        return None
    if role.system == "cosmos":
        return f"role {role.name!r} exists only inside a Cosmos account and cannot be given on a {resource_kind}"
    its_own = " or ".join(repr(other.name) for other in every_role() if other.system == "cosmos")
    why = f"role {role.name!r} is an Azure role, and those do not reach the items of a {resource_kind}"
    return f"{why}; it takes {its_own}"


def _too_much(role: Role) -> str | None:
    reason = privileged(role)
    return None if reason is None else f"role {role.name!r} is privileged and never an agent's: {reason}"


__all__ = [
    "COSMOS_KINDS",
    "Permission",
    "Role",
    "UnknownRole",
    "by_id",
    "by_name",
    "definition_id",
    "every_role",
    "privileged",
    "why_not",
]
