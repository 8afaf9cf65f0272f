"""Evaluates a condition for many operations at once; each result is true, false or unknown.

A set of operations is an integer, one bit each. The result is two sets: operations for which the condition holds, and
operations for which it does not. An operation in neither is undecided, because an attribute is known only when a
request is made. Owns the result of a test on known, unknown and absent attributes. Source: Microsoft, "Actions and
attributes for Azure role assignment conditions for Azure Blob Storage" (storage-auth-abac-attributes.md, 2023-08-10):
an operation without the attribute cannot evaluate the condition and fails the check. No document states the result
of a *negated* comparison with an absent attribute, so it is undecided.
"""

from collections.abc import Callable
from dataclasses import dataclass

from access.evaluate.conditions import suboperations
from access.evaluate.conditions.operators import compare_values
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
    """Result of a condition, as bit sets: operations for which it is certainly true, and certainly false."""

    true: int
    false: int


@dataclass(frozen=True, slots=True)
class ConditionQuery:
    """Input of a condition's evaluation: a bit set of operations, and a function that matches action patterns.

    `covered` returns the operations that an action pattern covers, read narrowly and widely (see
    `access.azure.actions`). `sub_operation` is the sub-operation in question, None for an operation without one.
    """

    operations: int
    covered: Callable[[str], tuple[int, int]]
    sub_operation: str | None = None


def evaluate(condition: Condition, query: ConditionQuery, attributes: Attributes) -> Verdict:
    """Return for which operations of a query a parsed condition is certainly true or certainly false."""
    stack: list[Verdict] = []
    for step in condition.program:
        if isinstance(step, Combine):
            parts = stack[-step.count :]
            del stack[-step.count :]
            stack.append(_quantified(step.join, parts))
        else:
            stack.append(verdict_of_test(step, query, attributes))
    return stack[0]


def _quantified(join: Join, parts: list[Verdict]) -> Verdict:
    true, false = parts[0].true, parts[0].false
    for part in parts[1:]:
        if join is Join.AND:
            true, false = true & part.true, false | part.false
        else:
            true, false = true | part.true, false & part.false
    return Verdict(true, false)


def verdict_of_test(test: Test, query: ConditionQuery, attributes: Attributes) -> Verdict:
    """Evaluate one test of a condition for every operation of a query."""
    everything = query.operations
    if isinstance(test, Constant):
        return _same_for_all(everything, holds_true=test.value)
    if isinstance(test, ActionTest):
        return _action_verdict(test, query)
    if isinstance(test, SubOperationTest):
        return _sub_operation_verdict(test, query)
    decided = _attribute_exists(test, attributes) if isinstance(test, ExistsTest) else _comparison(test, attributes)
    return Verdict(0, 0) if decided is None else _same_for_all(everything, holds_true=decided)


def _action_verdict(test: ActionTest, query: ConditionQuery) -> Verdict:
    narrow = wide = 0
    for pattern in test.patterns:
        one_narrow, one_wide = query.covered(pattern)
        narrow |= one_narrow
        wide |= one_wide
    verdict = Verdict(narrow & query.operations, query.operations & ~wide)
    return _negated_verdict(verdict) if test.negated else verdict


def _sub_operation_verdict(test: SubOperationTest, query: ConditionQuery) -> Verdict:
    if query.sub_operation in test.names:
        verdict = _same_for_all(query.operations, holds_true=True)
    elif suboperations.NAMES.issuperset(test.names):
        verdict = _same_for_all(query.operations, holds_true=False)
    else:
        verdict = Verdict(0, 0)  # an undocumented sub-operation
    return _negated_verdict(verdict) if test.negated else verdict


def _attribute_exists(test: ExistsTest, attributes: Attributes) -> bool | None:
    value = attributes.get(test.attribute.key, Missing.UNKNOWN)
    if value is Missing.UNKNOWN:
        return None
    return (value is not Missing.ABSENT and value != ()) is not test.negated


def _comparison(test: Comparison, attributes: Attributes) -> bool | None:
    left, right = _side_values(test.left, attributes), _side_values(test.right, attributes)
    if left is Missing.UNKNOWN or right is Missing.UNKNOWN:
        return None
    if isinstance(left, Missing) or isinstance(right, Missing):
        return None if test.negated or test.inverse else False
    decided = compare_values(test.operator, left, right, quantifier=test.quantifier, inverse=test.inverse)
    return None if decided is None else decided is not test.negated


def _side_values(side: Attribute | Value, attributes: Attributes) -> tuple[Scalar, ...] | Missing:
    value = attributes.get(side.key, Missing.UNKNOWN) if isinstance(side, Attribute) else side
    if isinstance(value, Missing):
        return value
    values = value if isinstance(value, tuple) else (value,)
    return values or Missing.ABSENT


def _same_for_all(operations: int, *, holds_true: bool) -> Verdict:
    return Verdict(operations, 0) if holds_true else Verdict(0, operations)


def _negated_verdict(verdict: Verdict) -> Verdict:
    return Verdict(verdict.false, verdict.true)
