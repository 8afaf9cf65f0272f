"""State file of local Azure: a line with the whole state, and an appended line for each later change.

Owns when the file is replaced and when a line is appended, and the errors of a file with another form. A write
costs as much as its change: the whole state is written again only when the changes have become longer than it. What a
crash leaves behind is the state before the interrupted write, for the file is replaced at once, and a line that is cut
off counts as missing. The form of the lines is `access.model.state_log`'s, their content `world.py`'s.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from access.model.state_log import FORMAT, SINGLE_OBJECT, VERSION, parse, parse_changes
from localazure.errors import WorldFileError

_GENERATION = re.compile(rb'\{"format":"[^"]*","version":\d+,"generation":(\d+),')
_HEAD = 128
"""Bytes at the beginning of a state file that contain the generation."""
_SHORTEST_LOG = 1 << 16
"""Bytes of changes up to which the whole state is never written again."""
_LONGEST_LOG = 2
"""Length of the changes, as a multiple of the whole state's, after which the whole state is written again."""

Content = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Position:
    """Place in a state file up to which it was read or written; a later change is appended there."""

    file: tuple[int, int]
    generation: int
    """Number of times that the whole state was written to this path, so that a replaced file is noticed."""
    first_line: int
    """Bytes of the line with the whole state; 0 for a file of version 1, to which nothing can be appended."""
    end: int

    @property
    def is_full(self) -> bool:
        """Return True if the next write is to replace the file by the whole state."""
        return not self.first_line or self.end - self.first_line > max(_SHORTEST_LOG, _LONGEST_LOG * self.first_line)


def write(path: Path, content: Content) -> Position:
    """Replace a state file by one with a whole state, atomically: a reader sees the old file or the new file.

    Raises:
        WorldFileError: nothing can be written there; what was there stays.
    """
    try:
        generation = _generation_in(path) + 1
        head = {"format": FORMAT, "version": VERSION, "generation": generation}
        line = _line({**head, **content})
        return Position(file=_replace(path, line), generation=generation, first_line=len(line), end=len(line))
    except OSError as error:
        raise _unwritable(path, error) from None


def append(path: Path, position: Position, change: Content) -> Position:
    """Append a change to a state file at the position up to which it was read; drop an unfinished line after that.

    Only the holder of the file's lock may append.

    Raises:
        WorldFileError: nothing can be written there; what was there stays.
    """
    line = _line(change)
    try:
        with path.open("r+b", buffering=0) as file:
            file.truncate(position.end)
            file.seek(position.end)
            try:
                _write_all(file, line)
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(position.end)
                raise
    except OSError as error:
        raise _unwritable(path, error) from None
    return replace(position, end=position.end + len(line))


def read(path: Path) -> tuple[Content, Position] | None:
    """Return the state in a state file with every change applied, and the position of its end; None without a file.

    Raises:
        WorldFileError: the file is not a world, or has a later version; it is left as it is.
    """
    try:
        with path.open("rb") as file:
            data, identity = file.read(), _identity(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        log = parse(data)
        content: Any = log.content
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from None
    except (ValueError, RecursionError):
        raise _incomplete(path) from None
    if not isinstance(content, dict) or cast("dict[str, Any]", content).get("format") != FORMAT:
        raise _incomplete(path)
    found = cast("dict[str, Any]", content)
    if found.get("version") not in (SINGLE_OBJECT, VERSION):
        raise WorldFileError(
            f"{path}: the state file has version {found.get('version')!r}, this program reads {VERSION};"
            " use the program that wrote it, or move the file away"
        )
    return found, Position(
        file=identity, generation=_generation_of(data[:_HEAD]), first_line=log.first_line, end=log.end
    )


def read_changes(path: Path, position: Position) -> tuple[list[dict[str, Any]], Position] | None:
    """Return the changes after a position in a state file, and the new position; None if the file was replaced.

    Raises:
        WorldFileError: a change is damaged; the file is left as it is.
    """
    try:
        with path.open("rb") as file:
            head, identity = file.read(_HEAD), _identity(file)
            if (identity, _generation_of(head)) != (position.file, position.generation) or not position.first_line:
                return None
            file.seek(position.end)
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        changes, length = parse_changes(data)
    except ValueError:
        raise _incomplete(path) from None
    return changes, replace(position, end=position.end + length)


def _replace(path: Path, line: bytes) -> tuple[int, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
        return _identity(file)


def _write_all(file: BinaryIO, line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


def _line(value: Content) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _identity(file: Any) -> tuple[int, int]:  # noqa: ANN401 (whatever has a file descriptor)
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino


def _generation_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return _generation_of(file.read(_HEAD))
    except FileNotFoundError:
        return 0


def _generation_of(head: bytes) -> int:
    found = _GENERATION.match(head)
    return int(found[1]) if found else 0


def _incomplete(path: Path) -> WorldFileError:
    return WorldFileError(f"{path}: is not a complete state file of local Azure; move it away to start again")


def _unreadable(path: Path, error: Exception) -> WorldFileError:
    return WorldFileError(
        f"{path}: cannot be read as a state file of local Azure ({error}); move it away to start again"
    )


def _unwritable(path: Path, error: OSError) -> WorldFileError:
    return WorldFileError(f"{path}: the state file cannot be written ({error.strerror}) and stays unchanged")
