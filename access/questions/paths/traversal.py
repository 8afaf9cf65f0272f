"""Follows escalation steps from one agent until no new identity or scope is found.

Owns the fixpoint and the sentence for a chain of steps. Unconditional steps are followed first, so that a node is
conditional only where every path to it is.
"""

from collections import deque
from typing import NamedTuple

from access.azure.scopes import ancestors
from access.model.graph import Principal
from access.model.results import EffectiveAccess
from access.questions.paths.edges import EscalationSteps, OutgoingSteps
from access.questions.paths.steps import SCOPE_KINDS, EscalationStep, Node


class Cause(NamedTuple):
    """Escalation step by which a node was reached, and the node before it."""

    before: Node | None = None
    step: EscalationStep | None = None
    conditional: bool = False


class Traversal:
    """Follows escalation steps from an agent's code, and holds each reached node with the step to it.

    `causes` has each node with the step that reached it, in the order of discovery.
    """

    def __init__(self, ways: EscalationSteps, agent: str) -> None:
        self._steps = ways
        self._agent = agent
        self.causes = _Fixpoint(ways, Node("agent", agent)).causes
        self._texts: dict[Node, str] = {}

    def chain_text(self, node: Node) -> str:
        """Return a sentence for the chain of escalation steps to a node."""
        waiting: list[Node] = []
        before: Node | None = node
        while before is not None and before not in self._texts:
            waiting.append(before)
            before = self.causes[before].before
        text = self._texts[before] if before is not None else ""
        for each in reversed(waiting):
            cause = self.causes[each]
            if cause.before is not None and cause.step is not None:
                clause = self._clause(cause.before, cause.step, first=not text)
                text = f"{text}; {clause}" if text else clause
            self._texts[each] = text
        return text

    def _clause(self, before: Node, step: EscalationStep, *, first: bool) -> str:
        principal = self._steps.principal(before)
        code = self.causes[before].before
        if first:
            subject = self._agent
        elif principal is None:
            subject = "with that it"
        else:
            subject = f"as {code.id if code is not None and code.kind == 'agent' else identity_name(principal)} it"
        return f"{subject} may {self._steps.phrase(step)}{', under a condition' if step.conditional else ''}"


def identity_name(principal: Principal) -> str:
    """Return the display name of an identity: the only agent that has it, or else the identity itself."""
    agents = principal.agents
    if len(agents) == 1 and principal.purpose == "own":
        return agents[0]
    return principal.party if principal.purpose == "host" and principal.party else principal.name


class _Fixpoint:
    """Search for all nodes that escalation steps lead to, repeated until no new node is found."""

    def __init__(self, ways: EscalationSteps, start: Node) -> None:
        self._steps = ways
        self.causes: dict[Node, Cause] = {}
        self._next = deque[Node]()
        self._perhaps = deque[tuple[Node, Cause]]()
        self._hosts: dict[str, tuple[Node, EscalationStep]] = {}
        self._attachable: dict[str, list[tuple[Node, EscalationStep]]] = {}
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
            for one in self._steps.inventory.identities(node.id):
                self._reach(Node("identity", one.id), Cause(node, None, doubtful))
            for other, binding in self._steps.inventory.administered_by(node.id):
                step = EscalationStep(
                    Node("agent", other),
                    f"start pods as {other}",
                    binding.reason,
                    EffectiveAccess(),
                    conditional=not binding.certain,
                )
                self._reach(step.to, Cause(node, step, doubtful or step.conditional))
            return
        outgoing = self._steps.outgoing_steps(node)
        # Many identities have the same steps as one that was followed before.
        if outgoing.targets not in self._followed:
            self._followed.add(outgoing.targets)
            for step in outgoing.steps:
                if step.to not in self.causes:
                    self._reach(step.to, Cause(node, step, doubtful or step.conditional))
        if outgoing.attachable or outgoing.host is not None:
            self._attach(node, outgoing)

    def _attach(self, node: Node, outgoing: OutgoingSteps) -> None:
        """Add the steps of attaching an identity to a host that the same holder can change."""
        hand, mine = _holder_key(node), [(node, step) for step in outgoing.attachable]
        if mine:
            self._attachable.setdefault(hand, []).extend(mine)
            for host in self._hosts.values() if not hand else self._in(hand):
                self._join(mine, host)
        if outgoing.host is not None and hand not in self._hosts:
            host = self._hosts[hand] = (node, outgoing.host)
            for other, theirs in self._attachable.items():
                if not hand or other in (hand, ""):
                    self._join(theirs, host)

    def _in(self, hand: str) -> list[tuple[Node, EscalationStep]]:
        return [self._hosts[each] for each in (hand, "") if each in self._hosts]

    def _join(self, attachable: list[tuple[Node, EscalationStep]], host: tuple[Node, EscalationStep]) -> None:
        sure_host = not host[1].conditional and not self.causes[host[0]].conditional
        for node, step in attachable:
            doubtful = step.conditional or self.causes[node].conditional or not sure_host
            self._reach(step.to, Cause(node, step, doubtful))

    def _reach(self, node: Node, cause: Cause) -> None:
        # Conditional steps wait until all unconditional ones are followed.
        if cause.conditional and cause.before is not None and not self.causes[cause.before].conditional:
            self._perhaps.append((node, cause))
        else:
            self._take(node, cause)

    def _take(self, node: Node, cause: Cause) -> None:
        if node not in self.causes and not self._is_within(node):
            self.causes[node] = cause
            self._next.append(node)

    def _is_within(self, node: Node) -> bool:
        """Return True if a node is part of a scope that is already reached."""
        if node.kind not in SCOPE_KINDS:
            return False
        return any(Node("scope", scope) in self.causes for scope in ancestors(node.id))


def _holder_key(node: Node) -> str:
    """Return the key of the holder of a permission; empty for permissions at a scope, which any node can use."""
    return node.id if node.kind == "identity" else ""
