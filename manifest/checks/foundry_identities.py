"""Check of a stack's Foundry identities: published agents, configured ids and shared identities."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from manifest.access import Access
from manifest.check_input import CheckInput, Violation
from manifest.hosts import AGENT_HOSTS, FoundryProject
from manifest.message_formatting import join_choices, quote_value, unknown_name_message
from manifest.network import Network

__all__ = ["check_foundry_identities"]

_SEVERAL = 2


def check_foundry_identities(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in published agents, configured ids, and access that agents would share."""
    for check in (_published, _given_to_agents, _given_to_projects, _given_twice, _shared):
        yield from check(inputs)


def _published(inputs: CheckInput) -> Iterator[Violation]:
    environment = inputs.environment.model
    listed = () if isinstance(environment.published, bool) else environment.published
    for agent in dict.fromkeys(listed):
        if listed.count(agent) > 1:
            message = f"{quote_value(agent)} is listed {listed.count(agent)} times; write it once"
            yield Violation(("published",), message, "environment")
        for message in _not_of_foundry(inputs, agent, "its image tag sets its version, so it is not published"):
            yield Violation(("published",), message, "environment")


def _given_to_agents(inputs: CheckInput) -> Iterator[Violation]:
    for agent in inputs.environment.model.agent_identities:
        for message in _not_of_foundry(inputs, agent, "the stack creates its identity"):
            yield Violation(("agent_identities", agent), message, "environment")
        if _gets_application_identity(inputs, agent):
            message = (
                f"{quote_value(agent)} is published here, which creates another identity;"
                " remove this, or do not publish it"
            )
            yield Violation(("agent_identities", agent), message, "environment")


def _given_to_projects(inputs: CheckInput) -> Iterator[Violation]:
    hosts = inputs.names("hosts")
    projects = [one for one in hosts if inputs.kind_of(one, "hosts") == "foundry-project"]
    for project in inputs.environment.model.project_identities:
        path = ("project_identities", project)
        if project not in projects:
            message = (
                f"{quote_value(project)} is not a Foundry project, so its agents share no identity; remove it here"
                if project in hosts
                else unknown_name_message("project", project, projects, there="the Foundry projects are")
            )
            yield Violation(path, message, "environment")
        elif inputs.raw_entry("hosts", project).get("identities", "per-agent") == "per-agent":
            message = (
                f"no agents of project {quote_value(project)} share an identity, because it has no 'identities:"
                " shared'; remove it here, or set the ids of single agents in 'agent_identities'"
            )
            yield Violation(path, message, "environment")


def _given_twice(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each id that is configured for two identities."""
    environment = inputs.environment.model
    owners = {
        **{
            ("people", name): (id_, f"the id of the people {quote_value(name)}")
            for name, id_ in environment.people.items()
        },
        **{
            ("agent_identities", name): (id_, f"the identity of {quote_value(name)}")
            for name, id_ in environment.agent_identities.items()
        },
        **{
            ("project_identities", name): (
                id_,
                f"the identity that the unpublished agents of {quote_value(name)} share",
            )
            for name, id_ in environment.project_identities.items()
        },
    }
    first: dict[str, str] = {}
    for path, (id_, what) in owners.items():
        before = first.setdefault(id_, what)
        if before != what and path[0] != "people":
            message = f"{quote_value(id_)} is already {before}; an id belongs to one identity, so correct one of them"
            yield Violation(path, message, "environment")


def _gets_application_identity(inputs: CheckInput, agent: str) -> bool:
    """Return True if an agent is published with a new identity in place of a configured one."""
    network = inputs.network.model
    if agent not in network.agents or not inputs.environment.is_valid("published"):
        return False
    host = network.hosts.get(network.agents[agent].project)
    shares = isinstance(host, FoundryProject) and host.identities == "shared"
    return shares and inputs.environment.model.is_published(agent, network)


def _not_of_foundry(inputs: CheckInput, agent: str, why: str) -> Iterator[str]:
    agents = inputs.names("agents")
    host = inputs.host_of(agent)
    if agent not in agents:
        of_foundry = [one for one in agents if inputs.host_of(one) == "foundry"]
        yield unknown_name_message("agent", agent, of_foundry, there="the agents of Foundry are")
    elif host is not None and host != "foundry":
        yield f"agent {quote_value(agent)} runs on {AGENT_HOSTS[host]}, and {why}; remove the agent here"


def _shared(inputs: CheckInput) -> Iterator[Violation]:
    environment, network = inputs.environment.model, inputs.network.model
    keys = ("published", "agent_identities", "shared_identity")
    if environment.shared_identity == "allowed" or not all(inputs.environment.is_valid(key) for key in keys):
        return
    together: defaultdict[str, list[str]] = defaultdict(list)
    for name, agent in inputs.valid_agents("host", "project"):
        known = isinstance(network.hosts.get(agent.project), FoundryProject)
        sound = known and inputs.network.is_valid("hosts", agent.project, "identities")
        if sound and agent.host == "foundry" and environment.identity_source_of(name, network) == "shared":
            together[agent.project].append(name)
    for project, agents in sorted(together.items()):
        yield Violation(("shared_identity",), _one_for_all(network, project, sorted(agents)), "environment")


def _one_for_all(network: Network, project: str, agents: list[str]) -> str:
    way_out = (
        "remove 'identities: shared' from the project, so that each agent has its own identity; or set"
        " 'shared_identity: allowed' in this environment"
    )
    held = {one: {_right(each) for each in network.agents[one].access} for one in agents}
    every = {right for rights in held.values() for right in rights}
    if len(agents) < _SEVERAL:
        return (
            f"{join_choices(agents)} would use the identity that all unpublished agents of project"
            f" {quote_value(project)} share,"
            " so that a grant of one is a grant of all: other agents of the project would get"
            f" {_format_permissions(every)};"
            f" {way_out}"
        )
    more = {one: every - rights for one, rights in held.items()}
    gains = "; ".join(
        f"agent {quote_value(one)} would get {_format_permissions(rights)} from the other agents"
        for one, rights in more.items()
        if rights
    )
    return (
        f"{join_choices(agents)} would share one identity in project {quote_value(project)}, so"
        " that a grant of one is a grant of"
        f" all: {gains or 'their grants are the same today'}; {way_out}"
    )


_Right = tuple[str, str, tuple[str, ...]]


def _right(access: Access) -> _Right:
    return access.resource, access.verb or access.role or "", access.paths


def _format_permissions(rights: Iterable[_Right]) -> str:
    """Return permissions as text in the form of `network.yaml`, such as `'reports: write'`."""
    return join_choices(sorted({f"{resource}: {verb}" for resource, verb, _ in rights}))
