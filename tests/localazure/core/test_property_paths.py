"""Tests of property paths, of the masking of secrets at these paths, and of resource ids."""

from typing import Any

import pytest

from localazure.arm import ids
from localazure.arm.property_paths import (
    ABSENT,
    ANY,
    Change,
    Path,
    changes,
    covers,
    format_path,
    overlaps,
    parse,
    value_at,
    with_old_values,
    with_value_at,
)
from localazure.arm.secret_values import SECRET, is_secret, mask, mask_change, secret_paths, unmask

PATHS: dict[str, Path] = {
    "template.containers[0].image": ("template", "containers", 0, "image"),
    'tags["a.b"]': ("tags", "a.b"),
    "rules[*].name": ("rules", ANY, "name"),
    "snake_case.kebab-case": ("snake_case", "kebab-case"),
    '["first one"].next': ("first one", "next"),
    "": (),
}


@pytest.mark.parametrize("text", PATHS)
def test_property_path_is_parsed_from_text(text: str) -> None:
    assert parse(text) == PATHS[text]


@pytest.mark.parametrize("text", [text for text in PATHS if "*" not in text])
def test_formatted_property_path_parses_back_to_the_same_path(text: str) -> None:
    assert format_path(PATHS[text]) == text


def test_escaped_quotes_and_backslashes_in_a_property_path_are_unescaped_by_parsing() -> None:
    assert parse(r'tags["a\"b\\c"]') == ("tags", 'a"b\\c')


@pytest.mark.parametrize("text", ["a[b]", "a..b", 'a["b', "]"])
def test_invalid_property_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        (("a",), ("a",), (True, True)),
        (("a",), ("a", "b"), (True, True)),
        (("a", "b"), ("a",), (False, True)),
        (("a", ANY), ("a", 3), (True, True)),
        (("a", ANY), ("a",), (False, True)),
        (("a", "b"), ("a", "c"), (False, False)),
        (("b",), ("a", "b"), (False, False)),
        ((), ("a",), (True, True)),
    ],
)
def test_property_path_pattern_covers_the_property_and_everything_inside_it(
    pattern: Path, path: Path, expected: tuple[bool, bool]
) -> None:
    assert (covers(pattern, path), overlaps(pattern, path)) == expected


def test_comparison_of_two_values_lists_the_innermost_properties_that_differ() -> None:
    old = {
        "same": 1,
        "gone": {"in": 1},
        "list": [1, {"a": 1}, 3],
        "kind": {"a": 1},
        "zero": 0,
        "null": None,
        "one": [1],
    }
    new = {"list": [1, {"a": 2}], "same": 1, "kind": [1], "zero": False, "null": None, "new": None, "one": {"0": 1}}

    assert list(changes(old, new)) == [
        Change(("list", 1, "a"), 1, 2),
        Change(("list", 2), 3, ABSENT),
        Change(("kind",), {"a": 1}, [1]),
        Change(("zero",), old=0, new=False),
        Change(("new",), ABSENT, None),
        Change(("one",), [1], {"0": 1}),
        Change(("gone",), {"in": 1}, ABSENT),
    ]
    assert list(changes([1], [1, 2], ("at",))) == [Change(("at", 1), ABSENT, 2)]
    assert list(changes(old, old)) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), {"a": [{"b": None}], "c": 1}),
        (("a", 0, "b"), None),
        (("a", 1), ABSENT),
        (("a", "b"), ABSENT),
        (("a", 0, "c"), ABSENT),
        (("c", "d"), ABSENT),
        (("d",), ABSENT),
    ],
)
def test_value_at_a_property_path_is_read_and_replaced(path: Path, expected: Any) -> None:  # noqa: ANN401 - any JSON value
    value = {"a": [{"b": None}], "c": 1}

    assert value_at(value, path) == expected
    replaced = with_value_at(value, path, "new")
    assert value_at(replaced, path) == ("new" if expected is not ABSENT else ABSENT)
    assert (replaced == value) is (expected is ABSENT)
    assert value == {"a": [{"b": None}], "c": 1}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ((), {"a": 1, "l": [1, 2, 3], "only-old": 5}),
        (("a",), {"a": 1, "l": [7, 8], "only-new": 6}),
        (("only-new",), {"a": 9, "l": [7, 8]}),
        (("only-old",), {"a": 9, "l": [7, 8], "only-new": 6, "only-old": 5}),
        (("neither",), {"a": 9, "l": [7, 8], "only-new": 6}),
        (("l", 1), {"a": 9, "l": [7, 2], "only-new": 6}),
        (("l", 2), {"a": 9, "l": [7, 8], "only-new": 6}),
        (("l", ANY), {"a": 9, "l": [1, 2], "only-new": 6}),
        (("a", "b"), {"a": 9, "l": [7, 8], "only-new": 6}),
        ((ANY,), {"a": 1, "l": [1, 2, 3], "only-old": 5}),
    ],
)
def test_old_values_are_restored_at_property_paths_that_match_a_pattern(pattern: Path, expected: Any) -> None:  # noqa: ANN401 - any JSON
    old, new = {"a": 1, "l": [1, 2, 3], "only-old": 5}, {"a": 9, "l": [7, 8], "only-new": 6}

    assert with_old_values(old, new, pattern) == expected
    assert new == {"a": 9, "l": [7, 8], "only-new": 6}


def test_restoring_old_values_ignores_old_values_of_a_different_structure() -> None:
    assert with_old_values("text", {"a": 1}, ("a",)) == {}
    assert with_old_values({"0": 1}, [5], (0,)) == [5]
    assert with_old_values([1], [5, 6], (ANY,)) == [1, 6]


def test_secret_property_values_are_masked_located_and_restored() -> None:
    actual = {"a": "secret", "l": ["x", {"b": "hidden"}], "open": 1}
    masked = mask(actual, [("a",), ("l", 1, "b"), ("missing",)])

    assert masked == {"a": SECRET, "l": ["x", {"b": SECRET}], "open": 1}
    assert secret_paths(masked) == {("a",), ("l", 1, "b")}
    assert unmask(masked, actual) == actual
    assert unmask(masked, {"a": "secret", "l": []}) == {"a": "secret", "l": ["x", {"b": SECRET}], "open": 1}
    assert [is_secret(one) for one in (SECRET, {**SECRET, "value": 1}, {"4dabf18193072939515e22adb298388d": "x"})] == [
        True,
        True,
        False,
    ]
    assert not any(map(is_secret, ({}, "1b47061264138c4ac30d75fd1eb44270", None)))
    assert SECRET == {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize(
    ("secret", "old", "new"),
    [
        (("a",), SECRET, SECRET),
        (("a", "b"), SECRET, SECRET),
        (("a", "b", "c"), {"c": SECRET, "d": 2}, {"c": SECRET}),
        (("a", "x"), {"c": 1, "d": 2}, {"c": 9}),
    ],
)
def test_property_change_is_shown_with_secret_values_masked(secret: Path, old: Any, new: Any) -> None:  # noqa: ANN401 - any JSON value
    change = Change(("a", "b"), {"c": 1, "d": 2}, {"c": 9})

    assert mask_change(change, [secret]) == Change(("a", "b"), old, new)
    added, removed = Change(("a", "b"), ABSENT, 1), Change(("a", "b"), 1, ABSENT)
    if secret in {("a",), ("a", "b")}:
        assert mask_change(added, [secret]) == Change(("a", "b"), ABSENT, SECRET)
        assert mask_change(removed, [secret]) == Change(("a", "b"), SECRET, ABSENT)


SUBSCRIPTION = "/subscriptions/s"
GROUP = f"{SUBSCRIPTION}/resourceGroups/Rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/Acc"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/uploads"
ROLE = f"{CONTAINER}/providers/Microsoft.Authorization/roleAssignments/r"


@pytest.mark.parametrize(
    ("resource_id", "parent", "name", "arm_type"),
    [
        (ROLE, CONTAINER, "r", "microsoft.authorization/roleassignments"),
        (
            CONTAINER,
            f"{ACCOUNT}/blobServices/default",
            "uploads",
            "microsoft.storage/storageaccounts/blobservices/containers",
        ),
        (ACCOUNT, GROUP, "Acc", "microsoft.storage/storageaccounts"),
        (GROUP, SUBSCRIPTION, "Rg", "microsoft.resources/resourcegroups"),
        (SUBSCRIPTION, "", "s", "microsoft.resources/subscriptions"),
        ("/somewhere/else", "", "else", ""),
    ],
)
def test_resource_id_is_parsed_into_parent_name_and_type(
    resource_id: str, parent: str, name: str, arm_type: str
) -> None:
    assert (ids.parent_of(resource_id), ids.name_of(resource_id), ids.arm_type_of(resource_id)) == (
        parent,
        name,
        arm_type,
    )
    assert ids.arm_type_of(f"{resource_id.upper()}/") == arm_type
    in_group = resource_id.startswith(GROUP)
    assert (ids.subscription_of(resource_id), ids.group_of(resource_id)) == (
        "s" if resource_id.startswith(SUBSCRIPTION) else "",
        "Rg" if in_group else "",
    )


def test_resource_ids_that_differ_in_case_or_last_slash_are_equal() -> None:
    assert ids.same(ACCOUNT, f"{ACCOUNT.lower()}/")
    assert not ids.same(ACCOUNT, GROUP)
    assert (ids.subscription_of("/x/subscriptions/s"), ids.group_of("/SUBSCRIPTIONS/s/RESOURCEGROUPS/g")) == ("", "g")
