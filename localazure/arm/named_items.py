"""Compares the items of lists by name, such as environment variables, for people who read the difference.

Owns matching items and masking secrets in them. Azure and the engine compare lists position by position, and so decide
between an update and a replacement: that is `localazure.arm.property_paths`.
"""

from collections.abc import Iterator
from typing import Any, cast

from localazure.arm.property_paths import ABSENT, Change, ItemName, Path
from localazure.arm.secret_values import SECRET, is_secret

_Masked = tuple[Any, Any]
"""A value, and the same value with secrets masked."""


def named_changes(old: _Masked, new: _Masked, path: Path = ()) -> Iterator[Change]:
    """Return every innermost property that differs, with secrets masked; items of lists are matched by their names.

    Where only the order of the items differs, one change has the names in the old and the new order.
    """
    (was, was_shown), (is_, is_shown) = old, new
    if is_secret(was_shown) or is_secret(is_shown):
        if was != is_:
            yield Change(path, *(ABSENT if value is ABSENT else SECRET for value in (was, is_)))
    elif isinstance(was, dict) and isinstance(is_, dict):
        for name in {**cast("dict[str, Any]", is_), **cast("dict[str, Any]", was)}:
            yield from named_changes(_entry(old, name), _entry(new, name), (*path, name))
    elif isinstance(was, list) and isinstance(is_, list):
        yield from _list_changes(old, new, path)
    elif type(cast("object", was)) is not type(cast("object", is_)) or was != is_:
        yield Change(path, was_shown, is_shown)


def _list_changes(old: _Masked, new: _Masked, path: Path) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None or not (before or after):
        for position in range(max(len(old[0]), len(new[0]))):
            yield from named_changes(_item(old, position), _item(new, position), (*path, position))
        return
    found: list[Change] = []
    for name in {**after, **before}:
        item = (*path, ItemName(name))
        pair = before.get(name), after.get(name)
        if pair[0] is None or pair[1] is None:
            found += _whole_item(pair[0], pair[1], item)
        else:
            found += named_changes(pair[0], pair[1], item)
    yield from found
    if not found and list(before) != list(after):
        yield Change(path, list(before), list(after))


def _whole_item(old: _Masked | None, new: _Masked | None, path: Path) -> Iterator[Change]:
    """Return the properties of an item that is added or removed; its name is in the path."""
    item, _ = old or new or ({}, {})
    for name in cast("dict[str, Any]", item):
        if name != "name":
            none = (ABSENT, ABSENT)
            yield from named_changes(
                none if old is None else _entry(old, name), none if new is None else _entry(new, name), (*path, name)
            )


def _by_name(of: _Masked) -> dict[str, _Masked] | None:
    """Return the items of a list by name; None if an item has no name, or a name occurs twice or is a secret."""
    items, shown = cast("list[Any]", of[0]), of[1]
    found: dict[str, _Masked] = {}
    for item, shown_item in zip(items, cast("list[Any]", shown), strict=True):
        name = cast("dict[str, Any]", shown_item).get("name") if isinstance(shown_item, dict) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = (item, shown_item)
    return found


def _entry(of: _Masked, name: str) -> _Masked:
    value, shown = (cast("dict[str, Any]", each).get(name, ABSENT) for each in of)
    return value, shown


def _item(of: _Masked, position: int) -> _Masked:
    value, shown = (each[position] if position < len(each) else ABSENT for each in cast("tuple[list[Any], ...]", of))
    return value, shown
