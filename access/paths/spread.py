"""Follows the ways from one agent until nothing is added.

Owns the fixpoint and the sentence that tells a chain. What no condition restricts is followed first, so that a node is
conditional only where every way to it is. What an identity leads to is worked out once for all agents.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from access.effective import pairs, relevant
from access.graph import Graph, Principal, Resource
from access.paths import attaching, federation, hosts, images, rights, vaults
from access.paths.estate import Estate
from access.paths.steps import Held, Node, Step
from access.reaching import Reach
from access.relevance import relevant_to, resource_type
from access.scopes import ancestors

_PLACES = frozenset({"scope", "data"})
WAYS = (images, hosts, federation, rights, vaults)
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


@dataclass(frozen=True)
class Cause:
    """How a node was reached."""

    before: Node | None = None
    step: Step | None = None
    conditional: bool = False


@dataclass
class Spread:
    """All that an attacker holds, with the cause of each node, in the order in which it was reached."""

    causes: dict[Node, Cause] = field(default_factory=dict[Node, Cause])


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
                if principal is not None and principal.agent:
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

    def spread(self, agent: str) -> Spread:
        """All that whoever runs code as this agent comes to hold."""
        found = _Following(self, Node("agent", agent))
        return Spread(found.causes)

    def told(self, spread: Spread, node: Node) -> str:
        """The chain of steps that leads to a node."""
        chain: list[tuple[Node, Step]] = []
        cause = spread.causes[node]
        while cause.before is not None:
            if cause.step is not None:
                chain.append((cause.before, cause.step))
            cause = spread.causes[cause.before]
        return "; ".join(self._clause(spread, *link, first=not index) for index, link in enumerate(reversed(chain)))

    def _clause(self, spread: Spread, before: Node, step: Step, *, first: bool) -> str:
        subject = next(iter(spread.causes)).id if first else f"as {self.name(spread, before)} it"
        if not first and before.kind in ("scope", "data"):
            subject = "with that it"
        return f"{subject} may {step.how}{', under a condition' if step.conditional else ''}"

    def name(self, spread: Spread, node: Node) -> str:
        """What people call a node: the agent, where that is who one becomes, else the identity."""
        principal = self.principal(node)
        if principal is None:
            return node.id
        before = spread.causes[node].before
        is_code = before is not None and before.kind == "agent"
        return before.id if before is not None and is_code else principal.name

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
        steps.sort(key=lambda step: step.to.kind in _PLACES and step.to.id.count("/"))
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


class _Following:
    """One fixpoint on its way."""

    def __init__(self, ways: Ways, start: Node) -> None:
        self._ways = ways
        self.causes: dict[Node, Cause] = {}
        self._next = deque[Node]()
        self._perhaps = deque[tuple[Node, Cause]]()
        self._hosts: dict[str, tuple[Node, Step]] = {}
        self._attachable: dict[str, list[tuple[Node, Step]]] = {}
        self._followed: set[frozenset[tuple[Node, bool]]] = set()
        self._take(start, Cause())
        while self._next or self._perhaps:
            if self._next:
                self._follow(self._next.popleft())
            else:
                self._take(*self._perhaps.popleft())

    def _follow(self, node: Node) -> None:
        doubtful = self.causes[node].conditional
        if node.kind == "agent":
            for one in self._ways.estate.identities(node.id):
                self._reach(Node("identity", one.id), Cause(node, None, doubtful))
            return
        leads = self._ways.leads_of(node)
        # Many an identity leads just where another did before it.
        if leads.targets not in self._followed:
            self._followed.add(leads.targets)
            for step in leads.steps:
                self._reach(step.to, Cause(node, step, doubtful or step.conditional))
        self._attach(node, leads)

    def _attach(self, node: Node, leads: Leads) -> None:
        """Attaches identities to a host, where both rights are in one hand, or can be."""
        hand, mine = _hand(node), [(node, step) for step in leads.attachable]
        if mine:
            self._attachable.setdefault(hand, []).extend(mine)
            for host in self._hosts.values() if not hand else self._in(hand):
                self._join(mine, host)
        if leads.host is not None and hand not in self._hosts:
            host = self._hosts[hand] = (node, leads.host)
            for other, theirs in self._attachable.items():
                if not hand or other in (hand, ""):
                    self._join(theirs, host)

    def _in(self, hand: str) -> list[tuple[Node, Step]]:
        return [self._hosts[each] for each in (hand, "") if each in self._hosts]

    def _join(self, attachable: list[tuple[Node, Step]], host: tuple[Node, Step]) -> None:
        sure_host = not host[1].conditional and not self.causes[host[0]].conditional
        for node, step in attachable:
            doubtful = step.conditional or self.causes[node].conditional or not sure_host
            self._reach(step.to, Cause(node, step, doubtful))

    def _reach(self, node: Node, cause: Cause) -> None:
        # What is not certain waits until all is found that is.
        if cause.conditional and cause.before is not None and not self.causes[cause.before].conditional:
            self._perhaps.append((node, cause))
        else:
            self._take(node, cause)

    def _take(self, node: Node, cause: Cause) -> None:
        if node not in self.causes and not self._is_within(node):
            self.causes[node] = cause
            self._next.append(node)

    def _is_within(self, node: Node) -> bool:
        """Whether it is only part of something that is held already."""
        if node.kind not in _PLACES:
            return False
        return any(Node("scope", scope) in self.causes for scope in ancestors(node.id))


def _hand(node: Node) -> str:
    """Whose hand a right is in; what comes from giving roles can be in any."""
    return node.id if node.kind == "identity" else ""


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
