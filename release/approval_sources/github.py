"""Approvals in the records of GitHub: of an environment that a job waits for, and of a review of the exact commit.

Owns what these records prove. Sources: "Workflow runs", "Pull request reviews" and "Commits", REST API of GitHub,
docs.github.com, 2026; nothing here was tried on GitHub. An approval of an environment has no time, so it counts from
the time of the plan, and belongs to a run and not to an attempt: only a first attempt counts, since a second one makes
another plan.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from access.model.json_values import listed, mapping, text
from release.approval import Approval, made_at
from release.approval_sources.platform_client import PlatformClient
from release.errors import ReleaseError
from release.evidence import Evidence
from release.times import zoned_time

__all__ = ["EnvironmentApprovals", "ReviewApprovals", "github_client"]

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Associations of a reviewer with the repository; a review by anybody else is an opinion."""


def github_client(environment: Mapping[str, str]) -> PlatformClient:
    """Return the client of the GitHub that runs the workflow.

    Raises:
        ReleaseError: the run's token is missing.
    """
    origin = environment.get("GITHUB_API_URL") or "https://api.github.com"
    return PlatformClient(origin, environment.get("GITHUB_TOKEN", ""), _HEADERS)


class _Records:
    """The records of one repository."""

    def __init__(self, client: PlatformClient, repository: str) -> None:
        if repository.count("/") != 1:
            raise ReleaseError("the repository is missing; GITHUB_REPOSITORY has its owner and name")
        self._client, self._place = client, f"/repos/{repository}"

    def rows(self, path: str) -> list[Mapping[str, Any]]:
        found: object = self._client.get(f"{self._place}{path}")
        return [mapping(row) for row in listed(found)]

    def row(self, path: str) -> Mapping[str, Any]:
        return mapping(self._client.get(f"{self._place}{path}"))

    def authors(self, evidence: Evidence) -> frozenset[str]:
        """Return the logins of author and committer of the commit, of its pull requests, and of who started the run."""
        commit = evidence.inputs.commit
        row = self.row(f"/commits/{commit}")
        people = [row.get("author"), row.get("committer")]
        people += [pull.get("user") for pull in self.rows(f"/commits/{commit}/pulls")]
        logins = [text(mapping(each), "login") for each in people]
        logins.append(str(cast("Mapping[str, Any]", evidence.document.get("run") or {}).get("actor", "")))
        return frozenset(each.lower() for each in logins if each)


class EnvironmentApprovals(_Records):
    """Approvals of the environment that the deploying job of the plan's own run waited for."""

    def __init__(self, client: PlatformClient, repository: str, environment: str) -> None:
        super().__init__(client, repository)
        self._environment = environment

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
        for row in self.rows(f"/actions/runs/{run_id}/approvals"):
            names = {text(mapping(each), "name") for each in listed(row.get("environments"))}
            login = text(mapping(row.get("user")), "login")
            if row.get("state") == "approved" and self._environment in names and login:
                yield Approval(
                    by=login,
                    source=f"environment {self._environment}, run {run_id}",
                    at=made_at(evidence),
                    run=run_id,
                )


class ReviewApprovals(_Records):
    """Approvals in reviews of the pull requests whose last commit is the planned one."""

    def approvals(self, evidence: Evidence) -> Iterator[Approval]:
        """Yield the reviews that approve the exact commit, and that their reviewer has not taken back."""
        commit = evidence.inputs.commit
        for pull in self.rows(f"/commits/{commit}/pulls"):
            number = pull.get("number")
            last: dict[str, Mapping[str, Any]] = {}
            for review in self.rows(f"/pulls/{number}/reviews?per_page=100"):
                login = text(mapping(review.get("user")), "login")
                if login and review.get("state") != "COMMENTED":
                    last[login] = review
            for login, review in last.items():
                is_trusted = review.get("author_association") in _TRUSTED
                if review.get("state") == "APPROVED" and review.get("commit_id") == commit and is_trusted:
                    at = _time(text(review, "submitted_at"))
                    yield Approval(by=login, source=f"review of pull request {number}", at=at, commit=commit)


def _time(written: str) -> datetime:
    return zoned_time(written, f"GitHub: {written!r} is not a time with a time zone")
