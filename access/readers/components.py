"""What the components of a network tell of themselves, wherever a program uses them.

Owns the words: which agent a resource belongs to, which resource of the network a scope is. A component says its scope
once it is deployed; before, it follows from what the component holds. By the names that components give their grants, a
preview can be read where Azure's own answers are still missing; such a name counts only below an agent, and only where
it names what the assignment depends on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from access.azure.catalogue import Role, by_name, every_role
from access.azure.scopes import ancestors, key
from access.azure.types import KINDS, TYPES
from access.azure.verb_roles import VERBS
from access.model.json_values import text
from access.readers.resource_ids import Places
from access.readers.resource_state import State

_PACKAGE = "agent-network:index:"
CLUSTER, PEOPLE, PROJECT = "AksCluster", "People", "FoundryProject"
FOUNDRY_AGENT, UNPUBLISHED = "FoundryAgent", "UnpublishedAgents"
_GRANTEES = {CLUSTER: "-kubelet", PEOPLE: "", PROJECT: "-project", UNPUBLISHED: ""}
"""What a component's grants call it beside its own name; agents have none."""
_CALLED = frozenset({"application", "per-agent"})
"""Identities of agents on Foundry that callers can be granted."""
_PROJECT = "cognitiveservices:Project"
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# What is known by its name alone, inside something that is a resource, by kind.
_NAMED_ONLY = {row.kind: row.named_only for row in TYPES if row.kind and row.named_only}
_INPUT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class NetworkResource:
    """A resource of the network: its name and kind there, and where it is."""

    name: str
    kind: str
    scope: str
    urn: str


class Components:
    """The components of a program."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._children: dict[str, list[State]] = {}
        self._kinds: dict[str, list[State]] = {}
        for state in places.states:
            self._children.setdefault(state.parent, []).append(state)
            if kind_of(state):
                self._kinds.setdefault(kind_of(state), []).append(state)
        found = [each for state in places.states for each in self._resource(state)]
        self.resources = tuple(each for each in found if each.scope)
        self.without_scope = tuple(each for each in found if not each.scope)
        self._by_scope = {key(each.scope): each for each in reversed(self.resources)}
        self._grants: dict[str, list[tuple[NetworkResource, str]]] = {}
        for each in self.resources:
            for kind, verb in VERBS:
                if kind == each.kind:
                    self._grants.setdefault(f"{verb}-{each.name}", []).append((each, verb))

    def agent_of(self, state: State) -> str:
        """The agent that a resource belongs to; empty where it is no agent's."""
        return next((each.name for each in self._places.above(state) if _is_agent(each)), "")

    def host_of(self, state: State) -> str:
        """The host of agents that a resource belongs to: a project or a cluster; empty where it is none's."""
        return next((each.name for each in self._places.above(state) if kind_of(each) in {PROJECT, CLUSTER}), "")

    def of_kind(self, kind: str) -> list[State]:
        """The components of a kind, such as `FoundryAgent`."""
        return self._kinds.get(kind, [])

    def within(self, state: State) -> list[State]:
        """What a component holds itself."""
        return self._children.get(state.urn, [])

    def project(self, name: str) -> State | None:
        """The project of Foundry that the network calls so."""
        of_name = (each for each in self.of_kind(PROJECT) if each.name == name)
        found = [each for host in of_name for each in self.within(host) if each.token == _PROJECT]
        return found[0] if len(found) == 1 else None

    def at(self, scope: str) -> NetworkResource | None:
        """The resource of the network whose scope this is."""
        return self._by_scope.get(key(scope))

    def grant(self, state: State, within: Iterable[str], role: Role | None) -> tuple[NetworkResource, Role] | None:
        """The resource and the role that an assignment's name says, `report-may-read-findings`.

        Args:
            state: the assignment.
            within: ids of what its scope depends on; the resource must lie within one of them.
            role: its role, where that is known; the name must not say another.
        """
        parent = self._places.by_urn.get(state.parent)
        if parent is None or not (_is_agent(parent) or kind_of(parent) in _GRANTEES):
            return None
        grantee = parent.name + _GRANTEES.get(kind_of(parent), "")
        around = {key(each) for each in within}
        said = [
            (resource, meant)
            for resource, meant in self._said(state.name, grantee)
            if role in (None, meant) and not around.isdisjoint(ancestors(key(resource.scope)))
        ]
        return said[0] if len({(resource.scope, meant.id) for resource, meant in said}) == 1 else None

    def _said(self, name: str, grantee: str) -> Iterator[tuple[NetworkResource, Role]]:
        may, holds = f"{grantee}-may-", f"{grantee}-holds-"
        if name.startswith(may):
            for resource, verb in self._grants.get(name.removeprefix(may), ()):
                for role_name in VERBS[resource.kind, verb]:
                    yield resource, by_name(role_name)
        elif name.startswith(holds):
            rest = name.removeprefix(holds)
            for resource in self.resources:
                word = rest.removesuffix(f"-on-{resource.name}")
                if word != rest:
                    yield from ((resource, role) for role in every_role() if _slug(role.name) == word)

    def _resource(self, state: State) -> Iterator[NetworkResource]:
        kind = _WORD.sub("-", kind_of(state)).lower()
        if not kind or (kind_of(state) == FOUNDRY_AGENT and text(state.inputs, "identity") not in _CALLED):
            return
        if kind in KINDS or ("scope" in state.outputs and "verbs" in state.outputs):
            scope = text(state.outputs, "scope") or self._scope_before(state, kind)
            yield NetworkResource(state.name, kind, scope, state.urn)

    def _scope_before(self, state: State, kind: str) -> str:
        """The scope of what is not deployed yet: that of the Azure resource in it that is called like it."""
        if kind_of(state) == FOUNDRY_AGENT and text(state.inputs, "identity") != "application":
            project = self.project(text(state.inputs, "project"))
            return "" if project is None else agent_id(self._places.id_of(project), text(state.inputs, "agent"))
        inside = _NAMED_ONLY.get(kind)
        if inside is None:
            own = [each for each in self._children.get(state.urn, ()) if each.token and each.name == state.name]
            return self._places.id_of(own[0]) if len(own) == 1 else ""
        token = inside.holder.removeprefix("azure-native:")
        holders = [each for each in self._children.get(state.parent, ()) if each.token == token]
        names = {name: text(state.inputs, name) for name in _INPUT.findall(inside.path)}
        if len(holders) != 1 or not all(names.values()):
            return ""
        # Not `format` on the whole: an id is whatever a document says.
        return self._places.id_of(holders[0]).rstrip("/") + inside.path.format(**names)


def kind_of(state: State) -> str:
    """What a component is called in its program, such as `FoundryAgent`; empty for what is none of the network's."""
    return state.type.removeprefix(_PACKAGE) if state.type.startswith(_PACKAGE) else ""


def agent_id(project: str, agent: str) -> str:
    """The scope of one agent within its project: "Configure and share your agent", Microsoft Learn, 2026-04-14."""
    return f"{project}/agents/{agent}"


def _is_agent(state: State) -> bool:
    return kind_of(state).endswith("Agent")


def _slug(name: str) -> str:
    return "-".join(name.lower().split())
