"""Computes the access matrix of a graph: agents by resources, with the verbs and role assignments of each cell.

Owns the mapping from principals to agents, and from parts of a resource to the resource (a topic's subscription is the
topic). It iterates `effective.all_access`, so that principals without roles cost nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from access.azure.scopes import key
from access.azure.verbs import CALLED, verb_of
from access.evaluate.decisions import EffectiveAccess, all_access
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.assignment_rows import declared_resources, nearest_declared

Cell = tuple[str, str]
"""Names of an agent and of a resource."""


@dataclass
class MatrixEntry:
    """The access of one agent to one resource."""

    agent: str
    """Name of the agent, or of another principal."""
    resource: Resource
    reaches: list[tuple[Principal, Resource, EffectiveAccess]] = field(
        default_factory=list[tuple[Principal, Resource, EffectiveAccess]]
    )
    """Each identity with a resource, or part of it, and the effective access there."""

    @property
    def allowed(self) -> frozenset[str]:
        """Operations of both planes that are certainly allowed."""
        return frozenset[str]().union(*(reach.allowed | reach.data_allowed for _, _, reach in self.reaches))

    @property
    def conditional(self) -> frozenset[str]:
        """Operations of both planes that depend on a condition or on something unknown."""
        sets = (reach.conditional | reach.data_conditional for _, _, reach in self.reaches)
        return frozenset[str]().union(*sets) - self.allowed

    @property
    def operations(self) -> frozenset[str]:
        """All operations that are allowed, certainly or perhaps."""
        return self.allowed | self.conditional


def shared_identity_sentence(agents: Sequence[str]) -> str:
    """Return a sentence which states that several agents share one identity."""
    return f"{', '.join(agents[:-1])} and {agents[-1]} act as one identity: what one is granted, each may do"


class AccessMatrix:
    """The access matrix of a graph, by agent and resource."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.entries: dict[Cell, MatrixEntry] = {}
        self.agents = tuple(sorted({agent for one in graph.principals for agent in one.agents}))
        # Names of the network's resources are unique; other resources of the same name are shown with their type.
        self._declared = declared_resources(graph)
        names = {one.name for one in self._declared.values()}
        self._names = {key(one.id): _name(one, names) for one in graph.resources}
        for principal_id, resource_id, reach in all_access(graph):
            self._add(principal_id, resource_id, reach)

    @property
    def resources(self) -> tuple[str, ...]:
        """Names of all resources in the matrix, those of the network first.

        Agents that can be called are resources, too, and are left out where nobody may call them.
        """
        reached = {resource for _, resource in self.entries}
        named = (one for one in self._declared.values() if one.kind != CALLED or one.name in reached)
        declared = sorted(one.name for one in named)
        others = reached - set(declared)
        return (*declared, *sorted(others))

    def name_of(self, resource: Resource) -> str:
        """Return the display name of a resource."""
        return self._names[key(self._network_resource(resource).id)]

    def assignments(self, entry: MatrixEntry) -> Iterator[Assignment]:
        """Return the role assignments behind an entry, each once."""
        found: dict[str, Assignment] = {}
        for principal, resource, _ in entry.reaches:
            for one in self.graph.held_at_or_above(principal.id, resource.id):
                found.setdefault(one.id, one)
        yield from found.values()

    def verbs(self, entry: MatrixEntry) -> list[str]:
        """Return the labels of an entry: verbs, or role and scope if no verb matches."""
        return sorted({_label(one, entry.resource) for one in self.assignments(entry)})

    def _add(self, principal_id: str, resource_id: str, reach: EffectiveAccess) -> None:
        principal, resource = self.graph.principal(principal_id), self.graph.resource(resource_id)
        if resource is None:
            return
        principal = principal or Principal(id=principal_id, name=principal_id, exists=False)
        containing = self._network_resource(resource)
        # Every agent that shares the identity has its access.
        for who in principal.agents or (principal.display_name,):
            cell = (who, self._names[key(containing.id)])
            entry = self.entries.setdefault(cell, MatrixEntry(who, containing))
            entry.reaches.append((principal, resource, reach))

    def _network_resource(self, resource: Resource) -> Resource:
        """Return the network's resource that contains a resource, or the resource itself."""
        return nearest_declared(self._declared, resource.id) or resource


def _name(resource: Resource, taken: set[str]) -> str:
    if resource.declared or resource.name not in taken:
        return resource.name
    return f"{resource.name} ({resource.kind.rpartition('/')[2]})"


def _label(assignment: Assignment, resource: Resource) -> str:
    role = assignment.role.name if assignment.role is not None else f"role {assignment.role_id}"
    inside = key(assignment.scope).startswith(key(resource.id))
    star = "*" if assignment.condition else ""
    return f"{(verb_of(role, resource.kind) if inside else '') or role}{star}"
