"""Progress of a local run as one line on a terminal, rewritten in place."""

import time
from types import TracebackType
from typing import Self, TextIO

from access.reports.terminal import width
from localazure.deployment.steps import ResourceStep

_PAUSE = 0.1
"""Seconds between two updates of the progress line; shorter pauses would only flicker."""


class Progress:
    """Shows on a terminal the number of resources that a local run has deployed so far."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._count = 0
        self._last = 0.0

    def __call__(self, step: ResourceStep) -> None:
        """Count one more deployed resource and show the new count."""
        self._count += 1
        now = time.monotonic()
        if self._shown and now - self._last >= _PAUSE:
            self._last = now
            line = f"  {self._count} resources … {step.record.name}"
            self._stream.write(f"\r\x1b[2K{line[: width() - 1]}")
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Erase the progress line from the terminal."""
        if self._shown:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
