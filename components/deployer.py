"""Builds the custom role with the least privileges for the deploying identity, and the condition on its assignment.

Combines the rows of the resource types: their operations, and the roles of their verbs, which the identity may assign.
`agent-network deployer` prints both as JSON.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from access.azure.principal_types import AGENT_IDENTITY_TYPES, SERVICE_PRINCIPAL
from access.azure.roles import Role, UnknownRole, by_name, privileged
from access.azure.types import TYPES, of_token
from access.azure.types.cognitiveservices import PROJECT_ROLE
from access.azure.types.keyvault import SIGNER
from access.azure.types.kubernetes import OBJECTS
from access.azure.types.row import MANAGED
from components.agents.foundry import FoundryAgent
from components.conditions import Assignable, assigns_only
from components.graph_permissions import graph_permissions
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS

__all__ = [
    "ACTIONS",
    "AGENT_DATA_ACTIONS",
    "CLUSTER_DATA_ACTIONS",
    "DATA_ACTIONS",
    "DELETED_ACTIONS",
    "LOG_ACTIONS",
    "WILDCARDS",
    "Callers",
    "assignable_roles",
    "calling_roles",
    "control_actions",
    "document",
    "signing_role",
]

ACTIONS = tuple(sorted({operation for row in TYPES for operation in row.deployer_operations}))
"""Every control-plane operation that a deployment needs, the reads of the status of asynchronous requests included."""

WILDCARDS = tuple(wildcard for row in TYPES for wildcard in row.wildcards)
"""The operations among them that have a wildcard, each with the operation that it is for and the source."""

_WORKSPACE = of_token("azure-native:operationalinsights:Workspace")
_OF_WORKSPACES = frozenset(_WORKSPACE.deployer_operations)
_GROUP = of_token("azure-native:resources:ResourceGroup")
_OF_GROUPS = frozenset(each for each in _GROUP.deployer_operations if not each.endswith("resourceGroups/read"))
LOG_ACTIONS = tuple(
    sorted(f"{_WORKSPACE.arm_type}/{each}" for each in _WORKSPACE.deployer if each not in {"write", "delete"})
)
"""Operations that sending logs to an existing workspace needs: reading it, and, as Azure requires, its keys."""

DELETED_ACTIONS = (
    "Microsoft.AppConfiguration/locations/deletedConfigurationStores/read",
    "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read",
    "Microsoft.KeyVault/locations/deletedVaults/read",
)
"""Operations that finding soft-deleted resources needs, at the subscription; recovering one is an ordinary write."""

_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_WORKSPACE_ID = re.compile(
    "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.OperationalInsights/workspaces/[^/]+", re.IGNORECASE
)

_CLUSTER = of_token("azure-native:containerservice:ManagedCluster").arm_type
_WATCHED = {"events", *(each for one in OBJECTS for each in one.watched)}

CLUSTER_DATA_ACTIONS = tuple(
    sorted(
        (
            *(f"{_CLUSTER}/{one.objects}/{verb}" for one in OBJECTS for verb in MANAGED),
            *(f"{_CLUSTER}/{each}/read" for each in _WATCHED),
        )
    )
)
"""The data-plane operations that agents in a cluster need."""

AGENT_DATA_ACTIONS = tuple(sorted(operation for row in TYPES for operation in row.deployer_data))
"""The data-plane operations that Foundry agents need."""

DATA_ACTIONS = tuple(sorted((*AGENT_DATA_ACTIONS, *CLUSTER_DATA_ACTIONS)))
"""Every data-plane operation that a deployment needs; none reads agents' data or secrets."""

Callers = Literal["agents", "people"]
_CALLER_TYPES: Mapping[Callers, tuple[str, ...]] = {"agents": AGENT_IDENTITY_TYPES, "people": ("Group", "User")}


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


def control_actions(*, with_workspace: bool = True, existing_group: bool = False) -> list[str]:
    """Return the control-plane operations of the deployer's role.

    Args:
        with_workspace: False if the network sends its logs to a workspace outside the group.
        existing_group: True if the group is created outside the program.
    """
    unneeded = (frozenset[str]() if with_workspace else _OF_WORKSPACES) | (
        _OF_GROUPS if existing_group else frozenset[str]()
    )
    return [each for each in ACTIONS if each not in unneeded]


def document(  # noqa: PLR0913 (an option each)
    subscription: str,
    group: str | None = None,
    more_roles: Iterable[str] = (),
    callers: Iterable[Callers] = (),
    *,
    object_id: str,
    workspace: str | None = None,
    existing_group: bool = False,
) -> dict[str, Any]:
    """Return the deployer's custom role as `az role definition create` accepts it, and the condition of its assignment.

    With a workspace outside the network, the role has no operation on workspaces, and a second role allows to send logs
    to that one. The role that signs with keys of a vault is only for networks that have such keys; an administrator
    creates it once in a tenant.

    Args:
        subscription: id of the network's subscription.
        group: resource group of the network; without it, the whole subscription.
        more_roles: roles that the network names in addition to those of the verbs.
        callers: types of principals that may be granted calls of Foundry agents; by default none.
        object_id: id of the deploying identity in Entra ID, which it may not assign a role to.
        workspace: id of the Log Analytics workspace of `logs` in network.yaml, if the network has none of its own.
        existing_group: True for a resource group that is not created; the role then has no right to write groups.

    Raises:
        ValueError: the object id or the workspace is not valid, or no agent can have one of the roles.
    """
    if not _GUID.fullmatch(object_id):
        raise ValueError(f"{object_id!r} is not an object id of Entra ID; write the 'id' that `az ad sp show` prints")
    if workspace is not None and not _WORKSPACE_ID.fullmatch(workspace):
        raise ValueError(f"{workspace!r} is not the id of a Log Analytics workspace; write '/subscriptions/…'")
    scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return {
        # Names of roles are unique in a tenant, which can have several networks.
        "role": _custom_role(
            f"Agent network deployer ({group or subscription})",
            "Deploys one network of agents: its resource types, and grants as its condition allows.",
            scope,
            control_actions(with_workspace=workspace is None, existing_group=existing_group),
            DATA_ACTIONS,
        ),
        "scope": scope,
        "condition": assigns_only(
            # An agent has a managed identity or a Foundry agent identity, whose principal type may be another one.
            Assignable(assignable_roles(more_roles), AGENT_IDENTITY_TYPES),
            # The identity of each Foundry project needs it at the account.
            Assignable((by_name(PROJECT_ROLE),), (SERVICE_PRINCIPAL,)),
            *(Assignable(calling_roles(), _CALLER_TYPES[who]) for who in sorted(set(callers))),
            never_to=object_id,
        ),
        "condition_version": "2.0",
        **graph_permissions(),
        "notes": [
            *(
                f"{each.pattern} is for {each.unpublished}, which Azure checks and does not publish, so no role can"
                f" name it ({each.source})"
                for each in WILDCARDS
            ),
            (
                f"{PROJECT_ROLE!r} becomes assignable to every {SERVICE_PRINCIPAL} at every resource in {scope}: the"
                " identity of each Foundry project needs it at the account, and a condition on role assignments can"
                " name no scope"
            ),
            *_calling_notes(callers, scope),
        ],
        "signing_role": signing_role([subscription]),
        **_deleted_reader(subscription),
        **({} if workspace is None else _log_sender(workspace)),
    }


def signing_role(subscriptions: Iterable[str]) -> dict[str, Any]:
    """Return the definition of the role that signs with a key, for `az rest`, which also sets the role's id.

    A tenant has one such role for all environments, so that every network can name it; the deployer never writes role
    definitions. It can be assigned in the given subscriptions.
    """
    role = by_name(SIGNER)
    scopes = [f"/subscriptions/{each}" for each in subscriptions]
    return {
        "id": f"{scopes[0]}/providers/Microsoft.Authorization/roleDefinitions/{role.id}",
        "properties": {
            "roleName": role.name,
            "type": "CustomRole",
            "description": "Signs with a key of a vault, and reads its public half. Nothing else.",
            "permissions": [
                {
                    "actions": list(block.actions),
                    "notActions": list(block.not_actions),
                    "dataActions": list(block.data_actions),
                    "notDataActions": list(block.not_data_actions),
                }
                for block in role.permissions
            ],
            "assignableScopes": scopes,
        },
    }


def _custom_role(
    name: str, description: str, scope: str, actions: Iterable[str], data_actions: Iterable[str] = ()
) -> dict[str, Any]:
    """Return a custom role in the form of `az role definition create`."""
    return {
        "Name": name,
        "IsCustom": True,
        "Description": description,
        "Actions": list(actions),
        "NotActions": [],
        "DataActions": list(data_actions),
        "NotDataActions": [],
        "AssignableScopes": [scope],
    }


def _deleted_reader(subscription: str) -> dict[str, Any]:
    """Return the custom role that allows to find soft-deleted resources of a subscription, and not to purge them."""
    return {
        "deleted_role": _custom_role(
            f"Agent network deleted resource reader ({subscription})",
            "Finds deleted vaults, accounts and stores by name. It can neither recover nor purge them.",
            f"/subscriptions/{subscription}",
            DELETED_ACTIONS,
        ),
        "deleted_scope": f"/subscriptions/{subscription}",
    }


def _calling_notes(callers: Iterable[Callers], scope: str) -> list[str]:
    """Return a note on the scopes at which the deployer may assign the roles for calling Foundry agents, if any."""
    types = sorted({each for who in callers for each in _CALLER_TYPES[who]})
    if not types:
        return []
    roles = " and ".join(repr(role.name) for role in calling_roles())
    note = (
        f"{roles} become assignable to every {' and '.join(types)} at every resource in {scope}, not only at agents: a"
        " condition on role assignments can name no scope. At an account, 'Foundry User' allows every model and agent"
    )
    return [note]


def _log_sender(workspace: str) -> dict[str, Any]:
    """Return the custom role that allows to send logs to a workspace, and neither to change nor to purge it."""
    return {
        "workspace_role": _custom_role(
            f"Agent network log sender ({workspace.rpartition('/')[2]})",
            "Names one workspace in diagnostic settings. It can neither change, query nor purge it.",
            workspace.partition("/providers/")[0],
            LOG_ACTIONS,
        ),
        "workspace_scope": workspace,
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
