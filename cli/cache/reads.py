"""Records the files that the Pulumi program reads outside its project, so that a cache entry depends on them.

An audit hook sees every file that Python opens, and every process and connection that it starts. Files are part of an
entry with a digest each; an answer that depended on another process or on a network is not kept at all.
"""

import os
import sys
import sysconfig
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

from cli.cache.fingerprint import covers

__all__ = ["Reads", "recorded", "unchanged"]

# Events of Python's audit table that make an answer depend on more than files.
_OUTSIDE = frozenset(
    {
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn"),
        *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "subprocess.Popen"),
    }
)


class Reads:
    """Recorder of the paths that the program reads, and of any use of network or processes, which prevents caching."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._installed = [Path(path).resolve() for path in dict.fromkeys(sysconfig.get_paths().values())]
        # Python looks once a process for its standard library in an archive: `lib/python311.zip`.
        library = Path(sysconfig.get_path("stdlib"))
        self._installed.append(library.with_name(f"{library.name.replace('.', '')}.zip").resolve())
        self._paths: set[str] = set()
        self.depends_on_more = False

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Record one audit event of the Python interpreter: reading a file or folder, or using network or processes."""
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str | bytes) and _is_read(mode, flags):
                self._paths.add(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 (called thousands of times)
        elif event in {"os.listdir", "os.scandir"}:
            self._paths.add(os.path.abspath(os.fsdecode(arguments[0] or ".")))  # noqa: PTH100 (likewise)
        elif event in _OUTSIDE:
            self.depends_on_more = True

    def digests(self) -> dict[str, str]:
        """Return a digest of each recorded file or folder that the project's fingerprint does not cover."""
        found: dict[str, str] = {}
        for name in sorted(self._paths):
            path = _source(Path(name)).resolve()
            if path.name == "__pycache__":  # listed by the first import alone, and made from sources
                continue
            if not covers(path, self._root) and not any(path.is_relative_to(each) for each in self._installed):
                found[str(path)] = _digest(path)
        return found


@contextmanager
def recorded(root: Path) -> Generator[Reads]:
    """Record the files that this process reads until the block ends; yield the recorder."""
    reads = Reads(root)
    _install_hook()
    _recording.append(reads)
    try:
        yield reads
    finally:
        _recording.remove(reads)


def unchanged(digests: Mapping[str, str]) -> bool:
    """Return True if all files of a cache entry still have the same digests."""
    return all(_digest(Path(path)) == digest for path, digest in digests.items())


_recording: list[Reads] = []
_hooks: list[object] = []


def _install_hook() -> None:
    """Add the interpreter's audit hook once, since an audit hook cannot be removed."""
    if not _hooks:
        sys.addaudithook(_hook)
        _hooks.append(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for reads in _recording:
        reads.see(event, arguments)


def _is_read(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return not set(mode) & set("wax")
    return isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) == 0


def _source(path: Path) -> Path:
    """Return the source file of a compiled Python file, since users edit the source."""
    if path.suffix == ".pyc" and path.parent.name == "__pycache__":
        try:
            return Path(source_from_cache(str(path)))
        except ValueError:
            return path
    return path


def _digest(path: Path) -> str:
    """Return a digest of a file's content or a folder's names, or a word for a missing path."""
    try:
        if path.is_dir():
            names = sorted(entry.name for entry in path.iterdir())
            return blake2b("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
        if path.is_file():
            return blake2b(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
    return "special" if path.exists() else "missing"
