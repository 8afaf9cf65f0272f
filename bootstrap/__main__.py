"""Program that an administrator runs once for each environment, before the deployer's first deployment."""

from agent_network.bootstrap import deploy

deploy()
