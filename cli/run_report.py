"""Runs the program on local Azure and formats the result, for `preview`, `up`, `destroy` and `republish`."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from access.model.declared import Declared
from access.questions.assignment_rows import AssignmentRow
from access.reports import text as answers_text
from access.reports.terminal import Style
from access.reports.verdict import Verdict
from cli.access_changes import access_changes, deployed_access
from cli.environment import DEBUG, is_on
from cli.output import print_text
from cli.program_run import run_program
from localazure.deployment import state_file
from localazure.deployment.project import Project
from localazure.fronts.shared_world import SharedWorld
from localazure.output import text
from localazure.output.document import document
from localazure.output.progress import Progress
from localazure.republish import NotPublishedError, republish
from localazure.run import Operation, RunResult

__all__ = ["FinishedRun", "headline", "republish_agent", "run_document", "run_shown"]


def headline(root: Path, operation: str, stack: str) -> None:
    """Print the operation and the stack before a run on local Azure begins.

    Raises:
        LocalAzureError: the project has no such stack, or cannot be run at all.
    """
    Project.at(root).config(stack)
    print_text(f"{Style.of(sys.stdout).paint(text.headline(Operation(operation), stack), 'bold')}\n")


@dataclass(frozen=True)
class FinishedRun:
    """Finished run on local Azure: result of each resource, role assignments, and changes of access."""

    result: RunResult
    assignments: Sequence[AssignmentRow]
    access_changes: Mapping[str, Any] | None

    def text(self) -> str:
        """Return the result of the run on local Azure as text."""
        style = Style.of(sys.stdout)
        return text.report(
            self.result,
            self.assignments,
            style,
            access_changes=self._changes_text(style),
            with_tracebacks=is_on(DEBUG),
        )

    def summary(self, verdict: Verdict | None) -> str:
        """Return the result of the run in few lines: numbers by type, changes of access, and the verdict."""
        style = Style.of(sys.stdout)
        return text.short_report(
            self.result,
            style,
            access_changes=self._changes_text(style),
            verdict="" if verdict is None else answers_text.verdict(verdict, style),
            with_tracebacks=is_on(DEBUG),
        )

    def document(self) -> dict[str, Any]:
        """Return the result of the run on local Azure as JSON values, with masked secrets."""
        return {**run_document(self.result, self.assignments), "accessChanges": self.access_changes}

    def _changes_text(self, style: Style) -> str:
        return "" if self.access_changes is None else answers_text.diff(self.access_changes, style)


def run_shown(root: Path, operation: str, stack: str, stream: TextIO, declared: Declared | None = None) -> FinishedRun:
    """Run the program on local Azure, with a progress line on a stream.

    Args:
        root: the project's folder.
        operation: `preview`, `up` or `destroy`.
        stack: the name of the stack.
        stream: where progress is shown.
        declared: the network.yaml whose exceptions accept new findings.
    """
    before = deployed_access(root, stack)
    with Progress(stream) as progress:
        result, assignments = run_program(root, stack, Operation(operation), progress)
    return FinishedRun(result, assignments, access_changes(before, result, declared))


def run_document(result: RunResult, found: Sequence[AssignmentRow]) -> dict[str, Any]:
    """Return the result of a run on local Azure as JSON values, with masked secrets."""
    return document(result, found)


def republish_agent(root: Path, stack: str, agent: str) -> tuple[str, str]:
    """Create a Foundry agent of local Azure, or its application, again; return the old and the new principal id.

    Raises:
        LocalAzureError: nothing is deployed there, or the agent has no identity of its own.
    """
    path = state_file.state_file_path(root, stack)
    if not path.exists():
        raise NotPublishedError(
            f"{path}: the stack is not deployed to local Azure; run `agent-network up --stack {stack}` first"
        )
    with SharedWorld(path).writing() as azure:
        return republish(azure, agent)
