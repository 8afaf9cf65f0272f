"""What one assignment grants, and what one deny assignment forbids, of a set of operations.

Three values, as two sets of bits: certainly, and perhaps, which is where a condition waits for the request. What cannot
be read is never decided: an unknown role perhaps grants everything, an unreadable condition perhaps holds. An exclusion
takes away inside its own block only. Sources: Microsoft, "Understand Azure role definitions" (role-definitions.md) and
"Understand Azure deny assignments" (deny-assignments.md).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from access.azure.catalogue import Permission, Role
from access.evaluate.conditions.evaluation import Subject, Verdict, evaluate
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.syntax import Condition
from access.evaluate.operation_sets import Universe
from access.model.attributes import Attributes
from access.model.errors import ConditionError
from access.model.graph import Assignment, DenyAssignment

LONGEST_CONDITION = 8192
"""Azure takes no condition of more than 8 KB ("Troubleshoot Azure role assignment conditions")."""


class Bits(NamedTuple):
    """What is certainly so and what perhaps is; nothing is in both."""

    certain: int = 0
    perhaps: int = 0

    def either(self, other: "Bits") -> "Bits":
        """What one or the other says."""
        certain = self.certain | other.certain
        return Bits(certain, (self.perhaps | other.perhaps) & ~certain)


@lru_cache(maxsize=4096)
def read(text: str) -> Condition | str:
    """The condition that a text says, or why it cannot be read."""
    if len(text) > LONGEST_CONDITION:
        return f"the condition has {len(text)} characters, and Azure takes {LONGEST_CONDITION}"
    try:
        return parse(text)
    except ConditionError as error:
        return str(error)


def holds(text: str | None, universe: Universe, attributes: Attributes) -> Verdict:
    """For which parts of the operations a condition holds and for which it does not; no condition always holds."""
    if text is None or not text.strip():
        return Verdict(universe.all, 0)
    condition = read(text)
    if isinstance(condition, str):
        return Verdict(0, 0)

    def covered(pattern: str) -> tuple[int, int]:
        return universe.covered(pattern, granting=False), universe.covered(pattern, granting=True)

    true = false = 0
    for part, operations in universe.of_part.items():
        verdict = evaluate(condition, Subject(operations, covered, part), attributes)
        true, false = true | verdict.true, false | verdict.false
    return Verdict(true, false)


def granted(role: Role | None, universe: Universe, attributes: Attributes) -> Bits:
    """What a role's blocks grant together."""
    if role is None:
        return Bits(0, universe.all)
    certain = perhaps = 0
    for block in role.permissions:
        grants, excludes = (
            (block.data_actions, block.not_data_actions) if universe.data else (block.actions, block.not_actions)
        )
        bits = _union(universe, grants, granting=True) & ~_union(universe, excludes, granting=False)
        if bits:
            verdict = holds(block.condition, universe, attributes)
            certain, perhaps = certain | bits & verdict.true, perhaps | bits & ~verdict.false
    return Bits(certain, perhaps & ~certain)


def given(one: Assignment, universe: Universe, attributes: Attributes) -> Bits:
    """What an assignment grants at the resource whose attributes these are."""
    # Two systems: Cosmos knows its data only, and no Azure role reaches that.
    own = (universe.of_cosmos if one.system == "cosmos" else universe.all & ~universe.of_cosmos) & universe.all
    certain, perhaps = granted(one.role, universe, attributes)
    if not (certain | perhaps) & own:
        return Bits()
    verdict = holds(one.condition, universe, attributes)
    still = certain & verdict.true & own
    return Bits(still, (certain | perhaps) & ~verdict.false & own & ~still)


def forbidden(deny: DenyAssignment, universe: Universe, attributes: Attributes, *, surely: bool) -> Bits:
    """What a deny assignment forbids; not `surely` where it is not certain that it applies at all."""
    certain = perhaps = 0
    verdict = holds(deny.condition, universe, attributes)
    for block in deny.permissions:
        narrow, wide = _denied(block, universe)
        inner = holds(block.condition, universe, attributes)
        certain |= narrow & verdict.true & inner.true
        perhaps |= wide & ~verdict.false & ~inner.false
    # Cosmos decides on its data by itself, without a look at what Azure denies.
    reach = universe.all & ~universe.of_cosmos
    certain, perhaps = certain & reach, (perhaps | certain) & reach
    return Bits(certain, perhaps & ~certain) if surely else Bits(0, perhaps)


def mentioned(role: Role | None, condition: str | None) -> frozenset[str]:
    """The attributes that the verdict on an assignment depends on."""
    texts = [condition, *(block.condition for block in (role.permissions if role else ()))]
    conditions = (read(text) for text in texts if text and text.strip())
    return frozenset[str]().union(*(one.attributes for one in conditions if not isinstance(one, str)))


def _denied(block: Permission, universe: Universe) -> tuple[int, int]:
    """What a block denies read narrowly and widely: here doubt must not hide access (see `access.azure.actions`)."""
    denies, excepts = (
        (block.data_actions, block.not_data_actions) if universe.data else (block.actions, block.not_actions)
    )
    narrow = _union(universe, denies, granting=False) & ~_union(universe, excepts, granting=True)
    wide = _union(universe, denies, granting=True) & ~_union(universe, excepts, granting=False)
    return narrow, wide


def _union(universe: Universe, patterns: Iterable[str], *, granting: bool) -> int:
    found = 0
    for pattern in patterns:
        found |= universe.covered(pattern, granting=granting)
    return found
