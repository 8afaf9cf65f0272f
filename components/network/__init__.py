"""A whole network out of its description: the one part of this room that knows `manifest`.

`AgentNetwork` is the component; the modules beside it say, of hosts and of agents, which component each becomes and
with which arguments. None of them holds a rule of any kind of resource or host.
"""

from components.network.composing import AgentNetwork, AgentNetworkArgs

__all__ = ["AgentNetwork", "AgentNetworkArgs"]
