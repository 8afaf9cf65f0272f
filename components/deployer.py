"""What the identity that deploys a network needs, and no more: a custom role, and the condition on its assignment.

Owns which operations the components' resource types take, in clusters the objects that agents are made of. Which roles
it may hand out follows from the components' verbs. `agent-network deployer` prints both as JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from access.azure.roles import Role, UnknownRole, by_name, privileged
from components.agents.foundry import FoundryAgent
from components.conditions import Assignable, assigns_only
from components.resources.image_registry import ImageRegistry
from components.resources.kinds import KINDS

__all__ = ["ACTIONS", "DATA_ACTIONS", "Callers", "assignable_roles", "calling_roles", "document"]

_TYPES = (
    "Microsoft.App/containerApps",
    "Microsoft.App/managedEnvironments",
    "Microsoft.AppConfiguration/configurationStores",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.CognitiveServices/accounts/deployments",
    "Microsoft.CognitiveServices/accounts/projects",
    "Microsoft.CognitiveServices/accounts/projects/applications",
    "Microsoft.CognitiveServices/accounts/projects/applications/agentdeployments",
    "Microsoft.CognitiveServices/accounts/projects/connections",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers",
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments",
    "Microsoft.Insights/diagnosticSettings",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Resources/subscriptions/resourceGroups",
    "Microsoft.Search/searchServices",
    "Microsoft.ServiceBus/namespaces",
    "Microsoft.ServiceBus/namespaces/queues",
    "Microsoft.ServiceBus/namespaces/topics",
    "Microsoft.ServiceBus/namespaces/topics/subscriptions",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Storage/storageAccounts/blobServices",
    "Microsoft.Storage/storageAccounts/blobServices/containers",
    "Microsoft.Storage/storageAccounts/queueServices/queues",
)
# It comes and goes with its account: "Azure permissions for Storage", Microsoft Learn, 2026, has no such operation.
_NEVER_DELETED = "Microsoft.Storage/storageAccounts/blobServices"
_ALSO = (
    # To put an app into an environment, and to give it the identity that pulls its image.
    "Microsoft.App/managedEnvironments/join/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    # How to reach a cluster; it holds no key, where local accounts are off.
    "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    # To put a cluster's nodes into the subnet that a stack's file names.
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    # A diagnostic setting may name a workspace only if its writer may read the workspace's keys, which this workspace
    # does not take: "Manage access to Log Analytics workspaces", Microsoft Learn, 2025.
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
    # Reported for the workspace of a cluster's monitoring (Azure/azure-cli#22232), and taken to hold for Defender's:
    # the built-in role Kubernetes Agent Operator, by which Defender itself is turned on, has both.
    "Microsoft.OperationalInsights/workspaces/sharedkeys/read",
)

ACTIONS = tuple(
    sorted(
        (
            *(f"{each}/{verb}" for each in _TYPES for verb in ("read", "write")),
            *(f"{each}/delete" for each in _TYPES if each != _NEVER_DELETED),
            *_ALSO,
        )
    )
)
"""Every control-plane operation that a deployment takes."""

# Whoever makes an object also waits until it is there, and tells why it is not: this is what pulumi-kubernetes watches
# ("provider/pkg/await" of its sources, 2026-07). It waits without an end for what it may not watch.
_CLUSTER = "Microsoft.ContainerService/managedClusters"
_MADE = ("apps/deployments", "namespaces", "networking.k8s.io/networkpolicies", "serviceaccounts", "services")
_WATCHED = ("apps/replicasets", "endpoints", "events", "persistentvolumeclaims", "pods")

DATA_ACTIONS = tuple(
    sorted(
        (
            # Who an agent of Foundry is: "Manage hosted agents", Microsoft Learn, 2026-04.
            "Microsoft.CognitiveServices/accounts/AIServices/agents/read",
            *(f"{_CLUSTER}/{each}/{verb}" for each in _MADE for verb in ("read", "write", "delete")),
            *(f"{_CLUSTER}/{each}/read" for each in _WATCHED),
        )
    )
)
"""Every operation on the data plane that a deployment takes: no data of any agent is among them, and no secret."""

Callers = Literal["agents", "people"]
_CALLER_TYPES: Mapping[Callers, tuple[str, ...]] = {"agents": ("ServicePrincipal",), "people": ("Group", "User")}


def assignable_roles(more: Iterable[str] = ()) -> tuple[Role, ...]:
    """The Azure roles that stand behind verbs, and `more`, which a network names itself; in name order.

    Raises:
        ValueError: if one of `more` is no Azure role that an agent can be given.
    """
    tables = [*(kind.VERBS for kind in KINDS.values()), ImageRegistry.VERBS, ImageRegistry.REPOSITORY_VERBS]
    by_verb = (by_name(row.role) for table in tables for row in table.values())
    # Cosmos DB has role assignments of its own, which no condition can narrow.
    roles = {role.name: role for role in by_verb if role.system == "azure"}
    roles |= {role.name: role for role in map(_fit, more)}
    return tuple(roles[name] for name in sorted(roles))


def calling_roles() -> tuple[Role, ...]:
    """The roles by which an agent of Foundry is called, in name order; elsewhere they allow far more."""
    names = {row.role for rows in FoundryAgent.VERBS.values() for row in rows.values()}
    return tuple(by_name(name) for name in sorted(names))


def document(
    subscription: str, group: str | None = None, more_roles: Iterable[str] = (), callers: Iterable[Callers] = ()
) -> dict[str, Any]:
    """The role as `az role definition create` takes it, and the condition for its assignment.

    Args:
        subscription: where the network goes.
        group: its resource group; without it, the whole subscription.
        more_roles: what the network names itself.
        callers: who is let call agents of Foundry; nobody, unless it is said.
    """
    scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return {
        "role": {
            # A tenant has one name for one role, and several networks.
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
            # An agent's is a managed identity or one of Foundry's: Azure counts both as service principals.
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
        raise ValueError(f"role {role.name!r} is Cosmos DB's own; no condition on Azure's role assignments is about it")
    reason = privileged(role)
    if reason:
        raise ValueError(f"role {role.name!r} is privileged and never an agent's: {reason}")
    return role
