"""Computes SHA-256 digests of files."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["file_digest", "file_digests", "text_digest"]


def file_digest(path: Path) -> str:
    """Return the SHA-256 digest of a file as hexadecimal digits; a word for a link to nowhere or a folder."""
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_digests(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 digest of each file by its path below a folder."""
    return {name: file_digest(root / name) for name in sorted(names)}


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of a text in UTF-8 as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
