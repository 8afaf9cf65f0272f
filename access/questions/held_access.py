"""What is held of the network's resources, by people's names for them, and which data leads from one agent to another.

Owns naming: a part of a resource of the network counts as that resource, what is outside the network bears its own
name, with the name of what it lies in where others are called the same.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from access.azure.scopes import ancestors, key
from access.azure.types import BY_ARM_TYPE
from access.evaluate.operation_effects import Meaning, meaning, ordered
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Resource
from access.model.results import Reach

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Holding:
    """What is held of one resource, on either plane, by whatever way."""

    operations: frozenset[str]
    conditional: frozenset[str]
    """Those of them that only a condition allows."""
    words: tuple[str, ...]
    destroys: bool
    secret: bool
    spends: bool
    writes: Mapping[str, bool]
    """Which data, and whether only a condition allows it."""
    reads: Mapping[str, bool]

    @property
    def acts(self) -> bool:
        """Whether it is more than seeing that the resource is there."""
        return bool(self.words)


class _Part(NamedTuple):
    """What is held of one resource in one way; what is certain, and all."""

    control: tuple[frozenset[str], frozenset[str]]
    data: tuple[frozenset[str], frozenset[str]]
    group: bool

    def means(self, *, certainly: bool) -> Meaning:
        at = 0 if certainly else 1
        return meaning(self.control[at], self.data[at], group=self.group)


class Names:
    """What people call each resource."""

    def __init__(self, graph: Graph) -> None:
        owners = {key(one.id): self._counts_as(graph, one) for one in graph.resources}
        found = {key(one.id): one for one in owners.values()}
        # Those of the network come first: a name that one of them bears is theirs.
        resources = sorted(found.values(), key=lambda one: not one.declared)
        several = Counter(one.name for one in resources if not one.declared)
        taken: set[str] = set()
        names: dict[str, str] = {}
        for one in resources:
            around = "/".join(one.id.rstrip("/").split("/")[-3::2])
            choices = [one.name, around, one.id]
            if not one.declared and several[one.name] > 1:
                choices.pop(0)
            names[key(one.id)] = next((each for each in choices if each and each not in taken), one.id)
            taken.add(names[key(one.id)])
        self._names = {where: names[key(owner.id)] for where, owner in owners.items()}

    def of(self, resource: Resource) -> str:
        """The name of a resource, or of the one that it is a part of."""
        return self._names.get(key(resource.id), resource.name)

    @staticmethod
    def _counts_as(graph: Graph, resource: Resource) -> Resource:
        if resource.declared:
            return resource
        around = ancestors(key(resource.id))[-2::-1]
        within = key(resource.id)
        for scope in around:
            found = graph.resource(scope)
            if found is None:
                continue
            attached = "/providers/" in within.removeprefix(scope)
            if not attached and (found.declared or _belongs_to_parent(resource)):
                return found
        return resource


def _belongs_to_parent(resource: Resource) -> bool:
    row = BY_ARM_TYPE.get(resource_type(resource))
    return row is not None and row.belongs_to_parent


def holdings(held: Iterator[tuple[str, Resource, Reach, bool]]) -> dict[str, Holding]:
    """What is held by name, from name, resource, what is reached there, and whether that is conditional as a whole."""
    parts: dict[str, dict[_Part, None]] = {}
    for name, resource, reach, conditional in held:
        parts.setdefault(name, {})[_part(resource, reach, conditional=conditional)] = None
    return {name: _holding(tuple(several)) for name, several in parts.items()}


def _part(resource: Resource, reach: Reach, *, conditional: bool) -> _Part:
    control = reach.allowed | reach.conditional if reach.conditional else reach.allowed
    data = reach.data_allowed | reach.data_conditional if reach.data_conditional else reach.data_allowed
    sure = (_NONE, _NONE) if conditional else (reach.allowed, reach.data_allowed)
    return _Part((sure[0], control), (sure[1], data), not resource_type(resource))


def _holding(parts: tuple[_Part, ...]) -> Holding:
    told = [part.means(certainly=False) for part in parts]
    certain = [part.means(certainly=True) for part in parts]
    operations = _NONE.union(*(part.control[1] | part.data[1] for part in parts))
    known = _NONE.union(*(part.control[0] | part.data[0] for part in parts))
    return Holding(
        operations=operations,
        conditional=operations - known,
        words=told[0].words if len(told) == 1 else ordered(word for each in told for word in each.words),
        destroys=any(each.destroys for each in told),
        secret=any(each.secrets for each in told),
        spends=any(each.spends for each in told),
        writes=_doubts([each.writes for each in told], [each.writes for each in certain]),
        reads=_doubts([each.reads for each in told], [each.reads for each in certain]),
    )


def _doubts(told: list[frozenset[str]], certain: list[frozenset[str]]) -> dict[str, bool]:
    sure = _NONE.union(*certain)
    return {each: each not in sure for each in sorted(_NONE.union(*told))}
