"""Index of a graph for blast radius queries: access, takeovers and influence between agents.

Owns the index that all blast radii of a graph share. Influence goes to agents that read with identities of their own,
and to agents that are called. The writer or caller may act with any identity that it can take over.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from access.azure.planes import AGENT
from access.azure.verbs import CALLED_KINDS
from access.evaluate.anonymous_access import anonymous_access
from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.evaluate.relevance import resource_type
from access.evaluate.wording import word
from access.model.graph import Graph
from access.questions.held_access import HeldAccess, ResourceNames, held_access_by_name
from access.questions.paths.edges import EscalationSteps
from access.questions.paths.steps import Node
from access.questions.paths.traversal import Traversal, identity_name
from access.questions.user_access import stolen_tokens

_Sides = dict[tuple[str, str], dict[str, bool]]
"""By resource and type of data: agents, with True if access depends on a condition."""

_MESSAGES = {"writes": "sends", "reads": "receives"}
_DATA = {"writes": "writes", "reads": "reads"}


@dataclass(frozen=True, slots=True)
class AssumedIdentity:
    """Another agent or identity that an attacker can act as, with the steps to it."""

    agent: str
    how: str
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Influence:
    """Connection between two agents: one writes data that the other reads, or one calls the other."""

    agent: str
    through: str
    how: str
    conditional: bool = False


class BlastIndex:
    """Index of one graph for blast radius queries, which computes and caches each agent's data on first use."""

    def __init__(self, graph: Graph) -> None:
        self._steps = EscalationSteps(graph)
        self._names = ResourceNames(self._steps.graph)
        resources = (each for each in self._steps.graph.resources if each.declared and each.kind in CALLED_KINDS)
        self._callable = {self._names.of(each): each.name for each in resources}
        """Agents that others may call: name of the resource → the agent."""
        self._traversals: dict[str, Traversal] = {}
        self._held: dict[str, dict[str, HeldAccess]] = {}
        self._taken_over: dict[str, frozenset[str]] = {}
        self._shared_holdings: dict[frozenset[tuple[Node, bool]], dict[str, HeldAccess]] = {}
        self._own_holdings: dict[str, dict[str, HeldAccess]] = {}

    @property
    def agents(self) -> tuple[str, ...]:
        """Return the names of all agents that have any identity."""
        return self._steps.inventory.agents

    def agents_sharing_identity(self, agent: str) -> tuple[str, ...]:
        """Return the other agents that share an agent's identity."""
        return self._steps.graph.agents_sharing_identity(agent)

    def foreign_actor_sentences(self, agent: str) -> Iterator[str]:
        """Return a sentence for each subject outside the network that can act as an agent."""
        graph = self._steps.graph
        for one in foreign_actors(graph):
            target = graph.principal(one.target)
            agents = target.agents if target else self._steps.inventory.agents_in_cluster(one.target)
            if agent in agents:
                yield actor_sentence(graph, one)

    def open_endpoint_sentences(self, agent: str) -> Iterator[str]:
        """Return a sentence for each endpoint at which callers without a role can instruct an agent."""
        for one in self._steps.graph.resources:
            opened = anonymous_access(self._steps.graph, one) if resource_type(one) == AGENT else None
            if opened is not None and one.name == agent:
                yield f"callers without a role may instruct {agent}: its endpoint {opened.reason}"

    def user_token_sentences(self, agent: str) -> Iterator[str]:
        """Return a sentence for each way in which an agent, or one that it can take over, reaches data of users."""
        for one in (agent, *sorted(self.taken_over(agent))):
            yield from stolen_tokens(self._steps.graph, one)

    def _traversal(self, agent: str) -> Traversal:
        if agent not in self._traversals:
            self._traversals[agent] = Traversal(self._steps, agent)
        return self._traversals[agent]

    def held(self, agent: str) -> dict[str, HeldAccess]:
        """Return an agent's access to each resource, including that of identities that it can take over."""
        if agent not in self._held:
            causes = self._traversal(agent).causes
            nodes = {node: cause.conditional for node, cause in causes.items() if node.kind != "agent"}
            # Agents that can take over each other hold the same.
            memo = frozenset(nodes.items())
            if memo not in self._shared_holdings:
                self._shared_holdings[memo] = self._holdings(nodes)
            self._held[agent] = self._shared_holdings[memo]
        return self._held[agent]

    def becomes(self, agent: str) -> tuple[AssumedIdentity, ...]:
        """Return the agents and identities that an agent can take over, nearest first."""
        traversal = self._traversal(agent)
        agents = {node.id for node in traversal.causes if node.kind == "agent"}
        found: dict[str, AssumedIdentity] = {}
        for node, cause in traversal.causes.items():
            principal = self._steps.principal(node)
            if cause.step is None or (principal is None and node.kind != "agent"):
                continue
            # The identities of an agent that is taken over are not listed again.
            name = identity_name(principal) if principal else node.id
            if principal is None or principal.agent not in agents:
                found.setdefault(name, AssumedIdentity(name, traversal.chain_text(node), cause.conditional))
        return tuple(found.values())

    def taken_over(self, agent: str) -> frozenset[str]:
        """Return the agents that an agent can certainly take over."""
        if agent not in self._taken_over:
            causes = self._traversal(agent).causes.items()
            found = (node.id for node, cause in causes if node.kind == "agent" and not cause.conditional)
            self._taken_over[agent] = frozenset(found) - {agent}
        return self._taken_over[agent]

    @cached_property
    def _taken_over_by(self) -> Mapping[str, frozenset[str]]:
        """Return the agents that can certainly take over an agent, by its name."""
        found: dict[str, set[str]] = {}
        for agent in self.agents:
            for other in self.taken_over(agent):
                found.setdefault(other, set()).add(agent)
        return {agent: frozenset(others) for agent, others in found.items()}

    def taken_over_by(self, agent: str) -> frozenset[str]:
        """Return the agents that can certainly take over an agent."""
        return self._taken_over_by.get(agent, frozenset())

    def influences(self, agent: str, *, without: frozenset[str] = frozenset()) -> Iterator[Influence]:
        """Yield the agents that read data which an agent writes, or that the agent can call, without some agents."""
        for name, one in self.held(agent).items():
            if one.writes:
                yield from self._shared(agent, name, one.writes, self._readers, "{} {writes} what {} {reads}", without)
            calls = {each for each in one.operations if word(each) == "use"} if name in self._callable else set[str]()
            other = self._callable.get(name, "")
            if calls and other != agent and other not in without:
                yield Influence(other, name, f"{agent} calls {other}", conditional=calls <= one.conditional)

    def influenced_by(self, agent: str, *, without: frozenset[str] = frozenset()) -> Iterator[Influence]:
        """Yield the agents that write data which an agent reads, or that can call the agent, without some agents."""
        for name, one in self._own(agent).items():
            if one.reads:
                yield from self._shared(agent, name, one.reads, self._writers, "{} {reads} what {} {writes}", without)
        yield from (one for one in self._callers.get(agent, ()) if one.agent not in without)

    def influenced(self, agent: str) -> frozenset[str]:
        """Return the names of the agents that an agent influences directly."""
        found: set[str] = set()
        for name, one in self.held(agent).items():
            found.update(*(self._readers.get((name, kind), {}) for kind in one.writes))
            if name in self._callable and any(word(each) == "use" for each in one.operations):
                found.add(self._callable[name])
        return frozenset(found - {agent})

    def chain(self, agent: str) -> Iterator[Influence]:
        """Yield the agents that are reached by influence alone, directly or through other agents, nearest first."""
        seen, waiting = {agent}, deque([(agent, "")])
        while waiting:
            name, so_far = waiting.popleft()
            for one in self.influences(name):
                if one.agent not in seen:
                    seen.add(one.agent)
                    how = f"{so_far}; {one.how}" if so_far else one.how
                    waiting.append((one.agent, how))
                    yield Influence(one.agent, one.through, how, one.conditional)

    def _shared(  # noqa: PLR0913, PLR0917 - two sides, and the sentence about them
        self,
        agent: str,
        name: str,
        mine: Mapping[str, bool],
        theirs: _Sides,
        sentence: str,
        without: frozenset[str],
    ) -> Iterator[Influence]:
        """Yield the agents that share data in a resource with an agent, each once per resource."""
        found: dict[str, Influence] = {}
        for kind, doubtful in mine.items():
            verbs = _MESSAGES if kind.endswith("/messages") else _DATA
            others = theirs.get((name, kind), {})
            if without and others.keys() <= without:
                continue
            for other, unsure in others.items():
                if other in without:
                    continue
                known = found.get(other)
                if other != agent and (known is None or known.conditional):
                    how = sentence.format(agent, other, **verbs)
                    found[other] = Influence(other, name, how, doubtful or unsure)
        yield from found.values()

    @cached_property
    def _callers(self) -> Mapping[str, list[Influence]]:
        """Return the calls between agents, by the name of the called agent."""
        found: dict[str, list[Influence]] = {}
        for agent in self.agents if self._callable else ():
            for one in self.influences(agent):
                if one.through in self._callable:
                    identity_name = Influence(agent, one.through, f"{one.agent} is called by {agent}", one.conditional)
                    found.setdefault(one.agent, []).append(identity_name)
        return found

    @cached_property
    def _readers(self) -> _Sides:
        """Return the agents that read each kind of data with identities of their own, by resource and kind."""
        found: _Sides = {}
        for agent in self.agents:
            for name, one in self._own(agent).items():
                for kind, doubtful in one.reads.items():
                    found.setdefault((name, kind), {})[agent] = doubtful
        return found

    @cached_property
    def _writers(self) -> _Sides:
        found: _Sides = {}
        for agent in self.agents:
            for name, one in self.held(agent).items():
                for kind, doubtful in one.writes.items():
                    found.setdefault((name, kind), {})[agent] = doubtful
        return found

    def _own(self, agent: str) -> dict[str, HeldAccess]:
        nodes = [Node("identity", one.id) for one in self._steps.inventory.identities(agent)]
        if not any(map(self._steps.outgoing_steps, nodes)):
            return self.held(agent)
        if agent not in self._own_holdings:
            self._own_holdings[agent] = self._holdings(dict.fromkeys(nodes, False))
        return self._own_holdings[agent]

    def _holdings(self, nodes: Mapping[Node, bool]) -> dict[str, HeldAccess]:
        """Return the combined access of several nodes by resource name; True in `nodes` marks a conditional node."""
        return held_access_by_name(
            (self._names.of(resource), resource, reach, doubtful)
            for node, doubtful in nodes.items()
            for resource, reach in self._steps.held(node)
        )
