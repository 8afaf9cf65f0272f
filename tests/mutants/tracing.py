"""Calls of functions of the mutated folders, while tests run."""

import sys
import threading
from pathlib import Path
from types import CodeType, FrameType

from tests.mutants.candidates import FOLDERS

__all__ = ["Functions"]


class Functions:
    """The functions that were called since `start`, by file."""

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout
        self._called = set[CodeType]()

    def start(self) -> None:
        """Record calls from here on, in every thread."""
        called = self._called

        def trace(frame: FrameType, _event: str, _argument: object) -> None:
            called.add(frame.f_code)

        threading.settrace(trace)
        sys.settrace(trace)

    def found(self) -> dict[str, list[str]]:
        """The first lines and names of what was called in the mutated folders."""
        sys.settrace(None)
        by_file: dict[str, set[str]] = {}
        for code in self._called:
            path = Path(code.co_filename)
            if path.is_relative_to(self._checkout):
                name = path.relative_to(self._checkout).as_posix()
                if name.startswith(tuple(f"{folder}/" for folder in FOLDERS)):
                    by_file.setdefault(name, set()).add(_name(code))
        return {name: sorted(functions) for name, functions in sorted(by_file.items())}


def _name(code: CodeType) -> str:
    """A function's name in its module: a lambda, a comprehension and an inner function count as what they are in."""
    return ".".join(part for part in code.co_qualname.split(".<")[0].split("."))
