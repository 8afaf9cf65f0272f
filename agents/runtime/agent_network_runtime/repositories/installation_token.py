"""Lease of an installation token: it is given back at the end, also when the request is cancelled.

A token that GitHub issues while the request is being cancelled is given back too: issuing and giving back are tasks of
their own, which a cancellation does not stop, with a time limit each. If GitHub cannot be reached to end it, a token is
valid for at most an hour, and a warning without the token is logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final

from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.repositories.installation_api import IssuedToken
from agent_network_runtime.secret import Secret

SECONDS_TO_END: Final = 10.0
"""Time limit for giving a token back."""
_LOG = logging.getLogger(__name__)
_running: set[asyncio.Task[None]] = set()


class TokenLease:
    """Installation token for the time of an `async with` block."""

    def __init__(
        self,
        issue: Callable[[], Coroutine[Any, Any, IssuedToken]],
        check: Callable[[IssuedToken], RuntimeLibraryError | None],
        end: Callable[[Secret], Awaitable[bool]],
        seconds: float = SECONDS_TO_END,
    ) -> None:
        self._issue = issue
        self._check = check
        self._end = end
        self._seconds = seconds
        self._issued: asyncio.Task[IssuedToken] | None = None

    async def __aenter__(self) -> Secret:
        self._issued = asyncio.create_task(self._issue())
        try:
            issued = await asyncio.shield(self._issued)
        except asyncio.CancelledError:
            await self._give_back()
            raise
        problem = self._check(issued)
        if problem is not None:
            await self._give_back()
            raise problem
        return issued.secret

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._give_back()

    async def _give_back(self) -> None:
        """End the token in a task that a second cancellation does not stop, and wait for the task."""
        task = asyncio.create_task(self._ended())
        _running.add(task)
        task.add_done_callback(_running.discard)
        await asyncio.shield(task)

    async def _ended(self) -> None:
        if self._issued is None:
            return
        secret: Secret | None = None
        confirmed = False
        try:
            async with asyncio.timeout(self._seconds):
                secret = (await self._issued).secret
                confirmed = await self._end(secret)
        except (RuntimeLibraryError, TimeoutError):
            # Never issued, or not ended, which is logged below.
            confirmed = False
        if secret is not None:
            secret.drop()
        if secret is not None and not confirmed:
            warn_of_living_token()


def warn_of_living_token() -> None:
    """Log a warning, without the token, that an installation token was not given back."""
    _LOG.warning("GitHub did not confirm the end of an installation token, which is valid for at most an hour")
