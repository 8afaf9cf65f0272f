"""Progress of a local run on a terminal: a spinner, and the number of resources so far."""

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn

from access.reports.terminal import Style
from localazure.deployment.steps import ResourceStep
from safe_text.display import visible


class Progress:
    """Shows on a terminal the number of resources that a local run has deployed so far."""

    def __init__(self, stream: TextIO) -> None:
        console = Console(file=stream, no_color=not Style.of(stream).is_coloured, markup=False, highlight=False)
        columns = (SpinnerColumn("line"), TextColumn("{task.completed} resources … {task.description}", markup=False))
        self._bar = Bar(
            *columns,
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            # A file or a pipe gets no progress, even if colours are forced.
            disable=not stream.isatty(),
        )
        self._task = self._bar.add_task("", total=None)

    def __call__(self, step: ResourceStep) -> None:
        """Count one more deployed resource and show the new count."""
        self._bar.update(self._task, advance=1, description=visible(step.record.name))

    def __enter__(self) -> Self:
        """Show the progress line on the terminal."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Erase the progress line from the terminal."""
        self._bar.stop()
