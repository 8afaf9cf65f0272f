"""Tests that errors print one line and set the exit code, without a traceback."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from access.model.errors import UnreadableSource
from cli import exit_codes
from cli.commands import reference as command
from cli.errors import CommandError
from cli.main import run
from localazure.errors import LocalAzureError
from manifest.errors import ManifestError, Problem
from release.errors import ReleaseError
from tests.access.fabrikam import document
from tests.cli.projects import quick_project, variables

POSIX = pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")


def fail(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Run a command that raises an error; return its exit code."""

    def reference() -> str:
        raise error

    monkeypatch.setattr(command, "reference", reference)
    return run(["reference", "exit-codes"])


@pytest.mark.parametrize(
    "error",
    [
        CommandError("contoso: no"),
        UnreadableSource("contoso", "no"),
        LocalAzureError("contoso: no"),
        ReleaseError("contoso: no"),
        ManifestError([Problem("contoso", 0, "", "no")]),
        CommandError("error: contoso: no"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_user_error_prints_one_line_and_exits_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    assert fail(monkeypatch, error) == 2
    assert capsys.readouterr().err == "error: contoso: no\n"


def test_internal_error_exits_with_70_and_explains_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail(monkeypatch, KeyError("contoso")) == 70

    err = capsys.readouterr().err
    assert err.startswith("error: internal error: KeyError: 'contoso'\n")
    assert "AGENT_NETWORK_DEBUG=1" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("by_option", [True, False])
def test_debug_option_prints_the_traceback_of_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, by_option: bool
) -> None:
    if not by_option:
        monkeypatch.setenv("AGENT_NETWORK_DEBUG", "1")

    def reference() -> str:
        raise KeyError("contoso")

    monkeypatch.setattr(command, "reference", reference)

    assert run([*(["--debug"] if by_option else []), "reference", "exit-codes"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_console_command_interrupted_by_ctrl_c_exits_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fail(monkeypatch, KeyboardInterrupt()) == 130
    assert "Traceback" not in capsys.readouterr().err


def started(arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """Start a command in a subprocess."""
    return subprocess.Popen(  # noqa: S603 (this interpreter)
        [sys.executable, "-m", "agent_network", *arguments],
        cwd=folder,
        env=variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("operation", ["preview", "up"])
def test_ctrl_c_in_a_local_preview_or_up_ends_the_program_and_exits_with_130(tmp_path: Path, operation: str) -> None:
    start = "import sys, time\nsys.stderr.write('started\\n')\nsys.stderr.flush()\n"
    program = f"{start}time.sleep(60)\nsys.stderr.write('finished\\n')\n"
    with started([operation], quick_project(tmp_path / "project", program)) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()

    assert process.returncode == 130
    assert "Traceback" not in err
    assert "finished" not in err


def shell(line: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which `command` is the console command."""
    line = line.replace("command", f"{sys.executable} -m agent_network")
    command = ["/bin/sh", "-c", line]
    return subprocess.run(command, cwd=folder, env=variables(**more), capture_output=True, text=True, check=False)  # noqa: S603


@POSIX
@pytest.mark.parametrize(
    ("line", "code", "expected"),
    [
        ("command reference exit-codes > /dev/full", 2, "error: standard output: cannot be written: No space left"),
        ("command --help > /dev/full", 2, "error: standard output: cannot be written: No space left"),
        ("command access --help > /dev/full", 2, "error: standard output: cannot be written: No space left"),
        ("command --version > /dev/full", 2, "error: standard output: cannot be written: No space left"),
        ("command reference exit-codes >&-", 0, ""),
        ("command nothing 2>&-", 2, ""),
        ("command reference exit-codes | true", 0, ""),
        ("command --help | true", 0, ""),
    ],
)
def test_unwritable_standard_output_prints_no_traceback(tmp_path: Path, line: str, code: int, expected: str) -> None:
    done = shell(line, tmp_path)

    assert (done.returncode, "Traceback" in done.stderr, "Exception ignored" in done.stderr) == (code, False, False)
    assert done.stderr.startswith(expected)
    if not expected:
        assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="the shell is POSIX's")
def test_console_command_with_ascii_output_replaces_other_characters(tmp_path: Path) -> None:
    assert "…" in exit_codes.reference()

    done = shell("command reference exit-codes", tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert done.stdout == exit_codes.reference().replace("…", "...")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = quick_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def save(project: Path) -> str:
    """Save a preview of the sample network in the project."""
    (project / "preview.json").write_text(json.dumps(document()))
    return "preview.json"


@pytest.mark.parametrize("question", ["report", "review"])
def test_html_report_path_below_a_file_is_reported_as_an_error(
    project: Path, capsys: pytest.CaptureFixture[str], question: str
) -> None:
    source = save(project)
    (project / "report").write_text("a file where the folder should be")

    assert run(["access", question, "--of", source]) == 2
    assert capsys.readouterr().err.endswith("dev.html: cannot be written: " + f"{project / 'report'} is not a folder\n")


@pytest.mark.skipif(not Path("/proc").exists(), reason="/proc is Linux's")
@pytest.mark.parametrize("out", ["/proc/x", "/proc/x/y.html", "/dev/full"])
def test_unwritable_html_report_is_reported_as_an_error(
    project: Path, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    source = save(project)

    assert run(["access", "report", "--of", source, "--out", out]) == 2
    assert capsys.readouterr().err.startswith(f"error: {out}: cannot be written: ")


def test_unwritable_preview_document_is_reported_as_an_error(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", "--save", str(project)]) == 2
    assert "cannot be written: " in capsys.readouterr().err


def test_full_disk_leaves_the_previous_html_report_unchanged(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = save(project)
    page = project / "page.html"
    page.write_text("before")

    def replace(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", replace)

    assert run(["access", "report", "--of", source, "--out", "page.html"]) == 2
    assert capsys.readouterr().err == "error: page.html: cannot be written: No space left on device\n"
    assert page.read_text() == "before"
    assert not list(project.glob(".page.html.*"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["why", "report", "reports", "write"], 0),
        (["why", "report", "code-uploads", "read"], 1),
        (["why", "ingestion", "code-uploads", "write"], 0),
        (["proof"], 0),
        (["check"], 0),
    ],
    ids=str,
)
def test_access_command_exits_with_the_code_of_its_answer(project: Path, arguments: list[str], code: int) -> None:
    assert run(["access", *arguments, "--of", save(project)]) == code
