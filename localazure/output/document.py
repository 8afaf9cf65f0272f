"""Converts the outcome of a local run to JSON: `agent-network preview --json`.

Owns the form, which is an interface: names in it are not changed.
"""

from collections.abc import Sequence
from typing import Any

from access.questions.assignment_rows import AssignmentRow
from localazure.arm.property_paths import ABSENT, Change, format_path
from localazure.deployment.steps import Failure, ResourceStep
from localazure.output.text import counts
from localazure.run import RunResult


def document(result: RunResult, assignments: Sequence[AssignmentRow]) -> dict[str, Any]:
    """Return the whole outcome of a local run as JSON values; secrets are masked."""
    return {
        "operation": result.operation.value,
        "stack": result.stack,
        "resources": [_resource(step) for step in result.steps],
        "access": [_access(row) for row in assignments],
        "outputs": result.outputs,
        "errors": [_error(failure) for failure in result.failures],
        "skipped": result.skipped,
        "messages": result.messages,
        "summary": counts(result),
    }


def _resource(step: ResourceStep) -> dict[str, Any]:
    record = step.record
    return {
        "urn": record.urn,
        "type": record.type,
        "name": record.name,
        "parent": record.parent,
        "id": record.id,
        "inputs": step.inputs,
        "outputs": record.outputs,
        "change": step.op.value,
        "differences": [_difference(change, step) for change in step.differences.changed],
        # A resource that the program only reads; local Azure makes its properties up.
        **({"external": True} if record.external else {}),
        **({"retainOnDelete": True} if record.retain_on_delete else {}),
    }


def _difference(change: Change, step: ResourceStep) -> dict[str, Any]:
    row: dict[str, Any] = {"path": format_path(change.path), "replaces": step.differences.forces_replacement(change)}
    if change.old is not ABSENT:
        row["old"] = change.old
    if change.new is not ABSENT:
        row["new"] = change.new
    return row


def _access(row: AssignmentRow) -> dict[str, str]:
    fields = {"agent": row.agent, "verb": row.verb, "resource": row.resource, "role": row.role, "scope": row.scope}
    return fields | ({"condition": row.condition} if row.condition else {})


def _error(failure: Failure) -> dict[str, str]:
    return {"urn": failure.urn, "code": failure.code, "message": failure.message}
