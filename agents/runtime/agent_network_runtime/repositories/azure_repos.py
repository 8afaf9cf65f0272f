"""Files of an Azure Repos repository, read with the user's own rights by on-behalf-of.

The one source that keeps every promise: no secret exists, Azure DevOps decides with the user's rights, and Conditional
Access applies to the user. The token is one of the user for Azure DevOps, scope `vso.code`, which the agent declares
under `acts_for_users`. Sources: "Use Microsoft Entra tokens" and "Git" in the REST reference of Azure DevOps 7.1,
Microsoft Learn, 2026 (commits, trees and blobs; a tree's entries have sizes).
"""

import re
from typing import Any, Final, Protocol
from urllib.parse import quote

import aiohttp
import requests
from azure.core.credentials import AccessToken

from agent_network_runtime.api_hosts import HostPolicy
from agent_network_runtime.repositories.answers import refusal
from agent_network_runtime.repositories.errors import RepositoryTooLargeError
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
    Exchange,
    object_list_member,
    text_member,
)
from agent_network_runtime.repositories.sources import ApiSource, SyncApiSource
from agent_network_runtime.repositories.transport import AsyncTransport, SyncTransport
from agent_network_runtime.secret import Secret

RESOURCE: Final = "499b84ac-1321-427f-aa17-267ca6975798"
"""Application id of Azure DevOps, the resource of its tokens: "Use Microsoft Entra tokens", Microsoft Learn, 2026."""
SCOPE: Final = f"{RESOURCE}/vso.code"
"""Delegated scope that reads code and commits."""
ORIGIN: Final = "https://dev.azure.com"

_OK = 200
_VERSION = "api-version=7.1"
# "Naming restrictions and conventions", Azure DevOps, Microsoft Learn, 2026.
_ORGANIZATION = re.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?")
_NAME = re.compile(r"[^\\/:*?\"<>|;#$@{},+=\[\]\x00-\x1f\x7f]{1,64}")


class AsyncUsersCredential(Protocol):
    """Asynchronous credential of a user, from `UserContext.credential_for`: it knows the hosts of its API."""

    @property
    def host_policy(self) -> HostPolicy:
        """Check of the hosts that the user's tokens may go to."""
        ...

    async def get_token(self, *scopes: str) -> AccessToken:
        """Return the user's token for a scope."""
        ...


class UsersCredential(Protocol):
    """Synchronous credential of a user, from `SyncUserContext.credential_for`: it knows the hosts of its API."""

    @property
    def host_policy(self) -> HostPolicy:
        """Check of the hosts that the user's tokens may go to."""
        ...

    def get_token(self, *scopes: str) -> AccessToken:
        """Return the user's token for a scope."""
        ...


class AzureReposApi:
    """Conversations with Azure Repos about one repository at one commit."""

    def __init__(self, organization: str, project: str, repository: str, commit: str) -> None:
        if not _ORGANIZATION.fullmatch(organization):
            raise ValueError(f"{organization!r} is not the name of an organization in Azure DevOps")
        for what, name in (("project", project), ("repository", repository)):
            if not _NAME.fullmatch(name) or name.startswith(("_", ".")) or name.endswith("."):
                raise ValueError(f"{name!r} is not the name of a {what} in Azure DevOps")
        self.commit = full_commit_id(commit)
        self._subject = f"the repository {repository!r} at commit {self.commit}"
        place = f"/{organization}/{quote(project, safe='')}/_apis/git/repositories/{quote(repository, safe='')}"
        self._place = place

    def listing(self, limits: Limits) -> Exchange[tuple[RepositoryFile, ...]]:
        """Return the conversation that lists the regular files."""
        commit = yield from self._json(f"{self._place}/commits/{self.commit}?{_VERSION}", self._subject)
        tree = text_member(commit, "treeId")
        path = f"{self._place}/trees/{quote(tree, safe='')}?recursive=true&{_VERSION}"
        entries = object_list_member((yield from self._json(path, self._subject)), "treeEntries")
        if len(entries) > 4 * limits.files:
            # A cheap bound before anything is built from the entries; folders are entries too.
            raise RepositoryTooLargeError(
                f"the commit has {len(entries)} entries; at most {limits.files} files are read"
            )
        return regular_files(
            (
                (text_member(each, "relativePath"), _mode(each), text_member(each, "objectId"), each.get("size"))
                for each in entries
                if each.get("gitObjectType") == "blob"
            ),
            limits,
        )

    def content(self, file: RepositoryFile, limits: Limits) -> Exchange[bytes]:
        """Return the conversation that reads one file."""
        checked_size(file, limits)
        path = f"{self._place}/blobs/{file.object_id}?$format=octetstream&{_VERSION}"
        headers = {"Accept": "application/octet-stream"}
        response = yield ApiRequest(path=path, headers=headers, largest=limits.file_bytes)
        if response.status != _OK:
            raise refusal(response, f"the file {file.path!r} of {self._subject}")
        return checked_content(file, response.body)

    def _json(self, path: str, subject: str) -> Exchange[Any]:
        response = yield ApiRequest(path=path, headers={"Accept": "application/json"})
        if response.status != _OK:
            raise refusal(response, subject)
        return response.members()


def _mode(entry: Any) -> str:  # noqa: ANN401 - JSON data
    """Return the mode of a tree's entry, with the six digits that Git writes."""
    return str(entry.get("mode", "")).rjust(6, "0")


def open_azure_repos(
    api: AzureReposApi,
    credential: AsyncUsersCredential,
    session: aiohttp.ClientSession,
    limits: Limits | None = None,
    origin: str = ORIGIN,
) -> ApiSource:
    """Return the files of a repository, read asynchronously with the user's credential for `SCOPE`.

    Raises:
        TypeError: the credential is not one of a user, such as the agent's own.
        HostNotDeclaredError: the origin is not a host of the user's API.
    """
    _check_host(credential, origin)

    async def token() -> Secret:
        return Secret((await credential.get_token(SCOPE)).token)

    return ApiSource(api, AsyncTransport(session, origin, token), limits)


def open_azure_repos_sync(
    api: AzureReposApi,
    credential: UsersCredential,
    session: requests.Session,
    limits: Limits | None = None,
    origin: str = ORIGIN,
) -> SyncApiSource:
    """Return the files of a repository, read synchronously with the user's credential for `SCOPE`.

    Raises:
        TypeError: the credential is not one of a user, such as the agent's own.
        HostNotDeclaredError: the origin is not a host of the user's API.
    """
    _check_host(credential, origin)
    return SyncApiSource(api, SyncTransport(session, origin, lambda: Secret(credential.get_token(SCOPE).token)), limits)


def _check_host(credential: AsyncUsersCredential | UsersCredential, origin: str) -> None:
    """Raise for a credential that is not a user's, with which the agent's own rights would decide, and other hosts."""
    policy: object = getattr(credential, "host_policy", None)
    if not isinstance(policy, HostPolicy):
        raise TypeError("a repository is read with the user's credential, from credential_for, and no other")
    policy.check(origin)
