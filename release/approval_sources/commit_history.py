"""Commits that a plan deploys, from the git history of the project, with everybody who wrote them.

Owns which commits these are: all that the last release of the stack had not, and all that it had and the plan has not,
since taking back a change is a change. Before the first release, they are the planned commit and what it merges. A
merge that git makes by itself adds nothing, and so who made the merge is not an author.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release.authors import Authors
from release.errors import ReleaseError
from release.inputs.git_command import git

__all__ = ["Commit", "committed_authors", "deployed_commits", "tree_of"]

_FORMAT = "%H%n%T%n%P%n%ae%n%aE%n%ce%n%cE%n%B"
"""Identities have no line break, so that a commit message cannot look like one."""
_CO_AUTHOR = re.compile(r"^[ \t>*-]*co-authored-by:[^\n<]*<([^>\n]+)>", re.IGNORECASE | re.MULTILINE)
"""Line of a commit message with a co-author; a squash commit has such lines in the middle of its message, too."""
_PLATFORM = "noreply@github.com"
"""Address of GitHub as the committer of what is merged on its pages, where the account of the person is the author."""
_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """Commit with the e-mail addresses of author, committer and co-authors, in lower case."""

    id: str
    parents: tuple[str, ...]
    tree: str
    addresses: frozenset[str]


def deployed_commits(root: Path, released: str, commit: str) -> tuple[tuple[Commit, ...], str]:
    """Return the commits that a plan deploys, without merges that git makes by itself, and a description of them.

    Args:
        root: folder of the project.
        released: commit of the last release of the stack; empty if there is none.
        commit: the planned commit.

    Raises:
        ReleaseError: git does not have all of them.
    """
    if not _ID.fullmatch(commit) or (released and not _ID.fullmatch(released)):
        raise ReleaseError("the evidence names a commit without its full id; write the evidence again")
    if git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        raise ReleaseError(
            "the authors of the planned commits cannot be read, since the clone has no full history; check out with"
            " `fetch-depth: 0` (GitHub Actions) or `fetchDepth: 0` (Azure Pipelines)"
        )
    planned = _log(root, "--no-walk", commit)[0]
    if released:
        _require(root, released)
        found = _log(root, f"{released}...{commit}")
        what = f"commits since the release of {released[:12]}"
    else:
        found = _log(root, commit, *(f"^{each}" for each in planned.parents[:1]))
        what = f"commit {commit[:12]} and what it merges, since no earlier release of the stack is recorded"
    every = {each.id: each for each in (planned, *found)}
    return tuple(each for each in every.values() if not _is_automatic(root, each)), what


def committed_authors(root: Path, released: str, commit: str) -> Authors:
    """Return the e-mail addresses of all authors, committers and co-authors of the commits that a plan deploys.

    Raises:
        ReleaseError: git does not have all commits.
    """
    commits, what = deployed_commits(root, released, commit)
    return Authors(names=frozenset[str]().union(*(each.addresses for each in commits)), commits=what)


def tree_of(root: Path, commit: str) -> str:
    """Return the id of the tree of a commit, which two commits share if and only if they have the same files.

    Raises:
        ReleaseError: git does not have the commit.
    """
    return _log(root, "--no-walk", commit)[0].tree


def _require(root: Path, released: str) -> None:
    try:
        git(root, "cat-file", "-e", f"{released}^{{commit}}")
    except ReleaseError:
        raise ReleaseError(
            f"the commit {released[:12]} of the last release is not in this clone, so that the authors of the changes"
            " since then are unknown; fetch it, or release by hand if the history was rewritten"
        ) from None


def _log(root: Path, *revisions: str) -> tuple[Commit, ...]:
    # The dashes at the end: a file with the name of a revision is not meant.
    found = git(root, "log", "-z", f"--format={_FORMAT}", *revisions, "--").split("\0")
    return tuple(_commit(each) for each in found if each)


def _commit(text: str) -> Commit:
    commit, tree, parents, *identities, message = text.split("\n", 7)
    return Commit(
        id=commit, tree=tree, parents=tuple(parents.split()), addresses=frozenset(_addresses(identities, message))
    )


def _addresses(identities: list[str], message: str) -> Iterator[str]:
    author, author_mapped, *committer = (each.strip().lower() for each in identities)
    yield from (author, author_mapped)
    yield from (each for each in committer if each != _PLATFORM)
    yield from (each.strip().lower() for each in _CO_AUTHOR.findall(message))


def _is_automatic(root: Path, commit: Commit) -> bool:
    """Return True for a merge of two commits whose files are exactly those that git merges without a conflict."""
    if len(commit.parents) != 2:  # noqa: PLR2004 (two sides of a merge)
        return False
    try:
        return git(root, "merge-tree", "--write-tree", *commit.parents).strip() == commit.tree
    except ReleaseError:  # a conflict, which somebody has resolved, or git before 2.38
        return False
