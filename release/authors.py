"""Authors of what a plan deploys, none of whom may approve the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Authors"]


@dataclass(frozen=True, kw_only=True)
class Authors:
    """Authors, committers and co-authors of the commits that a plan deploys, as a source of approvals names them."""

    names: frozenset[str]
    """Logins or e-mail addresses, in lower case."""
    commits: str
    """Commits that were considered, in words."""
    unknown: tuple[str, ...] = ()
    """Addresses of authors that the source cannot compare with an approver."""

    def document(self) -> Mapping[str, Any]:
        """Return the authors as a JSON object."""
        return {"names": sorted(self.names), "commits": self.commits, "unknown": list(self.unknown)}
