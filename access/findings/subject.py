"""Context of a check: the graph, the declared document, and the names and locations that findings show.

Owns the shared lookups: the identities of the network's agents, the resource around a scope, and the line that
declares it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from access.azure.scopes import ancestors, key, shown
from access.evaluate.effective import EffectiveAccess, all_access
from access.findings.catalogue import BY_ID
from access.findings.rule import Finding
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent
from access.model.graph import Assignment, Graph, Principal, Resource


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Input of every rule."""

    graph: Graph
    declared: Declared | None
    today: date
    production: bool = False
    over_budget: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """By agent, what exceeds its budget: `secrets: 1 of 0`."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """By location, texts outside any resource: the stack's configuration and outputs."""

    @cached_property
    def reaches(self) -> tuple[tuple[str, Resource, EffectiveAccess], ...]:
        """Principal, resource and effective access, wherever there is any."""
        found = ((principal, self.graph.resource(where), reach) for principal, where, reach in all_access(self.graph))
        return tuple((principal, resource, reach) for principal, resource, reach in found if resource)

    @cached_property
    def agents(self) -> tuple[Principal, ...]:
        """The identities of agents: those of the declared network, or without one of everything that runs code."""
        return tuple(one for one in self.graph.principals if self.is_agent(one))

    @cached_property
    def ours(self) -> tuple[Principal, ...]:
        """The identities of agents, of their hosts and of people: every identity that the network gives access."""
        return tuple(one for one in self.graph.principals if self.is_ours(one))

    def is_ours(self, principal: Principal) -> bool:
        """True for identities of the network's agents, hosts and people."""
        known = bool(principal.party) and (self.declared is None or principal.party in self.declared.parties)
        return known or self.is_agent(principal)

    def is_agent(self, principal: Principal) -> bool:
        """True for identities of the network's agents; false for apps of other networks."""
        return any(self.declared is None or name in self.declared.agents for name in principal.agents)

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """The declared access of an identity, without pulling images."""
        return self.declared.access_of(principal) if self.declared else ()

    def declared_agent(self, name: str) -> DeclaredAgent | None:
        """The declaration of an agent."""
        return self.declared.agents.get(name) if self.declared else None

    def kind_of(self, resource: Resource) -> str:
        """The kind of a resource of the network; empty for any other resource."""
        return resource.kind if resource.declared else ""

    def around(self, scope: str) -> Resource | None:
        """The network's resource at a scope, or the nearest one that contains the scope."""
        found = (self.graph.resource(each) for each in reversed(ancestors(key(scope))))
        return next((each for each in found if each and each.declared), None)

    def name_of(self, principal_id: str) -> str:
        """A principal as a sentence names it."""
        principal = self.graph.principal(principal_id)
        if principal is None:
            return f"principal {principal_id}"
        if self.is_agent(principal):
            return _agents(principal.agents)
        return (
            f"{_PARTIES[principal.purpose]} {principal.party!r}" if principal.party else f"principal {principal.name!r}"
        )

    def of_agent(self, name: str) -> str:
        """The location of an agent: its line, or else the id of the app that runs it."""
        agent = self.declared_agent(name)
        if self.declared and agent:
            return self.declared.location(agent.line)
        return next((one.owner or one.id for one in self.graph.principals_of_agent(name)), name)

    def of_principal(self, principal: Principal) -> str:
        """The location of an agent, a host or people: its line, or else the id of the resource with that identity."""
        entry = self.declared.parties.get(principal.party) if self.declared else None
        if self.declared and entry:
            return self.declared.location(entry.line)
        return self.of_agent(principal.agent) if principal.agent else principal.owner or principal.id

    def of_resource(self, resource: Resource) -> str:
        """The location of a resource: its line, or else its id."""
        return self._line_of(resource.name) or resource.id if resource.declared else resource.id

    def _line_of(self, name: str) -> str:
        if self.declared is None:
            return ""
        registry = self.declared.registry
        found = self.declared.resources.get(name) or (registry if registry and registry.name == name else None)
        return self.declared.location(found.line) if found else ""

    def of_assignment(self, one: Assignment) -> str:
        """The location of an assignment: the line that declares it, or else the place where it was read."""
        principal, resource = self.graph.principal(one.principal), self.around(one.scope)
        if self.declared and principal and resource and key(resource.id) == key(one.scope):
            lines = [each.line for each in self.access_of(principal) if each.resource == resource.name]
            if len(lines) == 1:
                return self.declared.location(lines[0])
        return one.location or one.id

    def about(self, rule: str, one: Assignment, what: str) -> Finding:
        """A finding about an assignment."""
        principal, resource = self.graph.principal(one.principal), self.around(one.scope)
        return Finding(
            rule=BY_ID[rule],
            what=what,
            location=self.of_assignment(one),
            agent=principal.agent if principal and self.is_agent(principal) else "",
            resource=resource.name if resource else "",
            assignment=one.id,
            about=(*(called_by(principal) if principal else ()), one.principal, one.name, one.scope),
        )


_PARTIES = {"host": "project", "people": "people", "pull": "cluster"}


def _agents(names: Sequence[str]) -> str:
    return f"agent {names[0]!r}" if len(names) == 1 else f"agents {' and '.join(map(repr, names))}"


def called_by(principal: Principal) -> tuple[str, ...]:
    """Further names that an exception can use for a principal: its name, and the others that share the identity."""
    return (principal.name, *principal.other_agents, *((principal.party,) if principal.party else ()))


def role_of(one: Assignment) -> str:
    """The role of an assignment, as a sentence names it."""
    return f"role {one.role.name!r}" if one.role else f"role {one.role_id!r}"


def held(one: Assignment) -> str:
    """An assignment as a sentence names it."""
    return f"{role_of(one)} at {shown(one.scope)}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names as a sentence lists them: the first few, and the number of the rest."""
    found = list(dict.fromkeys(names))
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
