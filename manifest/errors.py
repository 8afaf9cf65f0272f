"""Problems in the user's files, and the exception that has all of them.

    ManifestError   raised by `load` for invalid files; it has every problem, not only the first

An error in a file is a `Problem`; an error in this package is a traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from safe_text.credentials import detect_credential

__all__ = ["KeyPath", "ManifestError", "Problem", "format_path"]

KeyPath = tuple[str | int, ...]
"""Path of a value in a file: keys of mappings and positions in lists, outermost first."""


def format_path(path: KeyPath) -> str:
    """Return a path in a file as text: `agents.report.ingress.allow[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_key(part)}" if text else _key(part)
    return text


def _key(key: str) -> str:
    if detect_credential(key):
        return "(not shown)"
    return key if key.isprintable() else key.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Error in network.yaml or a stack file, with file, line, path and message.

    Attributes:
        file: name of the file, relative to the project.
        line: line number, from 1; 0 for the file as a whole.
        path: formatted path in the file; empty for the file as a whole.
        message: the error, the allowed values and the fix; lower case, no full stop.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        location = f"{self.file}:{self.line}" if self.line else self.file
        return f"{location} {self.path}: {self.message}" if self.path else f"{location}: {self.message}"


class ManifestError(Exception):
    """Exception for an invalid network or environment; `problems` has every error in the user's files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
