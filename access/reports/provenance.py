"""Origin of a report: time, git commit, product version and subscriptions.

Owns only the record. The caller passes time and commit, so that the same input always gives the same report.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from access.model.graph import Graph

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Time, commit and version that a report was made with."""

    time: datetime
    version: str
    commit: str = ""
    """Id of the git commit; empty outside of a repository."""
    has_changes: bool = False
    """True if files differ from the commit."""


def provenance_document(made: Provenance | None, graph: Graph) -> dict[str, Any]:
    """Convert the origin of a report to a JSON object, with the subscriptions that the graph has resources in."""
    scopes = (*(one.id for one in graph.resources), *(one.scope for one in graph.assignments))
    return {
        "time": made.time.astimezone(UTC).isoformat(timespec="seconds") if made else "",
        "commit": made.commit if made else "",
        "has_changes": bool(made and made.has_changes),
        "version": made.version if made else "",
        "subscriptions": _subscriptions(scopes),
        "simulated": "local Azure" in graph.source,
    }


def _subscriptions(scopes: Iterable[str]) -> list[str]:
    return sorted({found[1].lower() for scope in scopes if (found := _SUBSCRIPTION.match(scope))})
