"""The runtime of an agent: validates the tokens of incoming requests, asynchronously or synchronously.

One runtime serves one process (and one event loop). It is made from the environment at the agent's start, where all
problems of the settings appear at once, and is closed at its end.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from agent_network_runtime.gate import Gate
from agent_network_runtime.incoming import CallerContext, SyncUserContext, UserContext
from agent_network_runtime.key_download import AsyncKeyDownload, SyncKeyDownload
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import Settings
from agent_network_runtime.validation import MissingKey, Validator, ValidClaims, checked, read_header

C = TypeVar("C", bound=ValidClaims)
Header = str | Sequence[str] | None
"""The `Authorization` header of a request, or all of them where the framework gives a list; None if there is none."""


class Runtime:
    """The runtime of an agent with asynchronous code."""

    def __init__(
        self, settings: Settings, get: Callable[[str], Awaitable[bytes]], clock: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self._gate = Gate(settings, clock)
        self._keys = AsyncKeyDownload(self._gate.keys, settings, get)

    async def user_context(self, header: Header) -> UserContext:
        """Validate the token that a client sent for a user; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        token = checked(read)
        return UserContext(await self._validated(self._gate.users, token), token)

    async def caller(self, header: Header) -> CallerContext:
        """Validate the token of an application that calls; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header
        token = checked(read)
        try:
            return await self._validated(self._gate.callers, token)
        finally:
            token.drop()

    async def close(self) -> None:
        """Stop what runs in the background."""
        await self._keys.close()

    async def _validated(self, validator: Validator[C], token: Secret) -> C:
        outcome = validator.validate(token)
        if isinstance(outcome, MissingKey):
            await self._keys.obtain()
            outcome = validator.validate(token)
        else:
            self._keys.refresh()
        return self._gate.result(outcome, token)


class SyncRuntime:
    """The runtime of an agent with synchronous code; several threads may use it at once."""

    def __init__(self, settings: Settings, get: Callable[[str], bytes], clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._gate = Gate(settings, clock)
        self._keys = SyncKeyDownload(self._gate.keys, settings, get)

    def user_context(self, header: Header) -> SyncUserContext:
        """Validate the token that a client sent for a user; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header  # no traceback of an error below may show it
        token = checked(read)
        return SyncUserContext(self._validated(self._gate.users, token), token)

    def caller(self, header: Header) -> CallerContext:
        """Validate the token of an application that calls; raises 401, 403 or 503 as an error of this library."""
        read = read_header(header)
        del header
        token = checked(read)
        try:
            return self._validated(self._gate.callers, token)
        finally:
            token.drop()

    def close(self) -> None:
        """Wait for what runs in the background."""
        self._keys.close()

    def _validated(self, validator: Validator[C], token: Secret) -> C:
        outcome = validator.validate(token)
        if isinstance(outcome, MissingKey):
            self._keys.obtain()
            outcome = validator.validate(token)
        else:
            self._keys.refresh()
        return self._gate.result(outcome, token)
