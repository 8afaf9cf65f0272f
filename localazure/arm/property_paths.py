"""Property paths: locations inside a resource's inputs, such as `template.containers[0].image`.

Owns comparing two values position by position, and the patterns of `ignore_changes` and `replace_on_changes`
(`template.containers[0].image`, `tags["a.b"]`, `rules[*].name`). Knows neither resources nor secrets.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

Path = tuple[str | int, ...]
"""Path of a property: names of properties and positions in lists, from the top."""

ANY: Final = "*"
"""Wildcard in a path pattern: matches every name or position."""


class ItemName(str):
    """Name of an item in a list, as a step of a path that is only shown: `env[MODELS]`."""

    __slots__ = ()


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()
"""Marker for a property that is missing, as opposed to a property whose value is None."""

# The grammar of property paths: https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/ (Nov 2026).
_STEP = re.compile(
    r"""\.?(?:\[(?P<position>\d+)\]|\[(?P<every>\*)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|(?P<name>[^.\[\]"]+))"""
)


@dataclass(frozen=True)
class Change:
    """Old and new value of a property that changed; `ABSENT` marks a missing value."""

    path: Path
    old: Any
    new: Any


def parse(text: str) -> Path:
    """Parse a property path or a path pattern from its text.

    Raises:
        ValueError: naming the part that is not a valid path.
    """
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(
                f"property path {text!r}: cannot read {text[at:]!r}; write it like 'template.containers[0].image'"
            )
        steps.append(_step(found))
        at = found.end()
    return tuple(steps)


def format_path(path: Path) -> str:
    """Write `path` in the Pulumi engine's notation, which `parse` reads: `template.containers[0].image`."""
    text = ""
    for step in path:
        if isinstance(step, int | ItemName):
            text += f"[{step}]"
        elif step.replace("_", "").replace("-", "").isalnum():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _step(found: re.Match[str]) -> str | int:
    if found["position"] is not None:
        return int(found["position"])
    if found["every"] is not None:
        return ANY
    if found["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", found["quoted"])
    return found["name"]


def covers(pattern: Path, path: Path) -> bool:
    """Return True if the property at `path` matches a pattern, or is inside a property that matches the pattern."""
    return len(pattern) <= len(path) and all(
        want in (ANY, step) for want, step in zip(pattern, path[: len(pattern)], strict=True)
    )


def overlaps(one: Path, other: Path) -> bool:
    """Return True if one of two property paths is inside the other."""
    return covers(one, other) or covers(other, one)


def changes(old: Any, new: Any, path: Path = ()) -> Iterator[Change]:  # noqa: ANN401 (any JSON value)
    """Yield the old and new value of every innermost property that differs between `old` and `new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for name in {**after, **before}:
            yield from changes(before.get(name, ABSENT), after.get(name, ABSENT), (*path, name))
    elif isinstance(old, list) and isinstance(new, list):
        was, is_ = cast("list[Any]", old), cast("list[Any]", new)
        for position in range(max(len(was), len(is_))):
            yield from changes(_item(was, position), _item(is_, position), (*path, position))
    elif _differ(cast("object", old), cast("object", new)):
        yield Change(path, old, new)


def value_at(value: Any, path: Path) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the property's value at `path`; `ABSENT` if the property is missing."""
    for step in path:
        if isinstance(value, dict):
            value = cast("dict[str | int, Any]", value).get(step, ABSENT)
        elif isinstance(value, list) and isinstance(step, int):
            value = _item(cast("list[Any]", value), step)
        else:
            return ABSENT
    return value


def with_old_values(old: Any, new: Any, pattern: Path) -> Any:  # noqa: ANN401 (any JSON value)
    """Return `new` with the old value of each property matching `pattern`; properties missing in `old` are removed."""
    if not pattern:
        return old
    step, rest = pattern[0], pattern[1:]
    if isinstance(new, dict):
        fields = cast("dict[str, Any]", new)
        before = cast("dict[str, Any]", old) if isinstance(old, dict) else {}
        names = [*fields, *(n for n in before if n not in fields)] if step == ANY else [str(step)]
        result = dict(fields)
        for name in names:
            kept = with_old_values(before.get(name, ABSENT), fields.get(name, ABSENT), rest)
            if kept is ABSENT:
                result.pop(name, None)
            else:
                result[name] = kept
        return result
    if isinstance(new, list):
        items = cast("list[Any]", new)
        was = cast("list[Any]", old) if isinstance(old, list) else []
        return [
            with_old_values(was[position], item, rest) if step in (ANY, position) and position < len(was) else item
            for position, item in enumerate(items)
        ]
    return new


def with_value_at(value: Any, path: Path, by: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a copy of `value` with the property at `path` set to `by`; unchanged if the path does not exist."""
    if not path:
        return by
    if isinstance(value, dict) and path[0] in value:
        fields = cast("dict[str | int, Any]", value)
        return {**fields, path[0]: with_value_at(fields[path[0]], path[1:], by)}
    if isinstance(value, list) and isinstance(path[0], int) and path[0] < len(cast("list[Any]", value)):
        items = list(cast("list[Any]", value))
        items[path[0]] = with_value_at(items[path[0]], path[1:], by)
        return items
    return cast("Any", value)


def _differ(old: object, new: object) -> bool:
    return type(old) is not type(new) or old != new


def _item(items: Sequence[Any], position: int) -> Any:  # noqa: ANN401 (any JSON value)
    return items[position] if position < len(items) else ABSENT
