"""Problems that the user can repair, and the one error that carries them.

    SpecError       raised by `load` where anything is wrong; holds every problem found, never the first alone

A mistake in the files is a `Problem`; a mistake in this package is an ordinary traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from manifest.credentials import credential_in

__all__ = ["Path", "Problem", "SpecError", "spell"]

Path = tuple[str | int, ...]
"""Where something stands inside a file: keys of mappings and positions in lists, from the outside in."""


def spell(path: Path) -> str:
    """A path for people: `agents.report.ingress.allow[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_key(part)}" if text else _key(part)
    return text


def _key(key: str) -> str:
    if credential_in(key):
        return "(not shown)"
    return key if key.isprintable() else key.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to repair, and where.

    Attributes:
        file: name of the file, relative to the project.
        line: line in it, from 1; 0 where the file as a whole is meant.
        path: the place inside the file, spelled; empty for the file as a whole.
        message: what is wrong, what is allowed, what to do; lower case, no full stop.
    """

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class SpecError(Exception):
    """The network or the environment is not usable; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
