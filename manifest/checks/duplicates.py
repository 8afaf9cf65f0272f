"""Check of duplicate names: every name has one meaning, and every resource in Azure is declared once."""

from collections import defaultdict
from collections.abc import Iterator

from manifest.check_input import CheckInput, ParentReference, Section, Violation
from manifest.errors import KeyPath
from manifest.generated_names import app_name, namespace_name
from manifest.hosts import FoundryProject
from manifest.kinds import KINDS
from manifest.message_formatting import join_choices, quote_value

__all__ = ["check_duplicates"]

_NOUNS: dict[Section, str] = {
    "resources": "a resource",
    "hosts": "a host",
    "agents": "an agent",
    "people": "a group of people",
}


def check_duplicates(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each declared name that is the same as another in Azure, which ignores case."""
    yield from _agents(inputs)
    yield from _agents_of_foundry(inputs)
    yield from _resources(inputs)
    yield from _across_sections(inputs)
    yield from _hosts(inputs)
    yield from _parents(list(inputs.parents()))
    if inputs.environment.is_valid("suffix") and inputs.environment.is_valid("existing"):
        yield from _parents_in_azure(inputs)
    yield from _contents(inputs)


def _agents(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for name in inputs.names("agents"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = (
                f"agents {quote_value(one)} and {quote_value(name)} are {_same_resource(inputs, one, name)},"
                " so two agents would share an identity; choose different names"
            )
            yield Violation(("agents", name), message)


def _same_resource(inputs: CheckInput, one: str, name: str) -> str:
    """Return a phrase for the Azure resource that two agents would share, whose names differ in case only."""
    called = inputs.network.model.name, name.lower(), inputs.environment.model.stack
    if inputs.host_of(one) == inputs.host_of(name) == "aks":
        account = inputs.raw_entry("agents", name).get("service_account", name.lower())
        return f"one service account {quote_value(account)} of namespace {quote_value(namespace_name(*called))}"
    return f"one app {quote_value(app_name(*called))}"


def _agents_of_foundry(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[tuple[str, str], str] = {}
    for name, agent in inputs.valid_agents("host", "project", "agent"):
        if agent.host != "foundry" or not agent.project or not agent.agent:
            continue
        one = first.setdefault((agent.project, agent.agent.lower()), name)
        if one != name:
            message = (
                f"agents {quote_value(one)} and {quote_value(name)} are both"
                f" {quote_value(agent.agent)} in project {quote_value(agent.project)}"
            )
            message = f"{message}, so two agents would share an identity; choose different names"
            yield Violation(("agents", name, "agent"), message)


def _resources(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for name in inputs.names("resources"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = (
                f"resources {quote_value(one)} and {quote_value(name)} differ in case only; choose different names"
            )
            yield Violation(("resources", name), message)


def _across_sections(inputs: CheckInput) -> Iterator[Violation]:
    """Yield a violation for each name in two sections, since grants, tables and `access` have all names."""
    first: dict[str, tuple[str, str]] = {}
    for section, noun in _NOUNS.items():
        for name in inputs.names(section):
            what, one = first.setdefault(name.lower(), (noun, name))
            if what != noun:
                yield Violation((section, name), f"{what} has the name {quote_value(one)} already; choose another name")


def _hosts(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for name in inputs.names("hosts"):
        one = first.setdefault(name.lower(), name)
        if one != name:
            message = f"hosts {quote_value(one)} and {quote_value(name)} differ in case only; choose different names"
            yield Violation(("hosts", name), message)
    things: dict[tuple[str, ...], str] = {}
    for name, host in inputs.network.model.hosts.items():
        inner = host.project if isinstance(host, FoundryProject) else ""
        one = things.setdefault((host.kind, host.parent.lower(), inner.lower()), name)
        if one != name:
            message = f"{quote_value(name)} is the same resource in Azure as {quote_value(one)}; declare it once"
            yield Violation(("hosts", name), message)


def _parents(parents: list[ParentReference]) -> Iterator[Violation]:
    first: dict[str, ParentReference] = {}
    for parent in parents:
        one = first.setdefault(parent.parent.lower(), parent)
        if one.parent_kind != parent.parent_kind:
            message = (
                f"'{parent.parent}' is a {parent.parent_kind} here and a {one.parent_kind} at '{_path_of(one)}';"
                " choose different names"
            )
            yield Violation(parent.path, message)
        elif one.parent != parent.parent:
            message = (
                f"'{parent.parent}' and '{one.parent}' at '{_path_of(one)}' differ in case only; write both the same"
                " way"
            )
            yield Violation(parent.path, message)
        elif one.existing != parent.existing:
            here, there = ("exists", "is created") if parent.existing else ("is created", "exists")
            message = (
                f"'{parent.parent}' {here} here and {there} at '{_path_of(one)}';"
                " set 'existing: true' for both or for neither"
            )
            yield Violation(parent.path, message)


def _path_of(parent: ParentReference) -> str:
    return ".".join(str(part) for part in parent.path[:2])


def _parents_in_azure(inputs: CheckInput) -> Iterator[Violation]:
    first: dict[tuple[str, str], ParentReference] = {}
    for parent in inputs.parents():
        name = inputs.environment.model.parent_name(parent)
        one = first.setdefault((parent.parent_kind, name.lower()), parent)
        if one.parent.lower() != parent.parent.lower():
            message = (
                f"'{parent.parent}' and '{one.parent}' both have the name '{name}' in this environment;"
                " choose different names"
            )
            yield Violation(parent.path, message)


def _contents(inputs: CheckInput) -> Iterator[Violation]:
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, resource in inputs.network.model.resources.items():
        kind = KINDS[resource.kind]
        own = kind.child[0] if kind.child else None
        inner = [str(resource.settings[key]) for key in ("database", own) if key in resource.settings]
        key = (resource.kind, resource.parent, *inner)
        groups[tuple(part.lower() for part in key)].append(name)
    for names in groups.values():
        for name in names[1:]:
            path: KeyPath = ("resources", name)
            message = f"'{name}' is the same resource in Azure as {join_choices(names[:1])}; declare it once"
            yield Violation(path, message)
