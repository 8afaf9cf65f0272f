"""Evaluates a condition for many operations at once, in three values.

A set of operations is an integer, one bit each. The result is two sets: for which the condition holds, and for which
it does not; an operation in neither is undecided, because an attribute is known only when a request is made. Owns
what a test says of known, unknown and absent attributes. Source: Microsoft, "Actions and attributes for Azure role
assignment conditions for Azure Blob Storage" (storage-auth-abac-attributes.md, 2023-08-10): an operation without the
attribute cannot evaluate the condition and fails the check. Whether a *negated* comparison with an absent attribute
fails likewise or holds is documented nowhere, so it is undecided.
"""

from collections.abc import Callable
from dataclasses import dataclass

from access.evaluate.conditions import suboperations
from access.evaluate.conditions.operators import holds
from access.evaluate.conditions.syntax import (
    ActionTest,
    Attribute,
    Combine,
    Comparison,
    Condition,
    Constant,
    ExistsTest,
    Join,
    SubOperationTest,
    Test,
)
from access.model.attributes import Attributes, Missing, Scalar, Value


@dataclass(frozen=True, slots=True)
class Verdict:
    """For which operations a condition certainly holds, and for which it certainly does not."""

    true: int
    false: int


@dataclass(frozen=True, slots=True)
class Subject:
    """The operations that a condition is asked about.

    `covered` gives those that an action pattern covers, once read narrowly and once widely (see
    `access.azure.actions`);
    `sub_operation` is the part of them that is meant, None for what is no part that has a name.
    """

    operations: int
    covered: Callable[[str], tuple[int, int]]
    sub_operation: str | None = None


def evaluate(condition: Condition, subject: Subject, attributes: Attributes) -> Verdict:
    """The verdict on every operation of the subject."""
    stack: list[Verdict] = []
    for step in condition.program:
        if isinstance(step, Combine):
            parts = stack[-step.count :]
            del stack[-step.count :]
            stack.append(_combined(step.join, parts))
        else:
            stack.append(_tested(step, subject, attributes))
    return stack[0]


def _combined(join: Join, parts: list[Verdict]) -> Verdict:
    true, false = parts[0].true, parts[0].false
    for part in parts[1:]:
        if join is Join.AND:
            true, false = true & part.true, false | part.false
        else:
            true, false = true | part.true, false & part.false
    return Verdict(true, false)


def _tested(test: Test, subject: Subject, attributes: Attributes) -> Verdict:
    everything = subject.operations
    if isinstance(test, Constant):
        return _all_or_nothing(everything, holds_true=test.value)
    if isinstance(test, ActionTest):
        return _action(test, subject)
    if isinstance(test, SubOperationTest):
        return _sub_operation(test, subject)
    decided = _exists(test, attributes) if isinstance(test, ExistsTest) else _comparison(test, attributes)
    return Verdict(0, 0) if decided is None else _all_or_nothing(everything, holds_true=decided)


def _action(test: ActionTest, subject: Subject) -> Verdict:
    narrow = wide = 0
    for pattern in test.patterns:
        one_narrow, one_wide = subject.covered(pattern)
        narrow |= one_narrow
        wide |= one_wide
    verdict = Verdict(narrow & subject.operations, subject.operations & ~wide)
    return _turned(verdict) if test.negated else verdict


def _sub_operation(test: SubOperationTest, subject: Subject) -> Verdict:
    if subject.sub_operation in test.names:
        verdict = _all_or_nothing(subject.operations, holds_true=True)
    elif suboperations.NAMES.issuperset(test.names):
        verdict = _all_or_nothing(subject.operations, holds_true=False)
    else:
        verdict = Verdict(0, 0)  # a part of some operation that is not documented
    return _turned(verdict) if test.negated else verdict


def _exists(test: ExistsTest, attributes: Attributes) -> bool | None:
    value = attributes.get(test.attribute.key, Missing.UNKNOWN)
    if value is Missing.UNKNOWN:
        return None
    return (value is not Missing.ABSENT and value != ()) is not test.negated


def _comparison(test: Comparison, attributes: Attributes) -> bool | None:
    left, right = _values(test.left, attributes), _values(test.right, attributes)
    if left is Missing.UNKNOWN or right is Missing.UNKNOWN:
        return None
    if isinstance(left, Missing) or isinstance(right, Missing):
        return None if test.negated or test.inverse else False
    decided = holds(test.operator, left, right, quantifier=test.quantifier, inverse=test.inverse)
    return None if decided is None else decided is not test.negated


def _values(side: Attribute | Value, attributes: Attributes) -> tuple[Scalar, ...] | Missing:
    value = attributes.get(side.key, Missing.UNKNOWN) if isinstance(side, Attribute) else side
    if isinstance(value, Missing):
        return value
    values = value if isinstance(value, tuple) else (value,)
    return values or Missing.ABSENT


def _all_or_nothing(operations: int, *, holds_true: bool) -> Verdict:
    return Verdict(operations, 0) if holds_true else Verdict(0, operations)


def _turned(verdict: Verdict) -> Verdict:
    return Verdict(verdict.false, verdict.true)
