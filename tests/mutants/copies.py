"""A copy of the checkout that a mutant lives in, so that no change ever reaches the checkout itself."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

__all__ = ["copy_checkout", "digest", "mutation"]


def copy_checkout(root: Path, to: Path) -> Path:
    """Copy what the checkout tracks, and what is new in it and not ignored."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    tracked = subprocess.run(listed, cwd=root, check=True, capture_output=True).stdout  # noqa: S603 (a fixed command)
    names = tracked.decode().split("\0")
    for name in sorted(set(filter(None, names))):
        source, target = root / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


@contextmanager
def mutation(path: Path, text: str) -> Generator[None]:
    """One file with another text for a while; its compiled form is removed both times."""
    before, times = path.read_text("utf-8"), path.stat()
    _forget_compiled(path)
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        _forget_compiled(path)


def digest(root: Path, names: Iterable[str]) -> str:
    """A short fingerprint of some files."""
    found = hashlib.sha256()
    for name in sorted(names):
        found.update(f"{name}\0".encode())
        found.update((root / name).read_bytes())
    return found.hexdigest()[:16]


def _forget_compiled(path: Path) -> None:
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
