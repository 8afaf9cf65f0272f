"""Pulumi program of a project: deploys the network of network.yaml to Azure.

The one function that a project's `__main__.py` needs, and the one that stays where it is from version to version.
"""

import functools

import pulumi

from access.azure.roles import role_refusal_reason
from components.network import AgentNetwork
from manifest import ManifestError, load, stack_config_problem

__all__ = ["deploy"]


def deploy() -> AgentNetwork:
    """Register all resources of the network for the current project and stack with Pulumi.

    Raises:
        RunError: with every mistake in network.yaml and in the stack's configuration.
    """
    stack, get = pulumi.get_stack(), pulumi.Config().get
    try:
        network, environment = load(stack, get, role_refusal_reason=role_refusal_reason)
    except ManifestError as error:
        raise pulumi.RunError(str(error)) from None
    return AgentNetwork(
        network.name,
        {
            "network": network,
            "environment": environment,
            "create_problem": functools.partial(stack_config_problem, stack, get),
        },
    )
