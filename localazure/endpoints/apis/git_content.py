"""Content of a Git repository that a test gives to Azure Repos or GitHub: files of one commit, with Git's object ids.

Owns the ids alone: "Git Internals - Git Objects", git-scm.com, 2026. Who may read a repository is the hosts' rule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha1

__all__ = ["GitContent", "TreeEntry"]

_FILE, _FOLDER = "100644", "40000"


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """Entry of a commit's tree: a file, or a folder."""

    path: str
    mode: str
    id: str
    size: int
    is_folder: bool = False


@dataclass(frozen=True, kw_only=True)
class GitContent:
    """Files of a repository at its one commit."""

    files: Mapping[str, bytes] = field(default_factory=lambda: {"README.md": b"# Sample\n"})

    @cached_property
    def commit(self) -> str:
        """Return the id of the commit."""
        return _object_id("commit", f"tree {self.tree}\n\nInitial commit\n".encode())

    @cached_property
    def tree(self) -> str:
        """Return the id of the commit's tree."""
        return next(each.id for each in self._all() if not each.path)

    @cached_property
    def entries(self) -> tuple[TreeEntry, ...]:
        """Return all entries of the commit, of folders in folders too, by path."""
        return tuple(sorted((each for each in self._all() if each.path), key=lambda each: each.path))

    def blob(self, object_id: str) -> bytes | None:
        """Return the content of the file with an object id; None if the commit has none."""
        found = (self.files[each.path] for each in self.entries if not each.is_folder and each.id == object_id)
        return next(found, None)

    def _all(self, folder: str = "") -> Iterator[TreeEntry]:
        """Yield the entries below a folder, then the folder itself, whose id depends on them."""
        start = f"{folder}/" if folder else ""
        inside: list[TreeEntry] = []
        for name in sorted(
            {path.removeprefix(start).partition("/")[0] for path in self.files if path.startswith(start)}
        ):
            path = f"{start}{name}"
            if path in self.files:
                content = self.files[path]
                inside.append(TreeEntry(path=path, mode=_FILE, id=_object_id("blob", content), size=len(content)))
                continue
            below = list(self._all(path))
            yield from below[:-1]
            inside.append(below[-1])
        yield from inside
        rows = b"".join(
            f"{each.mode} {each.path.removeprefix(start)}\0".encode() + bytes.fromhex(each.id) for each in inside
        )
        yield TreeEntry(path=folder, mode=_FOLDER, id=_object_id("tree", rows), size=0, is_folder=True)


def _object_id(kind: str, content: bytes) -> str:
    return sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
