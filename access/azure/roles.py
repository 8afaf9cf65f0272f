"""Public interface of the role catalogue: find a role, and the reason why an agent may not hold a role.

The only source of role ids. Owns the rule for `role:` in `network.yaml` (`role_refusal_reason`) and the resource ids
of role definitions. The catalogue is `access.azure.catalogue`; `access.azure.privileges` decides which roles are
privileged.
"""

from access.azure.catalogue import Permission, Role, by_id, by_name, every_role, is_built_in
from access.azure.errors import UnknownRole
from access.azure.privileges import privileged

COSMOS_KINDS = frozenset({"cosmos-container"})
"""Kinds of resource whose data only Cosmos DB's own roles open, and Azure roles do not."""


def definition_id(role: Role, within: str) -> str:
    """Return the role definition id that a role assignment refers to.

    `within` is the subscription (id or path) for an Azure role, the id of the Cosmos account for a Cosmos SQL role: the
    same built-in role is a definition of every account.
    """
    if role.system == "cosmos":
        return f"{within.rstrip('/')}/sqlRoleDefinitions/{role.id}"
    subscription = within.strip("/").removeprefix("subscriptions/").partition("/")[0]
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"


def role_refusal_reason(role_name: str, resource_kind: str) -> str | None:
    """Return the reason why an agent may not be given a role at a kind of resource; None if it may."""
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
    if role.system == "entra":
        return f"role {role.name!r} is an app role of agents in Entra ID and cannot be given on a {resource_kind}"
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
    "is_built_in",
    "privileged",
    "role_refusal_reason",
]
