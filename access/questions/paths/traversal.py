"""Follows the ways from one agent until nothing is added.

Owns the fixpoint and the sentence that tells a chain. What no condition restricts is followed first, so that a node is
conditional only where every way to it is.
"""

from collections import deque
from dataclasses import dataclass

from access.azure.scopes import ancestors
from access.model.graph import Principal
from access.questions.paths.edges import Leads, Ways
from access.questions.paths.steps import PLACES, Node, Step


@dataclass(frozen=True)
class Cause:
    """How a node was reached."""

    before: Node | None = None
    step: Step | None = None
    conditional: bool = False


class Spread:
    """All that whoever runs code as an agent comes to hold.

    `causes` has each node with how it was reached, in the order in which they were.
    """

    def __init__(self, ways: Ways, agent: str) -> None:
        self._ways = ways
        self._agent = agent
        self.causes = _Following(ways, Node("agent", agent)).causes

    def told(self, node: Node) -> str:
        """The chain of steps that leads to a node."""
        chain: list[tuple[Node, Step]] = []
        cause = self.causes[node]
        while cause.before is not None:
            if cause.step is not None:
                chain.append((cause.before, cause.step))
            cause = self.causes[cause.before]
        return "; ".join(self._clause(*link, first=not index) for index, link in enumerate(reversed(chain)))

    def _clause(self, before: Node, step: Step, *, first: bool) -> str:
        principal = self._ways.principal(before)
        code = self.causes[before].before
        if first:
            subject = self._agent
        elif principal is None:
            subject = "with that it"
        else:
            subject = f"as {code.id if code is not None and code.kind == 'agent' else called(principal)} it"
        return f"{subject} may {step.how}{', under a condition' if step.conditional else ''}"


def called(principal: Principal) -> str:
    """Who one is with an identity: the agent whose own it is, else the identity itself."""
    agents = principal.agents
    if len(agents) == 1 and principal.purpose == "own":
        return agents[0]
    return principal.party if principal.purpose == "host" and principal.party else principal.name


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
        if node.kind not in PLACES:
            return False
        return any(Node("scope", scope) in self.causes for scope in ancestors(node.id))


def _hand(node: Node) -> str:
    """Whose hand a right is in; what comes from giving roles can be in any."""
    return node.id if node.kind == "identity" else ""
