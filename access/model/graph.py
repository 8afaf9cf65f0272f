"""The graph of who was given what: the model that every reader fills and every question is put to.

Owns the records and the looking up; nothing here decides anything. Ids are found without regard to case. What a reader
could not judge stays in `unread`: a graph that is silent about it would claim more than it knows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from access.azure.catalogue import Permission, Role, System
from access.azure.scopes import ROOT, ancestors, covering, is_management_group, key
from access.model.attributes import Known

Entry = TypeVar("Entry")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who can hold a role."""

    id: str
    name: str
    agent: str = ""
    """Name of the network's agent, empty where it is no agent's."""
    others: tuple[str, ...] = ()
    """The other agents whose identity it is too: whatever one of them is given, all have."""
    party: str = ""
    """Name of what else in the network it is: a host of agents, or people; empty for agents and strangers."""
    purpose: str = "own"
    """`own`, `pull`, or for what is no agent's `host` (a project's, which its agents use), `people` or `other`."""
    owner: str = ""
    """Id of the resource whose identity it is."""
    app: str = ""
    """What is made for it elsewhere is called so, such as its subscription of a topic."""
    exists: bool = True
    """False where it is only seen in assignments: orphaned, or of another place."""

    @property
    def agents(self) -> tuple[str, ...]:
        """Every agent whose identity it is."""
        return (self.agent, *self.others) if self.agent else ()

    @property
    def is_known(self) -> bool:
        """Whether it is somebody of a network."""
        return bool(self.agent or self.party)

    @property
    def called(self) -> str:
        """Who it is in the network, else in Azure."""
        return ", ".join(self.agents) or self.party or self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something that can be acted on."""

    id: str
    name: str
    kind: str
    """As the network says (`blob-container`), else the ARM type."""
    local_auth: bool | None = None
    """Whether keys work; None where the type has none or nobody can say."""
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    declared: bool = True
    """One of `network.yaml`'s resources."""
    attributes: Mapping[str, Known] = field(default_factory=dict[str, Known], hash=False)
    """Values for conditions, by canonical key, beside those that the id says."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A role, given to a principal at a scope."""

    id: str
    name: str
    principal: str
    scope: str
    role: Role | None
    role_id: str
    condition: str | None = None
    place: str = ""
    """Where it was read: `network.yaml:31`, or a URN."""
    system: System = "azure"
    """Cosmos has a hierarchy and roles of its own."""


@dataclass(frozen=True, kw_only=True)
class DenyAssignment:
    """Operations that principals may not perform, whatever they were given."""

    id: str
    name: str
    principals: tuple[str, ...]
    scope: str
    permissions: tuple[Permission, ...]
    excluded_principals: tuple[str, ...] = ()
    condition: str | None = None
    does_not_apply_to_children: bool = False


@dataclass(frozen=True)
class Unread:
    """What could not be judged: never dropped, and part of every answer about the whole."""

    where: str
    what: str


class Graph:
    """Principals, resources and assignments, indexed once; treat it as immutable."""

    def __init__(  # noqa: PLR0913 - one argument a list
        self,
        *,
        principals: Iterable[Principal] = (),
        resources: Iterable[Resource] = (),
        assignments: Iterable[Assignment] = (),
        denies: Iterable[DenyAssignment] = (),
        unread: Iterable[Unread] = (),
        source: str = "",
    ) -> None:
        found = list(unread)
        self._principals = _first(principals, lambda one: _folded(one.id), "principal", found)
        self._resources = _first(resources, lambda one: key(one.id), "resource", found)
        self._assignments = _first(assignments, lambda one: _folded(one.id), "assignment", found)
        self._denies = _first(denies, lambda one: _folded(one.id), "deny assignment", found)
        self._held: dict[str, dict[str, list[Assignment]]] = {}
        self._at: dict[str, list[Assignment]] = {}
        self._within: dict[str, list[Resource]] = {}
        self._denied: dict[str, list[DenyAssignment]] = {}
        for one in self._assignments.values():
            place = covering(one.scope)
            self._at.setdefault(place, []).append(one)
            self._held.setdefault(_folded(one.principal), {}).setdefault(place, []).append(one)
        for resource_key, resource in self._resources.items():
            for prefix in ancestors(resource_key):
                self._within.setdefault(prefix, []).append(resource)
        for deny in self._denies.values():
            self._denied.setdefault(covering(deny.scope), []).append(deny)
        self.principals = tuple(self._principals.values())
        self.resources = tuple(self._resources.values())
        self.assignments = tuple(self._assignments.values())
        self.denies = tuple(self._denies.values())
        self.unread = (*found, *_groups((*self.assignments, *self.denies)))
        self.source = source

    def principal(self, principal_id: str) -> Principal | None:
        """The principal of that id."""
        return self._principals.get(_folded(principal_id))

    def resource(self, resource_id: str) -> Resource | None:
        """The resource of that id."""
        return self._resources.get(key(resource_id))

    def assignments_of(self, principal_id: str) -> tuple[Assignment, ...]:
        """What a principal holds, anywhere."""
        held = self._held.get(_folded(principal_id), {})
        return tuple(one for at_scope in held.values() for one in at_scope)

    def assignments_at_or_above(self, scope: str) -> tuple[Assignment, ...]:
        """The assignments that reach a scope, from the root down."""
        return tuple(one for prefix in ancestors(key(scope)) for one in self._at.get(prefix, ()))

    def held_at_or_above(self, principal_id: str, scope: str) -> list[Assignment]:
        """The assignments of one principal that reach a scope, from the root down."""
        held = self._held.get(_folded(principal_id))
        return [one for prefix in ancestors(key(scope)) for one in held.get(prefix, ())] if held else []

    def denies_at_or_above(self, scope: str) -> list[DenyAssignment]:
        """The deny assignments that reach a scope, for whomever."""
        if not self._denied:
            return []
        own = key(scope)
        reaching = (deny for prefix in ancestors(own) for deny in self._denied.get(prefix, ()))
        return [deny for deny in reaching if not deny.does_not_apply_to_children or key(deny.scope) == own]

    def resources_within(self, scope: str) -> tuple[Resource, ...]:
        """The resources at or below a scope; all of them for a management group."""
        return tuple(self._within.get(covering(scope), ()))

    def principals_of_agent(self, agent: str) -> tuple[Principal, ...]:
        """The identities of one of the network's agents."""
        return tuple(one for one in self.principals if agent in one.agents)

    def one_with(self, agent: str) -> tuple[str, ...]:
        """The other agents that act as the same identity, sorted: what one of them is given, each may do."""
        own = (one for one in self.principals_of_agent(agent) if one.purpose == "own")
        return tuple(sorted({other for one in own for other in one.agents} - {agent}))

    def held_by_agent(self, agent: str) -> tuple[Assignment, ...]:
        """What all the identities of an agent hold."""
        return tuple(held for one in self.principals_of_agent(agent) for held in self.assignments_of(one.id))

    def holders(self) -> tuple[str, ...]:
        """Ids of the principals that hold anything, as their first assignment spells them."""
        return tuple(next(iter(held.values()))[0].principal for held in self._held.values())


def _folded(text: str) -> str:
    return text.strip().rstrip("/").lower()


def _first(
    entries: Iterable[Entry], key_of: Callable[[Entry], str], noun: str, unread: list[Unread]
) -> dict[str, Entry]:
    """The entries by key; of two that say different things under one id the first counts, and the other is noted."""
    found: dict[str, Entry] = {}
    for entry in entries:
        name = key_of(entry)
        if name not in found:
            found[name] = entry
        elif found[name] != entry:
            unread.append(Unread(name, f"the {noun} occurs twice and differs; only the first is counted"))
    return found


def _groups(given: tuple[Assignment | DenyAssignment, ...]) -> list[Unread]:
    """What is to be said of management groups, once each: which subscriptions are in one, no id tells."""
    groups = {key(one.scope): one.scope for one in given if is_management_group(one.scope)}
    what = "which subscriptions the management group holds is not known; a role given there counts everywhere"
    return [Unread(scope, what) for scope in groups.values()]


__all__ = ["ROOT", "Assignment", "DenyAssignment", "Graph", "Principal", "Resource", "Unread"]
