"""Reads the git commit of a project, and finds the differences of the working tree from the commit.

A release refuses them, so that a plan and its approval are about a commit that everybody can see.
"""

from collections.abc import Iterator
from pathlib import Path

from release.inputs.git_command import git

__all__ = ["commit_id", "tracked_files", "working_tree_problems"]

_SHOWN = 5
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
    changed = [line[3:] for line in git(root, "status", "--porcelain", "--untracked-files=all").splitlines()]
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


def tracked_files(root: Path) -> list[str]:
    """Return the paths of the files below a project's folder that a program can read: tracked ones and ignored ones.

    Files in folders with a leading dot and in caches count only where the program was seen to read them.

    Raises:
        ReleaseError: the project is not in a git repository.
    """
    tracked = git(root, "ls-files", "-z").split("\0")
    ignored = git(root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard").split("\0")
    return sorted({each for each in (*tracked, *filter(_may_be_read, ignored)) if each})


def _may_be_read(path: str) -> bool:
    folders = path.split("/")[:-1]
    return not any(each.startswith(".") or each in {"__pycache__", "node_modules", "report"} for each in folders)


def _listed(paths: list[str]) -> str:
    more = len(paths) - _SHOWN
    return ", ".join(paths[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
