"""Pulumi program of a project: deploys the network of network.yaml to Azure.

The one function that a project's `__main__.py` needs, and the one that stays where it is from version to version.
"""

import functools
from datetime import date

import pulumi

from access.azure.roles import role_refusal_reason
from components.network import AgentNetwork
from components.network.administrator_tasks import warn_of_administrator_tasks
from components.network.private_egress import warn_of_private_egress
from components.network.reserved_addresses import refuse_reserved_addresses
from manifest import ManifestError, load, model_problem, network_problem, stack_config_problem
from safe_text.current_date import InvalidDateError, current_date

__all__ = ["deploy"]


def deploy(today: date | None = None) -> AgentNetwork:
    """Register all resources of the network for the current project and stack with Pulumi.

    Args:
        today: the day by which models are deprecated or retired; by default, `current_date()`.

    Raises:
        RunError: with every mistake in network.yaml and in the stack's configuration.
    """
    stack, get = pulumi.get_stack(), pulumi.Config().get
    try:
        network, environment = load(stack, get, role_refusal_reason=role_refusal_reason)
        day = current_date() if today is None else today
    except (ManifestError, InvalidDateError) as error:
        raise pulumi.RunError(str(error)) from None
    create_problem = functools.partial(stack_config_problem, stack, get)
    refuse_reserved_addresses(network, environment, network_problem, create_problem)
    warn_of_private_egress(network, environment, network_problem)
    warn_of_administrator_tasks(network, environment, network_problem)
    return AgentNetwork(
        network.name,
        {
            "network": network,
            "environment": environment,
            "create_problem": create_problem,
            "create_model_problem": model_problem,
            "today": day,
        },
    )
