"""Calls of functions of the mutated folders, while tests run: in a copy, every function begins with a note of its call.

A trace function of the interpreter would slow down all code by several times; this costs nothing outside the folders.
"""

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.candidates import FOLDERS

__all__ = ["called", "instrument", "start"]

_NOTES = "calls_of_mutated_functions"


def instrument(checkout: Path) -> None:
    """Rewrite the modules of the mutated folders so that they note the calls of their outermost functions."""
    for folder in FOLDERS:
        for path in sorted((checkout / folder).rglob("*.py")):
            module = ast.parse(path.read_text("utf-8"))
            for name, function in _functions(module.body, f"{path.relative_to(checkout).as_posix()}::"):
                # A process that a test starts has no set of calls; its notes are lost.
                note = f'getattr(__import__("builtins"), {_NOTES!r}, set()).add({name!r})'
                documented = ast.get_docstring(function) is not None
                function.body[documented:documented] = ast.parse(note).body
            path.write_text(ast.unparse(module), encoding="utf-8")


def start() -> None:
    """Note calls from here on, in this process."""
    setattr(builtins, _NOTES, set[str]())


def called() -> list[str]:
    """The functions that were called since `start`, each with its file: `access/evaluate/keys.py::key_scopes`."""
    return sorted(getattr(builtins, _NOTES))


def _functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The outermost functions of a module, those of its classes included, by their names."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node
