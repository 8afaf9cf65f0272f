"""What is looked at: a graph, what the network says of itself, and how both are named to people.

Owns what every theme asks first: who is an agent of the network, what lies at a scope, and which line says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from access.azure.scopes import ancestors, key, shown
from access.evaluate.effective import Reach, pairs
from access.findings.catalogue import BY_ID
from access.findings.rule import Finding
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent
from access.model.graph import Assignment, Graph, Principal, Resource


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything that a finding can be drawn from."""

    graph: Graph
    declared: Declared | None
    today: date
    production: bool = False
    over_budget: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """By agent, what exceeds its budget: `secrets: 1 of 0`."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """By place, texts that no resource has: the stack's configuration and outputs."""

    @cached_property
    def reaches(self) -> tuple[tuple[str, Resource, Reach], ...]:
        """Principal, resource and reach, wherever there is any."""
        found = ((principal, self.graph.resource(where), reach) for principal, where, reach in pairs(self.graph))
        return tuple((principal, resource, reach) for principal, resource, reach in found if resource)

    @cached_property
    def agents(self) -> tuple[Principal, ...]:
        """The identities of agents: of the network's where it is declared, else of everything that runs code."""
        return tuple(one for one in self.graph.principals if self.is_agent(one))

    @cached_property
    def ours(self) -> tuple[Principal, ...]:
        """Those, and the identities of agents' hosts and of people: everybody whom the network gives anything."""
        return tuple(one for one in self.graph.principals if self.is_ours(one))

    def is_ours(self, principal: Principal) -> bool:
        """Whether the network says what it may do."""
        known = bool(principal.party) and (self.declared is None or principal.party in self.declared.parties)
        return known or self.is_agent(principal)

    def is_agent(self, principal: Principal) -> bool:
        """Whether it is the identity of an agent; of another network's app it is not."""
        return any(self.declared is None or name in self.declared.agents for name in principal.agents)

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """What the network declares for it, pulling images left aside."""
        return self.declared.access_of(principal) if self.declared else ()

    def declared_agent(self, name: str) -> DeclaredAgent | None:
        """What the network says of an agent."""
        return self.declared.agents.get(name) if self.declared else None

    def kind_of(self, resource: Resource) -> str:
        """The kind of a resource of the network; empty for any other."""
        return resource.kind if resource.declared else ""

    def around(self, scope: str) -> Resource | None:
        """The nearest resource of the network that a scope is, or lies within."""
        found = (self.graph.resource(each) for each in reversed(ancestors(key(scope))))
        return next((each for each in found if each and each.declared), None)

    def name_of(self, principal_id: str) -> str:
        """Who it is, as a sentence names it."""
        principal = self.graph.principal(principal_id)
        if principal is None:
            return f"principal {principal_id}"
        if self.is_agent(principal):
            return _agents(principal.agents)
        return (
            f"{_PARTIES[principal.purpose]} {principal.party!r}" if principal.party else f"principal {principal.name!r}"
        )

    def of_agent(self, name: str) -> str:
        """The line of an agent; without one, the id of what runs it."""
        agent = self.declared_agent(name)
        if self.declared and agent:
            return self.declared.place(agent.line)
        return next((one.owner or one.id for one in self.graph.principals_of_agent(name)), name)

    def of_principal(self, principal: Principal) -> str:
        """The line of an agent, a host or people; without one, the id of what it is the identity of."""
        entry = self.declared.parties.get(principal.party) if self.declared else None
        if self.declared and entry:
            return self.declared.place(entry.line)
        return self.of_agent(principal.agent) if principal.agent else principal.owner or principal.id

    def of_resource(self, resource: Resource) -> str:
        """The line of a resource; without one, its id."""
        return self._line_of(resource.name) or resource.id if resource.declared else resource.id

    def _line_of(self, name: str) -> str:
        if self.declared is None:
            return ""
        registry = self.declared.registry
        found = self.declared.resources.get(name) or (registry if registry and registry.name == name else None)
        return self.declared.place(found.line) if found else ""

    def of_assignment(self, one: Assignment) -> str:
        """The line that asks for an assignment; without one, where it was read."""
        principal, resource = self.graph.principal(one.principal), self.around(one.scope)
        if self.declared and principal and resource and key(resource.id) == key(one.scope):
            lines = [each.line for each in self.access_of(principal) if each.resource == resource.name]
            if len(lines) == 1:
                return self.declared.place(lines[0])
        return one.place or one.id

    def about(self, rule: str, one: Assignment, what: str) -> Finding:
        """A finding about an assignment."""
        principal, resource = self.graph.principal(one.principal), self.around(one.scope)
        return Finding(
            rule=BY_ID[rule],
            what=what,
            place=self.of_assignment(one),
            agent=principal.agent if principal and self.is_agent(principal) else "",
            resource=resource.name if resource else "",
            assignment=one.id,
            about=(*(called_by(principal) if principal else ()), one.principal, one.name, one.scope),
        )


_PARTIES = {"host": "project", "people": "people", "pull": "cluster"}


def _agents(names: Sequence[str]) -> str:
    return f"agent {names[0]!r}" if len(names) == 1 else f"agents {' and '.join(map(repr, names))}"


def called_by(principal: Principal) -> tuple[str, ...]:
    """What else an exception can call it: its name, and the others whose identity it is."""
    return (principal.name, *principal.others, *((principal.party,) if principal.party else ()))


def role_of(one: Assignment) -> str:
    """The role of an assignment, as a sentence names it."""
    return f"role {one.role.name!r}" if one.role else f"role {one.role_id!r}"


def held(one: Assignment) -> str:
    """An assignment in a few words."""
    return f"{role_of(one)} at {shown(one.scope)}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names in a sentence; of many the first few."""
    found = list(dict.fromkeys(names))
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
