"""Computes the access of an agent to each resource, by resource name, and the data that connects agents.

Owns the naming: a part of one of the network's resources counts as that resource. A resource outside the network has
its own name, preceded by its parent's name where several have the same.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from access.azure.scopes import ancestors, key
from access.azure.types import BY_ARM_TYPE
from access.evaluate.effects import OperationEffects, effects_of, shared_objects, words_in_order
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Resource
from access.model.results import EffectiveAccess

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HeldAccess:
    """Combined access of several identities to one resource, on both planes, with words for its effects."""

    operations: frozenset[str]
    conditional: frozenset[str]
    """Operations that are allowed only under a condition."""
    words: tuple[str, ...]
    destroys: bool
    secret: bool
    spends: bool
    writes: Mapping[str, bool]
    """Types of data that can be written, with True if that depends on a condition."""
    reads: Mapping[str, bool]
    detours: tuple[str, ...] = ()
    """Steps by which data becomes accessible that settings protect now, in words after `may`."""
    shared_objects: tuple[str, ...] = ()
    """Kinds of objects that all callers share and that can be deleted, such as `assistants`."""

    @property
    def acts(self) -> bool:
        """Return True if the access allows more than seeing that the resource exists."""
        return bool(self.words)


class _Part(NamedTuple):
    """Access to one resource through one identity: certain operations, and all operations."""

    control: tuple[frozenset[str], frozenset[str]]
    data: tuple[frozenset[str], frozenset[str]]
    group: bool
    detours: tuple[str, ...]

    def effects(self, *, certainly: bool) -> OperationEffects:
        at = 0 if certainly else 1
        return effects_of(self.control[at], self.data[at], group=self.group)


class ResourceNames:
    """Display names of resources for the blast radius, where parts of a resource count as the resource."""

    def __init__(self, graph: Graph) -> None:
        owners = {key(one.id): self._counts_as(graph, one) for one in graph.resources}
        found = {key(one.id): one for one in owners.values()}
        # The network's resources come first: they keep their names.
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
        """Return the display name of a resource, or of the resource that contains it."""
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


def held_access_by_name(held: Iterator[tuple[str, Resource, EffectiveAccess, bool]]) -> dict[str, HeldAccess]:
    """Return the combined effective access of several identities, by resource name."""
    parts: dict[str, dict[_Part, None]] = {}
    for name, resource, reach, conditional in held:
        parts.setdefault(name, {})[_part(resource, reach, conditional=conditional)] = None
    return {name: _holding(tuple(several)) for name, several in parts.items()}


def access_notes(resource: str, held: HeldAccess) -> Iterator[str]:
    """Return sentences about access to a resource that its operations in words do not explain."""
    if held.shared_objects and held.spends:
        yield shared_objects_sentence(resource, held.shared_objects)
    for steps in held.detours:
        yield f"reaches the data of {resource} after further steps: it may {steps}"


def shared_objects_sentence(resource: str, kinds: Sequence[str]) -> str:
    """Return a sentence which states that the right to use models includes the right to delete what others made."""
    several = f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else kinds[0]
    return f"the right to use {resource} includes the right to delete other agents' {several} there"


def _part(resource: Resource, reach: EffectiveAccess, *, conditional: bool) -> _Part:
    control = reach.allowed | reach.conditional if reach.conditional else reach.allowed
    data = reach.data_allowed | reach.data_conditional if reach.data_conditional else reach.data_allowed
    sure = (_NONE, _NONE) if conditional else (reach.allowed, reach.data_allowed)
    return _Part((sure[0], control), (sure[1], data), not resource_type(resource), reach.detours)


# Agents with equal identities hold the same; the sets of operations are shared between them.
@lru_cache(maxsize=1 << 14)
def _holding(parts: tuple[_Part, ...]) -> HeldAccess:
    possible = [part.effects(certainly=False) for part in parts]
    certain = [part.effects(certainly=True) for part in parts]
    operations = _NONE.union(*(part.control[1] | part.data[1] for part in parts))
    known = _NONE.union(*(part.control[0] | part.data[0] for part in parts))
    return HeldAccess(
        operations=operations,
        conditional=operations - known,
        words=possible[0].words
        if len(possible) == 1
        else words_in_order(word for each in possible for word in each.words),
        destroys=any(each.destroys for each in possible),
        secret=any(each.secrets for each in possible),
        spends=any(each.spends for each in possible),
        writes=_with_doubt([each.writes for each in possible], [each.writes for each in certain]),
        reads=_with_doubt([each.reads for each in possible], [each.reads for each in certain]),
        detours=tuple(dict.fromkeys(step for part in parts for step in part.detours)),
        shared_objects=tuple(
            dict.fromkeys(kind for part in parts if not part.group for kind in shared_objects(part.data[1]))
        ),
    )


def _with_doubt(possible: list[frozenset[str]], certain: list[frozenset[str]]) -> dict[str, bool]:
    sure = _NONE.union(*certain)
    return {each: each not in sure for each in sorted(_NONE.union(*possible))}
