"""Accounts on GitHub of everybody who wrote what a plan deploys: in its commits, and in their pull requests.

A squash commit has one author and may leave out the others, so that the commits of its pull request count, too. Only
the GraphQL API resolves co-authors to accounts ("Objects", type Commit, field authors, GraphQL API of GitHub,
docs.github.com, 2026); nothing here was tried on GitHub. An address that belongs to no account is reported: its owner
may be the approver.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from access.model.json_values import listed, mapping, text
from release.approval_sources.commit_history import deployed_commits
from release.approval_sources.repository_records import GitHubRepository
from release.authors import Authors
from release.errors import ReleaseError
from release.evidence import Evidence

__all__ = ["account_authors"]

_BATCH = 25
_PEOPLE = (
    "fragment people on Commit { authors(first: 100) { nodes { email user { login } } pageInfo { hasNextPage } }"
    " committer { email user { login } } }"
)
_COMMIT = (
    "... on Commit { ...people associatedPullRequests(first: 25) { nodes { number author { login } }"
    " pageInfo { hasNextPage } } }"
)
_NO_REPLY = re.compile(r"(?:\d+\+)?([^@+]+)@users\.noreply\.[\w.-]+", re.IGNORECASE)
"""Address that GitHub gives to an account ("Setting your commit email address", docs.github.com, 2026)."""
_PLATFORM = "web-flow"
"""Account of GitHub as the committer of what is merged on its pages."""


def account_authors(repository: GitHubRepository, root: Path, evidence: Evidence) -> Authors:
    """Return the logins of all authors, committers and co-authors of what a plan deploys, and of who started its run.

    Raises:
        ReleaseError: git does not have all commits, or GitHub does not have the authors of one.
    """
    commits, what = deployed_commits(root, evidence.inputs.released, evidence.inputs.commit)
    people, numbers = list[tuple[str, str]](), set[int]()
    for start in range(0, len(commits), _BATCH):
        for commit in _commits(repository, [each.id for each in commits[start : start + _BATCH]]):
            people += _people(commit)
            for pull in _nodes(commit, "associatedPullRequests"):
                people.append((text(mapping(pull.get("author")), "login"), ""))
                numbers.add(int(pull["number"]))
    for number in sorted(numbers):
        for commit in _commits_of_pull_request(repository, number):
            people += _people(commit)
    people.append((text(mapping(evidence.document.get("run")), "actor"), ""))
    if numbers:
        what += f", and of pull request {', '.join(map(str, sorted(numbers)))}"
    names = {(login or _login(address)).lower() for login, address in people}
    unknown = {address for login, address in people if address and not login and not _login(address)}
    return Authors(names=frozenset(names - {"", _PLATFORM}), commits=what, unknown=tuple(sorted(unknown)))


def _commits(repository: GitHubRepository, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    selection = " ".join(f'c{number}: object(oid: "{each}") {{ {_COMMIT} }}' for number, each in enumerate(ids))
    found = repository.selected(selection, _PEOPLE)
    for number, each in enumerate(ids):
        commit = mapping(found.get(f"c{number}"))
        if not commit:
            raise ReleaseError(f"GitHub does not have the commit {each[:12]}, and so its authors are unknown; push it")
        yield commit


def _commits_of_pull_request(repository: GitHubRepository, number: int) -> Iterator[Mapping[str, Any]]:
    after = ""
    while True:
        selection = (
            f"pullRequest(number: {number}) {{ commits(first: 100{after}) {{ nodes {{ commit {{ ...people }} }}"
            " pageInfo { hasNextPage endCursor } } }"
        )
        commits = mapping(mapping(repository.selected(selection, _PEOPLE).get("pullRequest")).get("commits"))
        yield from (mapping(mapping(each).get("commit")) for each in listed(commits.get("nodes")))
        page = mapping(commits.get("pageInfo"))
        cursor = text(page, "endCursor")
        if not page.get("hasNextPage"):
            return
        if not re.fullmatch(r"[\w+/=:-]+", cursor):
            raise ReleaseError(f"GitHub lists only a part of the commits of pull request {number}; try again")
        after = f', after: "{cursor}"'


def _people(commit: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield login and address of each author and the committer of a commit; one of both may be empty."""
    committer = mapping(commit.get("committer"))
    for row in (*_nodes(commit, "authors"), *([committer] if text(committer, "email") != "noreply@github.com" else ())):
        yield text(mapping(row.get("user")), "login"), text(row, "email").lower()


def _nodes(commit: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    connection = mapping(commit.get(name))
    if mapping(connection.get("pageInfo")).get("hasNextPage"):
        raise ReleaseError(f"GitHub lists only a part of the {name} of a commit; approve with a registered key instead")
    yield from map(mapping, listed(connection.get("nodes")))


def _login(address: str) -> str:
    found = _NO_REPLY.fullmatch(address)
    return found[1] if found else ""
