"""Context of a check: the graph, the declared network, and texts and locations for findings.

Owns the shared lookups: the identities of the network's agents, the resource around a scope, and the line that
declares it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from access.azure.scopes import ancestors, key, shown
from access.evaluate.decisions import EffectiveAccess, all_access
from access.findings.catalogue import BY_ID
from access.findings.finding import Finding
from access.model.declared import Declared, DeclaredAccess, DeclaredAgent
from access.model.graph import Assignment, Graph, Principal, Resource


@dataclass(frozen=True, kw_only=True)
class CheckContext:
    """Input of every check: the graph, the declared network and the settings of the environment."""

    graph: Graph
    declared: Declared | None
    today: date
    production: bool = False
    over_budget: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Agent → sentences about each exceeded limit of its budget: `secrets: 1 of 0`."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts outside any resource, by location: the stack's configuration and outputs."""

    @cached_property
    def accesses(self) -> tuple[tuple[str, Resource, EffectiveAccess], ...]:
        """Return every pair of principal and resource with effective access, and that access."""
        found = ((principal, self.graph.resource(where), reach) for principal, where, reach in all_access(self.graph))
        return tuple((principal, resource, reach) for principal, resource, reach in found if resource)

    @cached_property
    def agents(self) -> tuple[Principal, ...]:
        """Return the identities of agents, or of everything that runs code if no network is declared."""
        return tuple(one for one in self.graph.principals if self.is_agent(one))

    @cached_property
    def network_principals(self) -> tuple[Principal, ...]:
        """Return the identities of agents, hosts and people in network.yaml; without it, every identity."""
        return tuple(one for one in self.graph.principals if self.is_network_principal(one))

    def is_network_principal(self, principal: Principal) -> bool:
        """Return True for identities of the network's agents, hosts and people; without a network, for every identity.

        Without network.yaml nothing states the purpose of an identity, and anyone who becomes it has its access.
        """
        if self.declared is None:
            return principal.exists or principal.may_be_group
        return principal.party in self.declared.parties or self.is_agent(principal)

    def is_agent(self, principal: Principal) -> bool:
        """Return True for identities of the network's agents; without a network, for everything that runs code."""
        if self.declared is None:
            return bool(principal.agents) or principal.purpose == "own"
        return any(name in self.declared.agents for name in principal.agents)

    def access_of(self, principal: Principal) -> tuple[DeclaredAccess, ...]:
        """Return the access that network.yaml declares for an identity, without image pulls."""
        return self.declared.access_of(principal) if self.declared else ()

    def declared_agent(self, name: str) -> DeclaredAgent | None:
        """Return the declaration of an agent in network.yaml; None if there is none."""
        return self.declared.agents.get(name) if self.declared else None

    def kind_of(self, resource: Resource) -> str:
        """Return the network.yaml kind of a resource; an empty text for a resource outside the network."""
        return resource.kind if resource.declared else ""

    def nearest_resource(self, scope: str) -> Resource | None:
        """Return the network's resource at a scope, or the nearest one that contains the scope."""
        found = (self.graph.resource(each) for each in reversed(ancestors(key(scope))))
        return next((each for each in found if each and each.declared), None)

    def principal_text(self, principal_id: str) -> str:
        """Return the text of a principal for messages, such as `agent 'report'`."""
        principal = self.graph.principal(principal_id)
        if principal is None:
            return f"principal {principal_id}"
        if self.is_agent(principal):
            return _agents(principal.agents or (principal.name,))
        noun = _PARTIES[principal.purpose] if principal.party else principal.kind or "principal"
        return f"{noun} {(principal.party or principal.name)!r}"

    def agent_location(self, name: str) -> str:
        """Return the line of an agent in network.yaml, or the id of its app if there is no line."""
        agent = self.declared_agent(name)
        if self.declared and agent:
            return self.declared.location(agent.line)
        return next((one.owner or one.id for one in self.graph.principals_of_agent(name)), name)

    def principal_location(self, principal: Principal) -> str:
        """Return the line in network.yaml of an agent, host or people; a resource id if there is no line."""
        entry = self.declared.parties.get(principal.party) if self.declared else None
        if self.declared and entry:
            return self.declared.location(entry.line)
        return self.agent_location(principal.agent) if principal.agent else principal.owner or principal.id

    def resource_location(self, resource: Resource) -> str:
        """Return the line of a resource in network.yaml, or the resource id if there is no line."""
        return self._line_of(resource.name) or resource.id if resource.declared else resource.id

    def _line_of(self, name: str) -> str:
        if self.declared is None:
            return ""
        registry = self.declared.registry
        found = self.declared.resources.get(name) or (registry if registry and registry.name == name else None)
        return self.declared.location(found.line) if found else ""

    def assignment_location(self, one: Assignment) -> str:
        """Return the line that declares a role assignment, or else its location in the source."""
        principal, resource = self.graph.principal(one.principal), self.nearest_resource(one.scope)
        if self.declared and principal and resource and key(resource.id) == key(one.scope):
            lines = [each.line for each in self.access_of(principal) if each.resource == resource.name]
            if len(lines) == 1:
                return self.declared.location(lines[0])
        return one.location or one.id

    def assignment_finding(self, rule: str, one: Assignment, what: str) -> Finding:
        """Create a finding about a role assignment."""
        principal, resource = self.graph.principal(one.principal), self.nearest_resource(one.scope)
        return Finding(
            rule=BY_ID[rule],
            what=what,
            location=self.assignment_location(one),
            agent=principal.agent if principal and self.is_agent(principal) else "",
            resource=resource.name if resource else "",
            assignment=one.id,
            about=(*(exception_names(principal) if principal else ()), one.principal, one.name, one.scope),
        )


_PARTIES = {"host": "project", "people": "people", "pull": "cluster"}


def _agents(names: Sequence[str]) -> str:
    return f"agent {names[0]!r}" if len(names) == 1 else f"agents {' and '.join(map(repr, names))}"


def exception_names(principal: Principal) -> tuple[str, ...]:
    """Return the names by which an exception can refer to a principal, shared identities included."""
    return (principal.name, *principal.other_agents, *((principal.party,) if principal.party else ()))


def assignment_text(one: Assignment) -> str:
    """Return the text of a role assignment for messages: its role and scope."""
    return f"{one.role_text} at {shown(one.scope)}"


def joined_names(names: Iterable[str], most: int = 4) -> str:
    """Join names with commas for a message: the first few, and the number of the others."""
    found = list(dict.fromkeys(names))
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
