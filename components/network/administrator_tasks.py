"""Warns of objects in Entra ID that an administrator still has to make, without which an agent cannot act for users."""

from collections.abc import Callable

import pulumi

from components.network.entra_objects import entra_objects
from manifest import Environment, Network, Problem
from manifest.errors import KeyPath

__all__ = ["warn_of_administrator_tasks"]


def warn_of_administrator_tasks(
    network: Network, environment: Environment, create_problem: Callable[[KeyPath, str], Problem]
) -> None:
    """Log a warning for each agent with objects in Entra ID that neither the stack creates nor its file has ids of."""
    tasks: dict[str, list[str]] = {}
    for one in entra_objects(network, environment):
        if one.maker == "administrator":
            tasks.setdefault(one.agent, []).append(one.title)
    for agent, titles in tasks.items():
        message = (
            f"an administrator of the tenant has to make {', '.join(titles)}, if it is not done yet; `agent-network"
            f" entra --stack {environment.stack}` prints each, and its id belongs under 'existing'"
        )
        key = "acts_for_users" if network.agents[agent].acts_for_users is not None else "callable"
        pulumi.log.warn(str(create_problem(("agents", agent, key), message)))
