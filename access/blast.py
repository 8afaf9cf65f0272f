"""What an attacker holds who runs code as an agent: the blast radius.

Owns putting it together: what the agent's identities may do, whom it can become (`access.paths`) and what it then holds
too, and, apart from that, whom it can influence by what they read. The identity that only pulls an agent's image is no
part of it: code gets no token for it. What a condition or an unknown may allow counts as held, and is marked.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

from access.declared import Budget
from access.graph import Graph
from access.holdings import Holding, Names, holdings
from access.paths.spread import Spread, Ways
from access.paths.steps import Node


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


@dataclass(frozen=True)
class Blast:
    """What is in one agent's hands; worked out as it is asked for."""

    agent: str
    budget: Budget | None
    _index: "_Index"

    @cached_property
    def held(self) -> Mapping[str, Holding]:
        """What is held of each resource, by name."""
        return dict(sorted(self._index.held(self.agent).items()))

    @cached_property
    def operations(self) -> Mapping[str, tuple[str, ...]]:
        """The same in words, where it is more than seeing that something is there."""
        return {name: one.words for name, one in self.held.items() if one.acts}

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Secrets that can be read, or what hands them out."""
        return tuple(name for name, one in self.held.items() if one.secret)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Where money can be spent."""
        return tuple(name for name, one in self.held.items() if one.spends)

    @cached_property
    def destroys(self) -> tuple[str, ...]:
        """What can be deleted or overwritten, itself or data in it."""
        return tuple(name for name, one in self.held.items() if one.destroys)

    @cached_property
    def becomes(self) -> tuple[Becoming, ...]:
        """Whom the attacker can become, in the order in which they are reached, each with the chain of steps."""
        return self._index.becomes(self.agent)

    @cached_property
    def influences(self) -> tuple[Influence, ...]:
        """Who reads what is written here: one hop."""
        return tuple(self._index.influences(self.agent))

    @cached_property
    def influenced_by(self) -> tuple[Influence, ...]:
        """Whose writing this agent reads: one hop."""
        return tuple(self._index.influenced_by(self.agent))

    @cached_property
    def influence_chain(self) -> tuple[Influence, ...]:
        """Everybody who is reached by influence alone, by the shortest chain, which `how` tells."""
        return tuple(self._index.chain(self.agent))

    @cached_property
    def over_budget(self) -> tuple[str, ...]:
        """What is more than the budget allows: `secrets: 2, and its budget allows 1`."""
        if self.budget is None:
            return ()
        found = {
            "resources": len(self.operations),
            "secrets": len(self.secrets),
            "models": len(self.models),
            "destroys": len(self.destroys),
            "identities": len(self.becomes),
            "influences": len({one.agent for one in self.influences}),
        }
        limits = ((field.name, getattr(self.budget, field.name)) for field in fields(self.budget))
        over = ((name, limit) for name, limit in limits if limit is not None and found[name] > limit)
        return tuple(f"{name}: {found[name]}, and its budget allows {limit}" for name, limit in over)

    def document(self) -> dict[str, Any]:
        """The entry of the report document; `conditional` stands only where it is so."""
        return {
            "operations": {name: list(words) for name, words in self.operations.items()},
            "secrets": list(self.secrets),
            "models": list(self.models),
            "destroys": list(self.destroys),
            "becomes": [_entry(one, "agent", "how") for one in self.becomes],
            "influences": [_entry(one, "agent", "through", "how") for one in self.influences],
            "influenced_by": [_entry(one, "agent", "through") for one in self.influenced_by],
            "over_budget": list(self.over_budget),
        }


def blast_radius(graph: Graph, agent: str, *, budget: Budget | None = None) -> Blast:
    """The blast radius of one agent; empty for one that has no identity."""
    return Blast(agent, budget, _index_of(graph))


def every_blast(graph: Graph, budgets: Mapping[str, Budget | None]) -> dict[str, Blast]:
    """The blast radius of every agent that the graph has, and of those that have a budget, sorted by name."""
    index = _index_of(graph)
    return {name: Blast(name, budgets.get(name), index) for name in sorted({*index.ways.estate.agents, *budgets})}


class _Index:
    """One graph, as all blast radii look at it."""

    def __init__(self, graph: Graph) -> None:
        self.ways = Ways(graph)
        self._names = Names(self.ways.graph)
        self._spreads: dict[str, Spread] = {}
        self._held: dict[str, dict[str, Holding]] = {}
        self._shared_holdings: dict[frozenset[tuple[Node, bool]], dict[str, Holding]] = {}
        self._own_holdings: dict[str, dict[str, Holding]] = {}

    def spread(self, agent: str) -> Spread:
        if agent not in self._spreads:
            self._spreads[agent] = self.ways.spread(agent)
        return self._spreads[agent]

    def held(self, agent: str) -> dict[str, Holding]:
        if agent not in self._held:
            causes = self.spread(agent).causes
            nodes = {node: cause.conditional for node, cause in causes.items() if node.kind != "agent"}
            # Agents that can become each other hold the same.
            memo = frozenset(nodes.items())
            if memo not in self._shared_holdings:
                self._shared_holdings[memo] = self._holdings(nodes)
            self._held[agent] = self._shared_holdings[memo]
        return self._held[agent]

    def becomes(self, agent: str) -> tuple[Becoming, ...]:
        spread = self.spread(agent)
        agents = {node.id for node in spread.causes if node.kind == "agent"}
        found: dict[str, Becoming] = {}
        for node, cause in spread.causes.items():
            principal = self.ways.principal(node)
            if cause.step is None or (principal is None and node.kind != "agent"):
                continue
            # As an agent one has its identities too; those are not told again.
            name = principal.name if principal else node.id
            if principal is None or principal.agent not in agents:
                found.setdefault(name, Becoming(name, self.ways.told(spread, node), cause.conditional))
        return tuple(found.values())

    def influences(self, agent: str) -> Iterator[Influence]:
        for name, one in self.held(agent).items():
            yield from self._shared(agent, name, one.writes, self._readers, "{} {writes} what {} {reads}")

    def influenced_by(self, agent: str) -> Iterator[Influence]:
        for name, one in self._own(agent).items():
            yield from self._shared(agent, name, one.reads, self._writers, "{} {reads} what {} {writes}")

    def chain(self, agent: str) -> Iterator[Influence]:
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
        self, agent: str, name: str, mine: Mapping[str, bool], theirs: "_Sides", sentence: str
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
    def _readers(self) -> "_Sides":
        """Who reads which data as what it is, not as whom it can become."""
        found: _Sides = {}
        for agent in self.ways.estate.agents:
            for name, one in self._own(agent).items():
                for kind, doubtful in one.reads.items():
                    found.setdefault((name, kind), {})[agent] = doubtful
        return found

    @cached_property
    def _writers(self) -> "_Sides":
        found: _Sides = {}
        for agent in self.ways.estate.agents:
            for name, one in self.held(agent).items():
                for kind, doubtful in one.writes.items():
                    found.setdefault((name, kind), {})[agent] = doubtful
        return found

    def _own(self, agent: str) -> dict[str, Holding]:
        nodes = [Node("identity", one.id) for one in self.ways.estate.identities(agent)]
        if not any(map(self.ways.leads_of, nodes)):
            return self.held(agent)
        if agent not in self._own_holdings:
            self._own_holdings[agent] = self._holdings(dict.fromkeys(nodes, False))
        return self._own_holdings[agent]

    def _holdings(self, nodes: Mapping[Node, bool]) -> dict[str, Holding]:
        """What nodes hold, each with whether a condition decides about it."""
        return holdings(
            (self._names.of(resource), resource, reach, doubtful)
            for node, doubtful in nodes.items()
            for resource, reach in self.ways.held(node)
        )


_Sides = dict[tuple[str, str], dict[str, bool]]
"""By resource and data: agents, and whether a condition decides about them."""

_MESSAGES = {"writes": "sends", "reads": "receives"}
_DATA = {"writes": "writes", "reads": "reads"}


@lru_cache(maxsize=4)
def _index_of(graph: Graph) -> _Index:
    """The index of a graph; the last few are kept."""
    return _Index(graph)


def _entry(one: Becoming | Influence, *names: str) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(one, name) for name in names}
    return told | ({"conditional": True} if one.conditional else {})
