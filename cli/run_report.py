"""Formats and describes runs on local Azure for the commands `preview`, `up`, `destroy` and `republish`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from access.questions.assignment_rows import AssignmentRow
from access.reports.terminal import Style
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

__all__ = ["described", "headline", "republish_agent", "run_document", "run_shown"]


def headline(root: Path, operation: str, stack: str) -> None:
    """Print the action and the stack before a run begins.

    Raises:
        LocalAzureError: the project has no such stack, or cannot be run at all.
    """
    Project.at(root).config(stack)
    print_text(f"{Style.of(sys.stdout).paint(text.headline(Operation(operation), stack), 'bold')}\n")


def run_shown(root: Path, operation: str, stack: str, stream: TextIO) -> tuple[RunResult, list[AssignmentRow]]:
    """Run the program with a progress line on a stream."""
    with Progress(stream) as progress:
        return run_program(root, stack, Operation(operation), progress)


def described(result: RunResult, found: Sequence[AssignmentRow]) -> str:
    """Return the result of a run as text."""
    return text.report(result, found, Style.of(sys.stdout), with_tracebacks=is_on(DEBUG))


def run_document(result: RunResult, found: Sequence[AssignmentRow]) -> dict[str, Any]:
    """Return the result of a run as a JSON document, with masked secrets."""
    return document(result, found)


def republish_agent(root: Path, stack: str, agent: str) -> tuple[str, str]:
    """Publish a Foundry agent again; return its identity before and after.

    Raises:
        LocalAzureError: nothing is deployed there, or the agent is not published.
    """
    path = state_file.state_file_path(root, stack)
    if not path.exists():
        raise NotPublishedError(f"{path}: nothing is deployed there; run `agent-network up --stack {stack}` first")
    with SharedWorld(path).writing() as azure:
        return republish(azure, agent)
