"""Puts grants, denials and keys together for one principal at one resource.

Owns what is remembered between questions: a verdict depends on the role, the condition, the operations asked about and
the attributes that a condition looks at, and on nothing else, so thousands of assignments share a handful of verdicts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from access.azure.catalogue import Role
from access.azure.scopes import ancestors, is_management_group, key
from access.evaluate.conditions.attributes import of_resource
from access.evaluate.keys import holders, opened
from access.evaluate.operation_sets import Universe, universe_of_type
from access.evaluate.relevance import resource_type
from access.evaluate.verdicts import Bits, forbidden, given, mentioned
from access.model.attributes import Known
from access.model.graph import Assignment, DenyAssignment, Graph, Resource

EVERYONE = str(UUID(int=0))
"""The principal of deny assignments that stands for all (deny-assignments.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A scope with what is known of it: what a question is asked at."""

    key: str
    control: Universe
    data: Universe
    attributes: dict[str, Known]
    keys_work: bool | None
    holders: tuple[tuple["Place", Universe, int], ...]
    """Where its keys are handed out, by which operations, and what of its data they open."""


class KeyWay(NamedTuple):
    """Keys that a principal may read: where, by which operations, and which of the asked operations they open."""

    holder: Place
    operations: Universe
    certain: int
    perhaps: int


class Findings(NamedTuple):
    """The bits of one principal at one place."""

    control: Bits
    by_roles: Bits
    by_keys: Bits


class Judge:
    """Answers for one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._places: dict[str, Place] = {}
        self._roles: dict[int, tuple[int, Role]] = {}
        self._numbers: dict[Role, int] = {}
        self._mentioned: dict[tuple[int, str | None], tuple[str, ...]] = {}
        self._given: dict[tuple[object, ...], Bits] = {}

    def place(self, resource_id: str) -> Place:
        """What is known of a resource, or of an id that the graph has no resource for."""
        resource_key = key(resource_id)
        if resource_key not in self._places:
            self._places[resource_key] = self._place(resource_key)
        return self._places[resource_key]

    def findings(self, principal_id: str, place: Place) -> Findings:
        """All that a principal may do at a place."""
        control = self.effective(principal_id, place, place.control)
        by_roles = self.effective(principal_id, place, place.data)
        return Findings(control, by_roles, self.by_keys(principal_id, place, place.data))

    def held(self, principal_id: str, place: Place) -> list[Assignment]:
        """What a principal holds at a place or above."""
        return self.graph.held_at_or_above(principal_id, place.key)

    def effective(self, principal_id: str, place: Place, universe: Universe) -> Bits:
        """What roles allow of some operations, after what is denied."""
        certain = perhaps = 0
        for one in self.held(principal_id, place) if universe.all else ():
            bits = self.given(one, place, universe)
            certain, perhaps = certain | bits.certain, perhaps | bits.perhaps
        if not certain | perhaps:
            return Bits()
        for deny in self.denies(principal_id, place):
            bits = self.forbidden(deny, place, universe)
            # What is perhaps denied is no longer certain.
            perhaps = (perhaps | certain & bits.perhaps) & ~bits.certain
            certain &= ~bits.certain & ~bits.perhaps
        return Bits(certain, perhaps & ~certain)

    def key_ways(self, principal_id: str, place: Place, universe: Universe) -> Iterator[KeyWay]:
        """The keys to a place that a principal may read, where keys are not known to be off."""
        if not universe.data or place.keys_work is False:
            return
        for holder, operations, opens in place.holders:
            bits = self.effective(principal_id, holder, operations)
            if bits.certain | bits.perhaps:
                here = opens if universe is place.data else universe.bits(place.data.names(opens, 0)[0])
                certain = here if bits.certain and place.keys_work else 0
                yield KeyWay(holder, operations, certain, here & ~certain)

    def by_keys(self, principal_id: str, place: Place, universe: Universe) -> Bits:
        """What keys open of some operations; deny assignments and conditions do not reach that far."""
        certain = perhaps = 0
        for way in self.key_ways(principal_id, place, universe):
            certain, perhaps = certain | way.certain, perhaps | way.perhaps
        return Bits(certain, perhaps & ~certain)

    def given(self, one: Assignment, place: Place, universe: Universe) -> Bits:
        """What one assignment grants of some operations at a place."""
        number = self._number(one.role)
        known = self._values(number, one, place)
        memo = (number, one.condition, one.system, universe, known)
        bits = self._given.get(memo)
        if bits is None:
            bits = self._given[memo] = given(one, universe, place.attributes)
        return bits

    def without_condition(self, one: Assignment, place: Place, universe: Universe) -> bool:
        """Whether an assignment would allow any of the operations if it had no condition of its own."""
        return one.condition is not None and any(given(replace(one, condition=None), universe, place.attributes))

    def denies(self, principal_id: str, place: Place) -> list[DenyAssignment]:
        """The deny assignments that concern a principal at a place."""
        return [deny for deny in self.graph.denies_at_or_above(place.key) if _concerns(deny, principal_id)]

    def forbidden(self, deny: DenyAssignment, place: Place, universe: Universe) -> Bits:
        """What a deny assignment forbids at a place; of a management group nobody knows what lies in it."""
        return forbidden(deny, universe, place.attributes, surely=not is_management_group(deny.scope))

    def _place(self, resource_key: str, *, with_holders: bool = True) -> Place:
        found = self.graph.resource(resource_key)
        resource = found or Resource(id=f"/{resource_key}", name=resource_key.rpartition("/")[2], kind="")
        kind = resource_type(resource)
        control, data = universe_of_type(kind, data=False), universe_of_type(kind, data=True)
        attributes: dict[str, Known] = {**of_resource(resource.id), **resource.attributes}
        at = holders(resource_key) if with_holders else []
        return Place(
            resource_key,
            control,
            data,
            attributes,
            self._keys_work(resource_key),
            # A holder is only asked who may read its keys, never what those open: one step, no recursion.
            tuple((self._place(scope, with_holders=False), by, opened(data, reading=only)) for scope, by, only in at),
        )

    def _keys_work(self, resource_key: str) -> bool | None:
        """On where the resource or anything that it lies in says so; unknown where none of them says anything."""
        said = {one.local_auth for scope in ancestors(resource_key) if (one := self.graph.resource(scope))}
        return True if True in said else (False if False in said else None)

    def _number(self, role: Role | None) -> int:
        """A small name for a role; equal roles share it, however many copies a reader made."""
        if role is None:
            return -1
        found = self._roles.get(id(role))
        if found is None:
            # The role is kept with its number: its address must not be used again.
            found = self._roles[id(role)] = (self._numbers.setdefault(role, len(self._numbers)), role)
        return found[0]

    def _values(self, number: int, one: Assignment, place: Place) -> tuple[str, ...]:
        memo = (number, one.condition)
        names = self._mentioned.get(memo)
        if names is None:
            names = self._mentioned[memo] = tuple(sorted(mentioned(one.role, one.condition)))
        # As text, since 1 and true are equal as keys but not as values.
        return tuple(repr(place.attributes.get(name)) for name in names)


@lru_cache(maxsize=8)
def judge_of(graph: Graph) -> Judge:
    """The judge of a graph; the last few are kept, with what they remember."""
    return Judge(graph)


def _concerns(deny: DenyAssignment, principal_id: str) -> bool:
    own = principal_id.strip().rstrip("/").lower()
    named = {one.strip().lower() for one in deny.principals}
    return (own in named or EVERYONE in named) and own not in {one.strip().lower() for one in deny.excluded_principals}
