"""Tests of quantifiers with negated operators in conditions.

A quantifier with a Not takes the Not of each pair of values, then quantifies ("Azure role assignment condition format
and syntax", conditions-format.md, 2023-11-15). The expected values here are worked out by hand, or pair by pair.
"""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.evaluate.conditions import operators
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from tests.access import slow

QUANTIFIERS = ("ForAnyOfAnyValues", "ForAllOfAnyValues", "ForAnyOfAllValues", "ForAllOfAllValues")

# Left, right, and what each quantifier gives for StringNotEquals, in the order above.
NOT_EQUALS: tuple[tuple[set[str], set[str], tuple[bool, bool, bool, bool]], ...] = (
    ({"red"}, {"red"}, (False, False, False, False)),
    ({"red"}, {"red", "blue"}, (True, True, False, False)),
    ({"red", "blue"}, {"red"}, (True, False, True, False)),
    ({"red", "blue"}, {"red", "blue"}, (True, True, False, False)),
    ({"red", "green"}, {"red", "blue"}, (True, True, True, False)),
    ({"green"}, {"red", "blue"}, (True, True, True, True)),
)

# Negated operator -> a value that its positive form accepts, one that it does not, and the right side.
SIDES = {
    "StringNotEquals": ("'a'", "'b'", "{'a'}"),
    "StringNotEqualsIgnoreCase": ("'A'", "'b'", "{'a'}"),
    "StringNotStartsWith": ("'ab'", "'ba'", "{'a'}"),
    "StringNotStartsWithIgnoreCase": ("'Ab'", "'ba'", "{'a'}"),
    "StringNotEndsWith": ("'ba'", "'ab'", "{'a'}"),
    "StringNotEndsWithIgnoreCase": ("'bA'", "'ab'", "{'a'}"),
    "StringNotContains": ("'bab'", "'bb'", "{'a'}"),
    "StringNotContainsIgnoreCase": ("'bAb'", "'bb'", "{'a'}"),
    "StringNotLike": ("'ab'", "'ba'", "{'a*'}"),
    "StringNotLikeIgnoreCase": ("'Ab'", "'ba'", "{'a*'}"),
    "NumericNotEquals": ("1", "2", "{1}"),
    "NumericNotGreaterThan": ("2", "1", "{1}"),
    "NumericNotGreaterThanEquals": ("1", "0", "{1}"),
    "NumericNotLessThan": ("0", "1", "{1}"),
    "NumericNotLessThanEquals": ("1", "2", "{1}"),
    "NumericNotInRange": ("2", "4", "{1, 3}"),
    "DateTimeNotEquals": ("'2026-01-01'", "'2026-01-02'", "{'2026-01-01'}"),
    "DateTimeNotGreaterThan": ("'2026-01-02'", "'2026-01-01'", "{'2026-01-01'}"),
    "DateTimeNotGreaterThanEquals": ("'2026-01-01'", "'2025-12-31'", "{'2026-01-01'}"),
    "DateTimeNotLessThan": ("'2025-12-31'", "'2026-01-01'", "{'2026-01-01'}"),
    "DateTimeNotLessThanEquals": ("'2026-01-01'", "'2026-01-02'", "{'2026-01-01'}"),
    "DateTimeNotInRange": ("'2026-01-02'", "'2026-01-04'", "{'2026-01-01', '2026-01-03'}"),
    "TimeOfDayNotEquals": ("'10:00'", "'11:00'", "{'10:00'}"),
    "TimeOfDayNotGreaterThan": ("'11:00'", "'10:00'", "{'10:00'}"),
    "TimeOfDayNotGreaterThanEquals": ("'10:00'", "'09:00'", "{'10:00'}"),
    "TimeOfDayNotLessThan": ("'09:00'", "'10:00'", "{'10:00'}"),
    "TimeOfDayNotLessThanEquals": ("'10:00'", "'11:00'", "{'10:00'}"),
    "TimeOfDayNotInRange": ("'11:00'", "'13:00'", "{'10:00', '12:00'}"),
    "BoolNotEquals": ("true", "false", "{true}"),
    "GuidNotEquals": (
        "'8E3AF657-A8FF-443C-A75C-2FE8C4BCB635'",
        "'18d7d88d-d35e-4fb5-a5c3-7773c20a72d9'",
        "{'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'}",
    ),
    "IpNotMatch": ("'10.0.0.1'", "'10.1.0.1'", "{'10.0.0.0/24'}"),
    "IpNotInRange": ("'10.0.0.2'", "'10.0.0.9'", "{'10.0.0.1', '10.0.0.3'}"),
    "ListNotContains": ("'a'", "'b'", "{'a'}"),
}
UNDECIDED = ("StringNotMatches", "StringNotMatchesIgnoreCase")


def verdict(comparison: str) -> bool | None:
    """Evaluate a comparison of literals; return None if it cannot be evaluated."""
    found = evaluate(parse(comparison), ConditionQuery(operations=1, covered=lambda _: (0, 0)), {})
    return True if found.true else False if found.false else None


def literal(values: Sequence[str] | set[str]) -> str:
    return "{" + ", ".join(f"'{value}'" for value in sorted(values)) + "}"


def test_every_negated_condition_operator_has_a_test_case() -> None:
    negated = {name for lowered, name in operators.NAMES.items() if (operators.find(lowered) or ("", False))[1]}

    assert negated == SIDES.keys() | set(UNDECIDED)


@pytest.mark.parametrize(("left", "right", "expected"), NOT_EQUALS)
def test_condition_with_string_not_equals_and_a_quantifier_follows_the_documented_truth_table(
    left: set[str], right: set[str], expected: tuple[bool, ...]
) -> None:
    found = [verdict(f"{literal(left)} {each}:StringNotEquals {literal(right)}") for each in QUANTIFIERS]

    assert found == list(expected)


@pytest.mark.parametrize("quantifier", QUANTIFIERS)
@pytest.mark.parametrize("name", SIDES)
def test_negated_condition_operator_with_a_quantifier_negates_each_single_comparison(
    name: str, quantifier: str
) -> None:
    accepted, refused, right = SIDES[name]

    assert verdict(f"{{{accepted}}} {quantifier}:{name} {right}") is False
    assert verdict(f"{{{refused}}} {quantifier}:{name} {right}") is True
    # one of the two is refused: enough for a quantifier over any value on the left, and not for one over all
    assert verdict(f"{{{accepted}, {refused}}} {quantifier}:{name} {right}") is quantifier.startswith("ForAny")


@pytest.mark.parametrize("quantifier", QUANTIFIERS)
@pytest.mark.parametrize("name", UNDECIDED)
def test_negated_regular_expression_operator_of_a_condition_is_undecided_with_any_quantifier(
    name: str, quantifier: str
) -> None:
    assert verdict(f"{{'a'}} {quantifier}:{name} {{'a'}}") is None


values = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)


@settings(max_examples=150, deadline=None)
@given(left=values, right=values)
def test_condition_comparison_with_a_quantifier_gives_the_result_of_the_reference_evaluator(
    left: list[str], right: list[str]
) -> None:
    for quantifier, name in product(QUANTIFIERS, ("StringEquals", "StringNotEquals")):
        expected = slow.quantified(quantifier, name, left, right)
        assert verdict(f"{literal(left)} {quantifier}:{name} {literal(right)}") is expected, (quantifier, name)
