"""What each agent holds, whom it becomes and whom it influences, in one graph.

Owns the index that all blast radii of a graph share. Influence goes to those who read as what they are themselves, and
to agents that are called; who writes or calls may do so as anybody it can become.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from access.azure.verb_roles import CALLED
from access.evaluate.operation_words import word
from access.model.graph import Graph
from access.questions.held_access import Holding, Names, holdings
from access.questions.paths.edges import Ways
from access.questions.paths.steps import Node
from access.questions.paths.traversal import Spread, called

_Sides = dict[tuple[str, str], dict[str, bool]]
"""By resource and data: agents, and whether a condition decides about them."""

_MESSAGES = {"writes": "sends", "reads": "receives"}
_DATA = {"writes": "writes", "reads": "reads"}


@dataclass(frozen=True)
class Becoming:
    """Another agent, or an identity of none, whose rights the attacker takes."""

    agent: str
    how: str
    conditional: bool = False


@dataclass(frozen=True)
class Influence:
    """Another agent that reads what this one writes, or the other way round."""

    agent: str
    through: str
    how: str
    conditional: bool = False


class Index:
    """One graph, as all blast radii look at it."""

    def __init__(self, graph: Graph) -> None:
        self._ways = Ways(graph)
        self._names = Names(self._ways.graph)
        resources = (each for each in self._ways.graph.resources if each.declared and each.kind == CALLED)
        self._callable = {self._names.of(each): each.name for each in resources}
        """Agents that others can be let call: names as people have them → the agent."""
        self._spreads: dict[str, Spread] = {}
        self._held: dict[str, dict[str, Holding]] = {}
        self._shared_holdings: dict[frozenset[tuple[Node, bool]], dict[str, Holding]] = {}
        self._own_holdings: dict[str, dict[str, Holding]] = {}

    @property
    def agents(self) -> tuple[str, ...]:
        """All agents that have any identity."""
        return self._ways.estate.agents

    def one_with(self, agent: str) -> tuple[str, ...]:
        """The other agents that act as the same identity."""
        return self._ways.graph.one_with(agent)

    def _spread(self, agent: str) -> Spread:
        if agent not in self._spreads:
            self._spreads[agent] = Spread(self._ways, agent)
        return self._spreads[agent]

    def held(self, agent: str) -> dict[str, Holding]:
        """What an agent holds of each resource, also as whom it can become."""
        if agent not in self._held:
            causes = self._spread(agent).causes
            nodes = {node: cause.conditional for node, cause in causes.items() if node.kind != "agent"}
            # Agents that can become each other hold the same.
            memo = frozenset(nodes.items())
            if memo not in self._shared_holdings:
                self._shared_holdings[memo] = self._holdings(nodes)
            self._held[agent] = self._shared_holdings[memo]
        return self._held[agent]

    def becomes(self, agent: str) -> tuple[Becoming, ...]:
        """Whom it can become, in the order in which they are reached."""
        spread = self._spread(agent)
        agents = {node.id for node in spread.causes if node.kind == "agent"}
        found: dict[str, Becoming] = {}
        for node, cause in spread.causes.items():
            principal = self._ways.principal(node)
            if cause.step is None or (principal is None and node.kind != "agent"):
                continue
            # As an agent one has its identities too; those are not told again.
            name = called(principal) if principal else node.id
            if principal is None or principal.agent not in agents:
                found.setdefault(name, Becoming(name, spread.told(node), cause.conditional))
        return tuple(found.values())

    def influences(self, agent: str) -> Iterator[Influence]:
        """Who reads what it can write."""
        for name, one in self.held(agent).items():
            yield from self._shared(agent, name, one.writes, self._readers, "{} {writes} what {} {reads}")
            calls = {each for each in one.operations if word(each) == "use"} if name in self._callable else set[str]()
            other = self._callable.get(name, "")
            if calls and other != agent:
                yield Influence(other, name, f"{agent} calls {other}", conditional=calls <= one.conditional)

    def influenced_by(self, agent: str) -> Iterator[Influence]:
        """Who can write what it reads."""
        for name, one in self._own(agent).items():
            yield from self._shared(agent, name, one.reads, self._writers, "{} {reads} what {} {writes}")
        yield from self._callers.get(agent, ())

    def chain(self, agent: str) -> Iterator[Influence]:
        """Who is reached by influence alone, the nearest first."""
        seen, waiting = {agent}, deque([(agent, "")])
        while waiting:
            name, so_far = waiting.popleft()
            for one in self.influences(name):
                if one.agent not in seen:
                    seen.add(one.agent)
                    told = f"{so_far}; {one.how}" if so_far else one.how
                    waiting.append((one.agent, told))
                    yield Influence(one.agent, one.through, told, one.conditional)

    def _shared(
        self, agent: str, name: str, mine: Mapping[str, bool], theirs: _Sides, sentence: str
    ) -> Iterator[Influence]:
        """Who stands at the other side of the same data, each once a resource."""
        found: dict[str, Influence] = {}
        for kind, doubtful in mine.items():
            verbs = _MESSAGES if kind.endswith("/messages") else _DATA
            for other, unsure in theirs.get((name, kind), {}).items():
                known = found.get(other)
                if other != agent and (known is None or known.conditional):
                    how = sentence.format(agent, other, **verbs)
                    found[other] = Influence(other, name, how, doubtful or unsure)
        yield from found.values()

    @cached_property
    def _callers(self) -> Mapping[str, list[Influence]]:
        """Who calls whom, by the agent that is called."""
        found: dict[str, list[Influence]] = {}
        for agent in self.agents if self._callable else ():
            for one in self.influences(agent):
                if one.through in self._callable:
                    called = Influence(agent, one.through, f"{one.agent} is called by {agent}", one.conditional)
                    found.setdefault(one.agent, []).append(called)
        return found

    @cached_property
    def _readers(self) -> _Sides:
        """Who reads which data as what it is, not as whom it can become."""
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

    def _own(self, agent: str) -> dict[str, Holding]:
        nodes = [Node("identity", one.id) for one in self._ways.estate.identities(agent)]
        if not any(map(self._ways.leads_of, nodes)):
            return self.held(agent)
        if agent not in self._own_holdings:
            self._own_holdings[agent] = self._holdings(dict.fromkeys(nodes, False))
        return self._own_holdings[agent]

    def _holdings(self, nodes: Mapping[Node, bool]) -> dict[str, Holding]:
        """What nodes hold, each with whether a condition decides about it."""
        return holdings(
            (self._names.of(resource), resource, reach, doubtful)
            for node, doubtful in nodes.items()
            for resource, reach in self._ways.held(node)
        )
