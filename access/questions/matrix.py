"""Computes the access matrix of a graph: agents by resources, with the verbs and role assignments of each cell.

Owns the mapping from principals to agents, and from parts of a resource to the resource (a topic's subscription is the
topic). Rows and columns are ids, with names that `access.questions.display_names` gives them. It iterates
`effective.all_access`, so that principals without roles cost nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from access.azure.catalogue import built_in_name
from access.azure.scopes import key
from access.azure.verbs import CALLED_KINDS, verb_of
from access.evaluate.cached_sets import difference, sorted_list, union
from access.evaluate.decisions import EffectiveAccess, all_access
from access.evaluate.effects import shared_objects
from access.evaluate.platform_grants import is_platform_assignment
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.display_names import DisplayNames, Subject
from access.questions.held_access import shared_objects_sentence

Cell = tuple[str, str]
"""Display names of an agent and of a resource, which are unique in a graph."""


@dataclass
class MatrixEntry:
    """Entry of the access matrix: the effective access of one agent or other principal to one resource."""

    subject: Subject
    """The agent, or another principal."""
    resource: Resource
    reaches: list[tuple[Principal, Resource, EffectiveAccess]] = field(
        default_factory=list[tuple[Principal, Resource, EffectiveAccess]]
    )
    """Each identity with a resource, or part of it, and the effective access there; complete in a matrix."""
    _combined: tuple[frozenset[str], frozenset[str], frozenset[str]] | None = None
    """Operations that are allowed certainly, perhaps, and in either way; computed on first use."""

    @property
    def agent(self) -> str:
        """Return the display name of the agent or other principal."""
        return self.subject.name

    @property
    def allowed(self) -> frozenset[str]:
        """Return the operations of both planes that are certainly allowed."""
        return self._operations[0]

    @property
    def conditional(self) -> frozenset[str]:
        """Return the operations of both planes that depend on a condition or on something unknown."""
        return self._operations[1]

    @property
    def operations(self) -> frozenset[str]:
        """Return all operations that are allowed, certainly or perhaps."""
        return self._operations[2]

    @property
    def _operations(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        # The entry of most cells has one reach, and `cached_property` locks at every first use.
        if self._combined is None:
            reaches = [reach for _, _, reach in self.reaches]
            allowed = union(*(names for reach in reaches for names in (reach.allowed, reach.data_allowed)))
            perhaps = union(*(names for reach in reaches for names in (reach.conditional, reach.data_conditional)))
            self._combined = allowed, difference(perhaps, allowed), union(allowed, perhaps)
        return self._combined

    @property
    def sorted_operations(self) -> list[str]:
        """Return all operations that are allowed, certainly or perhaps, sorted without regard to case.

        Entries with the same operations have the same list, which must not be changed.
        """
        return sorted_list(self.operations)


def notes_of_entry(entry: MatrixEntry, name: str) -> tuple[str, ...]:
    """Return sentences about a matrix entry that its verbs do not explain; `name` is the resource's display name."""
    # An account outside the network has every kind of object of Azure AI services, and its label is the role.
    objects = shared_objects(entry.operations) if entry.resource.declared else ()
    found = [shared_objects_sentence(name, objects)] if objects else []
    steps = dict.fromkeys(each for _, _, reach in entry.reaches for each in reach.detours)
    return (*found, *(f"{entry.agent} reaches the data of {name} after further steps: it may {each}" for each in steps))


def shared_identity_sentence(agents: Sequence[str]) -> str:
    """Return a sentence which states that several agents share one identity."""
    return f"{', '.join(agents[:-1])} and {agents[-1]} act as one identity: what one is granted, each may do"


class AccessMatrix:
    """Access matrix of a graph: an entry for each agent or other principal with access to a resource."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.entries: dict[Cell, MatrixEntry] = {}
        self._behind: dict[int, tuple[MatrixEntry, tuple[Assignment, ...]]] = {}
        self.agents = tuple(sorted({agent for one in graph.principals for agent in one.agents}))
        self.names = DisplayNames(graph)
        for principal_id, resource_id, reach in all_access(graph):
            self._add(principal_id, resource_id, reach)

    @property
    def resources(self) -> tuple[str, ...]:
        """Return the names of all resources in the matrix, those of the network first.

        Agents that can be called are resources, too, and are left out where nobody may call them.
        """
        reached = {resource for _, resource in self.entries}
        declared = sorted(
            self.name_of(one)
            for one in self.graph.resources
            if one.declared and (one.kind not in CALLED_KINDS or self.name_of(one) in reached)
        )
        others = reached - set(declared)
        return (*declared, *sorted(others))

    def name_of(self, resource: Resource) -> str:
        """Return the display name of a resource in the matrix."""
        return self.names.of_resource(resource)

    def assignments(self, entry: MatrixEntry) -> Iterator[Assignment]:
        """Yield the role assignments from which the access of a matrix entry comes, each once."""
        cell = id(entry)
        if cell not in self._behind:
            found: dict[str, Assignment] = {}
            for principal, resource, _ in entry.reaches:
                for one in self.graph.held_at_or_above(principal.id, resource.id):
                    found.setdefault(one.id, one)
            # The entry is kept with its assignments, so that its address is not reused.
            self._behind[cell] = entry, tuple(found.values())
        yield from self._behind[cell][1]

    def verbs(self, entry: MatrixEntry) -> list[str]:
        """Return the labels of a matrix entry: verbs of network.yaml, or role names if no verb matches."""
        return sorted({_label(one, entry.resource) for one in self.assignments(entry)})

    def is_for_models(self, entry: MatrixEntry) -> bool:
        """Return True for the access of a Foundry project to its account that every project needs, and no other."""
        found = {principal.id: principal for principal, _, _ in entry.reaches}
        several = [(found[one.principal], one) for one in self.assignments(entry) if one.principal in found]
        return bool(several) and all(is_platform_assignment(*each) for each in several)

    def _is_part_of_platform_assignment(self, principal: Principal, resource: Resource) -> bool:
        """Return True for a part of an account at which a Foundry project holds only its role for the whole account."""
        behind = self.graph.held_at_or_above(principal.id, resource.id) if principal.purpose == "host" else []
        only = all(is_platform_assignment(principal, one) for one in behind)
        return bool(behind) and only and all(key(one.scope) != key(resource.id) for one in behind)

    def _add(self, principal_id: str, resource_id: str, reach: EffectiveAccess) -> None:
        principal, resource = self.graph.principal(principal_id), self.graph.resource(resource_id)
        if resource is None:
            return
        principal = principal or Principal(id=principal_id, name=principal_id, exists=False)
        containing = self.names.containing(resource)
        # Every agent that shares the identity has its access.
        if self._is_part_of_platform_assignment(principal, resource):
            return
        for subject in self.names.subjects_of(principal_id):
            cell = (subject.name, self.names.of_resource(containing))
            entry = self.entries.setdefault(cell, MatrixEntry(subject, containing))
            entry.reaches.append((principal, resource, reach))


def _label(assignment: Assignment, resource: Resource) -> str:
    role = assignment.role_name if assignment.role is not None else f"role {assignment.role_name}"
    inside = key(assignment.scope).startswith(key(resource.id))
    star = "*" if assignment.condition else ""
    return f"{(verb_of(built_in_name(assignment.role), resource.kind) if inside else '') or role}{star}"
