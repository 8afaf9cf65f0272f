"""Reads times that documents and platforms write, which must have a time zone to be compared."""

from datetime import datetime

from release.errors import ReleaseError

__all__ = ["zoned_time"]


def zoned_time(written: object, problem: str) -> datetime:
    """Return a time in ISO 8601 with a time zone.

    Args:
        written: the time, as a text.
        problem: message of the error for any other value.

    Raises:
        ReleaseError: the value is not a time with a time zone.
    """
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ReleaseError(problem)
    return found
