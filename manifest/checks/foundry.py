"""Agents of Foundry in an environment: who is published, whose identity is given, and who acts as one with others?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from manifest.access import Access
from manifest.check_input import Draft, Finding
from manifest.hosts import RUNS_ON, FoundryProject
from manifest.network import Network
from manifest.phrases import choices, show, unknown

__all__ = ["identities_are_apart"]

_SEVERAL = 2


def identities_are_apart(draft: Draft) -> Iterator[Finding]:
    """Judge publication, given identities, and what agents of one identity would get from each other."""
    for check in (_published, _given_to_agents, _given_to_projects, _given_twice, _shared):
        yield from check(draft)


def _published(draft: Draft) -> Iterator[Finding]:
    environment = draft.environment.model
    listed = () if isinstance(environment.published, bool) else environment.published
    for agent in dict.fromkeys(listed):
        if listed.count(agent) > 1:
            message = f"{show(agent)} stands here {listed.count(agent)} times; write it once"
            yield Finding(("published",), message, "environment")
        for message in _not_of_foundry(draft, agent, "has no publishing; what of it runs is its image's tag"):
            yield Finding(("published",), message, "environment")


def _given_to_agents(draft: Draft) -> Iterator[Finding]:
    for agent in draft.environment.model.agent_identities:
        for message in _not_of_foundry(draft, agent, "is given an identity of its own by its stack"):
            yield Finding(("agent_identities", agent), message, "environment")
        if _becomes_another(draft, agent):
            message = f"{show(agent)} is published here and so gets another identity; remove this, or do not publish it"
            yield Finding(("agent_identities", agent), message, "environment")


def _given_to_projects(draft: Draft) -> Iterator[Finding]:
    hosts = draft.names("hosts")
    projects = [one for one in hosts if draft.kind_of(one, "hosts") == "foundry-project"]
    for project in draft.environment.model.project_identities:
        path = ("project_identities", project)
        if project not in projects:
            message = (
                f"{show(project)} is no project of Foundry, so no agents share an identity in it; remove it here"
                if project in hosts
                else unknown("project", project, projects, there="the projects of Foundry are")
            )
            yield Finding(path, message, "environment")
        elif draft.entry("hosts", project).get("identities") == "per-agent":
            message = (
                f"in project {show(project)} nobody shares an identity ('identities: per-agent'); remove it here, or"
                " give those of single agents in 'agent_identities'"
            )
            yield Finding(path, message, "environment")


def _given_twice(draft: Draft) -> Iterator[Finding]:
    """One id is one somebody, whatever it is called here."""
    environment = draft.environment.model
    whose = {
        **{("people", name): (id_, f"the id of the people {show(name)}") for name, id_ in environment.people.items()},
        **{
            ("agent_identities", name): (id_, f"the identity of {show(name)}")
            for name, id_ in environment.agent_identities.items()
        },
        **{
            ("project_identities", name): (id_, f"the identity that the unpublished agents of {show(name)} share")
            for name, id_ in environment.project_identities.items()
        },
    }
    first: dict[str, str] = {}
    for path, (id_, what) in whose.items():
        before = first.setdefault(id_, what)
        if before != what and path[0] != "people":
            message = f"{show(id_)} is {before} already; an id is nobody's but one's, so correct either"
            yield Finding(path, message, "environment")


def _becomes_another(draft: Draft, agent: str) -> bool:
    """Is an agent whose identity is given published as an application, which has one of its own?"""
    network = draft.network.model
    if agent not in network.agents or not draft.environment.sound("published"):
        return False
    host = network.hosts.get(network.agents[agent].project)
    shares = isinstance(host, FoundryProject) and host.identities == "shared"
    return shares and draft.environment.model.publishes(agent, network)


def _not_of_foundry(draft: Draft, agent: str, why: str) -> Iterator[str]:
    agents = draft.names("agents")
    host = draft.runs_on(agent)
    if agent not in agents:
        of_foundry = [one for one in agents if draft.runs_on(one) == "foundry"]
        yield unknown("agent", agent, of_foundry, there="the agents of Foundry are")
    elif host is not None and host != "foundry":
        yield f"{show(agent)} runs on {RUNS_ON[host]} and {why}; remove it here"


def _shared(draft: Draft) -> Iterator[Finding]:
    environment, network = draft.environment.model, draft.network.model
    keys = ("published", "agent_identities", "shared_identity")
    if environment.shared_identity == "allowed" or not all(draft.environment.sound(key) for key in keys):
        return
    together: defaultdict[str, list[str]] = defaultdict(list)
    for name, agent in draft.agents("host", "project"):
        known = isinstance(network.hosts.get(agent.project), FoundryProject)
        sound = known and draft.network.sound("hosts", agent.project, "identities")
        if sound and agent.host == "foundry" and environment.identity_of(name, network) == "shared":
            together[agent.project].append(name)
    for project, agents in sorted(together.items()):
        yield Finding(("shared_identity",), _one_for_all(network, project, sorted(agents)), "environment")


def _one_for_all(network: Network, project: str, agents: list[str]) -> str:
    way_out = "with 'published', or say 'shared_identity: allowed', in this environment"
    held = {one: {_right(each) for each in network.agents[one].access} for one in agents}
    every = {right for rights in held.values() for right in rights}
    if len(agents) < _SEVERAL:
        return (
            f"{choices(agents)} would act as the identity that all unpublished agents of project {show(project)} share,"
            f" so that a grant of one is a grant of all: whatever else is in the project would get {_named(every)};"
            f" publish it {way_out}"
        )
    more = {one: every - rights for one, rights in held.items()}
    gains = "; ".join(
        f"{show(one)} would get {_named(rights)} from the others" for one, rights in more.items() if rights
    )
    return (
        f"{choices(agents)} would act as one identity in project {show(project)}, so that a grant of one is a grant of"
        f" all: {gains or 'today they are granted the same'}; publish them {way_out}"
    )


_Right = tuple[str, str, tuple[str, ...]]


def _right(access: Access) -> _Right:
    return access.resource, access.verb or access.role or "", access.paths


def _named(rights: Iterable[_Right]) -> str:
    """Rights as a file has them."""
    return choices(sorted({f"{resource}: {verb}" for resource, verb, _ in rights}))
