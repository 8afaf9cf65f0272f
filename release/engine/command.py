"""Runs the Pulumi CLI in a session of its own, so that it gets no signal but the one that is passed on.

A terminal and a CI runner send a signal to every process of a job. In a session of its own, the CLI gets the first
signal to this process alone, as `release.engine.interruption` passes it on.
"""

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

from release.engine.interruption import InterruptedRun, Interruption, interruptible

__all__ = ["OwnSessionCommand"]

OnLine = Callable[[str], Any]
_LOOK = 0.5
"""Seconds after which the handlers of signals run at the latest."""


class OwnSessionCommand(PulumiCommand):
    """The Pulumi CLI, each command in a session of its own, so that it gets exactly one signal."""

    _interruption: Interruption | None = None

    def stop(self) -> None:
        """Stop the command that runs as the first signal does; nothing happens if none runs, or the second time."""
        if self._interruption is not None:
            self._interruption.stop()

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnLine | None = None,
        on_error: OnLine | None = None,
    ) -> CommandResult:
        """Run a command of the Pulumi CLI.

        Raises:
            CommandError: the command failed.
            InterruptedRun: the command ended with a failure after a signal was forwarded.
        """
        command = [self.command, "--non-interactive", *(each for each in args if each != "--non-interactive")]
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}

        def start() -> "subprocess.Popen[str]":
            return subprocess.Popen(  # noqa: S603 (the CLI that was found on PATH)
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )

        with interruptible() as interruption, interruption.running(start) as process:
            self._interruption = interruption
            out, err = _Reader(process.stdout, on_output, self.stop), _Reader(process.stderr, on_error, self.stop)
            _wait(process)
            result = CommandResult(stdout=out.text(), stderr=err.text(), code=process.returncode)
        if result.code and interruption.number:
            raise InterruptedRun(interruption.number)
        if result.code:
            raise create_command_error(result)
        return result


def _wait(process: "subprocess.Popen[str]") -> None:
    """Wait for the end of a process, and let the handlers of signals run meanwhile.

    Handlers run in the main thread, which is not awakened if the system delivers a signal to another thread.
    """
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK)
            return


class _Reader:
    """Thread that reads the lines of a stream and passes each of them on."""

    def __init__(self, stream: IO[str] | None, on_line: OnLine | None, stop: Callable[[], None]) -> None:
        self._lines: list[str] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._read, args=(stream, on_line, stop), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str] | None, on_line: OnLine | None, stop: Callable[[], None]) -> None:
        for line in stream or ():
            text = line.rstrip()
            self._lines.append(text)
            if on_line is None or self._error is not None:
                continue  # the rest is read all the same: the command waits for a reader
            try:
                on_line(text)
            except Exception as error:  # noqa: BLE001 (raised again in the thread that waits)
                self._error = error
                stop()

    def text(self) -> str:
        """Return all lines after the end of the stream; raise the error of the function that they were passed to."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return "\n".join(self._lines)
