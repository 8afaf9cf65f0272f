"""Clock of local Azure's TLS endpoints, which runs with this machine's clock and can be moved forward.

Owns the time at which tokens are issued and expire. Clients keep this machine's time, so that a test which moves the
clock sees what a client does whose token the service no longer accepts.
"""

import time

__all__ = ["MovingClock"]


class MovingClock:
    """Clock that shows this machine's time, and more by as much as a test has moved it."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the current time of local Azure's TLS endpoints, in seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock of local Azure's TLS endpoints by a number of seconds; a negative one moves it back."""
        self._ahead += seconds
