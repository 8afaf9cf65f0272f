"""Comment on a pull request with the summary of a plan, which a later plan of the same stack replaces.

Owns which comment is replaced: the one that begins with the stack's marker, and on GitHub only one of the workflow's
own account, since anybody may write the marker. Sources: "Issue comments", REST API of GitHub, docs.github.com, 2026,
and "Pull Request Threads" and "Pull Request Thread Comments", REST API of Azure DevOps 7.1, Microsoft Learn, 2026;
nothing here was tried on either platform.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from access.model.json_values import listed, mapping, text
from release.approval_sources.platform_client import PlatformClient
from release.approval_sources.repository_records import github_client
from release.errors import ReleaseError
from release.evidence import Evidence

__all__ = ["write_comment"]

_SUMMARY = "summary.md"
_MOST_CHARACTERS = 60_000
"""Maximum length of a comment; GitHub refuses more than 65,536 characters, and Azure Repos more than 150,000."""
_PAGE = 100
_VERSION = "api-version=7.1"
_OWN_ACCOUNT = "github-actions[bot]"
"""Account of the token of a workflow run."""


class _PullRequest(Protocol):
    """Interface of a pull request with comments."""

    def own_comment(self, marker: str) -> str:
        """Return the path of the comment that begins with a marker; empty if there is none."""
        ...

    def create(self, body: str) -> None:
        """Write a new comment."""
        ...

    def replace(self, path: str, body: str) -> None:
        """Replace the text of a comment."""
        ...


def write_comment(evidence: Evidence, environment: Mapping[str, str]) -> bool:
    """Write the summary of a plan as a comment on the pull request that the pipeline runs for.

    Args:
        evidence: the evidence of the plan.
        environment: environment variables of the run, with its token.

    Returns:
        True if the comment is new, False if it replaced the text of an earlier one.

    Raises:
        ReleaseError: this is not a run for a pull request, or the platform refuses the comment.
    """
    marker = f"<!-- agent-network release: {evidence.document['project']}/{evidence.document['stack']} -->"
    body = _body(marker, evidence)
    pull_request = _pull_request(environment)
    path = pull_request.own_comment(marker)
    if path:
        pull_request.replace(path, body)
    else:
        pull_request.create(body)
    return not path


def _body(marker: str, evidence: Evidence) -> str:
    shown = evidence.text(_SUMMARY)
    if len(shown) > _MOST_CHARACTERS:
        whole_lines = shown[:_MOST_CHARACTERS].rpartition("\n")[0]
        shown = f"{whole_lines}\n\n**The summary is longer than a comment can be**; the evidence has all of it.\n"
    return f"{marker}\n{shown}\nEvidence `{evidence.digest}`\n"


def _pull_request(environment: Mapping[str, str]) -> _PullRequest:
    if environment.get("GITHUB_ACTIONS"):
        return _OnGitHub(environment)
    if environment.get("TF_BUILD"):
        return _OnAzureRepos(environment)
    raise ReleaseError("no comment is written: this is not a run of GitHub Actions or Azure Pipelines")


class _OnGitHub:
    """Pull request on GitHub, whose comments are those of the issue with its number."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        found = re.fullmatch(r"refs/pull/(\d+)/merge", environment.get("GITHUB_REF", ""))
        repository = environment.get("GITHUB_REPOSITORY", "")
        if found is None or repository.count("/") != 1:
            raise ReleaseError("no comment is written: this run is not for a pull request (event pull_request)")
        self._client = github_client(environment)
        self._place = f"/repos/{repository}/issues"
        self._comments = f"{self._place}/{found[1]}/comments"

    def own_comment(self, marker: str) -> str:
        for row in self._rows():
            login = text(mapping(row.get("user")), "login")
            if login == _OWN_ACCOUNT and text(row, "body").startswith(marker):
                return f"{self._place}/comments/{int(row['id'])}"
        return ""

    def create(self, body: str) -> None:
        self._client.write("POST", self._comments, {"body": body})

    def replace(self, path: str, body: str) -> None:
        self._client.write("PATCH", path, {"body": body})

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        for page in count(1):
            found: object = self._client.get(f"{self._comments}?per_page={_PAGE}&page={page}")
            rows = [mapping(row) for row in listed(found)]
            yield from rows
            if len(rows) < _PAGE:
                return


class _OnAzureRepos:
    """Pull request in Azure Repos, whose comments are in threads."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        number = environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID", "")
        repository, project = environment.get("BUILD_REPOSITORY_ID", ""), environment.get("SYSTEM_TEAMPROJECT", "")
        if not number.isdigit() or not repository or not project:
            raise ReleaseError("no comment is written: this run is not for a pull request (build validation)")
        if environment.get("BUILD_REPOSITORY_PROVIDER") != "TfsGit":
            raise ReleaseError(
                "no comment is written: the repository is not in Azure Repos, and a run of Azure Pipelines has no token"
                " for another place; use the workflow for GitHub Actions"
            )
        parts = urlsplit(environment.get("SYSTEM_COLLECTIONURI", "").rstrip("/"))
        repositories = f"{parts.path}/{quote(project)}/_apis/git/repositories"
        self._threads = f"{repositories}/{quote(repository, safe='')}/pullRequests/{number}/threads"
        self._client = PlatformClient(f"{parts.scheme}://{parts.netloc}", environment.get("SYSTEM_ACCESSTOKEN", ""), {})

    def own_comment(self, marker: str) -> str:
        found = self._client.get(f"{self._threads}?{_VERSION}")
        for thread in map(mapping, listed(mapping(found).get("value"))):
            for row in map(mapping, listed(thread.get("comments"))):
                if not row.get("isDeleted") and text(row, "content").startswith(marker):
                    return f"{self._threads}/{int(thread['id'])}/comments/{int(row['id'])}"
        return ""

    def create(self, body: str) -> None:
        # A thread that is closed from the start blocks no pull request whose policy requires resolved comments.
        thread = {"comments": [{"parentCommentId": 0, "content": body, "commentType": "text"}], "status": "closed"}
        self._client.write("POST", f"{self._threads}?{_VERSION}", thread)

    def replace(self, path: str, body: str) -> None:
        self._client.write("PATCH", f"{path}?{_VERSION}", {"content": body})
