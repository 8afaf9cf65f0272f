"""The program that Pulumi runs: network.yaml and the stack's configuration become a network on Azure."""

import pulumi

from agent_network.program import deploy

network = deploy()

pulumi.export("agents", network.agents)
