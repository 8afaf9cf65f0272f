"""Runs the Pulumi CLI in a session of its own, and forwards one signal.

A terminal and a CI runner send a signal to every process of a job, some twice. The engine ends in order after the first
signal, and is killed by the second, which leaves a lock and pending operations. So the CLI gets no signal but the one
that is forwarded here. Source: pulumi/pulumi, cmd/pulumi/main.go and sdk/go/common/util/cancel, 2026.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Any

from pulumi.automation import CommandResult, PulumiCommand
from pulumi.automation.errors import create_command_error

__all__ = ["InterruptedRun", "OwnSessionCommand"]

OnLine = Callable[[str], Any]
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class InterruptedRun(Exception):  # noqa: N818 (an outcome, not a fault)
    """Exception of a command of the Pulumi CLI that ended after a signal was forwarded to it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.number = number


class OwnSessionCommand(PulumiCommand):
    """The Pulumi CLI, each command in a session of its own, so that it gets exactly one signal."""

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
        with (
            subprocess.Popen(  # noqa: S603 (the CLI that was found on PATH)
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            ) as process,
            _forwarded(process) as received,
        ):
            out, err = _Reader(process.stdout, on_output), _Reader(process.stderr, on_error)
            process.wait()
            result = CommandResult(stdout=out.text(), stderr=err.text(), code=process.returncode)
        if result.code and received:
            raise InterruptedRun(received[0])
        if result.code:
            raise create_command_error(result)
        return result


class _Reader:
    """Thread that reads the lines of a stream and passes each of them on."""

    def __init__(self, stream: IO[str] | None, on_line: OnLine | None) -> None:
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream, on_line), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str] | None, on_line: OnLine | None) -> None:
        for line in stream or ():
            text = line.rstrip()
            self._lines.append(text)
            if on_line is not None:
                on_line(text)

    def text(self) -> str:
        """Return all lines after the end of the stream."""
        self._thread.join()
        return "\n".join(self._lines)


@contextmanager
def _forwarded(process: "subprocess.Popen[str]") -> Generator[list[int]]:
    """Forward the first signal that this process gets to the CLI; yield the list of the forwarded signals."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received  # only the main thread may set handlers
        return

    def forward(number: int, _frame: FrameType | None) -> None:
        if not received:
            received.append(number)
            with suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    # As Ctrl-C of a terminal: to the whole group, which the plugins are not in.
                    os.killpg(process.pid, signal.SIGINT)
                else:
                    process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, forward) for number in _SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
