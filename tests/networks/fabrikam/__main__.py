"""The program that Pulumi runs: network.yaml and the stack's configuration become a network on Azure."""

import functools

import pulumi

from access.azure.roles import role_refusal_reason
from components.network import AgentNetwork
from manifest import SpecError, load, stack_config_problem

try:
    network, environment = load(pulumi.get_stack(), pulumi.Config().get, role_refusal_reason=role_refusal_reason)
except SpecError as error:
    raise pulumi.RunError(str(error)) from None

everything = AgentNetwork(
    network.name,
    {
        "network": network,
        "environment": environment,
        "create_problem": functools.partial(stack_config_problem, pulumi.get_stack(), pulumi.Config().get),
    },
)

pulumi.export("agents", everything.agents)
