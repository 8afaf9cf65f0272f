"""Single flight: many callers who want the same token at the same time share one request.

A flight is its own task (or the first caller's thread), so that a caller who is cancelled never cancels the request of
the others; when the last caller has gone, the flight is cancelled too, and no task is left. Nothing is kept after a
flight has landed.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from agent_network_runtime.errors import RuntimeLibraryError, TemporaryError
from agent_network_runtime.secret import TokenDroppedError

T = TypeVar("T")


@dataclass(eq=False)
class _Flight(Generic[T]):
    task: asyncio.Task[T | RuntimeLibraryError]
    callers: int = 0


class AsyncFlights(Generic[T]):
    """Flights of one event loop, by key."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}
        self._ending: set[asyncio.Task[T | RuntimeLibraryError]] = set()

    def __len__(self) -> int:
        return len(self._flights)

    async def join(
        self, key: Hashable, fetch: Callable[[], Coroutine[Any, Any, T]], *, until: asyncio.Future[None] | None = None
    ) -> T:
        """Return the result of the flight with this key, which starts now if there is none.

        If `until` is done first, the caller's request has ended, and the caller leaves with an error.
        """
        flight = self._flights.get(key)
        if flight is None:
            task = asyncio.get_running_loop().create_task(_outcome(fetch), name="agent_network_runtime token request")
            flight = self._flights[key] = _Flight(task)
            task.add_done_callback(lambda _: self._land(key, flight))
        flight.callers += 1
        try:
            await asyncio.wait((flight.task, until) if until else (flight.task,), return_when=asyncio.FIRST_COMPLETED)
        finally:
            flight.callers -= 1
            if not flight.callers:
                self._land(key, flight)
            if not flight.callers and not flight.task.done():
                flight.task.cancel()
                self._ending.add(flight.task)
                flight.task.add_done_callback(self._ending.discard)
        if not flight.task.done():
            raise TokenDroppedError("the request of this user has ended; get a token in a new request")
        if flight.task.cancelled():
            raise TemporaryError("the token request was stopped because the runtime is closing")
        return _result(flight.task.result())

    async def settle(self) -> None:
        """Wait until the tasks of the flights that lost their last caller have ended."""
        if self._ending:
            await asyncio.wait(tuple(self._ending))

    async def close(self) -> None:
        """Cancel every flight and wait until its task has ended."""
        for flight in self._flights.values():
            flight.task.cancel()
            self._ending.add(flight.task)
            flight.task.add_done_callback(self._ending.discard)
        await self.settle()

    def _land(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]


class SyncFlights(Generic[T]):
    """Flights of one process, by key: the first thread makes the request, the others wait for its result."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[T | RuntimeLibraryError]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def join(self, key: Hashable, fetch: Callable[[], T]) -> T:
        """Return the result of the flight with this key, which starts now if there is none."""
        while True:
            with self._lock:
                flight = self._flights.get(key)
                first = flight is None
                if flight is None:
                    flight = self._flights[key] = Future()
            outcome = self._lead(key, flight, fetch) if first else _followed(flight)
            if outcome is not None:
                return _result(outcome)

    def _lead(
        self, key: Hashable, flight: Future[T | RuntimeLibraryError], fetch: Callable[[], T]
    ) -> T | RuntimeLibraryError:
        """Make the request; if this thread is interrupted, one of the waiting threads makes another."""
        try:
            outcome = _caught(fetch)
            flight.set_result(outcome)
        finally:
            with self._lock:
                self._flights.pop(key, None)
            flight.cancel()  # has no effect once there is a result
        return outcome


def _followed(flight: Future[T | RuntimeLibraryError]) -> T | RuntimeLibraryError | None:
    """Wait for another thread's request; None if that thread was interrupted."""
    try:
        return flight.result()
    except CancelledError:
        return None


def _caught(fetch: Callable[[], T]) -> T | RuntimeLibraryError:
    """Return an error of this library as a value: each caller raises it with a traceback of its own."""
    try:
        return fetch()
    except RuntimeLibraryError as error:
        return error.again()


async def _outcome(fetch: Callable[[], Awaitable[T]]) -> T | RuntimeLibraryError:
    """Return an error of this library as a value, without the traceback that keeps the frames of the request."""
    try:
        return await fetch()
    except RuntimeLibraryError as error:
        return error.again()


def _result(outcome: T | RuntimeLibraryError) -> T:
    if isinstance(outcome, RuntimeLibraryError):
        raise outcome.again() from None
    return outcome
