"""Builds the custom role with the least privileges for the deploying identity, and the condition on its assignment.

Combines the rows of the resource types: their operations, and the roles of their verbs, which the identity may assign.
`agent-network deployer` prints both as JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from access.azure.roles import Role, UnknownRole, by_name, privileged
from access.azure.types import TYPES, of_token
from access.azure.types.kubernetes import OBJECTS
from access.azure.types.row import MANAGED
from components.agents.foundry import FoundryAgent
from components.conditions import Assignable, assigns_only
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS

__all__ = ["ACTIONS", "DATA_ACTIONS", "Callers", "assignable_roles", "calling_roles", "document"]

ACTIONS = tuple(sorted(operation for row in TYPES for operation in row.deployer_operations))
"""Every control-plane operation that a deployment needs."""

_CLUSTER = of_token("azure-native:containerservice:ManagedCluster").arm_type
_WATCHED = {"events", *(each for one in OBJECTS for each in one.watched)}

DATA_ACTIONS = tuple(
    sorted(
        (
            *(operation for row in TYPES for operation in row.deployer_data),
            *(f"{_CLUSTER}/{one.objects}/{verb}" for one in OBJECTS for verb in MANAGED),
            *(f"{_CLUSTER}/{each}/read" for each in _WATCHED),
        )
    )
)
"""Every data-plane operation that a deployment needs; none reads agents' data or secrets."""

Callers = Literal["agents", "people"]
_CALLER_TYPES: Mapping[Callers, tuple[str, ...]] = {"agents": ("ServicePrincipal",), "people": ("Group", "User")}


def assignable_roles(more: Iterable[str] = ()) -> tuple[Role, ...]:
    """Return the Azure roles that the deployer may assign to agents: those of the verbs, and `more`; in name order.

    Raises:
        ValueError: one of `more` is not an Azure role that an agent can have.
    """
    tables = [*(kind.VERBS for kind in KINDS.values()), ImageRegistry.VERBS, ImageRegistry.REPOSITORY_VERBS]
    by_verb = (by_name(row.role) for table in tables for row in table.values())
    # Cosmos DB has role assignments of its own, which no condition can narrow.
    roles = {role.name: role for role in by_verb if role.system == "azure"}
    roles |= {role.name: role for role in map(_fit, more)}
    return tuple(roles[name] for name in sorted(roles))


def calling_roles() -> tuple[Role, ...]:
    """Return the roles that let a caller use a Foundry agent, in name order; at wider scopes they allow far more."""
    names = {row.role for rows in FoundryAgent.VERBS.values() for row in rows.values()}
    return tuple(by_name(name) for name in sorted(names))


def document(
    subscription: str, group: str | None = None, more_roles: Iterable[str] = (), callers: Iterable[Callers] = ()
) -> dict[str, Any]:
    """Return the deployer's custom role as `az role definition create` accepts it, and the condition of its assignment.

    Args:
        subscription: id of the network's subscription.
        group: resource group of the network; without it, the whole subscription.
        more_roles: roles that the network names in addition to those of the verbs.
        callers: types of principals that may be granted calls of Foundry agents; by default none.
    """
    scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return {
        "role": {
            # Names of roles are unique in a tenant, which can have several networks.
            "Name": f"Agent network deployer ({group or subscription})",
            "IsCustom": True,
            "Description": "Deploys one network of agents: its resource types, and grants as its condition allows.",
            "Actions": list(ACTIONS),
            "NotActions": [],
            "DataActions": list(DATA_ACTIONS),
            "NotDataActions": [],
            "AssignableScopes": [scope],
        },
        "scope": scope,
        "condition": assigns_only(
            # An agent has a managed identity or a Foundry agent identity: both are service principals.
            Assignable(assignable_roles(more_roles), ("ServicePrincipal",)),
            *(Assignable(calling_roles(), _CALLER_TYPES[who]) for who in sorted(set(callers))),
        ),
        "condition_version": "2.0",
    }


def _fit(name: str) -> Role:
    try:
        role = by_name(name)
    except UnknownRole as unknown:
        raise ValueError(str(unknown)) from None
    if role.system != "azure":
        raise ValueError(
            f"role {role.name!r} is a Cosmos DB role; a condition on Azure's role assignments cannot name it"
        )
    reason = privileged(role)
    if reason:
        raise ValueError(f"role {role.name!r} is privileged and cannot be assigned to an agent: {reason}")
    return role
