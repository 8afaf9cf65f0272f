"""Warns of egress at private addresses alone, where a connection of an agent needs a host that has public ones only."""

from collections.abc import Callable

import pulumi

from manifest import Environment, Network, Problem
from manifest.errors import KeyPath
from manifest.required_connections import doubtful_connections

__all__ = ["warn_of_private_egress"]


def warn_of_private_egress(
    network: Network, environment: Environment, create_problem: Callable[[KeyPath, str], Problem]
) -> None:
    """Log a warning for each agent in a cluster whose egress can reach a public host through a proxy only."""
    hosts: dict[str, dict[str, None]] = {}
    for agent, connection in doubtful_connections(network, environment):
        hosts.setdefault(agent, {})[connection.host] = None
    for agent, found in hosts.items():
        message = (
            f"egress has private addresses alone for {' and '.join(found)}, which has no private endpoint; add its"
            " public addresses or, for a proxy, name it in 'hosts' of the destination"
        )
        pulumi.log.warn(str(create_problem(("agents", agent, "egress"), message)))
