"""Clock of local Azure: the times that are written into created resources.

A fixed instant by default, so that a run is repeatable to the byte. Nothing in local Azure waits or expires.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

_FIXED = datetime(2026, 1, 1, tzinfo=UTC)


def fixed() -> datetime:
    """Return the same instant at every call: the default clock of local Azure."""
    return _FIXED


def stamp(moment: datetime) -> str:
    """Return a time as Azure Resource Manager writes it: in UTC, as in `2026-01-01T00:00:00.0000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
