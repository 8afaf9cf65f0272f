"""Reads the git commit of a project, and finds the differences of the working tree from the commit.

A release refuses them, so that a plan and its approval are about a commit that everybody can see.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from release.inputs.files import CODE
from release.inputs.git_command import git

__all__ = ["commit_id", "tracked_files", "working_tree_problems"]

_SHOWN = 5
_LINK = "120000"
"""Mode of a symbolic link in a tree of git."""
_DIGITS_OF_SHA256 = 64
_HIDDEN_FLAGS = frozenset("hsmrck")
"""Tags of `git ls-files -v` in lower case: files whose changes git ignores. `S` is sparse or skipped."""


def commit_id(root: Path) -> str:
    """Return the id of the commit of a project's working tree, which may have changes.

    Raises:
        ReleaseError: the project is not in a git repository, or has no commit.
    """
    return git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()


def working_tree_problems(root: Path) -> Iterator[str]:
    """Yield a message if the working tree of a project differs from its commit, and one if git ignores differences.

    Raises:
        ReleaseError: the project is not in a git repository.
    """
    status = git(root, "status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none")
    changed = [line[3:] for line in status.splitlines()]
    if changed:
        yield (
            f"{root}: the working tree differs from its commit in {_listed(changed)}; commit or remove the changes, so"
            " that the plan is about a commit"
        )
    hidden = [line[2:] for line in git(root, "ls-files", "-v").splitlines() if line[0] in _HIDDEN_FLAGS | {"S"}]
    if hidden:
        yield (
            f"{root}: git ignores changes in {_listed(hidden)}; run `git update-index --no-assume-unchanged"
            " --no-skip-worktree` for each"
        )
    if not changed and not hidden:
        yield from _differences_from_commit(root)


def tracked_files(root: Path) -> list[str]:
    """Return the paths of the files below a project's folder that a program can read: tracked ones and ignored ones.

    Of ignored files in folders with a leading dot, and in a report, code alone counts; of a virtual environment, none.

    Raises:
        ReleaseError: the project is not in a git repository.
    """
    tracked = git(root, "ls-files", "-z", "--recurse-submodules").split("\0")
    ignored = git(root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard").split("\0")
    environments = {f"{path.parent.relative_to(root).as_posix()}/" for path in root.glob("*/pyvenv.cfg")}
    read = (each for each in ignored if not each.startswith(tuple(environments)) and _may_be_read(each))
    return sorted({each for each in (*tracked, *read) if each})


def _may_be_read(path: str) -> bool:
    *folders, name = path.split("/")
    if {"__pycache__", "node_modules"} & set(folders):
        return False
    return name.endswith(CODE) or not any(each.startswith(".") or each == "report" for each in folders)


def _differences_from_commit(root: Path) -> Iterator[str]:
    """Yield a message for files whose content is not that of the commit although git reports no change.

    A filter, an attribute or a time stamp leads git to that, and a link leads out of what a commit has.
    """
    top = Path(git(root, "rev-parse", "--show-toplevel").strip()).resolve()
    other: list[str] = []
    outside: list[str] = []
    for line in filter(None, git(root, "ls-tree", "-r", "-z", "HEAD").split("\0")):
        about, _, name = line.partition("\t")
        mode, kind, blob = about.split()
        path = root / name
        if kind == "blob" and path.is_symlink() is not (mode == _LINK):
            other.append(name)
        elif mode == _LINK and not path.resolve().is_relative_to(top):
            outside.append(name)
        elif kind == "blob" and mode != _LINK and not _is_blob(path, blob):
            other.append(name)
    if other:
        yield (
            f"{root}: git reports no change, and {_listed(other)} is not what the commit has; remove filters and"
            " attributes that rewrite files, and check the commit out again"
        )
    if outside:
        yield (
            f"{root}: {_listed(outside)} is a link to a place outside of the repository, which no commit has; replace"
            " it with a copy"
        )


def _is_blob(path: Path, blob: str) -> bool:
    """Return True if a file has the content of an object of git, apart from the line ends of Windows."""
    content = path.read_bytes()
    return blob in {_object_id(content, len(blob)), _object_id(content.replace(b"\r\n", b"\n"), len(blob))}


def _object_id(content: bytes, digits: int) -> str:
    made = hashlib.sha256() if digits == _DIGITS_OF_SHA256 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(content))
    made.update(content)
    return made.hexdigest()


def _listed(paths: list[str]) -> str:
    more = len(paths) - _SHOWN
    return ", ".join(paths[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
