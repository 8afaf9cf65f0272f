"""Tests of signals to a release: the command of the engine gets one of them, and what is short is completed."""

import os
import signal
import sys
from pathlib import Path

import pytest
from pulumi.automation import CommandError

from release.engine.command import OwnSessionCommand
from release.engine.interruption import InterruptedRun, interruptible

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

# A command that ends in order after a first signal, as the Pulumi CLI does, and reports how many it got.
CLI = f"""#!{sys.executable}
import signal, sys
if "version" in sys.argv:
    sys.exit(print("v3.260.0"))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
print("ready", flush=True)
got = [signal.sigwait([signal.SIGINT, signal.SIGTERM])]
while (more := signal.sigtimedwait([signal.SIGINT, signal.SIGTERM], 0.3)):
    got.append(more.si_signo)
print("got", len(got), signal.Signals(got[0]).name, flush=True)
sys.exit(1)
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnSessionCommand:
    cli = tmp_path / "pulumi"
    cli.write_text(CLI)
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return OwnSessionCommand()


def test_command_of_the_engine_gets_the_first_of_three_signals_and_no_other(command: OwnSessionCommand) -> None:
    lines: list[str] = []

    def see(line: str) -> None:
        lines.append(line)
        for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM) if line == "ready" else ():
            os.kill(os.getpid(), number)

    with pytest.raises(InterruptedRun, match="interrupted by SIGINT"):
        command.run(["up"], ".", {}, see)

    assert lines == ["ready", "got 1 SIGINT"]


def test_signal_after_the_first_one_ends_neither_the_release_nor_starts_a_command(command: OwnSessionCommand) -> None:
    with interruptible() as interruption:
        with pytest.raises(InterruptedRun):
            command.run(["up"], ".", {}, lambda _line: interruption.stop(signal.SIGTERM))
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(InterruptedRun, match="interrupted by SIGTERM"):
            command.run(["up"], ".", {})


def test_signal_between_two_commands_ends_the_release_unless_it_only_finishes() -> None:
    with interruptible(), pytest.raises(InterruptedRun, match="interrupted by SIGTERM"):
        signal.raise_signal(signal.SIGTERM)
    with interruptible() as interruption:
        interruption.finish()
        signal.raise_signal(signal.SIGTERM)
    assert interruption.number == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_error_of_a_receiver_of_the_engines_output_stops_the_engine(command: OwnSessionCommand) -> None:
    seen: list[str] = []

    def fail(line: str) -> None:
        seen.append(line)
        raise KeyError(line)

    with pytest.raises(KeyError, match="ready"):
        command.run(["up"], ".", {}, fail)
    assert seen == ["ready"]


def test_command_that_fails_without_a_signal_is_an_error(command: OwnSessionCommand, tmp_path: Path) -> None:
    (tmp_path / "pulumi").write_text("#!/bin/sh\nexit 1\n")

    with pytest.raises(CommandError):
        command.run(["up"], ".", {})
