"""Computes SHA-256 digests of files."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["CODE", "code_lines", "file_digest", "file_digests", "text_digest"]


CODE = (".py", ".pth", ".so", ".pyd", ".dll", ".dylib")
"""Ends of the names of files that Python can run."""
_SKIPPED = frozenset({"__pycache__", "node_modules"})


def file_digest(path: Path) -> str:
    """Return the SHA-256 digest of a file as hexadecimal digits; of a folder, that of its code.

    For a link to nowhere, and for a virtual environment, whose packages are bound themselves, it is a word.
    """
    if path.is_dir():
        is_environment = (path / "pyvenv.cfg").is_file()
        return "virtual environment" if is_environment else text_digest("\n".join(code_lines(path)))
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_digests(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 digest of each file by its path below a folder."""
    return {name: file_digest(root / name) for name in sorted(names)}


def code_lines(folder: Path) -> Iterator[str]:
    """Yield path and digest of each file with code in a folder, in order."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        for name in sorted(files):
            if name.endswith(CODE):
                path = Path(place, name)
                yield f"{path.relative_to(folder).as_posix()} {file_digest(path)}"


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of a text in UTF-8 as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
