"""Approvals in the records of GitHub: of an environment that a job waits for, and of a review of the exact files.

Owns what these records prove. Sources: "Workflow runs", "Pull request reviews", "Commits", "Git commits" and
"Collaborators", REST API of GitHub, docs.github.com, 2026; nothing here was tried on GitHub. An approval of an
environment has no time, so it counts from the time of the plan, and belongs to a run and not to an attempt: only a
first attempt counts, since a second one makes another plan. A review is of a commit; a squash, rebase or merge commit
is another one, and counts as reviewed if its tree is the same, and so every file.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from access.model.json_values import listed, mapping, text
from release.approval import Approval, made_at
from release.approval_sources.author_accounts import account_authors
from release.approval_sources.commit_history import tree_of
from release.approval_sources.repository_records import GitHubRepository
from release.authors import Authors
from release.errors import ReleaseError
from release.evidence import Evidence
from release.times import zoned_time

__all__ = ["EnvironmentApprovals", "ReviewApprovals"]

_MAY_WRITE = frozenset({"admin", "write"})
"""Permissions with which a review is an approval; "maintain" is shown as "write"."""
_DECISIONS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
"""States of a review that replace the reviewer's earlier one; a comment does not."""


class EnvironmentApprovals:
    """Approvals of the environment that the deploying job of the plan's own run waited for."""

    def __init__(self, repository: GitHubRepository, root: Path, environment: str) -> None:
        """Use the records of a repository.

        Args:
            repository: the records.
            root: folder of the project, for its history.
            environment: name of the environment.
        """
        self._repository, self._root, self._environment = repository, root, environment

    def approvals(self, evidence: Evidence) -> Iterator[Approval]:
        """Yield the approvals of the environment in the run that made the plan."""
        run = mapping(evidence.document.get("run"))
        run_id = text(run, "run_id")
        if text(run, "platform") != "github" or not run_id.isdigit():
            raise ReleaseError("the plan was not made in a workflow of GitHub, and so no environment has approved it")
        if text(run, "attempt") != "1":
            raise ReleaseError(
                "the plan was made in a second attempt of its run, to which approvals of the first belong, too; start a"
                " new run"
            )
        for row in self._repository.rows(f"/actions/runs/{run_id}/approvals"):
            names = {text(mapping(each), "name") for each in listed(row.get("environments"))}
            login = text(mapping(row.get("user")), "login")
            if row.get("state") == "approved" and self._environment in names and login:
                yield Approval(
                    by=login,
                    source=f"environment {self._environment}, run {run_id}",
                    at=made_at(evidence),
                    run=run_id,
                )

    def authors(self, evidence: Evidence) -> Authors:
        """Return the accounts of all authors of what the plan deploys."""
        return account_authors(self._repository, self._root, evidence)


class ReviewApprovals:
    """Approvals in reviews of pull requests whose last commit has exactly the files of the planned one."""

    def __init__(self, repository: GitHubRepository, root: Path) -> None:
        """Use the records of a repository.

        Args:
            repository: the records.
            root: folder of the project, for its history.
        """
        self._repository, self._root = repository, root

    def approvals(self, evidence: Evidence) -> Iterator[Approval]:
        """Yield the last decision of each reviewer, with the reasons for which it does not count."""
        commit = evidence.inputs.commit
        for pull in self._repository.rows(f"/commits/{commit}/pulls"):
            head = text(mapping(pull.get("head")), "sha")
            last: dict[str, Mapping[str, Any]] = {}
            for review in self._repository.rows(f"/pulls/{pull.get('number')}/reviews"):
                login = text(mapping(review.get("user")), "login")
                if login and review.get("state") in _DECISIONS:
                    last[login] = review
            of_content = list(self._other_content(commit, head)) if last else []
            against = [login for login, review in last.items() if self._blocks(login, review)]
            for login, review in last.items():
                yield Approval(
                    by=login,
                    source=f"review of pull request {pull.get('number')}",
                    at=_time(text(review, "submitted_at")),
                    commit=commit,
                    reviewed=text(review, "commit_id"),
                    objections=(*self._objections(login, review, head), *of_content, *_requested(against, login)),
                )

    def authors(self, evidence: Evidence) -> Authors:
        """Return the accounts of all authors of what the plan deploys, and of the commits of its pull requests."""
        return account_authors(self._repository, self._root, evidence)

    def _other_content(self, commit: str, head: str) -> Iterator[str]:
        """Yield the reason for which a pull request's last commit is not what is planned; nothing if it is."""
        if head == commit:
            return
        trees = {
            text(mapping(self._repository.row(f"/git/commits/{each}").get("tree")), "sha") for each in (commit, head)
        }
        if trees != {tree_of(self._root, commit)}:
            yield (
                f"the planned commit {commit[:12]} has other files than the reviewed commit {head[:12]}: the branch was"
                " not up to date when it was merged"
            )

    def _blocks(self, login: str, review: Mapping[str, Any]) -> bool:
        return review.get("state") == "CHANGES_REQUESTED" and self._may_write(login)

    def _objections(self, login: str, review: Mapping[str, Any], head: str) -> Iterator[str]:
        if review.get("state") == "DISMISSED":
            yield "it was dismissed"
        if review.get("state") == "CHANGES_REQUESTED":
            yield "they request changes"
        reviewed = text(review, "commit_id")
        if reviewed != head or not head:
            yield f"it is of commit {reviewed[:12] or 'none'}, and {head[:12] or 'another commit'} was pushed later"
        if mapping(review.get("user")).get("type") != "User":
            yield "it is of a bot"
        elif not self._may_write(login):
            yield "they may not write to the repository"

    def _may_write(self, login: str) -> bool:
        found = self._repository.row(f"/collaborators/{quote(login, safe='')}/permission")
        return found.get("permission") in _MAY_WRITE


def _requested(against: list[str], login: str) -> Iterator[str]:
    others = [each for each in against if each != login]
    if others:
        yield f"{', '.join(others)} requests changes"


def _time(written: str) -> datetime:
    return zoned_time(written, f"GitHub: {written!r} is not a time with a time zone")
