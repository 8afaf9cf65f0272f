"""Files of a GitHub repository by its REST API, and what all conversations with GitHub have in common.

Independent of the kind of token. Sources: "REST API endpoints for Git database" (commits, recursive trees with
`truncated`, blobs as raw content) and "API versions", GitHub Docs, 2026. GitHub finds a commit of any fork by its id,
so the commit alone does not prove which fork it comes from; the rights are those for the named repository.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.repositories.answers import refusal
from agent_network_runtime.repositories.errors import RepositoryAccessError, RepositoryTooLargeError
from agent_network_runtime.repositories.files import (
    Limits,
    RepositoryFile,
    checked_content,
    checked_size,
    full_commit_id,
    regular_files,
)
from agent_network_runtime.repositories.http_exchange import (
    ApiRequest,
    ApiResponse,
    Exchange,
    object_list_member,
    object_member,
    text_member,
)
from agent_network_runtime.repositories.transport import checked_origin

JSON: Final = "application/vnd.github+json"
RAW: Final = "application/vnd.github.raw+json"
_OK, _UNAUTHORIZED = 200, 401
# "GitHub username considerations" and the names that github.com accepts for repositories, GitHub Docs, 2026; managed
# users have an underscore before their short code.
LOGIN: Final = re.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99}[A-Za-z0-9])?")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class GitHubHosts:
    """Origins of GitHub: for sign-in and for the API; `of_subdomain` has those of GitHub with data residency."""

    web: str = "https://github.com"
    api: str = "https://api.github.com"

    def __post_init__(self) -> None:
        checked_origin(self.web)
        checked_origin(self.api)

    @staticmethod
    def of_subdomain(subdomain: str) -> "GitHubHosts":
        """Return the origins of `SUBDOMAIN.ghe.com`: "About GitHub Enterprise Cloud with data residency", 2026."""
        if not re.fullmatch("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", subdomain):
            raise ValueError(f"{subdomain!r} is not a subdomain of ghe.com")
        return GitHubHosts(f"https://{subdomain}.ghe.com", f"https://api.{subdomain}.ghe.com")


@dataclass(frozen=True, slots=True)
class GitHubRepository:
    """Repository on GitHub: its owner, its name, and the id that stays the same when it is renamed."""

    owner: str
    name: str
    id: int

    def __post_init__(self) -> None:
        if not LOGIN.fullmatch(self.owner) or not _NAME.fullmatch(self.name) or self.name in {".", ".."}:
            raise ValueError(f"'{self.owner}/{self.name}' is not the name of a repository on GitHub")
        if self.id <= 0:
            raise ValueError(f"{self.id} is not the id of a repository; `gh api repos/OWNER/NAME --jq .id` prints it")

    @property
    def full_name(self) -> str:
        """Full name of the repository: its owner and name, with a slash."""
        return f"{self.owner}/{self.name}"


def github_request(path: str, method: str = "GET", body: Mapping[str, Any] | None = None) -> ApiRequest:
    """Return a request to the REST API in the form that GitHub recommends."""
    headers = {"Accept": JSON, "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "agent-network-runtime"}
    return ApiRequest(method=method, path=path, headers=headers, body=body)


def github_refusal(response: ApiResponse, subject: str) -> RuntimeLibraryError:
    """Return the error for a response of GitHub other than the expected one.

    A token that GitHub does not accept is not the one that the client sent, so another one of Entra ID would not help.
    """
    if response.status == _UNAUTHORIZED:
        return RepositoryAccessError(f"{subject}: GitHub does not accept the token any more; sign in to GitHub again")
    return refusal(response, subject)


def github_json(path: str, subject: str) -> Exchange[Mapping[str, Any]]:
    """Return the conversation that reads a JSON object of the REST API."""
    response = yield github_request(path)
    if response.status != _OK:
        raise github_refusal(response, subject)
    return response.members()


class GitHubFilesApi:
    """Conversations with GitHub about one repository at one commit."""

    def __init__(self, repository: GitHubRepository, commit: str) -> None:
        self.commit = full_commit_id(commit)
        self._place = f"/repos/{repository.full_name}/git"
        self._subject = f"the repository {repository.full_name!r} at commit {self.commit}"

    def listing(self, limits: Limits) -> Exchange[tuple[RepositoryFile, ...]]:
        """Return the conversation that lists the regular files."""
        commit = yield from github_json(f"{self._place}/commits/{self.commit}", self._subject)
        tree = text_member(object_member(commit, "tree"), "sha")
        found = yield from github_json(f"{self._place}/trees/{quote(tree, safe='')}?recursive=1", self._subject)
        if found.get("truncated") is not False:
            raise RepositoryTooLargeError(f"{self._subject} has more files than GitHub lists at once")
        entries = object_list_member(found, "tree")
        return regular_files(
            (
                (text_member(each, "path"), text_member(each, "mode"), text_member(each, "sha"), each.get("size"))
                for each in entries
                if each.get("type") == "blob"
            ),
            limits,
        )

    def content(self, file: RepositoryFile, limits: Limits) -> Exchange[bytes]:
        """Return the conversation that reads one file."""
        checked_size(file, limits)
        request = github_request(f"{self._place}/blobs/{file.object_id}")
        response = yield ApiRequest(
            path=request.path, headers={**request.headers, "Accept": RAW}, largest=limits.file_bytes
        )
        if response.status != _OK:
            raise github_refusal(response, f"the file {file.path!r} of {self._subject}")
        return checked_content(file, response.body)
