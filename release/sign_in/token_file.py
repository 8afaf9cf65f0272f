"""File with the ID token of a pipeline's job, which is replaced before its token expires.

GitHub's token is valid for five minutes, and WorkloadIdentityCredential of azidentity 1.14, the Azure SDK of the engine
and its plugins, keeps what it read for ten (Azure/azure-sdk-for-go, sdk/azidentity/workload_identity.go, 2026). So the
file is replaced every half minute: what is read is almost new. In these ten minutes, each reader gets a token for one
service: the backend for Storage, the secrets provider for Key Vault, azure-native for Azure Resource Manager. For more
services, the commands of this package read the file each time; see `access.readers.token_file_credential`.
"""

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from release.errors import ReleaseError
from release.sign_in.id_tokens import IdToken

__all__ = ["TokenFile", "kept_fresh"]

_LONGEST_WAIT = 30
_RETRY_SECONDS = 15
_FIRST_WAITS = (1, 3)
"""Seconds to wait before a further attempt to get the first token."""


class TokenFile:
    """File with a token that is valid, as long as its issuer responds."""

    def __init__(
        self,
        path: Path,
        fetch: Callable[[], IdToken],
        *,
        clock: Callable[[], float] = time.monotonic,
        report: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """Name the file, which is written by the first renewal.

        Args:
            path: the file, in a folder that only this user can read.
            fetch: gets a new token; raises ReleaseError if there is none.
            clock: seconds, which only grow.
            report: receives a sentence when the token has expired and cannot be renewed.
        """
        self.path = path
        self._fetch, self._clock, self._report = fetch, clock, report
        self._lock = threading.Lock()
        self._is_removed = False
        self._expires = -float("inf")
        self._failure = ""
        self._is_reported = False
        self.token: IdToken | None = None
        """Token in the file."""

    def renew(self) -> float:
        """Replace the token, and return the number of seconds until it has to be done again.

        An issuer that does not respond leaves the token in place; the next attempt follows soon.
        """
        begun = self._clock()
        try:
            token = self._fetch()
            self._write(token.text)
        except ReleaseError as error:
            self._failure = str(error)
            left = self._expires - self._clock()
            if left <= 0 and self.token is not None and not self._is_reported:
                self._is_reported = True
                self._report(self._expired)
            return max(1.0, min(_RETRY_SECONDS, left / 4)) if left > 0 else _RETRY_SECONDS
        self.token, self._expires = token, begun + token.lifetime
        self._failure, self._is_reported = "", False
        return min(_LONGEST_WAIT, token.lifetime / 10)

    def check(self) -> None:
        """Do nothing while the file has a valid token.

        Raises:
            ReleaseError: there is none, or it has expired; with the reason.
        """
        if self.token is None:
            raise ReleaseError(self._failure)
        if self._clock() >= self._expires:
            raise ReleaseError(self._expired)

    def remove(self) -> None:
        """Delete the file; a renewal that is under way does not write it again."""
        with self._lock:
            self._is_removed = True
            self.path.unlink(missing_ok=True)

    @property
    def _expired(self) -> str:
        why = self._failure or "it was not renewed in time"
        return f"the pipeline's sign-in has expired: {why}; run the job again"

    def _write(self, text: str) -> None:
        """Replace the file as a whole, so that a reader sees the old token or the new one."""
        new = self.path.with_name(f"{self.path.name}.new")
        with self._lock:
            if self._is_removed:
                return
            try:
                new.unlink(missing_ok=True)
                with os.fdopen(
                    os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
                ) as file:
                    file.write(text)
                new.replace(self.path)
            except (OSError, UnicodeError) as error:
                with suppress(OSError):
                    new.unlink(missing_ok=True)
                raise ReleaseError(f"{self.path}: the token cannot be written ({type(error).__name__})") from None


@contextmanager
def kept_fresh(file: TokenFile, sleep: Callable[[float], None] = time.sleep) -> Generator[TokenFile]:
    """Write a token file, renew it in a thread for as long as the context lasts, and delete it at the end.

    Raises:
        ReleaseError: there is no first token.
    """
    stopped = threading.Event()
    try:
        wait = _first_renewal(file, sleep)
        threading.Thread(target=_renew, args=(file, wait, stopped), daemon=True, name="token file").start()
        yield file
    finally:
        stopped.set()
        file.remove()


def _first_renewal(file: TokenFile, sleep: Callable[[float], None]) -> float:
    wait = file.renew()
    for seconds in _FIRST_WAITS:
        if file.token is None:
            sleep(seconds)
            wait = file.renew()
    file.check()
    return wait


def _renew(file: TokenFile, wait: float, stopped: threading.Event) -> None:
    while not stopped.wait(wait):
        wait = file.renew()
