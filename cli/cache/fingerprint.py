"""Computes the fingerprint (a hash) of everything that determines the result of a project's program, as a cache key.

It covers every file of the project, the world of its local Azure, the modules of this package, the interpreter, the
installed distributions, the environment variables, the stack and the day. Files that the program reads elsewhere are
recorded while it runs (`cli.cache.reads`).
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from cli.environment import DEBUG

__all__ = ["TooLargeError", "covers", "fingerprint", "package_digest"]

_SOURCE = Path(__file__).resolve().parents[2]
"""The folder with this program's source code."""

# Folders of a project without sources of its program. What it reads there all the same is recorded while it runs.
_SKIPPED = frozenset({"__pycache__", "node_modules", "report", "tests", "docs", "benchmarks"})

_MOST_FILES, _MOST_BYTES = 5000, 64 * 1024 * 1024
"""Maximum number of files and bytes of a project that is hashed."""

# Variables of a terminal or a shell, which differ from window to window and decide nothing.
_IGNORED_VARIABLES = frozenset(
    {
        *(
            "_",
            "COLORTERM",
            "COLUMNS",
            "FORCE_COLOR",
            "LINES",
            "LS_COLORS",
            "NO_COLOR",
            "OLDPWD",
            "PS1",
            "PWD",
            "SHLVL",
        ),
        *("SSH_AUTH_SOCK", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"),
        *("TERM_SESSION_ID", "TMUX", "TMUX_PANE", "WINDOWID", "XDG_SESSION_ID", DEBUG),
    }
)


class TooLargeError(Exception):
    """Error of a project with too many files or bytes to be hashed for each question."""


def fingerprint(root: Path, stack: str) -> str:
    """Return the fingerprint of a project and a stack, the key of their cache entry, as hexadecimal digits.

    Raises:
        TooLargeError: the project has too many files, or too large ones.
        OSError: one of them cannot be read.
    """
    found = blake2b(digest_size=32)
    for part in _parts(root, stack):
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()


def covers(path: Path, root: Path) -> bool:
    """Return True if the fingerprint of a project includes the contents of a file."""
    for folder in (root.resolve(), *_rooms()):
        if path.is_relative_to(folder):
            return not any(_is_skipped(name) for name in path.relative_to(folder).parts)
    return False


def package_digest() -> str:
    """Return a digest of the modules of this package, as hexadecimal digits.

    Raises:
        TooLargeError: there are too many files, or too large ones.
    """
    found = blake2b(digest_size=32)
    budget = _Budget()
    for room in _rooms():
        for part in _contents(room, budget):
            found.update(len(part).to_bytes(8, "big"))
            found.update(part.replace(str(_SOURCE).encode(), b""))
    return found.hexdigest()


def _parts(root: Path, stack: str) -> Iterator[bytes]:
    yield stack.encode()
    yield str(root.resolve()).encode()
    yield f"{sys.version} {sys.executable} {sys.flags} {sys.path}".encode()
    yield datetime.now(UTC).date().isoformat().encode()
    for name, value in sorted(os.environ.items()):
        if name not in _IGNORED_VARIABLES:
            yield f"{name}={value}".encode("utf-8", "surrogateescape")
    yield from (name.encode("utf-8", "surrogateescape") for name in _distributions())
    world = root / ".localazure" / f"{stack}.json"
    yield world.read_bytes() if world.is_file() else b""
    budget = _Budget()
    folders = [root.resolve(), *(room for room in _rooms() if not room.is_relative_to(root.resolve()))]
    for folder in folders:
        yield from _contents(folder, budget)


class _Budget:
    """Remaining number of files and bytes that may be hashed for a fingerprint."""

    def __init__(self) -> None:
        self._files, self._bytes = _MOST_FILES, _MOST_BYTES

    def take(self, size: int) -> None:
        """Count a file of `size` bytes; raise TooLargeError if the limit of files or bytes is exceeded.

        Raises:
            TooLargeError: it is one too many.
        """
        self._files, self._bytes = self._files - 1, self._bytes - size
        if self._files < 0 or self._bytes < 0:
            raise TooLargeError


def _contents(folder: Path, budget: _Budget) -> Iterator[bytes]:
    """Yield names and contents of all files below a folder, in order; raise TooLargeError beyond the budget."""
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_skipped(name))
        yield top.encode("utf-8", "surrogateescape")
        for name in sorted(files):
            path = Path(top, name)
            yield name.encode("utf-8", "surrogateescape")
            if path.is_file():  # no socket, no named pipe, no link to nowhere
                budget.take(path.stat().st_size)
                yield path.read_bytes()


def _is_skipped(name: str) -> bool:
    return name in _SKIPPED or (name.startswith(".") and name not in {".", ".."})


def _rooms() -> list[Path]:
    return sorted(path.parent for path in _SOURCE.glob("*/__init__.py"))


def _distributions() -> list[str]:
    """Return name, version and time of installation of each installed Python distribution."""
    found: list[str] = []
    for folder in dict.fromkeys(sys.path):
        if not Path(folder or ".").is_dir():
            continue
        with os.scandir(folder or ".") as entries:
            found += [
                f"{entry.path} {entry.stat().st_mtime_ns}"
                for entry in entries
                if entry.name.endswith((".dist-info", ".egg-info", ".pth"))
            ]
    return sorted(found)
