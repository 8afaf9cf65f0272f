"""Tests of the value types that conditions compare, and of `StringLike` wildcards."""

import fnmatch
import re
from itertools import product
from typing import Any

import pytest

from access.evaluate.conditions import values
from access.evaluate.conditions.operators import QUANTIFIERS, compare_values, find
from access.model.attributes import Scalar

READERS: dict[str, list[tuple[Scalar, Any]]] = {
    "text": [("aB", "aB"), (1, None), (True, None)],
    "folded": [("aB", "ab"), ("ẞ", "ss"), (1, None)],
    "number": [
        (3, 3),
        ("-3", -3),
        ("+03", 3),
        (True, None),
        ("3.5", None),
        ("1" * 18, int("1" * 18)),
        ("1" * 19, None),
    ],
    "boolean": [(True, True), (False, False), ("TRUE", True), ("False", False), ("yes", None), (1, None)],
    "moment": [
        ("2026-05-01T13:04:05.5Z", (2026, 5, 1, 13, 4, 5, 500_000_000)),
        ("2026-5-1", (2026, 5, 1, 0, 0, 0, 0)),
        ("2026-05-01t13:04", (2026, 5, 1, 13, 4, 0, 0)),
        ("2026-05-01T13:04:05.123456789Z", (2026, 5, 1, 13, 4, 5, 123_456_789)),
        ("2026-05-01T13:04:05.0000000001Z", None),
        ("13:04", None),
        (2026, None),
    ],
    "clock": [
        ("13:04:05.25", (13, 4, 5, 250_000_000)),
        ("9:04", (9, 4, 0, 0)),
        ("2026-05-01T13:04:05Z", (13, 4, 5, 0)),
        ("2026-05-01", None),
        (13, None),
    ],
    "guid": [
        ("{0A1B2C3D-0000-4000-8000-000000000001}", "0a1b2c3d000040008000000000000001"),
        ("0a1b2c3d000040008000000000000001", "0a1b2c3d000040008000000000000001"),
        ("0a1b2c3d", None),
        (1, None),
    ],
    "address": [("10.0.0.1", values.ip_address("10.0.0.1")), ("::1", values.ip_address("::1")), ("x", None), (1, None)],
}


@pytest.mark.parametrize(
    ("name", "value", "expected"), [(name, *row) for name, rows in READERS.items() for row in rows]
)
def test_condition_value_parsers_accept_values_of_their_type_only(name: str, value: Scalar, expected: object) -> None:
    found = getattr(values, name)(value)

    assert (type(found), found) == (type(expected), expected)


def test_condition_ip_match_compares_with_a_network_and_is_undecided_for_an_invalid_one() -> None:
    inside, outside = values.ip_address("10.1.2.3"), values.ip_address("10.2.0.1")

    assert values.in_network(inside, "10.1.0.0/16") is True
    assert values.in_network(inside, "10.1.2.9/24") is True
    assert values.in_network(outside, "10.1.0.0/16") is False
    assert values.in_network(inside, "10.1.0.0/99") is None


def test_stringlike_wildcards_in_conditions_match_like_file_name_patterns() -> None:
    texts = ["".join(each) for length in range(5) for each in product("ab", repeat=length)]
    patterns = ["".join(each) for length in range(5) for each in product("a*?", repeat=length)]

    for pattern in patterns:
        expected = re.compile(fnmatch.translate(pattern))
        for text in texts:
            assert values.like(text, pattern) is (expected.match(text) is not None), (text, pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("a*b", r"a\*b", True),
        ("axb", r"a\*b", False),
        ("a?", r"a\?", True),
        ("ab", r"a\?", False),
        ("a\\b", r"a\\b", True),
        ("a\\b", r"a\b", True),
        ("ab", r"a\b", False),
        ("a\\", "a\\", True),
        ("mississippi", "m*iss*p?", True),
        ("mississippi", "m*iss*p", False),
        ("[a]", "[a]", True),
    ],
)
def test_backslash_makes_a_stringlike_wildcard_literal(text: str, pattern: str, expected: bool) -> None:  # noqa: FBT001
    assert values.like(text, pattern) is expected


def test_condition_operators_are_found_by_name_together_with_their_negation() -> None:
    equals, negated = find("stringequals"), find("StringNotEquals")

    assert equals is not None
    assert equals == (equals[0], False)
    assert negated == (equals[0], True)
    assert (find("NotStringEquals"), find("ActionMatches")) == (None, None)
    assert (find("ipNOTmatch") or ())[1:] == (True,)


def compared(name: str, left: list[Scalar], right: list[Scalar], quantifier: str = "", *, inverse: bool = False) -> Any:  # noqa: ANN401
    return compare_values(name, left, right, quantifier=QUANTIFIERS.get(quantifier), inverse=inverse)


def test_condition_comparison_of_missing_or_wrongly_typed_values_is_undecided() -> None:
    assert compared("stringmatches", ["a"], ["a"]) is None
    assert compared("stringequals", [], ["a"]) is None
    assert compared("stringequals", ["a"], []) is None
    assert compared("numericequals", [1, "x"], [1]) is None
    assert compared("numericequals", [1], [1, "x"]) is None
    assert compared("numericinrange", [1], [1]) is None
    assert compared("numericinrange", [1], [1, 2, 3]) is None
    assert compared("ipinrange", ["::1"], ["10.0.0.1", "10.0.0.9"]) is None
    assert compared("ipmatch", ["10.0.0.1"], ["not a network"]) is None


@pytest.mark.parametrize(("value", "inside"), [(0, False), (1, True), (2, True), (3, True), (4, False)])
def test_numeric_range_operator_in_a_condition_includes_both_bounds(value: int, *, inside: bool) -> None:
    assert compared("numericinrange", [value], [1, 3]) is inside
    assert compared("numericinrange", [value], [1, 3], inverse=True) is not inside


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Equals", (False, True, False)),
        ("GreaterThan", (False, False, True)),
        ("GreaterThanEquals", (False, True, True)),
        ("LessThan", (True, False, False)),
        ("LessThanEquals", (True, True, False)),
    ],
)
@pytest.mark.parametrize(
    ("prefix", "ordered"),
    [
        ("Numeric", (1, 2, 3)),
        ("DateTime", ("2026-05-01T10:00:00.1Z", "2026-05-01T10:00:00.2Z", "2026-05-01T10:00:00.3Z")),
        ("TimeOfDay", ("10:00:01", "10:00:02", "10:00:03")),
    ],
)
def test_less_greater_and_equals_operators_in_conditions_compare_numbers_dates_and_times(
    prefix: str, ordered: tuple[Scalar, ...], name: str, expected: tuple[bool, ...]
) -> None:
    operator = f"{prefix}{name}".lower()

    assert tuple(compared(operator, [one], [ordered[1]]) for one in ordered) == expected
    assert tuple(compared(operator, [one], [ordered[1]], inverse=True) for one in ordered) == tuple(
        not each for each in expected
    )


@pytest.mark.parametrize(
    ("name", "matching", "other"),
    [
        ("StringEquals", "abc", "ABC"),
        ("StringStartsWith", "abcd", "ABCD"),
        ("StringEndsWith", "xabc", "xABC"),
        ("StringContains", "xabcx", "xABCx"),
        ("StringLike", "abc", "ABC"),
    ],
)
def test_string_operators_in_conditions_ignore_case_only_if_named_ignorecase(
    name: str, matching: str, other: str
) -> None:
    found = [
        compared(f"{name}{suffix}".lower(), [one], ["abc"])
        for suffix in ("", "IgnoreCase")
        for one in (matching, other)
    ]

    assert found == [True, False, True, True]
    assert not compared(f"{name}IgnoreCase".lower(), ["other"], ["abc"])


def test_boolean_guid_ip_and_list_operators_in_conditions_compare_correctly() -> None:
    assert compared("boolequals", ["true"], [True]) is True
    assert compared("guidequals", ["0" * 32], ["{" + "0" * 32 + "}"]) is True
    assert compared("ipmatch", ["10.0.0.1"], ["10.0.0.0/8"]) is True
    assert compared("ipinrange", ["10.0.0.5"], ["10.0.0.1", "10.0.0.9"]) is True
    assert compared("listcontains", ["a", "b"], ["b"]) is True
    assert compared("listcontains", ["a"], ["b"]) is False


@pytest.mark.parametrize(
    ("quantifier", "positive", "negative"),
    [
        ("", True, False),
        ("foranyofanyvalues", True, True),
        ("forallofanyvalues", False, True),
        ("foranyofallvalues", False, True),
        ("forallofallvalues", False, False),
    ],
)
def test_quantifier_in_a_condition_decides_if_any_or_all_values_must_match(
    quantifier: str, *, positive: bool, negative: bool
) -> None:
    left: list[Scalar] = ["a", "b"]
    right: list[Scalar] = ["a", "c"]

    assert compared("stringequals", left, right, quantifier) is positive
    assert compared("stringequals", left, right, quantifier, inverse=True) is negative
