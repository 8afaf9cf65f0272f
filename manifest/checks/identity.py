"""Identity of things: does every name mean one thing, and every thing have one name?"""

from collections import defaultdict
from collections.abc import Iterator

from manifest.azure_resource_names import app_name, namespace_name
from manifest.check_input import Draft, Finding, Holder, Section
from manifest.errors import Path
from manifest.hosts import FoundryProject
from manifest.kinds import KINDS
from manifest.phrases import choices, show

__all__ = ["nothing_is_twice"]

_NOUNS: dict[Section, str] = {
    "resources": "a resource",
    "hosts": "a host",
    "agents": "an agent",
    "people": "a group of people",
}


def nothing_is_twice(draft: Draft) -> Iterator[Finding]:
    """Find names that Azure, which ignores case, would take for one."""
    yield from _agents(draft)
    yield from _agents_of_foundry(draft)
    yield from _resources(draft)
    yield from _across_sections(draft)
    yield from _hosts(draft)
    yield from _parents(list(draft.holders()))
    if draft.environment.sound("suffix") and draft.environment.sound("existing"):
        yield from _parents_in_azure(draft)
    yield from _contents(draft)


def _agents(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in draft.names("agents"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"agents {show(one)} and {show(name)} are {_taken_for(draft, one, name)}"
            yield Finding(
                ("agents", name), f"{message}, and so two agents with one identity; give each a name of its own"
            )


def _taken_for(draft: Draft, one: str, name: str) -> str:
    """What two agents are that differ in case only."""
    called = draft.network.model.name, name.lower(), draft.environment.model.stack
    if draft.runs_on(one) == draft.runs_on(name) == "aks":
        account = draft.entry("agents", name).get("service_account", name.lower())
        return f"one service account {show(account)} of namespace {show(namespace_name(*called))}"
    return f"one app {show(app_name(*called))}"


def _agents_of_foundry(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for name, agent in draft.agents("host", "project", "agent"):
        if agent.host != "foundry" or not agent.project or not agent.agent:
            continue
        one = first.setdefault((agent.project, agent.agent.lower()), name)
        if one != name:
            message = (
                f"agents {show(one)} and {show(name)} are both {show(agent.agent)} in project {show(agent.project)}"
            )
            message = f"{message}, and so two agents with one identity; give each a name of its own"
            yield Finding(("agents", name, "agent"), message)


def _resources(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in draft.names("resources"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"resources {show(one)} and {show(name)} differ in case only; give each a name of its own"
            yield Finding(("resources", name), message)


def _across_sections(draft: Draft) -> Iterator[Finding]:
    """Grants, tables and `access` name all of them alike."""
    first: dict[str, tuple[str, str]] = {}
    for section, noun in _NOUNS.items():
        for name in draft.names(section):
            what, one = first.setdefault(name.lower(), (noun, name))
            if what != noun:
                yield Finding((section, name), f"{what} is called {show(one)} already; choose another name")


def _hosts(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in draft.names("hosts"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"hosts {show(one)} and {show(name)} differ in case only; give each a name of its own"
            yield Finding(("hosts", name), message)
    things: dict[tuple[str, ...], str] = {}
    for name, host in draft.network.model.hosts.items():
        inner = host.project if isinstance(host, FoundryProject) else ""
        one = things.setdefault((host.kind, host.parent.lower(), inner.lower()), name)
        if one != name:
            message = f"{show(name)} is the same thing in Azure as {show(one)}; declare it once"
            yield Finding(("hosts", name), message)


def _parents(holders: list[Holder]) -> Iterator[Finding]:
    first: dict[str, Holder] = {}
    for holder in holders:
        one = first.setdefault(holder.parent.lower(), holder)
        if one.parent_kind != holder.parent_kind:
            message = f"'{holder.parent}' is a {holder.parent_kind} here and a {one.parent_kind} at '{_place(one)}'"
            yield Finding(holder.path, f"{message}; give each a name of its own")
        elif one.parent != holder.parent:
            message = f"'{holder.parent}' and '{one.parent}' at '{_place(one)}' differ in case only"
            yield Finding(holder.path, f"{message}; write both alike")
        elif one.existing != holder.existing:
            here, there = ("exists", "is created") if holder.existing else ("is created", "exists")
            message = f"'{holder.parent}' {here} according to this and {there} according to '{_place(one)}'"
            yield Finding(holder.path, f"{message}; say 'existing: true' for both or for neither")


def _place(holder: Holder) -> str:
    return ".".join(str(part) for part in holder.path[:2])


def _parents_in_azure(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], Holder] = {}
    for holder in draft.holders():
        name = draft.environment.model.parent_name(holder)
        one = first.setdefault((holder.parent_kind, name.lower()), holder)
        if one.parent.lower() != holder.parent.lower():
            message = f"'{holder.parent}' and '{one.parent}' are both called '{name}' in this environment"
            yield Finding(holder.path, f"{message}; give each a name of its own")


def _contents(draft: Draft) -> Iterator[Finding]:
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, resource in draft.network.model.resources.items():
        kind = KINDS[resource.kind]
        own = kind.child[0] if kind.child else None
        inner = [str(resource.settings[key]) for key in ("database", own) if key in resource.settings]
        key = (resource.kind, resource.parent, *inner)
        groups[tuple(part.lower() for part in key)].append(name)
    for names in groups.values():
        for name in names[1:]:
            path: Path = ("resources", name)
            message = f"'{name}' is the same thing in Azure as {choices(names[:1])}; declare it once"
            yield Finding(path, message)
