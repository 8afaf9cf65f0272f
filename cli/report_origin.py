"""Determines the origin of a report: the time, the git commit of the project, and the version of the product."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from access.reports.provenance import Provenance
from agent_network import __version__

__all__ = ["report_origin"]


def report_origin(root: Path) -> Provenance:
    """Return the origin of a report that is made now; without a commit outside of a git repository."""
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--", ".") if commit else ""
    return Provenance(time=datetime.now(UTC), version=__version__, commit=commit, has_changes=bool(changes))


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints; empty if it fails or is not installed."""
    command = ["git", *arguments]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 (the user's git)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
