"""Words for a finding that an exception in network.yaml accepts, for every format of a report."""

from collections.abc import Mapping
from typing import Any


def accepted_words(finding: Mapping[str, Any]) -> str:
    """Return the reason and the expiry date of the exception that accepts a finding; empty if none does."""
    found: Mapping[str, Any] | None = finding["exception"]
    if found is None:
        return ""
    until = f"accepted until {found['expires']}" if found["expires"] else "accepted without an expiry date"
    return f"{until}: {found['because']}" if found["because"] else until
