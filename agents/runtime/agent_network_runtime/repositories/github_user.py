"""Files of a GitHub repository, read with the user's own token from GitHub's device flow.

A sign-in belongs to the authenticated user and the request that began it: nobody else can finish it, and it is used
once.
The token is narrowed to one repository and forgotten at the end; GitHub itself keeps it valid for up to 8 hours.
"""

import secrets
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import aiohttp
import requests

from agent_network_runtime.repositories.device_flow import DeviceCode, await_token, request_code, verify_narrowed
from agent_network_runtime.repositories.errors import DeviceLoginError
from agent_network_runtime.repositories.files import Limits
from agent_network_runtime.repositories.github_api import GitHubFilesApi, GitHubHosts, GitHubRepository
from agent_network_runtime.repositories.people import AuthenticatedUser
from agent_network_runtime.repositories.signed_mapping import AccountMapping
from agent_network_runtime.repositories.sources import ApiSource, SyncApiSource
from agent_network_runtime.repositories.transport import AsyncTransport, SyncTransport
from agent_network_runtime.secret import Secret

_Session = TypeVar("_Session", aiohttp.ClientSession, requests.Session)


@dataclass(slots=True)
class DeviceLogin:
    """Sign-in of one user, for one request and one repository, that waits for the user to type a code at GitHub."""

    user_code: str
    """Code that only this user is shown."""
    verification_uri: str
    """Page of GitHub at which the user types the code."""
    repository: GitHubRepository
    ends: float
    """Time of the clock at which the code expires."""
    _tenant_id: str = field(repr=False)
    _object_id: str = field(repr=False)
    _request_id: str = field(repr=False)
    _code: DeviceCode | None = field(repr=False)

    def take(self, user: AuthenticatedUser, request_id: str) -> DeviceCode:
        """Return the code, once; raise `DeviceLoginError` for another user or request, or the second time."""
        mine = (self._tenant_id, self._object_id, self._request_id)
        theirs = (user.tid, user.oid, request_id)
        same = all(
            secrets.compare_digest(one.encode(), other.encode()) for one, other in zip(mine, theirs, strict=True)
        )
        if not same:
            raise DeviceLoginError("this sign-in belongs to another user or another request")
        code, self._code = self._code, None
        if code is None:
            raise DeviceLoginError("this sign-in was used already; begin a new one")
        return code


class _DeviceFlow(Generic[_Session]):
    """App of GitHub whose users sign in with a code, with the session for its requests."""

    def __init__(
        self,
        client_id: str,
        session: _Session,
        hosts: GitHubHosts | None = None,
        accounts: AccountMapping | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remember the app and its session; with `accounts`, only the user's mapped GitHub account may sign in."""
        self._client_id = client_id
        self._session = session
        self._hosts = hosts or GitHubHosts()
        self._accounts = accounts
        self._clock = clock


class GitHubDeviceFlow(_DeviceFlow[aiohttp.ClientSession]):
    """Opens repositories of GitHub asynchronously for users who sign in to GitHub with a code."""

    async def begin(self, user: AuthenticatedUser, request_id: str, repository: GitHubRepository) -> DeviceLogin:
        """Begin the sign-in of a user for one request; show the code to nobody else."""
        web = AsyncTransport(self._session, self._hosts.web)
        code = await web.run(request_code(self._client_id, self._hosts.web))
        return _login(user, request_id, repository, code, self._clock())

    @asynccontextmanager
    async def open(
        self, login: DeviceLogin, user: AuthenticatedUser, request_id: str, commit: str, limits: Limits | None = None
    ) -> AsyncGenerator[ApiSource]:
        """Wait until the user has typed the code, and open the repository at a commit until the end of the block.

        Raises:
            DeviceLoginError: the user refused, the code expired, or the sign-in belongs to another user or request.
            TooBroadTokenError: GitHub did not narrow the token to the repository.
        """
        files = GitHubFilesApi(login.repository, commit)
        code = login.take(user, request_id)
        token: Secret | None = None
        try:
            web = AsyncTransport(self._session, self._hosts.web)
            waiting = await_token(self._client_id, code, login.repository.id, lambda: login.ends - self._clock())
            token = await web.run(waiting)
            held = token

            async def bearer() -> Secret:
                return held

            api = AsyncTransport(self._session, self._hosts.api, bearer)
            _check_account(await api.run(verify_narrowed(login.repository)), user, self._accounts)
            yield ApiSource(files, api, limits)
        finally:
            code.secret.drop()
            if token is not None:
                token.drop()


class SyncGitHubDeviceFlow(_DeviceFlow[requests.Session]):
    """Opens repositories of GitHub synchronously for users who sign in to GitHub with a code."""

    def begin(self, user: AuthenticatedUser, request_id: str, repository: GitHubRepository) -> DeviceLogin:
        """Begin the sign-in of a user for one request; show the code to nobody else."""
        code = SyncTransport(self._session, self._hosts.web).run(request_code(self._client_id, self._hosts.web))
        return _login(user, request_id, repository, code, self._clock())

    @contextmanager
    def open(
        self, login: DeviceLogin, user: AuthenticatedUser, request_id: str, commit: str, limits: Limits | None = None
    ) -> Generator[SyncApiSource]:
        """Wait until the user has typed the code, and open the repository at a commit until the end of the block."""
        files = GitHubFilesApi(login.repository, commit)
        code = login.take(user, request_id)
        token: Secret | None = None
        try:
            waiting = await_token(self._client_id, code, login.repository.id, lambda: login.ends - self._clock())
            token = SyncTransport(self._session, self._hosts.web).run(waiting)
            held = token
            api = SyncTransport(self._session, self._hosts.api, lambda: held)
            _check_account(api.run(verify_narrowed(login.repository)), user, self._accounts)
            yield SyncApiSource(files, api, limits)
        finally:
            code.secret.drop()
            if token is not None:
                token.drop()


def _login(
    user: AuthenticatedUser, request_id: str, repository: GitHubRepository, code: DeviceCode, now: float
) -> DeviceLogin:
    ends = now + code.expires_in
    owner = (user.tid, user.oid, request_id)
    return DeviceLogin(code.user_code, code.verification_uri, repository, ends, *owner, code)


def _check_account(login: str, user: AuthenticatedUser, accounts: AccountMapping | None) -> None:
    """Raise for a GitHub account other than the user's mapped one, such as the account of somebody who was tricked."""
    if accounts is None:
        return
    expected = accounts.account_of(user.tid, user.oid)
    if login.lower() != expected.login.lower():
        raise DeviceLoginError("another GitHub account than the user's own has signed in")
