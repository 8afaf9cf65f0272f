"""Data actions that deploying a network needs in its resource group, and the check that the deployer has them."""

from collections.abc import Iterator

import pulumi

from components.deployer import AGENT_DATA_ACTIONS, CLUSTER_DATA_ACTIONS
from components.preflight import DataPermissions
from manifest import Environment, Network

__all__ = ["check_data_actions"]


def check_data_actions(
    network: Network, environment: Environment, subscription_id: pulumi.Output[str], own: pulumi.ResourceOptions
) -> DataPermissions | None:
    """Register the check of the signed-in identity's data actions; None if none is needed or no group exists yet."""
    needed = sorted(_data_actions(network))
    if not needed or not environment.resource_group.existing:
        return None
    return DataPermissions(
        f"{network.name}-data-permissions",
        {
            "subscription_id": subscription_id,
            "resource_group": environment.resource_group.name,
            "data_actions": needed,
        },
        own,
    )


def _data_actions(network: Network) -> Iterator[str]:
    """Return the data actions for agents in clusters and projects of this network, which are in its group."""
    own = {name for name, host in network.hosts.items() if not host.existing}
    if any(agent.cluster in own for agent in network.agents.values()):
        yield from CLUSTER_DATA_ACTIONS
    if any(agent.project in own for agent in network.agents.values()):
        yield from AGENT_DATA_ACTIONS
