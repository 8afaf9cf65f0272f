"""Today's date for commands and programs, which an environment variable can set, so that a run can be repeated.

Only the entry points of a run call it; everything else takes the date as an argument.
"""

import os
from datetime import UTC, date, datetime

__all__ = ["TODAY", "InvalidDateError", "current_date"]

TODAY = "AGENT_NETWORK_TODAY"
"""Name of the variable with another date than the clock's, such as `2026-11-29`."""


class InvalidDateError(Exception):
    """Error of an environment variable for today's date that holds no date."""


def current_date() -> date:
    """Return today's date in UTC, or the date in the environment variable `AGENT_NETWORK_TODAY`.

    Raises:
        InvalidDateError: the variable holds no date.
    """
    given = os.environ.get(TODAY, "")
    if not given:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        message = f"the environment variable {TODAY} is {given[:20]!r}, which is not a date; write it like 2026-11-29"
        raise InvalidDateError(message) from None
