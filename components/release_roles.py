"""Custom roles of the two identities that release a network, apart from the deployer's own role.

Owns what each may read. The identity that plans reads the network as the engine does in a refresh: settings, and in the
data planes the agents of Foundry projects and the objects of clusters that the network consists of. Both read settings
and access in the whole subscription, since a role or an attached identity that nobody declared can be anywhere in it.
"""

from typing import Any

from access.azure.catalogue import Permission
from access.azure.types import of_token
from components.deployer import ACTIONS, DATA_ACTIONS, DELETED_ACTIONS, LOG_ACTIONS

__all__ = ["PLANNED_DATA", "access_reader_role", "planner_role", "release_permissions"]

_CLUSTER = of_token("azure-native:containerservice:ManagedCluster").arm_type

_KUBECONFIG = f"{_CLUSTER}/listClusterUserCredential/action"
"""Operation that returns the address of a cluster.

Where local accounts are disabled, as in every cluster of a network, the answer has no credential ("Manage local
accounts with AKS-managed Microsoft Entra integration", Microsoft Learn, 2025).
"""

PLANNED_DATA = tuple(each for each in DATA_ACTIONS if each.endswith("/read"))
"""Data actions of a plan: the reads among those of a deployment; none reads secrets, logs or conversations."""

_READS = "*/read"
_NOT_READ = (
    # Data of agents that operations named "read" return: log records, and images.
    "Microsoft.OperationalInsights/workspaces/query/*",
    "Microsoft.Insights/Logs/*",
    "Microsoft.ContainerRegistry/registries/pull/read",
    # Keys, which the network disables where it can: they let a thief read data, or write logs.
    "Microsoft.OperationalInsights/workspaces/listKeys/read",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
    "Microsoft.DocumentDB/databaseAccounts/readonlykeys/read",
)
"""Operations of Reader that neither a plan nor the check of a deployment needs.

Sources: "Azure permissions for Databases", "Azure permissions for Monitor" and "Azure permissions for Containers",
Microsoft Learn, 2026-04-09.
"""


def planner_role(name: str, group_id: str) -> dict[str, Any]:
    """Return the custom role with which an identity plans a network, as `az role definition create` accepts it.

    Args:
        name: name of the network's resource group.
        group_id: id of that group.
    """
    return _role(
        f"Agent network planner ({name})",
        "Reads settings, agents and cluster objects of one network of agents; no keys, secrets, logs or images.",
        group_id,
        _planned(),
    )


def access_reader_role(name: str, subscription: str) -> dict[str, Any]:
    """Return the custom role that reads settings and access of a subscription: Reader without data and keys.

    Args:
        name: name of the network's resource group, which makes the name of the role unique in the tenant.
        subscription: id of the subscription.
    """
    return _role(
        f"Agent network access reader ({name})",
        "Reads settings and access in the subscription, to find access that nobody declared.",
        f"/subscriptions/{subscription}",
        _settings(),
    )


def release_permissions() -> dict[str, tuple[Permission, ...]]:
    """Return the permissions that the roles of a release's identities may have, for `plan` and for `apply`."""
    finder = Permission(actions=DELETED_ACTIONS)
    deployer = Permission(actions=(*ACTIONS, *LOG_ACTIONS), data_actions=DATA_ACTIONS)
    return {"plan": (_planned(), _settings(), finder), "apply": (deployer, _settings(), finder)}


def _planned() -> Permission:
    return Permission(actions=(_READS, _KUBECONFIG), not_actions=_NOT_READ, data_actions=PLANNED_DATA)


def _settings() -> Permission:
    return Permission(actions=(_READS,), not_actions=_NOT_READ)


def _role(name: str, description: str, scope: str, held: Permission) -> dict[str, Any]:
    return {
        "Name": name,
        "Description": description,
        "Actions": list(held.actions),
        "NotActions": list(held.not_actions),
        "DataActions": list(held.data_actions),
        "NotDataActions": [],
        "AssignableScopes": [scope],
    }
