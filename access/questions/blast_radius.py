"""What an attacker holds who runs code as an agent: the blast radius.

Owns putting it together: what the agent's identities may do, whom it can become (`access.questions.paths`) and what
it then holds
too, and, apart from that, whom it can influence by what they read. The identity that only pulls an agent's image is no
part of it: code gets no token for it. What a condition or an unknown may allow counts as held, and is marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

from access.model.declared import Budget
from access.model.graph import Graph
from access.questions.blast_index import Becoming, Index, Influence
from access.questions.held_access import Holding


@dataclass(frozen=True)
class Blast:
    """What is in one agent's hands; worked out as it is asked for."""

    agent: str
    budget: Budget | None
    _index: Index

    @cached_property
    def held(self) -> Mapping[str, Holding]:
        """What is held of each resource, by name."""
        return dict(sorted(self._index.held(self.agent).items()))

    @cached_property
    def one_with(self) -> tuple[str, ...]:
        """The other agents that act as the same identity: nobody has to become them."""
        return self._index.one_with(self.agent)

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
        """The entry of the report document; `conditional` and `one_with` stand only where it is so."""
        return ({"one_with": list(self.one_with)} if self.one_with else {}) | {
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
    return {name: Blast(name, budgets.get(name), index) for name in sorted({*index.agents, *budgets})}


@lru_cache(maxsize=4)
def _index_of(graph: Graph) -> Index:
    """The index of a graph; the last few are kept."""
    return Index(graph)


def _entry(one: Becoming | Influence, *names: str) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(one, name) for name in names}
    return told | ({"conditional": True} if one.conditional else {})
