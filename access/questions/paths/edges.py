"""Where each identity leads by itself, worked out once for all agents.

Owns gathering the ways: what is held at a resource is shown to each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from access.azure.type_operations import relevant_to
from access.evaluate.effective import pairs, relevant
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Principal, Resource
from access.model.results import Reach
from access.questions.paths import agents, attaching, federation, hosts, images, rights, vaults
from access.questions.paths.inventory import Estate
from access.questions.paths.steps import PLACES, Held, Node, Step

WAYS = (images, hosts, agents, federation, rights, vaults)
_OPERATIONS = frozenset[str]().union(*(way.OPERATIONS for way in WAYS), attaching.OPERATIONS)


@dataclass(frozen=True)
class Leads:
    """Where one node leads by itself."""

    steps: tuple[Step, ...] = ()
    attachable: tuple[Step, ...] = ()
    """Where it leads in the hand of who may write a host."""
    host: Step | None = None
    targets: frozenset[tuple[Node, bool]] = frozenset()
    """Where the steps lead, and whether a condition decides; nodes that lead to the same share it."""

    def __bool__(self) -> bool:
        return bool(self.steps or self.attachable or self.host)


class Ways:
    """The ways in one graph, with who reaches what there."""

    def __init__(self, graph: Graph) -> None:
        self.estate = Estate(graph)
        self.graph = self.estate.graph
        self.reached: dict[str, list[tuple[Resource, Reach]]] = {}
        for principal_id, resource_id, reach in pairs(self.graph):
            resource, principal = self.graph.resource(resource_id), self.graph.principal(principal_id)
            if resource is not None:
                self.reached.setdefault(principal_id, []).append((resource, reach))
                if principal is not None and principal.is_known:
                    self.estate.note_pull(principal, resource, reach.allowed | reach.data_allowed)
        self._leads: dict[Node, Leads] = {}
        self._targets: dict[frozenset[tuple[Node, bool]], frozenset[tuple[Node, bool]]] = {}
        self._interesting: dict[frozenset[str], dict[str, str]] = {}

    def principal(self, node: Node) -> Principal | None:
        """The principal that a node is."""
        return self.graph.principal(node.id) if node.kind == "identity" else None

    def held(self, node: Node) -> Iterator[tuple[Resource, Reach]]:
        """What is held by a node itself."""
        if node.kind == "identity":
            yield from self.reached.get(node.id, ())
        elif node.kind != "agent":
            for resource in self.graph.resources_within(node.id):
                yield resource, everything(resource, control=node.kind == "scope")

    def leads_of(self, node: Node) -> Leads:
        """Where a node leads by itself."""
        if node not in self._leads:
            self._leads[node] = self._found(node)
        return self._leads[node]

    def _found(self, node: Node) -> Leads:
        steps: list[Step] = []
        attachable: list[Step] = []
        host: Step | None = None
        # Who holds everything at a scope gains nothing by giving roles there once more.
        ways = [way for way in WAYS if node.kind == "identity" or way not in (rights, vaults)]
        for resource, reach in self.held(node) if node.kind != "data" else ():
            operations = self._asked(reach)
            if not operations:
                continue
            held = Held(resource, resource.name, operations, reach)
            steps += [step for way in ways for step in way.steps(held, self.estate)]
            attachable += attaching.steps(held, self.estate)
            writes = attaching.host(held)
            if writes is not None and (host is None or host.conditional):
                host = writes
        # Wide scopes first: what lies within them need not be followed.
        steps.sort(key=lambda step: step.to.kind in PLACES and step.to.id.count("/"))
        targets = frozenset((step.to, step.conditional) for step in steps)
        return Leads(tuple(steps), tuple(attachable), host, self._targets.setdefault(targets, targets))

    def _asked(self, reach: Reach) -> dict[str, str]:
        """The operations that any way asks for."""
        found: dict[str, str] = {}
        for names in (reach.allowed, reach.conditional, reach.data_allowed, reach.data_conditional):
            if names not in self._interesting:
                self._interesting[names] = {low: name for name in names if (low := name.lower()) in _OPERATIONS}
            found |= self._interesting[names]
        return found


_EVERYTHING: dict[tuple[str, bool], Reach] = {}


def everything(resource: Resource, *, control: bool) -> Reach:
    """All that can be done at a resource, or all that can be done with data there."""
    memo = (resource_type(resource), control)
    if memo not in _EVERYTHING:
        _EVERYTHING[memo] = Reach(
            allowed=frozenset(relevant(resource, data=False)) if control else frozenset(),
            data_allowed=frozenset(relevant_to(memo[0], data=True)),
        )
    return _EVERYTHING[memo]
