"""Check of egress in clusters: the destinations of each agent have the hosts and ports that its access needs."""

from collections.abc import Iterator

from manifest.agents import Agent
from manifest.check_input import CheckInput, Violation
from manifest.generated_names import DESTINATION
from manifest.message_formatting import quote_value
from manifest.required_connections import is_admitted, required_connections

__all__ = ["check_egress"]


def check_egress(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each agent in a cluster whose network policy would refuse what its access needs."""
    if not all(map(inputs.environment.is_valid, ("suffix", "existing"))):
        return
    for name, agent in inputs.valid_agents("host", "egress", "access"):
        if agent.host == "aks" and _has_valid_destinations(inputs, agent):
            network, environment = inputs.network.model, inputs.environment.model
            reached = [environment.destinations[one] for one in agent.egress]
            needed = required_connections(agent, network, environment)
            refused = [each for each in needed if not any(is_admitted(each, one) for one in reached)]
            if refused:
                lacking = ", ".join(map(str, sorted(refused)))
                message = (
                    f"the network policy of {quote_value(name)} would refuse connections that its access needs:"
                    f" {lacking}; add destinations to 'egress', and their 'blocks', 'ports' and 'hosts' to"
                    " 'destinations' in the stack's file"
                )
                path = ("agents", name, "egress") if "egress" in inputs.raw_entry("agents", name) else ("agents", name)
                yield Violation(path, message)


def _has_valid_destinations(inputs: CheckInput, agent: Agent) -> bool:
    """Return True if all destinations of an agent are valid and set; others are reported by their own checks."""
    given = inputs.environment.model.destinations
    return all(
        DESTINATION.error(one) is None and one in given and inputs.environment.is_valid("destinations", one)
        for one in agent.egress
    )
