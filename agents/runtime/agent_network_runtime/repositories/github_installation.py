"""Files of a GitHub repository, read with an app's installation token, only after the user's own right is proved.

Without the proof an app would lend its rights to every user. So a verified mapping names the user's GitHub
account, a first token that sees nothing but metadata reads the account's permission, and only then a second token for
this one repository reads its files. Both are given back at once.
"""

import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Generic, TypeVar

import aiohttp
import requests

from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.repositories.app_key import GitHubApp, SyncGitHubApp
from agent_network_runtime.repositories.files import Limits
from agent_network_runtime.repositories.github_api import GitHubFilesApi, GitHubHosts, GitHubRepository
from agent_network_runtime.repositories.installation_api import (
    PROVE,
    READ,
    IssuedToken,
    check_reach,
    find_installation,
    give_back,
    prove_right,
    request_token,
)
from agent_network_runtime.repositories.installation_token import TokenLease, warn_of_living_token
from agent_network_runtime.repositories.people import AuthenticatedUser
from agent_network_runtime.repositories.signed_mapping import AccountMapping
from agent_network_runtime.repositories.sources import ApiSource, SyncApiSource
from agent_network_runtime.repositories.transport import AsyncTransport, SyncTransport
from agent_network_runtime.secret import Secret

_App = TypeVar("_App", GitHubApp, SyncGitHubApp)
_Session = TypeVar("_Session", aiohttp.ClientSession, requests.Session)


class _Installation(Generic[_App, _Session]):
    """App of GitHub that is installed in accounts, with the session for its requests and the users' GitHub accounts."""

    def __init__(
        self,
        app: _App,
        accounts: AccountMapping,
        session: _Session,
        hosts: GitHubHosts | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._session = session
        self._origin = (hosts or GitHubHosts()).api
        self._clock = clock


class GitHubInstallation(_Installation[GitHubApp, aiohttp.ClientSession]):
    """Opens repositories of GitHub asynchronously, as an app, for users who may read them themselves."""

    @asynccontextmanager
    async def open(
        self, user: AuthenticatedUser, repository: GitHubRepository, commit: str, limits: Limits | None = None
    ) -> AsyncGenerator[ApiSource]:
        """Open a repository at a commit for a user, until the end of the `async with` block.

        Raises:
            NoVerifiedMappingError: nothing proves which GitHub account belongs to the user.
            RepositoryAccessError: the user may not read the repository.
        """
        files = GitHubFilesApi(repository, commit)
        account = self._accounts.account_of(user.tid, user.oid)
        installation = await self._as_app().run(find_installation(repository))
        async with self._lease(installation, repository, PROVE) as token:
            await self._with(token).run(prove_right(repository, account))
        async with self._lease(installation, repository, READ) as token:
            yield ApiSource(files, self._with(token), limits)

    def _lease(self, installation: int, repository: GitHubRepository, permissions: Mapping[str, str]) -> TokenLease:
        async def issue() -> IssuedToken:
            return await self._as_app().run(request_token(installation, repository, permissions))

        async def end(token: Secret) -> bool:
            return await self._with(token).run(give_back())

        return TokenLease(issue, lambda issued: check_reach(issued, repository, permissions, self._clock()), end)

    def _as_app(self) -> AsyncTransport:
        return AsyncTransport(self._session, self._origin, self._app.token)

    def _with(self, token: Secret) -> AsyncTransport:
        async def held() -> Secret:
            return token

        return AsyncTransport(self._session, self._origin, held)


class SyncGitHubInstallation(_Installation[SyncGitHubApp, requests.Session]):
    """Opens repositories of GitHub synchronously, as an app, for users who may read them themselves."""

    @contextmanager
    def open(
        self, user: AuthenticatedUser, repository: GitHubRepository, commit: str, limits: Limits | None = None
    ) -> Generator[SyncApiSource]:
        """Open a repository at a commit for a user, until the end of the `with` block.

        Raises:
            NoVerifiedMappingError: nothing proves which GitHub account belongs to the user.
            RepositoryAccessError: the user may not read the repository.
        """
        files = GitHubFilesApi(repository, commit)
        account = self._accounts.account_of(user.tid, user.oid)
        as_app = SyncTransport(self._session, self._origin, self._app.token)
        installation = as_app.run(find_installation(repository))
        with self._lease(as_app, installation, repository, PROVE) as transport:
            transport.run(prove_right(repository, account))
        with self._lease(as_app, installation, repository, READ) as transport:
            yield SyncApiSource(files, transport, limits)

    @contextmanager
    def _lease(
        self, as_app: SyncTransport, installation: int, repository: GitHubRepository, permissions: Mapping[str, str]
    ) -> Generator[SyncTransport]:
        issued = as_app.run(request_token(installation, repository, permissions))
        transport = SyncTransport(self._session, self._origin, lambda: issued.secret)
        try:
            problem = check_reach(issued, repository, permissions, self._clock())
            if problem is not None:
                raise problem
            yield transport
        finally:
            try:
                confirmed = transport.run(give_back())
            except RuntimeLibraryError:
                confirmed = False
            issued.secret.drop()
            if not confirmed:
                warn_of_living_token()
