"""Check of hosts: clusters and projects are complete, and each agent has the keys that its host requires."""

from collections.abc import Iterator

from manifest.agents import Agent
from manifest.azure_naming_rules import FOUNDRY_CONNECTION
from manifest.check_input import CheckInput, Violation
from manifest.checks.access import verb_refusal_reason
from manifest.errors import KeyPath
from manifest.generated_names import DESTINATION
from manifest.hosts import (
    AGENT_HOSTS,
    CONNECTED_KINDS,
    HOST_MODELS,
    REQUIRED_KEYS,
    UNSUPPORTED_KEYS,
    AksCluster,
    FoundryProject,
)
from manifest.kinds import KINDS
from manifest.message_formatting import join_choices, quote_value, unknown_name_message

__all__ = ["check_hosts"]


def check_hosts(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in every host, and in the keys of each agent that depend on its host."""
    for name, host in inputs.network.model.hosts.items():
        if not inputs.network.is_valid("hosts", name):
            continue
        if isinstance(host, FoundryProject):
            yield from _project(inputs, name, host)
            yield from _tools(inputs, name, host)
        else:
            yield from _cluster(name, host)
    yield from _deployments(inputs)
    for name, agent in inputs.valid_agents("host"):
        yield from _keys(inputs, name, agent)
        if agent.host == "foundry":
            yield from _check_host(inputs, name, "project", agent.project, "foundry-project")
        elif agent.host == "aks":
            yield from _check_host(inputs, name, "cluster", agent.cluster, "aks-cluster")
            yield from _in_a_cluster(inputs, name, agent)
    yield from _accounts(inputs)


def _project(inputs: CheckInput, name: str, host: FoundryProject) -> Iterator[Violation]:
    place: KeyPath = ("hosts", name)
    settings = (("deployments", host.deployments), ("connections", host.connections), ("tools", host.tools))
    for key, has in settings:
        if host.existing and has:
            yield Violation((*place, key), f"the stack does not change an existing project; remove its key '{key}'")
    declared = inputs.names("resources")
    able = [one for one in declared if inputs.kind_of(one) in CONNECTED_KINDS]
    for one, verb in host.connections.items():
        kind = inputs.kind_of(one)
        if one not in declared:
            message = unknown_name_message("resource", one, able, there="a project can connect to the resources")
            yield Violation((*place, "connections", one), message)
        elif kind in CONNECTED_KINDS:
            # A connection has the resource's name, which agents' tools use to find it.
            errors = (verb_refusal_reason(verb, kind), FOUNDRY_CONNECTION.error(one))
            yield from (Violation((*place, "connections", one), each) for each in errors if each)
        elif kind in KINDS:
            message = f"a project connects to {join_choices(CONNECTED_KINDS)} only, and '{one}' is a {kind}"
            yield Violation((*place, "connections", one), message)


def _tools(inputs: CheckInput, name: str, host: FoundryProject) -> Iterator[Violation]:
    place: KeyPath = ("hosts", name, "tools")
    containers = [
        one for one, agent in inputs.network.model.agents.items() if agent.callable and agent.host != "foundry"
    ]
    agents = [one for one in inputs.names("agents") if inputs.host_of(one) == "foundry"] + containers
    known = [*inputs.names("resources"), *agents]
    for tool_name, tool in host.tools.items():
        if error := FOUNDRY_CONNECTION.error(tool_name):
            yield Violation((*place, tool_name), error)
        if tool_name.lower() in {one.lower() for one in host.connections}:
            message = f"{quote_value(tool_name)} is also a connection of this project; choose another name for the tool"
            yield Violation((*place, tool_name), message)
        if tool.resource not in known:
            there = "a tool can be for the resources and callable agents"
            message = unknown_name_message("resource or callable agent", tool.resource, known, there=there)
            yield Violation((*place, tool_name, "resource"), message)
        elif not tool.url and not (tool.resource in containers or (tool.kind == "a2a" and tool.resource in agents)):
            yield Violation((*place, tool_name), "missing: write the 'url' of the tool")


def _deployments(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for two model deployments of an account with the same name, in all of its projects."""
    seen: set[tuple[str, str]] = set()
    for name, host in inputs.network.model.hosts.items():
        for deployment in host.deployments if isinstance(host, FoundryProject) else ():
            key = (host.parent.lower(), deployment.name.lower())
            if key in seen:
                message = (
                    f"more than one deployment of account {quote_value(host.parent)} has the"
                    f" name {quote_value(deployment.name)}"
                )
                yield Violation(("hosts", name, "deployments"), f"{message}; choose different names")
            seen.add(key)


def _cluster(name: str, host: AksCluster) -> Iterator[Violation]:
    place: KeyPath = ("hosts", name)
    if host.existing:
        for key, has in (("allow", host.allow), ("private", host.private)):
            if has:
                yield Violation((*place, key), f"the stack does not change an existing cluster; remove its key '{key}'")
    elif host.private and host.allow:
        message = "a private cluster is not open to addresses outside; remove 'allow', or 'private'"
        yield Violation((*place, "allow"), message)
    elif not host.private and not host.allow:
        message = (
            "the cluster's API server would be open to every address; list the addresses of"
            " its callers in 'allow', or set 'private: true'"
        )
        yield Violation(place, message)
    for block in sorted({one for one in host.allow if host.allow.count(one) > 1}):
        yield Violation(
            (*place, "allow"), f"{quote_value(block)} is listed {host.allow.count(block)} times; write it once"
        )


def _keys(inputs: CheckInput, name: str, agent: Agent) -> Iterator[Violation]:
    written = inputs.raw_entry("agents", name)
    for key, why in UNSUPPORTED_KEYS[agent.host].items():
        if key in written:
            message = f"there is no key '{key}' for an agent on {AGENT_HOSTS[agent.host]}: {why}"
            yield Violation(("agents", name, key), message)
    for key in REQUIRED_KEYS[agent.host]:
        if key not in written:
            what = (Agent.model_fields[key].description or "").rstrip(".").removeprefix(f"For '{agent.host}': ")
            yield Violation(("agents", name, key), f"missing: {what[0].lower()}{what[1:]}")


def _check_host(inputs: CheckInput, name: str, key: str, host: str, kind: str) -> Iterator[Violation]:
    path: KeyPath = ("agents", name, key)
    if key not in inputs.raw_entry("agents", name) or not inputs.network.is_valid(*path):
        return
    fitting = [one for one in inputs.names("hosts") if inputs.kind_of(one, "hosts") == kind]
    if host not in inputs.names("hosts"):
        none = f"no host '{host}', and none of kind '{kind}'; declare one under 'hosts'"
        there = f"the hosts of kind '{kind}' are"
        yield Violation(path, unknown_name_message("host", host, fitting, there=there) if fitting else none)
    elif host not in fitting and (other := inputs.kind_of(host, "hosts")) in HOST_MODELS:
        there = f"the hosts of kind '{kind}' are {join_choices(fitting)}"
        none = f"declare one of kind '{kind}' under 'hosts'"
        yield Violation(path, f"host '{host}' is of kind '{other}', not '{kind}'; {there if fitting else none}")


def _in_a_cluster(inputs: CheckInput, name: str, agent: Agent) -> Iterator[Violation]:
    # "Configure Service Accounts for Pods", kubernetes.io, 1.33: every namespace has an account of this name.
    if agent.service_account == "default" and "service_account" in inputs.raw_entry("agents", name):
        message = "'default' is the service account of every pod without one of its own; choose another name"
        yield Violation(("agents", name, "service_account"), message)
    for one in sorted({each for each in agent.egress if agent.egress.count(each) > 1}):
        message = f"{quote_value(one)} is listed {agent.egress.count(one)} times; write it once"
        yield Violation(("agents", name, "egress"), message)
    for one in agent.egress:
        if error := DESTINATION.error(one):
            yield Violation(("agents", name, "egress"), error)


def _accounts(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for two agents of a cluster with one service account, since its logs would mix them up."""
    first: dict[tuple[str, str], str] = {}
    for name, agent in inputs.valid_agents("host", "cluster", "service_account"):
        if agent.host != "aks" or not agent.cluster or not agent.service_account:
            continue
        one = first.setdefault((agent.cluster, agent.service_account), name)
        if (
            one.lower() != name.lower()
        ):  # the other case is a duplicate agent, which `manifest.checks.duplicates` reports
            message = (
                f"agents {quote_value(one)} and {quote_value(name)} are both service account"
                f" {quote_value(agent.service_account)}"
            )
            message = f"{message} of cluster {quote_value(agent.cluster)}; each agent needs its own, so remove the key"
            yield Violation(("agents", name, "service_account"), message)
