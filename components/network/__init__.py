"""Component that creates a whole network from its manifest: the only package of `components` that imports `manifest`.

`AgentNetwork` is the component; the other modules choose the component and the arguments of each host and agent. None
of them contains a rule of one kind of resource or host.
"""

from components.network.composing import AgentNetwork, AgentNetworkArgs

__all__ = ["AgentNetwork", "AgentNetworkArgs"]
