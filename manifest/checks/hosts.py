"""Hosts: are they whole, and does every agent say what its host needs, and nothing that it does not have?"""

from collections.abc import Iterator

from manifest.agents import Agent
from manifest.azure_names import FOUNDRY_CONNECTION
from manifest.azure_resource_names import DESTINATION
from manifest.check_input import Draft, Finding
from manifest.checks.access import verb_refusal_reason
from manifest.errors import Path
from manifest.hosts import CONNECTED_KINDS, HOST_MODELS, NEEDED, NOT_THERE, RUNS_ON, AksCluster, FoundryProject
from manifest.kinds import KINDS
from manifest.phrases import choices, show, unknown

__all__ = ["hosts_make_sense"]


def hosts_make_sense(draft: Draft) -> Iterator[Finding]:
    """Judge every host, and of every agent the keys that follow from what it runs on."""
    for name, host in draft.network.model.hosts.items():
        if not draft.network.sound("hosts", name):
            continue
        if isinstance(host, FoundryProject):
            yield from _project(draft, name, host)
        else:
            yield from _cluster(name, host)
    yield from _deployments(draft)
    for name, agent in draft.agents("host"):
        yield from _keys(draft, name, agent)
        if agent.host == "foundry":
            yield from _place(draft, name, "project", agent.project, "foundry-project")
        elif agent.host == "aks":
            yield from _place(draft, name, "cluster", agent.cluster, "aks-cluster")
            yield from _in_a_cluster(draft, name, agent)
    yield from _accounts(draft)


def _project(draft: Draft, name: str, host: FoundryProject) -> Iterator[Finding]:
    place: Path = ("hosts", name)
    for key, has in (("deployments", host.deployments), ("connections", host.connections)):
        if host.existing and has:
            yield Finding((*place, key), f"an existing project keeps the {key} that it has; remove the key")
    declared = draft.names("resources")
    able = [one for one in declared if draft.kind_of(one) in CONNECTED_KINDS]
    for one, verb in host.connections.items():
        kind = draft.kind_of(one)
        if one not in declared:
            message = unknown("resource", one, able, there="a project can connect to")
            yield Finding((*place, "connections", one), message)
        elif kind in CONNECTED_KINDS:
            # A connection is called as the resource is, for that is what an agent's tool asks for.
            complaints = (verb_refusal_reason(verb, kind), FOUNDRY_CONNECTION.complaint(one))
            yield from (Finding((*place, "connections", one), each) for each in complaints if each)
        elif kind in KINDS:
            message = f"a project connects to {choices(CONNECTED_KINDS)} only, and '{one}' is a {kind}"
            yield Finding((*place, "connections", one), message)


def _deployments(draft: Draft) -> Iterator[Finding]:
    """Models are the account's, so projects that share one share its deployments' names."""
    seen: set[tuple[str, str]] = set()
    for name, host in draft.network.model.hosts.items():
        for deployment in host.deployments if isinstance(host, FoundryProject) else ():
            key = (host.parent.lower(), deployment.name.lower())
            if key in seen:
                message = f"more than one deployment of account {show(host.parent)} is called {show(deployment.name)}"
                yield Finding(("hosts", name, "deployments"), f"{message}; give each a name of its own")
            seen.add(key)


def _cluster(name: str, host: AksCluster) -> Iterator[Finding]:
    place: Path = ("hosts", name)
    if host.existing:
        for key, has in (("allow", host.allow), ("private", host.private)):
            if has:
                yield Finding((*place, key), "an existing cluster keeps the callers that it has; remove the key")
    elif host.private and host.allow:
        message = "a private cluster lets in no address from outside; remove 'allow', or 'private'"
        yield Finding((*place, "allow"), message)
    elif not host.private and not host.allow:
        message = "everyone could call the API of the cluster; list in 'allow' who may, or say 'private: true'"
        yield Finding(place, message)
    for block in sorted({one for one in host.allow if host.allow.count(one) > 1}):
        yield Finding((*place, "allow"), f"{show(block)} stands here {host.allow.count(block)} times; write it once")


def _keys(draft: Draft, name: str, agent: Agent) -> Iterator[Finding]:
    written = draft.entry("agents", name)
    for key, why in NOT_THERE[agent.host].items():
        if key in written:
            message = f"there is no key '{key}' for an agent on {RUNS_ON[agent.host]}: {why}"
            yield Finding(("agents", name, key), message)
    for key in NEEDED[agent.host]:
        if key not in written:
            what = (Agent.model_fields[key].description or "").rstrip(".").removeprefix(f"For '{agent.host}': ")
            yield Finding(("agents", name, key), f"missing: {what[0].lower()}{what[1:]}")


def _place(draft: Draft, name: str, key: str, host: str, kind: str) -> Iterator[Finding]:
    path: Path = ("agents", name, key)
    if key not in draft.entry("agents", name) or not draft.network.sound(*path):
        return
    fitting = [one for one in draft.names("hosts") if draft.kind_of(one, "hosts") == kind]
    if host not in draft.names("hosts"):
        none = f"no host '{host}', and none of kind '{kind}'; declare one under 'hosts'"
        there = f"the hosts of kind '{kind}' are"
        yield Finding(path, unknown("host", host, fitting, there=there) if fitting else none)
    elif host not in fitting and (other := draft.kind_of(host, "hosts")) in HOST_MODELS:
        there = f"the hosts of kind '{kind}' are {choices(fitting)}"
        none = f"declare one of kind '{kind}' under 'hosts'"
        yield Finding(path, f"'{host}' is of kind '{other}'; {there if fitting else none}")


def _in_a_cluster(draft: Draft, name: str, agent: Agent) -> Iterator[Finding]:
    # "Configure Service Accounts for Pods", kubernetes.io, 1.33: every namespace has an account of this name.
    if agent.service_account == "default" and "service_account" in draft.entry("agents", name):
        message = "'default' is the service account of every pod that names none; choose another name"
        yield Finding(("agents", name, "service_account"), message)
    for one in sorted({each for each in agent.egress if agent.egress.count(each) > 1}):
        message = f"{show(one)} stands here {agent.egress.count(one)} times; write it once"
        yield Finding(("agents", name, "egress"), message)
    for one in agent.egress:
        if complaint := DESTINATION.complaint(one):
            yield Finding(("agents", name, "egress"), complaint)


def _accounts(draft: Draft) -> Iterator[Finding]:
    """One name of a service account in one cluster is one agent, so that a log of the cluster says who it was."""
    first: dict[tuple[str, str], str] = {}
    for name, agent in draft.agents("host", "cluster", "service_account"):
        if agent.host != "aks" or not agent.cluster or not agent.service_account:
            continue
        one = first.setdefault((agent.cluster, agent.service_account), name)
        if one.lower() != name.lower():  # of which something else is said
            message = f"agents {show(one)} and {show(name)} are both service account {show(agent.service_account)}"
            message = f"{message} of cluster {show(agent.cluster)}; no two agents are one, so leave out the key"
            yield Finding(("agents", name, "service_account"), message)
