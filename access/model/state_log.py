"""Reads the JSON of a state file of local Azure: one line with a whole state, and one line for each later change.

Owns the form of the file on the level of JSON values; `localazure` writes it, and the readers of access graphs read
it. A last line that is cut off was never finished, and is left out. A file of version 1 is one JSON object.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

__all__ = ["FORMAT", "SINGLE_OBJECT", "VERSION", "StateLog", "parse", "parse_changes"]

FORMAT = "local-azure-world"
VERSION = 2
SINGLE_OBJECT = 1
"""Version of files that are one JSON object and have no changes."""

Json = dict[str, Any]

_FIRST_LINE = re.compile(rf'\{{"format":"{FORMAT}","version":(?!{SINGLE_OBJECT},)\d+,'.encode())
_LISTS = ("resources", "principals")
"""Parts of a state that are lists of objects with an `id`."""


@dataclass(frozen=True)
class StateLog:
    """Parsed content of a JSON file, with the bytes that a state file of local Azure uses for each of its two parts."""

    content: Any
    """JSON value of the file, with every change applied."""
    first_line: int = 0
    """Bytes of the line with the whole state; 0 for a file that is a single JSON value."""
    end: int = 0
    """Bytes up to the end of the last complete line."""


def parse(data: bytes) -> StateLog:
    """Parse a JSON file; apply the changes in the further lines if it is a state file of local Azure.

    Raises:
        ValueError: the file is not JSON, or a line that is not the last one is damaged.
        RecursionError: the JSON is nested too deeply.
    """
    # As bytes: PowerShell's `>` writes UTF-16 or UTF-8 with a byte order mark, which json recognizes.
    first, newline, rest = data.partition(b"\n")
    if not newline or not _FIRST_LINE.match(first):
        return StateLog(json.loads(data))
    content: Json = json.loads(first)
    changes, length = parse_changes(rest)
    merged = content if not changes else _Merge.of(content).applied(changes)
    return StateLog(merged, first_line=len(first) + 1, end=len(first) + 1 + length)


def parse_changes(data: bytes) -> tuple[list[Json], int]:
    """Parse the lines with changes in a state file; return the changes, and the length of the complete lines in bytes.

    Raises:
        ValueError: a line that is not the last one is damaged.
    """
    lines = data.split(b"\n")[:-1]
    changes: list[Json] = []
    length = 0
    for number, line in enumerate(lines, start=1):
        change = _change(line)
        if change is None:
            # Only the last line can be one whose writing was interrupted.
            if number == len(lines) and data.endswith(b"\n"):
                break
            raise ValueError(f"line {number} of the changes in the state file is damaged")
        changes.append(change)
        length += len(line) + 1
    return changes, length


def _change(line: bytes) -> Json | None:
    """Return the change in a line of a state file; None if the line is damaged."""
    try:
        change: Any = json.loads(line)
    except ValueError:
        return None
    return cast("Json", change) if isinstance(change, dict) else None


@dataclass
class _Merge:
    """A state in which each part is a mapping, so that changes can be applied to single entries."""

    content: Json
    parts: dict[str, Json] = field(default_factory=dict[str, Json])

    @classmethod
    def of(cls, content: Json) -> "_Merge":
        return cls(content, {name: _by_id(content.get(name)) for name in _LISTS})

    def applied(self, changes: Iterable[Mapping[str, Any]]) -> Json:
        for change in changes:
            for name, entries in change.items():
                part = self.parts.get(name)
                _apply(self.content.setdefault(name, {}) if part is None else part, entries)
        return {**self.content, **{name: list(part.values()) for name, part in self.parts.items()}}


def _by_id(rows: object) -> Json:
    return {str(row["id"]).lower(): row for row in cast("list[Json]", rows or [])}


def _apply(part: Json, entries: Mapping[str, Any]) -> None:
    for key, value in entries.items():
        if value is None:
            part.pop(key, None)
        else:
            part[key] = value
