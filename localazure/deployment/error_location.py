"""Finds the line of a project at which an exception of its program was raised."""

import sys
import traceback
from pathlib import Path


def error_location(error: BaseException, root: Path | None) -> str:
    """Return the innermost line inside the project as `__main__.py:3: `; empty if there is none."""
    if root is None:
        return ""
    lines = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):  # of a file that did not run, so that no frame is in it
        lines.append((error.filename or "", error.lineno))
    found = [(path, line) for name, line in lines if line and (path := _path_in(root, name)) is not None]
    return f"{found[-1][0].as_posix()}:{found[-1][1]}: " if found else ""


def _path_in(root: Path, name: str) -> Path | None:
    """Return a file's path within the project; None outside of it, or in a virtual environment inside it."""
    path, root = Path(name).absolute().resolve(), root.resolve()
    is_installed = "site-packages" in path.parts or path.is_relative_to(Path(sys.prefix).resolve())
    return path.relative_to(root) if path.is_relative_to(root) and path.is_file() and not is_installed else None
