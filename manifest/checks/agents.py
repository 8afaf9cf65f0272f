"""Agents: could Container Apps, or a cluster, run their containers as they are written?"""

from collections.abc import Iterator

from manifest.agents import SIZES, Agent
from manifest.azure_resource_names import variable_prefix
from manifest.check_input import Draft, Finding
from manifest.kinds import KINDS
from manifest.phrases import choices, show, unknown

__all__ = ["agents_can_run"]


def agents_can_run(draft: Draft) -> Iterator[Finding]:
    """Judge size, replicas, scaling, ingress, port, probes and variables of every agent."""
    for name, agent in _containers(draft, "cpu", "memory"):
        yield from _size(name, agent)
    for name, agent in _containers(draft, "replicas", "scale", "ingress"):
        yield from _replicas(name, agent)
    for name, agent in _containers(draft, "scale", "ingress", "access"):
        if agent.host != "aks":  # which has no scale rules
            yield from _scale(draft, name, agent)
    for name, agent in _containers(draft, "ingress"):
        yield from _ingress(name, agent)
    for name, agent in _containers(draft, "ingress", "cluster"):
        yield from _callers(draft, name, agent)
    for name, agent in _containers(draft, "ingress", "port", "probes"):
        yield from _port(name, agent)
    for name, agent in _containers(draft):
        yield from _probes(name, agent)
        yield from _variables(name, agent)


def _containers(draft: Draft, *needs: str) -> Iterator[tuple[str, Agent]]:
    """The agents that are containers; one of Foundry has none of these keys, which is said elsewhere."""
    return ((name, agent) for name, agent in draft.agents("host", *needs) if agent.host != "foundry")


def _size(name: str, agent: Agent) -> Iterator[Finding]:
    place = ("agents", name, "cpu")
    if agent.cpu not in SIZES:
        near = sorted(sorted(SIZES, key=lambda cpu: abs(cpu - agent.cpu))[:2])
        sizes = " or ".join(f"{cpu:g} with '{SIZES[cpu]}'" for cpu in near)
        where = "Container Apps has" if agent.host == "container-app" else "an agent has"
        yield Finding(place, f"{where} no size with {agent.cpu:g} cores; near it are {sizes}")
    elif SIZES[agent.cpu] != agent.memory:
        fitting = [f"{cpu:g}" for cpu, memory in SIZES.items() if memory == agent.memory]
        other = f", and '{agent.memory}' with {fitting[0]}" if fitting else f", not '{agent.memory}'"
        yield Finding(("agents", name, "memory"), f"{agent.cpu:g} cores go with '{SIZES[agent.cpu]}'{other}")


def _replicas(name: str, agent: Agent) -> Iterator[Finding]:
    least, most = agent.replicas.min, agent.replicas.max
    if least > most:
        yield Finding(("agents", name, "replicas"), f"at least {least} and at most {most} contradict each other")
    elif least == 0 and agent.host == "aks":
        message = "0 in a cluster: once asleep, nothing there would wake it; write 1"
        yield Finding(("agents", name, "replicas", "min"), message)
    elif least == 0 and agent.ingress.kind == "none" and agent.scale is None:
        message = "0 without ingress and without a scale rule: once asleep, nothing would wake it; write 1, or add one"
        yield Finding(("agents", name, "replicas", "min"), message)


def _scale(draft: Draft, name: str, agent: Agent) -> Iterator[Finding]:
    scale = agent.scale
    if scale is None:
        return
    place = ("agents", name, "scale")
    if scale.kind == "http":
        if scale.resource is not None:
            yield Finding((*place, "resource"), "'http' counts requests; only 'queue' has a resource")
        if agent.ingress.kind == "none":
            yield Finding(place, "'http' counts requests, and without ingress there are none; add an ingress")
        return
    queues = [one for one in draft.names("resources") if _scales(draft.kind_of(one))]
    if scale.resource is None:
        yield Finding(place, "'queue' needs a 'resource': the queue whose messages are counted")
    elif scale.resource not in draft.names("resources"):
        yield Finding((*place, "resource"), unknown("resource", scale.resource, queues, there="the queues are"))
    elif scale.resource not in queues:
        message = f"'{scale.resource}' is no queue that can be counted; the queues are {choices(queues)}"
        yield Finding((*place, "resource"), message)
    elif not any(one.resource == scale.resource and one.verb == "receive" for one in agent.access):
        message = f"the agent may not receive from '{scale.resource}', so it cannot count what waits there; grant it"
        yield Finding((*place, "resource"), message)


def _scales(kind: str | None) -> bool:
    return kind in KINDS and KINDS[kind].scales


def _ingress(name: str, agent: Agent) -> Iterator[Finding]:
    place = ("agents", name, "ingress")
    kind, allow = agent.ingress.kind, agent.ingress.allow
    if agent.host == "aks":
        if kind == "external":
            message = "nothing outside the cluster reaches an agent in it; say 'none' or 'internal'"
            yield Finding(place, message)
        elif allow:
            yield Finding((*place, "allow"), f"'{kind}' lets in no address from outside; remove 'allow'")
        return
    if kind == "external" and not allow:
        yield Finding(place, "'external' without 'allow' would let in everyone; list the addresses of those who call")
    if kind != "external" and allow:
        yield Finding((*place, "allow"), f"'{kind}' lets in no address from outside; remove 'allow', or say 'external'")
    for block in sorted({one for one in allow if allow.count(one) > 1}):
        yield Finding((*place, "allow"), f"{show(block)} stands here {allow.count(block)} times; write it once")


def _callers(draft: Draft, name: str, agent: Agent) -> Iterator[Finding]:
    """In a cluster, callers are let in one by one; in Container Apps, 'internal' is the whole environment."""
    place = ("agents", name, "ingress", "callers")
    kind, callers = agent.ingress.kind, agent.ingress.callers
    if agent.host != "aks":
        if callers:
            message = "Container Apps cannot tell one app of its environment from another; remove 'callers'"
            yield Finding(place, message)
        return
    if kind == "none" and callers:
        yield Finding(place, "'none' lets in nobody; remove 'callers', or say 'internal'")
        return
    if kind == "internal" and not callers:
        message = "'internal' without 'callers' lets in nobody; list the agents of the cluster that may call"
        yield Finding(place[:-1], message)
    near = [one for one, other in draft.agents("host", "cluster") if other.cluster == agent.cluster and one != name]
    near = [one for one in near if draft.runs_on(one) == "aks"]
    for one in dict.fromkeys(callers):
        if callers.count(one) > 1:
            yield Finding(place, f"{show(one)} stands here {callers.count(one)} times; write it once")
        if one == name:
            yield Finding(place, "an agent needs no leave to call itself; remove it")
        elif one not in near:
            yield Finding(place, unknown("agent of the cluster", one, near, there="in the same cluster runs"))


def _port(name: str, agent: Agent) -> Iterator[Finding]:
    if agent.port is not None:
        return
    if agent.ingress.kind != "none":
        message = f"missing: '{agent.ingress.kind}' ingress needs the port on which the agent listens"
        yield Finding(("agents", name, "port"), message)
    for key, probe in agent.probes:
        if probe is not None and probe.port is None:
            message = "missing: neither the probe nor the agent says which port to ask"
            yield Finding(("agents", name, "probes", key, "port"), message)


def _probes(name: str, agent: Agent) -> Iterator[Finding]:
    for key, probe in agent.probes:
        if key != "readiness" and probe is not None and (probe.success_threshold or 1) > 1:
            message = f"{probe.success_threshold} is more than 1, and only a readiness probe may ask for that"
            yield Finding(("agents", name, "probes", key, "success_threshold"), message)


def _variables(name: str, agent: Agent) -> Iterator[Finding]:
    for variable in agent.environment:
        for resource in agent.written_access:
            if f"{variable}_".startswith(variable_prefix(resource)):
                message = (
                    f"variables that begin with '{variable_prefix(resource)}' are handed in for the granted resource "
                    f"'{resource}'; choose another name"
                )
                yield Finding(("agents", name, "environment", variable), message)
