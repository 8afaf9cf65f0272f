"""Compares the access after a run on local Azure with the access that was deployed before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.diff import difference
from access.reports.document import diff_document
from localazure.arm.world import World
from localazure.deployment import state_file
from localazure.output.role_assignments import access_graph
from localazure.run import Operation, RunResult
from safe_text.current_date import current_date

__all__ = ["access_changes", "deployed_access"]

_NAMES = {
    Operation.PREVIEW: ("the deployed stack", "this preview"),
    Operation.UP: ("the last deployment", "this one"),
}
"""Names of the two compared states."""


def deployed_access(root: Path, stack: str) -> Graph | None:
    """Return the access graph of the stack in local Azure's state file; None if nothing is deployed.

    Raises:
        WorldFileError: the state file is damaged.
    """
    path = state_file.state_file_path(root, stack)
    return access_graph(World.load(path)) if path.exists() else None


def access_changes(
    before: Graph | None, result: RunResult, declared: Declared | None = None
) -> Mapping[str, Any] | None:
    """Compare the access after a run with that before; None if nothing was deployed, or the run has no result.

    A preview that fails has no complete result to compare with. After a failed `up`, the result is what is deployed.
    """
    if before is None or result.operation is Operation.DESTROY:
        return None
    if result.failures and result.operation is Operation.PREVIEW:
        return None
    after = access_graph(result.world, result.records)
    added = added_findings(before, after, today=current_date(), declared=declared)
    return diff_document(*_NAMES[result.operation], difference(before, after), added)
