"""Downloads of the tenant's signing keys: at most one at a time, and never one that a known key waits for.

A download belongs to nobody: a caller who is cancelled does not stop it, because the next download may start only a
minute later. It takes less than that minute, so that no two run at once. A failure is logged and changes nothing; see
`signing_keys` for the rules.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Generator
from typing import Final

from agent_network_runtime.exchange import NoResponse, Response
from agent_network_runtime.settings import Settings
from agent_network_runtime.signing_keys import KeyDocumentError, SigningKeys, key_address

_LOG: Final = logging.getLogger("agent_network_runtime.keys")

LIMIT: Final = 10.0
"""Seconds that a caller waits for a download."""
EACH: Final = 4.0
"""Seconds that one request of a download may take."""
OK: Final = 200
SERVER_ERROR: Final = 500

Answer = Response | NoResponse
AsyncGet = Callable[[str, float], Awaitable[Answer]]
"""Reads the document at an address within some seconds."""
SyncGet = Callable[[str, float], Answer]
Steps = Generator[str, Answer, None]
"""A download step by step: yields an address, receives the answer from there."""


def download(keys: SigningKeys, settings: Settings) -> Steps:
    """Read the tenant's OpenID document, then the keys at the address that it names."""
    place = f"{settings.authority_host}/{settings.tenant_id}/v2.0/.well-known/openid-configuration"
    found = yield from _document(place)
    address = key_address(found, issuer=settings.issuer, authority_host=settings.authority_host)
    keys.replace((yield from _document(address)))


def _document(address: str) -> Generator[str, Answer, bytes]:
    """Read one document; a request that had no response, or a server error, is repeated once."""
    answer = yield address
    if isinstance(answer, NoResponse) or answer.status >= SERVER_ERROR:
        answer = yield address
    if isinstance(answer, NoResponse):
        raise KeyDocumentError(f"the sign-in service did not answer: {answer.reason}")
    if answer.status != OK:
        raise KeyDocumentError(f"the sign-in service answered with status {answer.status}")
    return answer.body


class AsyncKeyDownload:
    """Downloads of one event loop."""

    def __init__(self, keys: SigningKeys, settings: Settings, get: AsyncGet) -> None:
        self._keys = keys
        self._settings = settings
        self._get = get
        self._task: asyncio.Task[None] | None = None

    async def obtain(self) -> None:
        """Wait for the download that is under way, or for a new one; return at once if none may start now."""
        self._start()
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=LIMIT)

    def refresh(self) -> None:
        """Start a download in the background if one is due."""
        if self._keys.due:
            self._start()

    async def close(self) -> None:
        """Stop the download that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    def _start(self) -> None:
        if self._keys.attempt():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="agent_network_runtime keys")

    async def _run(self) -> None:
        steps = download(self._keys, self._settings)
        try:
            address = next(steps)
            while True:
                address = steps.send(await self._get(address, EACH))
        except StopIteration:
            return
        except KeyDocumentError as error:
            _log(error)


class SyncKeyDownload:
    """Downloads of one process, each in a thread of its own."""

    def __init__(self, keys: SigningKeys, settings: Settings, get: SyncGet) -> None:
        self._keys = keys
        self._settings = settings
        self._get = get
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def obtain(self) -> None:
        """Wait for the download that is under way, or for a new one; return at once if none may start now."""
        thread = self._start()
        if thread is not None:
            thread.join(LIMIT)

    def refresh(self) -> None:
        """Start a download in the background if one is due."""
        if self._keys.due:
            self._start()

    def close(self) -> None:
        """Wait for the download that is under way; a thread cannot be stopped."""
        if self._thread is not None:
            self._thread.join(LIMIT)

    def _start(self) -> threading.Thread | None:
        with self._lock:
            if self._keys.attempt():
                self._thread = threading.Thread(target=self._run, name="agent_network_runtime keys", daemon=True)
                self._thread.start()
            return self._thread

    def _run(self) -> None:
        steps = download(self._keys, self._settings)
        try:
            address = next(steps)
            while True:
                address = steps.send(self._get(address, EACH))
        except StopIteration:
            return
        except KeyDocumentError as error:
            _log(error)


def _log(error: KeyDocumentError) -> None:
    _LOG.warning("the tenant's signing keys could not be read: %s", error)
