"""Waiting times of token requests: `Retry-After`, throttled users, and the breaker for a failing token endpoint.

A throttled user must not throttle another one, so a waiting time counts for one user and one scope. The breaker counts
for everyone; it therefore takes server errors alone, in a row and of several users: a request that fails for one user
does not mean that the endpoint fails.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

Clock = Callable[[], float]

LARGEST_BOOK: Final = 10_000
"""Users and scopes with a waiting time that are remembered; the oldest go first."""
LONGEST_RETRY: Final = 300.0
"""Seconds: the longest waiting time that a `Retry-After` header can set."""


def retry_after(header: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header requests, as a number or as a date (RFC 9110, section 10.2.3)."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    return min(max(seconds, 0.0), LONGEST_RETRY)


class WaitingUsers:
    """Users and scopes whose next token request must wait, each with its time; bounded."""

    def __init__(self, clock: Clock = time.monotonic, size: int = LARGEST_BOOK) -> None:
        self._clock = clock
        self._size = size
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until)

    def remaining(self, key: Hashable) -> float:
        """Return the seconds that this user and scope must still wait, 0 if none."""
        until = self._until.get(key)
        if until is None:
            return 0.0
        left = until - self._clock()
        if left <= 0:
            self._until.pop(key, None)
            return 0.0
        return left

    def wait(self, key: Hashable, seconds: float) -> None:
        """Make this user and scope wait."""
        self._until.pop(key, None)
        self._until[key] = self._clock() + seconds
        while len(self._until) > self._size:
            self._until.popitem(last=False)


@dataclass
class Breaker:
    """Refusal of requests to a token endpoint that answers several users in a row with server errors."""

    clock: Clock = time.monotonic
    failures: int = 5
    users: int = 3
    pause: float = 5.0
    _in_a_row: int = 0
    _failed_users: set[str] = field(default_factory=set[str])
    _open_until: float = 0.0

    def remaining(self) -> float:
        """Return the seconds for which no request is sent, 0 if requests are sent.

        When the time is over, one request goes first: until its response, or until another pause is over, the others
        wait.
        """
        if not self._open_until:
            return 0.0
        left = self._open_until - self.clock()
        if left > 0:
            return left
        self._open_until = self.clock() + self.pause
        return 0.0

    def server_error(self, user: str) -> None:
        """Count a server error."""
        self._in_a_row = min(self._in_a_row + 1, self.failures)
        if len(self._failed_users) < self.users:
            self._failed_users.add(user)
        if self._in_a_row >= self.failures and len(self._failed_users) >= self.users:
            self._open_until = self.clock() + self.pause

    def answered(self) -> None:
        """Close after any response that is not a server error."""
        self._in_a_row = 0
        self._failed_users.clear()
        self._open_until = 0.0
