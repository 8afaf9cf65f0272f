"""The runtime of an agent with asynchronous code, and the user of one request.

One runtime serves one event loop. It is made from the environment at the agent's start, where all problems of the
settings appear at once, and is closed at its end.
"""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Final, Self, TypeVar
from weakref import WeakKeyDictionary

from agent_network_runtime.agent_identity import AsyncAgentIdentity
from agent_network_runtime.asyncio_client import AsyncUserCredential, AsyncUserTokenClient, AsyncUserTokens
from agent_network_runtime.claims import UserClaims
from agent_network_runtime.environment import settings_from_environment
from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.exchange import Rules
from agent_network_runtime.gate import Gate, Header
from agent_network_runtime.incoming import CallerContext, IncomingUser
from agent_network_runtime.key_download import AsyncGet, AsyncKeyDownload
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import Settings
from agent_network_runtime.token_http import AsyncHttp
from agent_network_runtime.validation import MissingKey, Validator, ValidClaims, checked, read_header

C = TypeVar("C", bound=ValidClaims)


class UserContext(IncomingUser):
    """The user of one request, for asynchronous code; `async with` drops the user's tokens at the end."""

    __slots__ = ("_client", "_tokens")

    def __init__(self, claims: UserClaims, token: Secret, client: Callable[[], AsyncUserTokenClient]) -> None:
        super().__init__(claims, token)
        self._client = client
        self._tokens: AsyncUserTokens | None = None

    @classmethod
    async def from_request(cls, header: Header, runtime: "Runtime | None" = None) -> "UserContext":
        """Validate the token of a request with a runtime, or with the one of this event loop: see `Runtime.current`."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        return await (runtime or Runtime.current()).accept(read)

    def credential_for(self, scopes: str | Iterable[str], *more: str, hold_for: float = 0.0) -> AsyncUserCredential:
        """Return a credential for declared scopes of one API; `hold_for` keeps its tokens for further requests."""
        if self._tokens is None:
            self._tokens = self._client().request(self._incoming())
        return self._tokens.credential_for(scopes, *more, hold_for=hold_for)

    async def close(self) -> None:
        """End the request: drop the user's token and every token that was exchanged for it."""
        self._token.drop()
        if self._tokens is not None:
            await self._tokens.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class Runtime:
    """The runtime of an agent with asynchronous code."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        get: AsyncGet | None = None,
    ) -> None:
        self.settings: Final = settings
        self._rules = Rules(clock=clock)  # its first minutes begin with the process, not with the first user
        self._tls = tls
        self._gate = Gate(settings, clock)
        self._http = AsyncHttp(tls)
        self._keys = AsyncKeyDownload(self._gate.keys, settings, get or self._http.get)
        self._client: AsyncUserTokenClient | None = None
        self._agent: AsyncAgentIdentity | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Make the runtime that the environment variables describe; raises one `SettingsError` with all problems."""
        return cls(settings_from_environment(environment))

    @staticmethod
    def current() -> "Runtime":
        """Return the runtime of the running event loop, which is made from the environment at its first use."""
        loop = asyncio.get_running_loop()
        found = _CURRENT.get(loop)
        if found is None:
            found = _CURRENT[loop] = Runtime.from_environment()
        return found

    async def user_context(self, header: Header) -> UserContext:
        """Validate the token that a client sent for a user; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        return await self.accept(read)

    async def accept(self, read: Secret | RuntimeLibraryError) -> UserContext:
        """Validate a user's token that was read from a header already, or raise the error of the header."""
        token = checked(read)
        try:
            claims = await self._validated(self._gate.users, token)
        except BaseException:
            token.drop()
            raise
        return UserContext(claims, token, self._user_tokens)

    async def caller(self, header: Header) -> CallerContext:
        """Validate the token of an application that calls; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header
        token = checked(read)
        try:
            return await self._validated(self._gate.callers, token)
        finally:
            token.drop()

    def agent_credential(self) -> AsyncAgentIdentity:
        """Return the credential of the agent's own identity, which the runtime closes."""
        if self._agent is None:
            self._agent = AsyncAgentIdentity(self.settings, self.settings.identity)
        return self._agent

    async def close(self) -> None:
        """Stop what runs in the background, drop tokens that are held, and close the connections."""
        await self._keys.close()
        await self._http.close()
        client, self._client = self._client, None
        if client is not None:
            await client.close()
        agent, self._agent = self._agent, None
        if agent is not None:
            await agent.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def _user_tokens(self) -> AsyncUserTokenClient:
        if self._client is None:
            self._client = AsyncUserTokenClient.from_settings(self.settings, rules=self._rules, tls=self._tls)
        return self._client

    async def _validated(self, validator: Validator[C], token: Secret) -> C:
        outcome = validator.validate(token)
        if isinstance(outcome, MissingKey):
            await self._keys.obtain()
            outcome = validator.validate(token)
        else:
            self._keys.refresh()
        return self._gate.result(outcome)


_CURRENT: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Runtime]] = WeakKeyDictionary()
