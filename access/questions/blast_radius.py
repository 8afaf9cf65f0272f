"""Computes the blast radius of an agent: everything that an attacker who controls its code can access.

Owns combining it: the access of the agent's identities, the agents and identities that it can take over
(`access.questions.paths`) with their access, and separately the agents that it can influence through data that they
read. The identity that only pulls an agent's image is not included: code gets no token for it. Access that depends on
a condition or an unknown value counts as held, and is marked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

from access.model.declared import Budget
from access.model.graph import Graph
from access.questions.blast_index import AssumedIdentity, BlastIndex, Influence
from access.questions.held_access import HeldAccess, access_notes


@dataclass(frozen=True)
class BlastRadius:
    """Blast radius of one agent: all that an attacker in it can access; each part is computed on first use."""

    agent: str
    budget: Budget | None
    _index: BlastIndex

    @cached_property
    def held(self) -> Mapping[str, HeldAccess]:
        """Return the access to each resource that an attacker in the agent can reach, by resource name."""
        return dict(sorted(self._index.held(self.agent).items()))

    @cached_property
    def agents_sharing_identity(self) -> tuple[str, ...]:
        """Return the other agents that share the agent's identity."""
        return self._index.agents_sharing_identity(self.agent)

    @cached_property
    def operations(self) -> Mapping[str, tuple[str, ...]]:
        """Return words for the operations at each resource, without resources that are only visible."""
        return {name: one.words for name, one in self.held.items() if one.acts}

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Sentences about access that the operations in words do not explain, and about foreign actors that have it."""
        found = [sentence for name, one in self.held.items() for sentence in access_notes(name, one)]
        return tuple(
            dict.fromkeys(
                (
                    *found,
                    *self._index.foreign_actor_sentences(self.agent),
                    *self._index.open_endpoint_sentences(self.agent),
                    *self._index.user_token_sentences(self.agent),
                )
            )
        )

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Return the names of secrets that can be read, and of resources that return secrets."""
        return tuple(name for name, one in self.held.items() if one.secret)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Return the names of AI models that an attacker can use, which costs money."""
        return tuple(name for name, one in self.held.items() if one.spends)

    @cached_property
    def destroys(self) -> tuple[str, ...]:
        """Return the names of resources that can be deleted, or whose data can be deleted or overwritten."""
        return tuple(name for name, one in self.held.items() if one.destroys)

    @cached_property
    def becomes(self) -> tuple[AssumedIdentity, ...]:
        """Return the agents and identities that an attacker can act as, each with the steps."""
        return self._index.becomes(self.agent)

    @cached_property
    def influences(self) -> tuple[Influence, ...]:
        """Return the agents that read data which this agent writes, or that this agent can call."""
        return tuple(self._index.influences(self.agent))

    @cached_property
    def influenced_by(self) -> tuple[Influence, ...]:
        """Return the agents that write data which this agent reads, or that can call this agent."""
        return tuple(self._index.influenced_by(self.agent))

    @cached_property
    def influence_chain(self) -> tuple[Influence, ...]:
        """Return all agents that can be influenced directly or indirectly, with the shortest chain."""
        return tuple(self._index.chain(self.agent))

    @cached_property
    def over_budget(self) -> tuple[str, ...]:
        """Return a sentence for each limit of the agent's budget that its blast radius exceeds."""
        if self.budget is None:
            return ()
        found = {
            "resources": len(self.operations),
            "secrets": len(self.secrets),
            "models": len(self.models),
            "destroys": len(self.destroys),
            "identities": len(self.becomes),
            "influences": len(self._index.influenced(self.agent)),
        }
        limits = ((field.name, getattr(self.budget, field.name)) for field in fields(self.budget))
        over = ((name, limit) for name, limit in limits if limit is not None and found[name] > limit)
        return tuple(f"{name}: {found[name]}, and its budget allows {limit}" for name, limit in over)

    @property
    def _further_influences(self) -> Iterator[Influence]:
        """Return the influences on agents that the agent cannot take over, which is more than influence."""
        return self._index.influences(self.agent, without=self._index.taken_over(self.agent))

    @property
    def _further_influenced_by(self) -> Iterator[Influence]:
        """Return the influences of agents that cannot take over the agent."""
        return self._index.influenced_by(self.agent, without=self._index.taken_over_by(self.agent))

    def document(self) -> dict[str, Any]:
        """Return the blast radius as a JSON object of the report."""
        return (
            ({"shares_identity_with": list(self.agents_sharing_identity)} if self.agents_sharing_identity else {})
            | {
                "operations": {name: list(words) for name, words in self.operations.items()},
                "secrets": list(self.secrets),
                "models": list(self.models),
                "destroys": list(self.destroys),
                "becomes": [_entry(one, "agent", "how") for one in self.becomes],
                "influences": [_entry(one, "agent", "through", "how") for one in self._further_influences],
                "influenced_by": [_entry(one, "agent", "through") for one in self._further_influenced_by],
                "over_budget": list(self.over_budget),
            }
            | ({"notes": list(self.notes)} if self.notes else {})
        )


def blast_radius(graph: Graph, agent: str, *, budget: Budget | None = None) -> BlastRadius:
    """Return the blast radius of one agent in a graph; empty for an agent without identity."""
    return BlastRadius(agent, budget, _index_of(graph))


def every_blast_radius(graph: Graph, budgets: Mapping[str, Budget | None]) -> dict[str, BlastRadius]:
    """Return the blast radius of every agent in a graph, by name."""
    index = _index_of(graph)
    return {name: BlastRadius(name, budgets.get(name), index) for name in sorted({*index.agents, *budgets})}


@lru_cache(maxsize=4)
def _index_of(graph: Graph) -> BlastIndex:
    """Return the cached blast radius index of a graph."""
    return BlastIndex(graph)


def _entry(one: AssumedIdentity | Influence, *names: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(one, name) for name in names}
    return values | ({"conditional": True} if one.conditional else {})
