"""Runs the Pulumi program of a project on local Azure, in this process.

The same process may run several programs, or one program twice after an edit: modules that belong to the project are
forgotten after each run.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from access.questions.assignment_rows import AssignmentRow
from localazure.deployment import state_file
from localazure.deployment.project import Project
from localazure.deployment.steps import ResourceStep
from localazure.output.role_assignments import role_assignments
from localazure.run import Operation, RunResult, run

__all__ = ["run_program"]

_SOURCE = Path(__file__).resolve().parents[1]
"""The folder of this package's own modules, which is the project's folder in a checkout."""


def run_program(
    root: Path, stack: str, operation: Operation, progress: Callable[[ResourceStep], None] = lambda _step: None
) -> tuple[RunResult, list[AssignmentRow]]:
    """Run a project's program on local Azure; return the result and the resulting role assignments.

    Standard output belongs to the answer of the command: what the program prints goes to standard error.

    Raises:
        LocalAzureError: the project cannot be run, has no such stack, or another run is changing it.
    """
    project = Project.at(root)
    config = project.config(stack)
    with redirect_stdout(sys.stderr), _fresh_modules(root):
        result = run(
            project.run,
            project=project.name,
            stack=stack,
            config=config,
            operation=operation,
            path=state_file.state_file_path(root, stack),
            root=root,
            progress=progress,
        )
    return result, role_assignments(result.world, result.records)


@contextmanager
def _fresh_modules(root: Path) -> Generator[None]:
    """Unload the modules that the project's program imported when the block ends, except those of this package."""
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is None or not Path(file).is_absolute():
                continue
            path = Path(file).resolve()
            if path.is_relative_to(root.resolve()) and not path.is_relative_to(_SOURCE):
                del sys.modules[name]
