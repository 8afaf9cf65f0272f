"""The program that Pulumi runs: network.yaml and the stack's configuration become a network on Azure."""

import functools

import pulumi

from access.azure.roles import why_not
from components.network import AgentNetwork
from manifest import SpecError, load, wrong_in_stack

try:
    network, environment = load(pulumi.get_stack(), pulumi.Config().get, why_not_role=why_not)
except SpecError as error:
    raise pulumi.RunError(str(error)) from None

everything = AgentNetwork(
    network.name,
    {
        "network": network,
        "environment": environment,
        "place": functools.partial(wrong_in_stack, pulumi.get_stack(), pulumi.Config().get),
    },
)

pulumi.export("agents", everything.agents)
