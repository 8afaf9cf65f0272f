"""Tests of the cache in access commands: used for an unchanged working tree only."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from cli import report_origin
from cli.cache import store
from cli.main import run
from tests.cli.projects import quick_project, variables

Ask = Callable[..., tuple[int, str, bool]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the cache."""
    found = tmp_path / "cache"
    monkeypatch.delenv("AGENT_NETWORK_NO_CACHE")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(store, "cache_folder", lambda: found)
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = quick_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def ask(project: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run an access command; return exit code, output, and True if the program ran."""
    assert project.is_dir()
    assert not folder.exists()

    def question(*arguments: str) -> tuple[int, str, bool]:
        code = run(arguments)
        printed = capsys.readouterr()
        assert printed.err in {"", "running the program for stack 'dev' on local Azure, which takes some seconds …\n"}
        return code, printed.out, bool(printed.err)

    return question


MATRIX = ("access", "matrix", "--format", "json")


def test_second_access_command_is_answered_from_the_cache_without_running_the_program(ask: Ask) -> None:
    code, out, first = ask(*MATRIX)

    assert (first, ask(*MATRIX)) == (True, (code, out, False))
    assert ask("access", "check", "--format", "json")[2] is False


def test_access_command_runs_the_program_again_after_an_edit(project: Path, ask: Ask) -> None:
    ask(*MATRIX)
    (project / "network.yaml").write_text((project / "network.yaml").read_text() + "# a comment\n")

    assert ask(*MATRIX)[2] is True
    assert ask(*MATRIX)[2] is False


def test_access_report_from_the_answer_cache_equals_the_report_without_cache(
    project: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Mock(now=Mock(return_value=datetime(2026, 1, 1, tzinfo=UTC)))
    monkeypatch.setattr(report_origin, "datetime", clock)
    (project / "__main__.py").write_text(
        "import pulumi\nfrom pulumi_azure_native import resources\n"
        "resources.ResourceGroup('rg', resource_group_name='contoso', location='westeurope')\n"
    )
    arguments = ("access", "report", "--format", "json", "--out", "page.html")
    _, first, _ = ask(*arguments)
    (project / "page.html").unlink()  # part of the project, and so of its fingerprint

    assert ask(*arguments) == (0, first, False)


@pytest.mark.parametrize("variable", ["CI", "AGENT_NETWORK_NO_CACHE"])
def test_ci_or_no_cache_variable_makes_every_access_command_run_the_program(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, variable: str, folder: Path
) -> None:
    monkeypatch.setenv(variable, "true")

    assert [ask(*MATRIX)[2], ask(*MATRIX)[2]] == [True, True]
    assert not folder.exists()


def test_no_cache_option_makes_one_access_command_run_the_program(ask: Ask) -> None:
    ask(*MATRIX)

    assert ask("--no-cache", *MATRIX)[2] is True
    assert ask(*MATRIX)[2] is False
    assert os.environ.get("AGENT_NETWORK_NO_CACHE") is None


def test_access_command_ignores_a_tampered_cache_entry_and_runs_the_program(ask: Ask, folder: Path) -> None:
    _, out, _ = ask(*MATRIX)
    (entry,) = folder.glob("*.json")
    entry.write_bytes(entry.read_bytes().replace(b"preview", b"updates"))

    assert ask(*MATRIX) == (0, out, True)


def test_access_command_succeeds_if_the_cache_is_not_writable(ask: Ask, folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    assert [ask(*MATRIX)[::2], ask(*MATRIX)[::2]] == [(0, True), (0, True)]


PROGRAMS = {
    "starts a process": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''], check=True)\n",
    "holds a credential": "import pulumi\npulumi.export('x', 'Endpoint=sb://x/;SharedAccessKey=0123456789abcdef')\n",
    "changes the project": "import pathlib\nwith pathlib.Path('log.txt').open('a') as f:\n    f.write('x')\n",
    "fails": "raise ValueError('no')\n",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_answer_is_not_cached_for_a_program_with_side_effects_credentials_or_errors(
    project: Path, folder: Path, capsys: pytest.CaptureFixture[str], program: str
) -> None:
    (project / "__main__.py").write_text(program)

    run(MATRIX)

    assert "running the program" in capsys.readouterr().err
    assert not list(folder.glob("*.json"))


def test_secret_output_of_the_pulumi_program_is_not_written_to_the_answer_cache(
    project: Path, ask: Ask, folder: Path
) -> None:
    (project / "__main__.py").write_text("import pulumi\npulumi.export('x', pulumi.Output.secret('horse-staple'))\n")

    ask(*MATRIX)

    (entry,) = folder.glob("*.json")
    assert b"horse-staple" not in entry.read_bytes()
    assert ask(*MATRIX)[2] is False


def test_changed_file_outside_the_project_makes_the_next_access_command_run_the_program_again(
    project: Path, ask: Ask, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("one")
    (project / "__main__.py").write_text(f"import pathlib, pulumi\npathlib.Path({str(outside)!r}).read_text()\n")
    ask(*MATRIX)
    assert ask(*MATRIX)[2] is False

    outside.write_text("two")

    assert ask(*MATRIX)[2] is True


def test_edited_module_of_the_pulumi_program_is_reloaded_for_the_next_local_preview(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "__main__.py").write_text("import helper, pulumi\npulumi.export('x', helper.X)\n")
    outputs: list[bool] = []
    for value in ("one", "twice"):
        (project / "helper.py").write_text(f"X = {value!r}\n")
        assert run(["preview", "--json"]) == 0
        outputs.append(f'"x": "{value}"' in capsys.readouterr().out)

    assert outputs == [True, True]
    assert "helper" not in sys.modules


def test_print_output_of_the_pulumi_program_goes_to_standard_error_in_a_local_preview(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "__main__.py").write_text("print('contoso')\n")

    assert run(["preview", "--json"]) == 0

    out, err = capsys.readouterr()
    assert json.loads(out)["operation"] == "preview"
    assert err == "contoso\n"


def test_access_command_answered_from_the_cache_imports_neither_pulumi_nor_the_manifest(
    tmp_path: Path, project: Path
) -> None:
    program = (
        "import sys; from cli.main import run; code = run(sys.argv[1:]);"
        " print(code, *sorted({'pulumi', 'azure', 'manifest', 'localazure'} & set(sys.modules)))"
    )
    hidden = {"AGENT_NETWORK_NO_CACHE", "CI"}
    own = variables(XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
    own = {name: value for name, value in own.items() if name not in hidden}
    command = [sys.executable, "-c", program, "access", "why", "report", "reports", "write"]

    for expected in (2, 2):
        done = subprocess.run(command, cwd=project, env=own, capture_output=True, text=True, check=True)  # noqa: S603
        assert done.stdout.split()[0] == str(expected), done.stderr
    # The program registers no agent, so nobody knows `report`; what matters is what was loaded to find out.
    assert done.stdout.split()[1:] == []
    assert "running the program" not in done.stderr
