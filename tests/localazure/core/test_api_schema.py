"""Tests of the checks compiled from published API types: every violation is reported with its property path."""

from typing import Any

import pytest

from localazure.arm.resource_type import UNKNOWN
from localazure.arm.schema_compiler import Check, Compiler, Schema
from localazure.arm.secret_values import SECRET
from localazure.errors import Violation

TEXT: Schema = {"type": "string"}
TYPES: dict[str, Schema] = {
    "Body": {
        "type": "object",
        "properties": {
            "id": {**TEXT, "read_only": True, "required": True},
            "name": {**TEXT, "required": True},
            "location": TEXT,
            "sku": {"ref": "Sku", "required": True},
            "properties": {"ref": "Inner", "required": True},
        },
    },
    "Inner": {
        "type": "object",
        "properties": {
            "size": {"type": "integer", "required": True},
            "state": {"enum": ["Ready"], "read_only": True, "required": True},
            "sku": {"ref": "Sku", "required": True},
            "parent": {"ref": "Body"},
            "shape": {"ref": "Shape"},
        },
    },
    "Sku": {"type": "object", "properties": {"name": {**TEXT, "known_values": ["A", "B"], "required": True}}},
    "Shape": {
        "type": "object",
        "properties": {"label": TEXT},
        "discriminator": "kind",
        "variants": {
            "Round": {"type": "object", "properties": {"radius": {"type": "integer", "required": True}}},
            "Square": {"type": "object", "properties": {"side": {"type": "integer"}}},
        },
    },
    "Tags": {"type": "object", "properties": {}, "additional": TEXT},
}
COMPILER = Compiler(TYPES)


def judged(check: Check, value: object) -> dict[str, str]:
    found: list[Violation] = []
    check(value, None, found)
    assert len({one.path for one in found}) == len(found)
    return {one.path: one.message for one in found}


def found_in(schema: Schema, value: object) -> list[str]:
    found: list[Violation] = []
    COMPILER.check(schema)(value, None, found)
    return [one.message for one in found]


def body(value: object, *arguments: str, filled: frozenset[str] = frozenset()) -> dict[str, str]:
    return judged(COMPILER.body({"ref": "Body"}, frozenset(arguments), filled), value)


WHOLE: dict[str, Any] = {"name": "n", "sku": {"name": "A"}, "properties": {"size": 1, "sku": {"name": "B"}}}
FLAT: dict[str, Any] = {"name": "n", "sku": {"name": "A"}, "size": 1}

SCALARS: list[tuple[Schema, object, list[str]]] = [
    (TEXT, "a", []),
    (TEXT, 1, ["expected a string, got 1"]),
    ({**TEXT, "minLength": 2, "maxLength": 3}, "a", ["'a' has 1 characters; the allowed length is 2 to 3"]),
    ({**TEXT, "minLength": 2, "maxLength": 3}, "ab", []),
    ({**TEXT, "minLength": 2, "maxLength": 3}, "abc", []),
    ({**TEXT, "minLength": 2, "maxLength": 3}, "abcd", ["'abcd' has 4 characters; the allowed length is 2 to 3"]),
    ({**TEXT, "minLength": 2}, "a", ["'a' has 1 characters; the allowed length is at least 2"]),
    ({**TEXT, "minLength": 2}, "a" * 99, []),
    ({**TEXT, "maxLength": 1}, "", []),
    ({**TEXT, "maxLength": 1}, "ab", ["'ab' has 2 characters; the allowed length is 0 to 1"]),
    ({**TEXT, "pattern": "^[a-z]+$"}, "ab", []),
    ({**TEXT, "pattern": "^[a-z]+$"}, "A", ["'A' does not match the pattern ^[a-z]+$"]),
    (
        {**TEXT, "maxLength": 1, "pattern": "a"},
        "bb",
        ["'bb' has 2 characters; the allowed length is 0 to 1", "'bb' does not match the pattern a"],
    ),
    ({**TEXT, "pattern": r"\p{L}(?<"}, "anything", []),
    ({"type": "integer"}, 1, []),
    ({"type": "integer"}, 1.5, []),
    ({"type": "integer"}, "1", ["expected a number, got '1'"]),
    ({"type": "integer"}, True, ["expected a number, got True"]),
    ({"type": "integer", "minimum": 1, "maximum": 3}, 0, ["0 is outside the allowed range 1..3"]),
    ({"type": "integer", "minimum": 1, "maximum": 3}, 1, []),
    ({"type": "integer", "minimum": 1, "maximum": 3}, 3, []),
    ({"type": "integer", "minimum": 1, "maximum": 3}, 4, ["4 is outside the allowed range 1..3"]),
    ({"type": "integer", "minimum": 0}, -1, ["-1 is outside the allowed range 0.."]),
    ({"type": "integer", "minimum": 0}, 9, []),
    ({"type": "integer", "maximum": 0}, 1, ["1 is outside the allowed range ..0"]),
    ({"type": "integer", "maximum": 0}, -9, []),
    ({"type": "boolean"}, False, []),
    ({"type": "boolean"}, 0, ["expected true or false, got 0"]),
    ({"type": "array", "items": TEXT, "maxItems": 2}, ["a", "b"], []),
    ({"type": "array", "items": TEXT, "maxItems": 2}, ["a", "b", "c"], ["the list has 3 items; at most 2 are allowed"]),
    ({"type": "array", "items": TEXT}, ["a"] * 9, []),
    ({"type": "array", "items": TEXT}, "a", ["expected a list, got 'a'"]),
    ({"const": "a"}, "a", []),
    ({"const": "a"}, "b", ["'b' is not one of 'a'"]),
    ({**TEXT, "enum": ["a", "b"]}, "c", ["'c' is not one of 'a', 'b'"]),
    ({**TEXT, "known_values": ["a"]}, "c", ["'c' is not one of 'a'"]),
    ({**TEXT, "enum": ["a"]}, 1, ["1 is not one of 'a'", "expected a string, got 1"]),
    ({}, object, []),
    ({"ref": "Tags"}, {"a": "b"}, []),
    ({"ref": "Tags"}, ["a"], []),
    ({"ref": "Tags"}, {"a": 1}, ["expected a string, got 1"]),
    ({"ref": "Tags"}, "a", ["expected an object, got 'a'"]),
    ({"ref": "Sku"}, ["a"], ["expected an object, got ['a']"]),
    ({"type": "object"}, {"a": 1}, ["no such property; known are none"]),
]


@pytest.mark.parametrize(("schema", "value", "expected"), SCALARS)
def test_api_type_check_reports_values_that_violate_the_type_and_accepts_others(
    schema: Schema, value: object, expected: list[str]
) -> None:
    assert found_in(schema, value) == expected


@pytest.mark.parametrize("value", [None, UNKNOWN, SECRET, {**SECRET, "value": 1}])
def test_unknown_and_secret_values_and_missing_optional_ones_pass_the_api_type_check(value: object) -> None:
    for schema in (TEXT, {"type": "integer"}, {"const": "a"}, {"ref": "Sku"}, {"ref": "Shape"}):
        assert found_in(schema, value) == []
    assert found_in({"ref": "Sku"}, {"name": value}) == (["is required and missing"] if value is None else [])


def test_api_type_violations_are_reported_with_their_property_paths() -> None:
    schema: Schema = {"type": "array", "items": {"type": "array", "items": {"ref": "Sku"}}}

    assert judged(COMPILER.check(schema), [[], [{"name": "A"}, {"name": "C", "nane": 1}], 1]) == {
        "[1][1].name": "'C' is not one of 'A', 'B'",
        "[1][1].nane": "no such property; did you mean 'name'?",
        "[2]": "expected a list, got 1",
    }


def test_resource_body_is_accepted_nested_under_properties_or_flattened() -> None:
    assert body(WHOLE) == {}
    assert body(FLAT) == {}
    assert body({**FLAT, "size": "1"}) == {"size": "expected a number, got '1'"}
    assert body({**WHOLE, "properties": {"size": "1", "sku": {"name": "A"}}}) == {
        "properties.size": "expected a number, got '1'"
    }
    # The property of the outer level is the one that counts where both have it.
    assert body({**FLAT, "sku": {"name": "C"}}) == {"sku.name": "'C' is not one of 'A', 'B'"}


def test_missing_required_properties_of_a_resource_body_are_reported_at_their_paths() -> None:
    missing = "is required and missing"

    assert body({}) == {"name": missing, "sku": missing, "size": missing}
    assert body({"properties": {}}) == {
        "name": missing,
        "sku": missing,
        "properties.size": missing,
        "properties.sku": missing,
    }
    assert body({}, filled=frozenset({"name", "size"})) == {"sku": missing}
    assert (
        body({"properties": {"size": 1, "sku": {"name": "A"}}, "sku": {"name": "A"}}, filled=frozenset({"name"})) == {}
    )


def test_path_arguments_in_resource_inputs_are_accepted_and_read_only_or_unknown_properties_refused() -> None:
    read_only, unknown = "this property is set by Azure; remove it from the inputs", "no such property; known are "

    assert body({**WHOLE, "resourceGroupName": object}, "resourceGroupName") == {}
    assert body({**WHOLE, "id": "x", "state": "Ready"}) == {"id": read_only, "state": read_only}
    assert body({**WHOLE, "id": "x"}, "id") == {}
    assert body({**WHOLE, "name": 1}, "name") == {"name": "expected a string, got 1"}
    found = body({**WHOLE, "zzz": 1, "__defaults": []})
    assert found == {"zzz": f"{unknown}location, name, parent, properties, shape, size, sku"}
    assert body({**WHOLE, "locatoin": 1}) == {"locatoin": "no such property; did you mean 'location'?"}
    assert body("text") == {"": "expected an object, got 'text'"}
    assert body(["a"]) == {"": "expected an object, got ['a']"}


def test_recursive_api_types_are_checked_at_every_depth() -> None:
    assert body({**FLAT, "parent": {**FLAT, "parent": {**FLAT, "size": "1"}}}) == {
        "parent.parent.size": "expected a number, got '1'"
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "Round", "radius": 1, "label": "l"}, {}),
        ({"kind": "Square"}, {}),
        ({"kind": "Round"}, {"radius": "is required and missing"}),
        ({"kind": "Square", "radius": 1}, {"radius": "no such property; known are label, side"}),
        ({"kind": "Oval"}, {"kind": "'Oval' is not one of 'Round', 'Square'"}),
        ({"kind": 3}, {"kind": "3 is not one of 'Round', 'Square'"}),
        ({"label": "l"}, {"kind": "is required and missing; allowed are 'Round', 'Square'"}),
        ({"kind": UNKNOWN, "whatever": 1}, {}),
        ("text", {"": "expected an object, got 'text'"}),
    ],
)
def test_discriminator_value_selects_the_api_type_variant_to_check(value: object, expected: dict[str, str]) -> None:
    types = {**TYPES, "Shape": {**TYPES["Shape"], "properties": {"label": TEXT, "kind": TEXT}}}
    found = judged(Compiler(types).check({"ref": "Shape"}), value)

    assert {path: message.replace("kind, ", "") for path, message in found.items()} == expected


def test_read_only_and_unknown_properties_of_an_api_type_are_not_settable() -> None:
    taken = {
        name for name in ("id", "name", "location", "size", "state", "zzz") if COMPILER.takes({"ref": "Body"}, name)
    }

    assert taken == {"name", "location", "size"}
    assert COMPILER.takes({"ref": "Shape"}, "radius")
    assert not COMPILER.takes({"ref": "Tags"}, "a")
