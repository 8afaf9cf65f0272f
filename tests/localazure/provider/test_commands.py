"""Tests of locks, launchers and commands of engine runs, on every operating system as far as possible."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localazure.deployment.state_file import exclusive
from localazure.errors import WorldFileError
from localazure.fronts import cli_wrapper
from localazure.fronts.launchers import write_launcher

REPOSITORY = Path(__file__).parents[3]
WRAPPED = "import sys; from localazure.fronts.cli_wrapper import run_in_foreground as run; sys.exit(run({command!r}))"
PATIENCE = 20.0


def wrapped(script: str) -> subprocess.Popen[str]:
    """Start a process that runs a Python script as a foreground command."""
    command = WRAPPED.format(command=[sys.executable, "-c", script])
    return subprocess.Popen([sys.executable, "-c", command], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)  # noqa: S603


@pytest.mark.parametrize("code", [0, 3, 127])
def test_engine_command_wrapper_returns_the_exit_code_of_its_command(code: int) -> None:
    assert cli_wrapper.run_in_foreground([sys.executable, "-c", f"raise SystemExit({code})"]) == code


def test_engine_command_wrapper_runs_a_command_given_as_text_in_the_shell() -> None:
    assert cli_wrapper.run_in_foreground("exit 4") == 4


def test_engine_command_wrapper_returns_128_plus_the_number_of_the_signal_that_ended_its_command() -> None:
    script = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"

    assert cli_wrapper.run_in_foreground([sys.executable, "-c", script]) == 128 + signal.SIGTERM


def test_engine_command_wrapper_restores_signal_handlers_after_its_command_ends() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    cli_wrapper.run_in_foreground([sys.executable, "-c", ""])

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_engine_command_wrapper_lets_its_command_handle_ctrl_c_and_returns_its_exit_code() -> None:
    script = (
        "import time\n"
        "try:\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('cleaned up', flush=True)\n    raise SystemExit(5)"
    )
    command = WRAPPED.format(command=[sys.executable, "-c", script])
    with subprocess.Popen(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", command], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends Ctrl-C to every process of its foreground group

        assert process.stdout.read() == "cleaned up\n"
        assert process.wait(PATIENCE) == 5


def test_engine_command_wrapper_passes_sigterm_on_to_its_command() -> None:
    with wrapped("import time; print('ready', flush=True); time.sleep(60)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()

        assert process.wait(PATIENCE) == 128 + signal.SIGTERM


def test_launcher_script_passes_arguments_and_environment_variables_to_python(tmp_path: Path) -> None:
    launcher = tmp_path / "bin" / "show"
    script = "import os, sys; print(os.environ['ONE'], os.environ['TWO'], sys.argv[1:])"
    write_launcher(launcher, ["-c", script], {"ONE": "it's"}, {"TWO": "a b"})

    for given, two in (({}, "a b"), ({"TWO": "given"}, "given")):
        done = subprocess.run(  # noqa: S603 (the launcher that this test wrote)
            [launcher, "x y", "z"], env=os.environ | given, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"it's {two} ['x y', 'z']\n"


def test_launcher_script_on_windows_is_a_batch_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr("localazure.fronts.launchers.os.name", "nt")

    write_launcher(folder / "pulumi", ["-P", "wrapper.py"], {"ONE": "1"}, {"TWO": "2"})
    monkeypatch.undo()

    assert [path.name for path in folder.iterdir()] == ["pulumi.cmd"]
    assert (folder / "pulumi.cmd").read_bytes().decode().splitlines() == [
        "@echo off",
        'set "ONE=1"',
        'if not defined TWO set "TWO=2"',
        f'"{sys.executable}" "-P" "wrapper.py" %*',
    ]


def test_lock_of_a_local_stack_held_by_another_process_is_refused_with_the_process_id(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    script = (
        "import sys; from pathlib import Path; from localazure.deployment.state_file import exclusive\n"
        "with exclusive(Path(sys.argv[1])):\n    print('locked', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603 (this interpreter)
        [sys.executable, "-c", script, path], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"

        with (
            pytest.raises(WorldFileError, match=rf"another run is changing this stack \(process {other.pid}\)"),
            exclusive(path),
        ):
            pass
        other.kill()  # a lock ends with its process, however that ends

    limit = time.monotonic() + PATIENCE
    with exclusive(path):
        assert time.monotonic() < limit


@pytest.mark.parametrize("words", [["--version"], ["list", "--format", "json"], ["list", "--format", "freeze"]])
def test_pip_in_engine_runs_prints_what_pip_prints_without_the_startup_hook(words: list[str]) -> None:
    hook = REPOSITORY / "localazure" / "fronts" / "startup"
    outputs: list[object] = []
    for path in ("", str(hook)):
        done = subprocess.run(  # noqa: S603 (this interpreter)
            [sys.executable, "-m", "pip", *words],
            env=os.environ | {"PYTHONPATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        if "json" in words:
            outputs.append(sorted((one["name"], one["version"]) for one in json.loads(done.stdout)))
        else:
            outputs.append(done.stdout)

    assert outputs[0] == outputs[1]
