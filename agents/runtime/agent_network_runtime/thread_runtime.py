"""The runtime of an agent with synchronous code, and the user of one request.

The same as `asyncio_runtime`, on threads instead of tasks: one runtime serves one process, and several threads use it.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Final, Self, TypeVar

from agent_network_runtime.agent_identity import AgentIdentity
from agent_network_runtime.claims import UserClaims
from agent_network_runtime.environment import settings_from_environment
from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.exchange import Rules
from agent_network_runtime.gate import Gate, Header
from agent_network_runtime.incoming import CallerContext, IncomingUser
from agent_network_runtime.key_download import SyncGet, SyncKeyDownload
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import Settings
from agent_network_runtime.thread_client import UserCredential, UserTokenClient, UserTokens
from agent_network_runtime.token_http import SyncHttp
from agent_network_runtime.validation import MissingKey, Validator, ValidClaims, checked, read_header

C = TypeVar("C", bound=ValidClaims)


class SyncUserContext(IncomingUser):
    """The user of one request, for synchronous code; `with` drops the user's tokens at the end."""

    __slots__ = ("_client", "_tokens")

    def __init__(self, claims: UserClaims, token: Secret, client: Callable[[], UserTokenClient]) -> None:
        super().__init__(claims, token)
        self._client = client
        self._tokens: UserTokens | None = None

    @classmethod
    def from_request(cls, header: Header, runtime: "SyncRuntime | None" = None) -> "SyncUserContext":
        """Validate the token of a request with a runtime, or with `SyncRuntime.current`."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        return (runtime or SyncRuntime.current()).accept(read)

    def credential_for(self, scopes: str | Iterable[str], *more: str, hold_for: float = 0.0) -> UserCredential:
        """Return a credential for declared scopes of one API; `hold_for` keeps its tokens for further requests."""
        if self._tokens is None:
            self._tokens = self._client().request(self._incoming())
        return self._tokens.credential_for(scopes, *more, hold_for=hold_for)

    def close(self) -> None:
        """End the request: drop the user's token and every token that was exchanged for it."""
        self._token.drop()
        if self._tokens is not None:
            self._tokens.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class SyncRuntime:
    """The runtime of an agent with synchronous code."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        get: SyncGet | None = None,
    ) -> None:
        self.settings: Final = settings
        self._rules = Rules(clock=clock)  # its first minutes begin with the process, not with the first user
        self._tls = tls
        self._gate = Gate(settings, clock)
        self._http = SyncHttp(tls)
        self._keys = SyncKeyDownload(self._gate.keys, settings, get or self._http.get)
        self._client: UserTokenClient | None = None
        self._agent: AgentIdentity | None = None
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Make the runtime that the environment variables describe; raises one `SettingsError` with all problems."""
        return cls(settings_from_environment(environment))

    @staticmethod
    def current() -> "SyncRuntime":
        """Return the runtime of this process, which is made from the environment at its first use."""
        with _LOCK:
            if not _CURRENT:
                _CURRENT.append(SyncRuntime.from_environment())
            return _CURRENT[0]

    def user_context(self, header: Header) -> SyncUserContext:
        """Validate the token that a client sent for a user; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        return self.accept(read)

    def accept(self, read: Secret | RuntimeLibraryError) -> SyncUserContext:
        """Validate a user's token that was read from a header already, or raise the error of the header."""
        token = checked(read)
        try:
            claims = self._validated(self._gate.users, token)
        except BaseException:
            token.drop()
            raise
        return SyncUserContext(claims, token, self._user_tokens)

    def caller(self, header: Header) -> CallerContext:
        """Validate the token of an application that calls; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header
        token = checked(read)
        try:
            return self._validated(self._gate.callers, token)
        finally:
            token.drop()

    def agent_credential(self) -> AgentIdentity:
        """Return the credential of the agent's own identity, which the runtime closes."""
        with self._lock:
            if self._agent is None:
                self._agent = AgentIdentity(self.settings, self.settings.identity)
            return self._agent

    def close(self) -> None:
        """Stop what runs in the background, drop tokens that are held, and close the connections."""
        self._keys.close()
        self._http.close()
        client, self._client = self._client, None
        if client is not None:
            client.close()
        agent, self._agent = self._agent, None
        if agent is not None:
            agent.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _user_tokens(self) -> UserTokenClient:
        with self._lock:
            if self._client is None:
                self._client = UserTokenClient.from_settings(self.settings, rules=self._rules, tls=self._tls)
            return self._client

    def _validated(self, validator: Validator[C], token: Secret) -> C:
        outcome = validator.validate(token)
        if isinstance(outcome, MissingKey):
            self._keys.obtain()
            outcome = validator.validate(token)
        else:
            self._keys.refresh()
        return self._gate.result(outcome)


_LOCK: Final = threading.Lock()
_CURRENT: Final[list[SyncRuntime]] = []
