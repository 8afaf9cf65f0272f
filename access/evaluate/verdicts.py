"""Computes the operations that a role assignment allows, or that a deny assignment forbids.

The result has three values, as two sets of bits: certainly, and perhaps, where a condition depends on the request.
Anything unreadable stays undecided: an unknown role perhaps grants everything, an unreadable condition perhaps holds.
An exclusion applies inside its own block only. Sources: Microsoft, "Understand Azure role definitions"
(2022-08-19) and "Understand Azure deny assignments" (read 2026-11).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from access.azure.actions import covered as covered_by
from access.azure.catalogue import Permission, Role
from access.azure.substitutes import HIERARCHICAL, SUBSTITUTES
from access.evaluate.conditions.evaluation import ConditionQuery, Verdict, evaluate
from access.evaluate.conditions.parser import parse
from access.evaluate.conditions.syntax import Condition
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.model.attributes import Attributes
from access.model.errors import ConditionError
from access.model.graph import Assignment, DenyAssignment

LONGEST_CONDITION = 8192
"""Maximum length of a condition in Azure, 8 KB ("Troubleshoot Azure role assignment conditions")."""

VERSION = "2.0"
"""Version of the condition language that is read; conditions of version 1.0 have another meaning.

Source: "New-AzRoleAssignment", Microsoft Learn, 2025: the version must be 2.0.
"""


class Bits(NamedTuple):
    """Two bit sets of operations: certain ones and possible ones; no operation is in both."""

    certain: int = 0
    perhaps: int = 0

    def either(self, other: "Bits") -> "Bits":
        """Return the union of two results: certain if either is certain, else possible if either is possible."""
        certain = self.certain | other.certain
        return Bits(certain, (self.perhaps | other.perhaps) & ~certain)

    def without(self, others: int) -> "Bits":
        """Return the result without some operations."""
        return Bits(self.certain & ~others, self.perhaps & ~others)


@lru_cache(maxsize=4096)
def parsed_condition(text: str, version: str | None = None) -> Condition | str:
    """Return a parsed condition; or the reason, as text, if the condition cannot be parsed.

    Args:
        text: the condition.
        version: its `conditionVersion`; Azure takes version 2.0 if there is none ("Add or edit Azure role assignment
            conditions using the REST API", Microsoft Learn, 2025).
    """
    if version not in {None, "", VERSION}:
        return f"the condition has version {version!r}, and only version {VERSION!r} is read"
    if len(text) > LONGEST_CONDITION:
        return f"the condition has {len(text)} characters, and Azure accepts {LONGEST_CONDITION}"
    try:
        return parse(text)
    except ConditionError as error:
        return str(error)


def condition_verdict(
    text: str | None, operation_set: OperationSet, attributes: Attributes, *, version: str | None = None
) -> Verdict:
    """Return the operations for which a condition is true and false; an empty condition is always true."""
    if text is None or not text.strip():
        return Verdict(operation_set.all, 0)
    condition = parsed_condition(text, version)
    if isinstance(condition, str):
        return Verdict(0, 0)

    def covered(pattern: str) -> tuple[int, int]:
        return operation_set.covered(pattern, granting=False), operation_set.covered(pattern, granting=True)

    true = false = 0
    for part, operations in operation_set.of_part.items():
        verdict = evaluate(condition, ConditionQuery(operations, covered, part), attributes)
        true, false = true | verdict.true, false | verdict.false
    return Verdict(true, false)


def granted_by_role(role: Role | None, operation_set: OperationSet, attributes: Attributes) -> Bits:
    """Return the operations that a role allows, certainly or possibly, as bit sets."""
    if role is None:
        return Bits(0, operation_set.all)
    certain = perhaps = 0
    for block in role.permissions:
        bits = granted_by_block(block, operation_set)
        if bits:
            verdict = condition_verdict(block.condition, operation_set, attributes, version=block.condition_version)
            certain, perhaps = certain | bits & verdict.true, perhaps | bits & ~verdict.false
    return Bits(certain, perhaps & ~certain)


def granted_by_blocks(role: Role | None, operation_set: OperationSet) -> int:
    """Return the operations that all permissions of a role allow together, whatever their conditions."""
    found = 0 if role is not None else operation_set.all
    for block in role.permissions if role is not None else ():
        found |= granted_by_block(block, operation_set)
    return found


def granted_by_block(block: Permission, operation_set: OperationSet) -> int:
    """Return the operations that a permissions block of a role allows, whatever its condition."""
    grants, excludes = block.on_plane(data=operation_set.data)
    return _granted(operation_set, grants) & ~_union(operation_set, excludes, granting=False)


def granted_by_assignment(one: Assignment, operation_set: OperationSet, attributes: Attributes) -> Bits:
    """Return the operations that a role assignment allows at a resource with these attributes."""
    # Cosmos DB's own roles allow only its data, app roles only calls, and no Azure role allows either.
    own = operation_set.of_system(one.system)
    certain, perhaps = granted_by_role(one.role, operation_set, attributes)
    if not granted_by_blocks(one.role, operation_set) & own:
        return Bits()
    verdict = condition_verdict(one.condition, operation_set, attributes, version=one.condition_version)
    still = certain & verdict.true & own
    found = Bits(still, (certain | perhaps) & ~verdict.false & own & ~still)
    return found.either(allowed_by_substitute(one, operation_set, attributes))


def allowed_by_substitute(one: Assignment, operation_set: OperationSet, attributes: Attributes) -> Bits:
    """Return the operations that conditions do not allow and another operation of the same role allows anyway.

    The conditions are that of the assignment and those in the role's own permissions.
    """
    if not operation_set.data or not has_condition(one.role, one.condition):
        return Bits()
    certain = perhaps = 0
    version = one.condition_version
    true = condition_verdict(one.condition, operation_set, attributes, version=version).true
    rest = granted_by_blocks(one.role, operation_set)
    rest &= ~(granted_by_role(one.role, operation_set, attributes).certain & true)
    for each in SUBSTITUTES if rest else ():
        is_hierarchical = attributes.get(HIERARCHICAL) if each.hierarchical else True
        given = operation_set.bits(name for name in operation_set.operations if covered_by(each.gives, name)) & rest
        if not each.replaces or is_hierarchical is False or not given:
            continue
        own = operation_set_of((each.operation,), data=True)
        verdict = condition_verdict(one.condition, own, attributes, version=version)
        granted = granted_by_role(one.role, own, attributes)
        if granted.certain & verdict.true and is_hierarchical is True:
            certain |= given
        if (granted.certain | granted.perhaps) & ~verdict.false:
            perhaps |= given
    return Bits(certain, perhaps & ~certain)


def has_condition(role: Role | None, condition: str | None) -> bool:
    """Return True if a role assignment has a condition, or any permissions block of its role has one."""
    blocks = role.permissions if role is not None else ()
    return condition is not None or any(block.condition is not None for block in blocks)


def forbidden_by_assignment(
    deny: DenyAssignment, operation_set: OperationSet, attributes: Attributes, *, surely: bool
) -> Bits:
    """Return the operations that a deny assignment forbids; only possibly, if `surely` is False."""
    certain = perhaps = 0
    verdict = condition_verdict(deny.condition, operation_set, attributes, version=deny.condition_version)
    for block in deny.permissions:
        narrow, wide = _denied(block, operation_set)
        inner = condition_verdict(block.condition, operation_set, attributes, version=block.condition_version)
        certain |= narrow & verdict.true & inner.true
        perhaps |= wide & ~verdict.false & ~inner.false
    # Cosmos DB and Entra ID authorize access themselves and ignore Azure's deny assignments.
    reach = operation_set.of_system("azure")
    certain, perhaps = certain & reach, (perhaps | certain) & reach
    return Bits(certain, perhaps & ~certain) if surely else Bits(0, perhaps)


def condition_attributes(role: Role | None, condition: str | None) -> frozenset[str]:
    """Return the attributes that the conditions of a role assignment and of its role depend on."""
    texts = [condition, *(block.condition for block in (role.permissions if role else ()))]
    conditions = (parsed_condition(text) for text in texts if text and text.strip())
    found = frozenset[str]().union(*(one.attributes for one in conditions if not isinstance(one, str)))
    # A condition that names operations may not hold in accounts with a hierarchical namespace.
    return found | {HIERARCHICAL} if has_condition(role, condition) else found


def _denied(block: Permission, operation_set: OperationSet) -> tuple[int, int]:
    """Return the operations that a deny block certainly forbids, and those that it may forbid."""
    denies, excepts = block.on_plane(data=operation_set.data)
    narrow = _union(operation_set, denies, granting=False) & ~_union(operation_set, excepts, granting=True)
    wide = _union(operation_set, denies, granting=True) & ~_union(operation_set, excepts, granting=False)
    return narrow, wide


def _granted(operation_set: OperationSet, patterns: Iterable[str]) -> int:
    found = 0
    for pattern in patterns:
        found |= operation_set.granted(pattern)
    return found


def _union(operation_set: OperationSet, patterns: Iterable[str], *, granting: bool) -> int:
    found = 0
    for pattern in patterns:
        found |= operation_set.covered(pattern, granting=granting)
    return found
