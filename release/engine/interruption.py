"""The one signal that stops a release: it reaches the engine once, and every later signal is ignored.

A terminal and a CI runner send a signal to every process of a job, and some send two. The engine ends in order after
the first signal, and is killed by the second, which leaves a lock and pending operations. Source: pulumi/pulumi,
cmd/pulumi/main.go and sdk/go/common/util/cancel, 2026.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

__all__ = ["InterruptedRun", "Interruption", "interruptible"]

Process = subprocess.Popen[str]
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class InterruptedRun(KeyboardInterrupt):
    """Exception of a release that was stopped by a signal; like Ctrl-C, it is not an error."""

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(number).name}")


class Interruption:
    """Receiver of the signals to a release: the first one stops the release, and later ones are ignored."""

    def __init__(self) -> None:
        self.number = 0
        """Number of the signal that was received; 0 if there was none."""
        self._process: Process | None = None
        self._waits = False
        """True while a signal is not to raise an exception."""
        self._is_stopped = threading.Lock()

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop the command that runs as if a signal had been received; nothing happens the second time."""
        if self._is_stopped.acquire(blocking=False):
            self.number = number
            if self._process is not None:
                _interrupt(self._process)

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal.

        Raises:
            InterruptedRun: it is the first signal, no command runs, and nothing has to be finished first.
        """
        is_first = not self.number
        self.stop(number)
        if is_first and not self._waits:
            raise InterruptedRun(number)

    def finish(self) -> None:
        """Ignore signals from now on: what follows is short, and has to be completed."""
        self._waits = True

    @contextmanager
    def running(self, start: Callable[[], Process]) -> Generator[Process]:
        """Start a process and yield it; until the context ends, a signal is passed on to the process."""
        waits, self._waits = self._waits, True  # an exception in the middle of a start would lose the process
        try:
            if self.number:
                raise InterruptedRun(self.number)
            with start() as process:
                self._process = process
                if self.number:
                    _interrupt(process)
                yield process
        finally:
            self._process, self._waits = None, waits


_current: list[Interruption] = []


@contextmanager
def interruptible() -> Generator[Interruption]:
    """Yield the receiver of this process's signals until the context ends; contexts within it yield the same one."""
    if _current:
        yield _current[0]
        return
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption  # only the main thread may set handlers
        return
    before = {number: signal.signal(number, interruption.receive) for number in _SIGNALS}
    _current.append(interruption)
    try:
        yield interruption
    finally:
        _current.clear()
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _interrupt(process: Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            # As Ctrl-C of a terminal: to the whole group, which the plugins are not in.
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
