"""Check of agents that other agents call: they have ingress, and each caller can connect to them."""

from collections.abc import Iterator

from manifest.agents import Agent
from manifest.check_input import CheckInput, Violation
from manifest.hosts import AGENT_HOSTS
from manifest.message_formatting import quote_value

__all__ = ["check_calls"]


def check_calls(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in `callable`, `platform_authentication` and `unauthenticated`, and in calls of agents."""
    for name, agent in inputs.valid_agents("host", "ingress", "callable", "platform_authentication"):
        if agent.host != "foundry":  # its keys are refused one by one
            yield from _ingress(name, agent)
            yield from _unauthenticated(name, agent)
            yield from _platform(inputs, name, agent)
    for name, agent in inputs.valid_agents("host", "access"):
        for one in dict.fromkeys(grant.resource for grant in agent.access):
            yield from _connection(inputs, name, agent, one)


def _ingress(name: str, agent: Agent) -> Iterator[Violation]:
    """Yield a violation for each key about callers of an agent that nothing can connect to."""
    if agent.ingress.kind != "none":
        return
    for key, written in (("callable", agent.callable), ("platform_authentication", agent.platform_authentication)):
        if written:
            message = f"an agent without ingress has no callers; set 'ingress' and 'port', or remove '{key}'"
            yield Violation(("agents", name, key), message)
    if agent.ingress.unauthenticated is not None:
        message = "an agent with ingress 'none' has no callers; remove 'unauthenticated'"
        yield Violation(("agents", name, "ingress", "unauthenticated"), message)


def _unauthenticated(name: str, agent: Agent) -> Iterator[Violation]:
    """Yield a violation for an agent whose callers need a token and, by another key, need none."""
    requiring = [key for key in ("callable", "platform_authentication") if getattr(agent, key)]
    if agent.ingress.kind != "none" and agent.ingress.unauthenticated is not None and requiring:
        message = f"callers need a token by '{requiring[0]}', and need none by 'unauthenticated'; remove one of them"
        yield Violation(("agents", name, "ingress", "unauthenticated"), message)


def _platform(inputs: CheckInput, name: str, agent: Agent) -> Iterator[Violation]:
    """Yield a violation for an agent whose platform requires tokens that nobody can get."""
    if not agent.platform_authentication or agent.callable or "acts_for_users" in inputs.raw_entry("agents", name):
        return
    message = "nobody could get a token for the agent; set 'callable: true' for other agents, or 'acts_for_users'"
    yield Violation(("agents", name, "platform_authentication"), message)


def _connection(inputs: CheckInput, name: str, agent: Agent, callee_name: str) -> Iterator[Violation]:
    """Yield a violation for access to a callable agent whose network does not let the caller connect."""
    callee = inputs.network.model.agents.get(callee_name)
    if callee is None or callee_name in inputs.names("resources") or not callee.callable or callee_name == name:
        return
    if not all(inputs.network.is_valid("agents", callee_name, key) for key in ("host", "ingress", "cluster")):
        return
    path, shown = ("agents", name, "access", callee_name), quote_value(callee_name)
    if callee.host == "aks" and (agent.host != "aks" or agent.cluster != callee.cluster):
        message = f"{shown} runs in a cluster, where only agents of the same cluster can connect to it; remove the line"
        yield Violation(path, message)
    elif callee.host == "aks" and callee.ingress.kind == "internal" and name not in callee.ingress.callers:
        message = f"{shown} accepts no connections of {quote_value(name)}; add it to 'callers' of the ingress there"
        yield Violation(path, message)
    elif callee.host == "container-app" and callee.ingress.kind == "internal" and agent.host != "container-app":
        message = (
            f"{shown} has internal ingress, and {quote_value(name)} runs on {AGENT_HOSTS[agent.host]}, outside its"
            " environment; write 'external' there with the addresses of its callers in 'allow'"
        )
        yield Violation(path, message)
