"""Check of declared agents: Container Apps or an AKS cluster can run their containers as declared."""

from collections.abc import Iterator

from manifest.agents import SIZES, Agent
from manifest.check_input import CheckInput, Violation
from manifest.generated_names import variable_prefix
from manifest.kinds import KINDS
from manifest.message_formatting import join_choices, quote_value, unknown_name_message
from safe_text.credentials import detect_credential

__all__ = ["check_agents"]


def check_agents(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in size, replicas, scaling, ingress, port, probes and variables of every agent."""
    for name, agent in _containers(inputs, "cpu", "memory"):
        yield from _size(name, agent)
    for name, agent in _containers(inputs, "replicas", "scale", "ingress"):
        yield from _replicas(name, agent)
    for name, agent in _containers(inputs, "scale", "ingress", "access"):
        if agent.host != "aks":  # clusters have no scale rules
            yield from _scale(inputs, name, agent)
    for name, agent in _containers(inputs, "ingress"):
        yield from _ingress(name, agent)
    for name, agent in _containers(inputs, "ingress", "cluster"):
        yield from _callers(inputs, name, agent)
    for name, agent in _containers(inputs, "ingress", "port", "probes"):
        yield from _port(name, agent)
    for name, agent in _containers(inputs):
        yield from _probes(name, agent)
        yield from _variables(name, agent)
        yield from _credentials(name, agent)


def _containers(inputs: CheckInput, *needs: str) -> Iterator[tuple[str, Agent]]:
    """Return the agents that run in containers and whose given fields are valid; agents of Foundry do not."""
    return ((name, agent) for name, agent in inputs.valid_agents("host", *needs) if agent.host != "foundry")


def _size(name: str, agent: Agent) -> Iterator[Violation]:
    place = ("agents", name, "cpu")
    if agent.cpu not in SIZES:
        near = sorted(sorted(SIZES, key=lambda cpu: abs(cpu - agent.cpu))[:2])
        sizes = " or ".join(f"{cpu:g} with '{SIZES[cpu]}'" for cpu in near)
        yield Violation(
            place, f"an agent cannot have {agent.cpu:g} cores; the nearest sizes in cores and memory are {sizes}"
        )
    elif SIZES[agent.cpu] != agent.memory:
        fitting = [f"{cpu:g}" for cpu, memory in SIZES.items() if memory == agent.memory]
        other = f", or '{agent.memory}' with {fitting[0]} cores" if fitting else ""
        yield Violation(
            ("agents", name, "memory"),
            f"an agent with {agent.cpu:g} cores cannot have '{agent.memory}' of memory;"
            f" write '{SIZES[agent.cpu]}' of memory{other}",
        )


def _replicas(name: str, agent: Agent) -> Iterator[Violation]:
    least, most = agent.replicas.min, agent.replicas.max
    if least > most:
        yield Violation(
            ("agents", name, "replicas"),
            f"the minimum of {least} replicas is more than the maximum of {most}; correct one of the two",
        )
    elif least == 0 and agent.host == "aks":
        message = "0 replicas are not supported in a cluster, where nothing would start the agent again; write 1"
        yield Violation(("agents", name, "replicas", "min"), message)
    elif least == 0 and agent.ingress.kind == "none" and agent.scale is None:
        message = "0 replicas need ingress or a scale rule, or nothing would start the agent again; write 1, or add one"
        yield Violation(("agents", name, "replicas", "min"), message)


def _scale(inputs: CheckInput, name: str, agent: Agent) -> Iterator[Violation]:
    scale = agent.scale
    if scale is None:
        return
    place = ("agents", name, "scale")
    if scale.kind == "http":
        if scale.resource is not None:
            message = "scaling by 'http' counts requests and has no 'resource'; remove 'resource', or scale by 'queue'"
            yield Violation((*place, "resource"), message)
        if agent.ingress.kind == "none":
            message = "scaling by 'http' counts requests, and an agent without ingress receives none; add an ingress"
            yield Violation(place, message)
        return
    queues = [one for one in inputs.names("resources") if _scales(inputs.kind_of(one))]
    if scale.resource is None:
        yield Violation(place, "scaling by 'queue' needs a 'resource': add the queue whose messages are counted")
    elif scale.resource not in inputs.names("resources"):
        yield Violation(
            (*place, "resource"), unknown_name_message("resource", scale.resource, queues, there="the queues are")
        )
    elif scale.resource not in queues:
        message = (
            f"'{scale.resource}' is not a queue with a message count for scaling; the queues are {join_choices(queues)}"
        )
        yield Violation((*place, "resource"), message)
    elif not any(one.resource == scale.resource and one.verb == "receive" for one in agent.access):
        message = (
            f"the agent may not receive from '{scale.resource}', so it cannot count the messages there; grant 'receive'"
        )
        yield Violation((*place, "resource"), message)


def _scales(kind: str | None) -> bool:
    return kind in KINDS and KINDS[kind].counts_messages


def _ingress(name: str, agent: Agent) -> Iterator[Violation]:
    place = ("agents", name, "ingress")
    kind, allow = agent.ingress.kind, agent.ingress.allow
    if agent.host == "aks":
        if kind == "external":
            message = "agents in a cluster have no ingress from outside; write 'none' or 'internal'"
            yield Violation(place, message)
        elif allow:
            yield Violation((*place, "allow"), f"'{kind}' ingress is not open to addresses outside; remove 'allow'")
        return
    if kind == "external" and not allow:
        yield Violation(
            place, "'external' ingress without 'allow' would be open to every address; list the callers' addresses"
        )
    if kind != "external" and allow:
        yield Violation(
            (*place, "allow"), f"'{kind}' ingress is not open to addresses outside; remove 'allow', or write 'external'"
        )
    for block in sorted({one for one in allow if allow.count(one) > 1}):
        yield Violation((*place, "allow"), f"{quote_value(block)} is listed {allow.count(block)} times; write it once")


def _callers(inputs: CheckInput, name: str, agent: Agent) -> Iterator[Violation]:
    """Yield the violations in `callers`, which only an agent in a cluster with internal ingress may list."""
    place = ("agents", name, "ingress", "callers")
    kind, callers = agent.ingress.kind, agent.ingress.callers
    if agent.host != "aks":
        if callers:
            message = "Container Apps cannot restrict ingress to single apps of its environment; remove 'callers'"
            yield Violation(place, message)
        return
    if kind == "none" and callers:
        yield Violation(place, "an agent with ingress 'none' has no callers; remove 'callers', or write 'internal'")
        return
    if kind == "internal" and not callers:
        message = "'internal' ingress without 'callers' has no effect; list the agents of the cluster that may call"
        yield Violation(place[:-1], message)
    near = [
        one for one, other in inputs.valid_agents("host", "cluster") if other.cluster == agent.cluster and one != name
    ]
    near = [one for one in near if inputs.host_of(one) == "aks"]
    for one in dict.fromkeys(callers):
        if callers.count(one) > 1:
            yield Violation(place, f"{quote_value(one)} is listed {callers.count(one)} times; write it once")
        if one == name:
            yield Violation(place, "an agent needs no access to itself; remove its own name from 'callers'")
        elif one not in near:
            yield Violation(
                place,
                unknown_name_message("cluster agent", one, near, there="the other agents of the cluster are"),
            )


def _port(name: str, agent: Agent) -> Iterator[Violation]:
    if agent.port is not None:
        return
    if agent.ingress.kind != "none":
        message = f"missing: '{agent.ingress.kind}' ingress needs the port on which the agent listens"
        yield Violation(("agents", name, "port"), message)
    for key, probe in agent.probes:
        if probe is not None and probe.port is None:
            message = "missing: neither the probe nor the agent has a port; add 'port' to one of them"
            yield Violation(("agents", name, "probes", key, "port"), message)


def _probes(name: str, agent: Agent) -> Iterator[Violation]:
    for key, probe in agent.probes:
        if key != "readiness" and probe is not None and (probe.success_threshold or 1) > 1:
            message = f"{probe.success_threshold} is more than 1, which only a readiness probe may have"
            yield Violation(("agents", name, "probes", key, "success_threshold"), message)


def _variables(name: str, agent: Agent) -> Iterator[Violation]:
    for variable in agent.environment:
        for resource in agent.written_access:
            if f"{variable}_".startswith(variable_prefix(resource)):
                message = (
                    f"variables that begin with '{variable_prefix(resource)}' are set for the granted resource "
                    f"'{resource}'; choose another name"
                )
                yield Violation(("agents", name, "environment", variable), message)


def _credentials(name: str, agent: Agent) -> Iterator[Violation]:
    """Check variables whose names show that their values are credentials; the model checks each value alone."""
    for variable, value in agent.environment.items():
        if (kind := detect_credential(value, variable)) and not detect_credential(value):
            message = (
                f"the value of a variable of that name looks like {kind} (not shown), and no credential is stored here;"
                " put it into a key vault and grant 'read' on a key-vault-secret"
            )
            yield Violation(("agents", name, "environment", variable), message)
