"""Collects the escalation steps that lead from each identity, once for all agents.

Owns collecting them: each way gets the access to every resource.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from access.azure.compute_hosts import possible_takeover, possibly_attaches
from access.azure.planes import relevant_to
from access.evaluate.decisions import all_access, relevant_operations
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Principal, Resource
from access.model.results import EffectiveAccess, Reasons
from access.questions.paths import agents, attaching, federation, hosts, images, rights, vaults
from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import SCOPE_KINDS, EscalationStep, Node, ResourceAccess

WAYS = (images, hosts, agents, federation, rights, vaults)
_OPERATIONS = frozenset[str]().union(*(way.OPERATIONS for way in WAYS), attaching.OPERATIONS)


@dataclass(frozen=True)
class OutgoingSteps:
    """Escalation steps that lead from one node, such as an identity."""

    steps: tuple[EscalationStep, ...] = ()
    attachable: tuple[EscalationStep, ...] = ()
    """Escalation steps that also need a host that the attacker can change."""
    host: EscalationStep | None = None
    targets: frozenset[tuple[Node, bool]] = frozenset()
    """Target nodes of the steps, with True if the step depends on a condition."""

    def __bool__(self) -> bool:
        return bool(self.steps or self.attachable or self.host)


class EscalationSteps:
    """Escalation steps of all nodes of a graph, and the effective access of its principals."""

    def __init__(self, graph: Graph) -> None:
        self.inventory = Inventory(graph)
        self.graph = self.inventory.graph
        self.reached: dict[str, list[tuple[Resource, EffectiveAccess]]] = {}
        for principal_id, resource_id, reach in all_access(self.graph):
            resource, principal = self.graph.resource(resource_id), self.graph.principal(principal_id)
            if resource is not None:
                self.reached.setdefault(principal_id, []).append((resource, reach))
                if principal is not None and principal.is_in_network:
                    self.inventory.record_pull(principal, resource, reach.allowed | reach.data_allowed)
        self._leads: dict[Node, OutgoingSteps] = {}
        self._targets: dict[frozenset[tuple[Node, bool]], frozenset[tuple[Node, bool]]] = {}
        self._interesting: dict[frozenset[str], dict[str, str]] = {}
        self._at_resource: dict[tuple[str, tuple[frozenset[str], ...], int], OutgoingSteps] = {}
        self._phrases: dict[tuple[object, ...], str] = {}
        self._together: dict[tuple[frozenset[str], ...], dict[str, str]] = {}

    def principal(self, node: Node) -> Principal | None:
        """Return the principal of an identity node; None for other nodes."""
        return self.graph.principal(node.id) if node.kind == "identity" else None

    def held(self, node: Node) -> Iterator[tuple[Resource, EffectiveAccess]]:
        """Yield the resources that a node itself has access to, with the effective access."""
        if node.kind == "identity":
            yield from self.reached.get(node.id, ())
        elif node.kind != "agent":
            for resource in self.graph.resources_within(node.id):
                yield resource, full_access(resource, control=node.kind == "scope")

    def outgoing_steps(self, node: Node) -> OutgoingSteps:
        """Return the escalation steps that lead from a node, computed on first use."""
        if node not in self._leads:
            self._leads[node] = self._collect(node)
        return self._leads[node]

    def phrase(self, step: EscalationStep) -> str:
        """Return the phrase for a step with its roles, computed once for all that hold the same roles."""
        by = step.reach.by
        if not isinstance(by, Reasons):
            return step.how
        same = step.phrase, step.operation, by.shared
        if same not in self._phrases:
            self._phrases[same] = step.how
        return self._phrases[same]

    def _collect(self, node: Node) -> OutgoingSteps:
        steps: list[EscalationStep] = []
        attachable: list[EscalationStep] = []
        host: EscalationStep | None = None
        # A node that holds everything at a scope gains nothing by granting itself roles there.
        ways = tuple(way for way in WAYS if node.kind == "identity" or way not in (rights, vaults))
        for resource, reach in self.held(node) if node.kind != "data" else ():
            found = self._steps_at(resource, reach, ways)
            steps += [one.held_by(reach) for one in found.steps]
            attachable += [one.held_by(reach) for one in found.attachable]
            if found.host is not None and (host is None or host.conditional):
                host = found.host.held_by(reach)
        # Wide scopes first: nodes within them need not be followed.
        steps.sort(key=lambda step: step.to.kind in SCOPE_KINDS and step.to.id.count("/"))
        targets = frozenset((step.to, step.conditional) for step in steps)
        return OutgoingSteps(tuple(steps), tuple(attachable), host, self._targets.setdefault(targets, targets))

    def _steps_at(self, resource: Resource, reach: EffectiveAccess, ways: tuple[ModuleType, ...]) -> OutgoingSteps:
        """Return the steps that some access to a resource allows, which is the same for every holder."""
        sets = reach.sets
        memo = (resource.id, sets, len(ways))
        if memo not in self._at_resource:
            held = ResourceAccess(resource, resource.name, self._relevant(reach), reach)
            if held.operations:
                self._at_resource[memo] = OutgoingSteps(
                    tuple(step for way in ways for step in way.steps(held, self.inventory)),
                    tuple(attaching.steps(held, self.inventory)),
                    attaching.host(held),
                )
            else:
                self._at_resource[memo] = OutgoingSteps()
        return self._at_resource[memo]

    def _relevant(self, reach: EffectiveAccess) -> dict[str, str]:
        """Return those operations of an access that any kind of escalation needs, by lower-case name."""
        sets = reach.sets
        if sets not in self._together:
            found: dict[str, str] = {}
            for names in sets:
                if names not in self._interesting:
                    self._interesting[names] = {low: name for name in names if _leads_on(low := name.lower())}
                found |= self._interesting[names]
            self._together[sets] = found
        return self._together[sets]


def _leads_on(operation: str) -> bool:
    """Return True if an operation, in lower case, is one that a way of escalation needs, or may need."""
    return operation in _OPERATIONS or possibly_attaches(operation) or bool(possible_takeover(operation))


_EVERYTHING: dict[tuple[str, bool], EffectiveAccess] = {}


def full_access(resource: Resource, *, control: bool) -> EffectiveAccess:
    """Return access with all operations at a resource, or with all its data operations."""
    memo = (resource_type(resource), control)
    if memo not in _EVERYTHING:
        _EVERYTHING[memo] = EffectiveAccess(
            allowed=frozenset(relevant_operations(resource, data=False)) if control else frozenset(),
            data_allowed=frozenset(relevant_to(memo[0], data=True)),
        )
    return _EVERYTHING[memo]
