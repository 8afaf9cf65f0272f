"""A graph in the words of its network: which agent reaches which resource, as whom, and by which assignments.

Owns how principals become agents and how what lies inside a resource counts as that resource (a topic's subscription is
the topic). Walks what `effective.pairs` yields, so that who holds nothing costs nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from access.azure.scopes import key
from access.azure.verb_roles import CALLED, verb_of
from access.evaluate.effective import Reach, pairs
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.assignment_rows import declared_resources, nearest_declared

Cell = tuple[str, str]
"""An agent and a resource, by name."""


@dataclass
class Entry:
    """What one agent reaches of one resource."""

    agent: str
    """The agent, or whoever else holds it."""
    resource: Resource
    reaches: list[tuple[Principal, Resource, Reach]] = field(default_factory=list[tuple[Principal, Resource, Reach]])
    """As which of its identities, at what inside the resource, and how far."""

    @property
    def allowed(self) -> frozenset[str]:
        """Operations of both planes that are certainly allowed."""
        return frozenset[str]().union(*(reach.allowed | reach.data_allowed for _, _, reach in self.reaches))

    @property
    def conditional(self) -> frozenset[str]:
        """Operations of both planes that a condition, or something unknown, decides."""
        sets = (reach.conditional | reach.data_conditional for _, _, reach in self.reaches)
        return frozenset[str]().union(*sets) - self.allowed

    @property
    def operations(self) -> frozenset[str]:
        """Everything that is not certainly denied."""
        return self.allowed | self.conditional


def one_identity(agents: Sequence[str]) -> str:
    """That agents act as one, as a sentence."""
    return f"{', '.join(agents[:-1])} and {agents[-1]} act as one identity: what one is granted, each may do"


class Summary:
    """Every entry of a graph, by agent and resource."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.entries: dict[Cell, Entry] = {}
        self.agents = tuple(sorted({agent for one in graph.principals for agent in one.agents}))
        # a resource of the network has the name; what else is called the same is told apart by its type
        self._declared = declared_resources(graph)
        names = {one.name for one in self._declared.values()}
        self._names = {key(one.id): _name(one, names) for one in graph.resources}
        for principal_id, resource_id, reach in pairs(graph):
            self._add(principal_id, resource_id, reach)

    @property
    def resources(self) -> tuple[str, ...]:
        """Names of the network's resources, and of whatever else somebody reaches: sorted, the network's first.

        An agent that can be called is a resource too, and is left out where nobody may.
        """
        reached = {resource for _, resource in self.entries}
        named = (one for one in self._declared.values() if one.kind != CALLED or one.name in reached)
        declared = sorted(one.name for one in named)
        others = reached - set(declared)
        return (*declared, *sorted(others))

    def name_of(self, resource: Resource) -> str:
        """What a resource is called here."""
        return self._names[key(self._whole(resource).id)]

    def assignments(self, entry: Entry) -> Iterator[Assignment]:
        """The assignments behind an entry, each once."""
        found: dict[str, Assignment] = {}
        for principal, resource, _ in entry.reaches:
            for one in self.graph.held_at_or_above(principal.id, resource.id):
                found.setdefault(one.id, one)
        yield from found.values()

    def verbs(self, entry: Entry) -> list[str]:
        """What an entry is called: verbs, and where no verb stands for it, the role and where it was given."""
        return sorted({_label(one, entry.resource) for one in self.assignments(entry)})

    def _add(self, principal_id: str, resource_id: str, reach: Reach) -> None:
        principal, resource = self.graph.principal(principal_id), self.graph.resource(resource_id)
        if resource is None:
            return
        principal = principal or Principal(id=principal_id, name=principal_id, exists=False)
        whole = self._whole(resource)
        # Whoever shares an identity may do all that it may.
        for who in principal.agents or (principal.called,):
            cell = (who, self._names[key(whole.id)])
            entry = self.entries.setdefault(cell, Entry(who, whole))
            entry.reaches.append((principal, resource, reach))

    def _whole(self, resource: Resource) -> Resource:
        """The network's resource that this one is a part of; itself where it is none's."""
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
