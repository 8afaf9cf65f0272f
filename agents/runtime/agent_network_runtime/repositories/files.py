"""Files of one repository at one commit: what every source of a repository offers, and its limits.

The content of each file is compared with its Git object id, so that a source returns exactly what the commit contains.
Symbolic links and submodules are left out: they refer to something outside the file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from agent_network_runtime.repositories.errors import (
    NotInRepositoryError,
    RepositoryTooLargeError,
    UnexpectedResponseError,
)
from agent_network_runtime.repositories.http_exchange import Exchange

_SHA1_DIGITS = 40
_REGULAR = {"100644", "100664", "100755"}
_LONGEST_PATH = 1024


@dataclass(frozen=True, slots=True)
class RepositoryFile:
    """Regular file in a repository at one commit."""

    path: str
    """Path below the root of the repository, with slashes and without a leading one."""
    object_id: str
    """Id of the Git object with the content: its SHA-1, in hexadecimal digits."""
    size: int
    """Number of bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes up to which a repository is read; beyond them, reading fails with `RepositoryTooLargeError`."""

    files: int = 5_000
    file_bytes: int = 1 << 20
    total_bytes: int = 32 << 20


class RepositorySource(Protocol):
    """Files of one repository at one commit, read asynchronously with the rights of one user."""

    @property
    def commit(self) -> str:
        """Id of the commit whose files are read."""
        ...

    async def list_files(self) -> tuple[RepositoryFile, ...]:
        """Return the regular files of the commit, by path."""
        ...

    async def read_file(self, file: RepositoryFile) -> bytes:
        """Return the content of a file that `list_files` returned."""
        ...


class SyncRepositorySource(Protocol):
    """Files of one repository at one commit, read synchronously with the rights of one user."""

    @property
    def commit(self) -> str:
        """Id of the commit."""
        ...

    def list_files(self) -> tuple[RepositoryFile, ...]:
        """Return the regular files of the commit, by path."""
        ...

    def read_file(self, file: RepositoryFile) -> bytes:
        """Return the content of a file that `list_files` returned."""
        ...


class RepositoryApi(Protocol):
    """Conversations with the API of a repository host, for one repository at one commit."""

    @property
    def commit(self) -> str:
        """Id of the commit."""
        ...

    def listing(self, limits: Limits) -> Exchange[tuple[RepositoryFile, ...]]:
        """Return the conversation that lists the regular files."""
        ...

    def content(self, file: RepositoryFile, limits: Limits) -> Exchange[bytes]:
        """Return the conversation that reads one file."""
        ...


def full_commit_id(commit: str) -> str:
    """Return a commit id in lower case; raise ValueError for a short id, a branch or a tag, which can move."""
    lowered = commit.lower()
    if len(lowered) != _SHA1_DIGITS or not set(lowered) <= set("0123456789abcdef"):
        raise ValueError(f"{commit!r} is not the full id of a commit; write its 40 hexadecimal digits")
    return lowered


def regular_files(entries: Iterable[tuple[str, str, str, object]], limits: Limits) -> tuple[RepositoryFile, ...]:
    """Return the regular files among a tree's entries of path, mode, object id and size; raise for more than allowed.

    Raises:
        RepositoryTooLargeError: the commit has more files, or larger ones, than the limits allow.
        UnexpectedResponseError: a path leaves the repository or is given twice, or an id or size is not valid.
    """
    found = sorted(_regular(entries), key=lambda file: file.path)
    if len(found) > limits.files:
        raise RepositoryTooLargeError(f"the commit has {len(found)} files; at most {limits.files} are read")
    if len({file.path for file in found}) != len(found):
        raise UnexpectedResponseError("the tree of the commit has one path twice")
    total = sum(file.size for file in found if file.size <= limits.file_bytes)
    if total > limits.total_bytes:
        raise RepositoryTooLargeError(f"the files have {total} bytes in all; at most {limits.total_bytes} are read")
    return tuple(found)


def _regular(entries: Iterable[tuple[str, str, str, object]]) -> Iterator[RepositoryFile]:
    for path, mode, object_id, size in entries:
        if mode not in _REGULAR:
            continue
        parts = path.split("/")
        if len(path) > _LONGEST_PATH or not path.isprintable() or "\\" in path or {"", ".", ".."} & set(parts):
            raise UnexpectedResponseError("the tree of the commit has a path that is not one of a file below its root")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise UnexpectedResponseError(f"the size of the file {path!r} is missing")
        try:
            yield RepositoryFile(path, full_commit_id(object_id), size)
        except ValueError:
            raise UnexpectedResponseError(f"the object id of the file {path!r} is not a Git object id") from None


def checked_size(file: RepositoryFile, limits: Limits) -> None:
    """Raise `RepositoryTooLargeError` for a file that is larger than the limit for one file."""
    if file.size > limits.file_bytes:
        raise RepositoryTooLargeError(
            f"the file {file.path!r} has {file.size} bytes; at most {limits.file_bytes} are read"
        )


def checked_content(file: RepositoryFile, content: bytes) -> bytes:
    """Return the content of a file if its Git object id is the file's; raise `UnexpectedResponseError` otherwise.

    The id of a blob is the SHA-1 of `blob`, its length and its content ("Git Internals - Git Objects", git-scm.com,
    2026).
    """
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    if digest.hexdigest() != file.object_id:
        raise UnexpectedResponseError(f"the content of the file {file.path!r} is not the one that the commit has")
    return content


def refuse_unlisted(file: RepositoryFile, listed: Iterable[RepositoryFile]) -> None:
    """Raise `NotInRepositoryError` for a file that the listing of the commit does not contain."""
    if file not in listed:
        raise NotInRepositoryError(f"the commit has no file {file.path!r} with that object id; list the files first")
