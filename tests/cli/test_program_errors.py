"""An error in the user's program: its line, the option for the traceback, and nothing about what does not exist."""

import json
from pathlib import Path

import pytest

from cli.main import run
from tests.cli.projects import quick_project
from tests.cli.test_errors import shell

PROGRAM = "import pulumi\nimport helper\n\nhelper.fail()\n"
HELPER = 'def fail():\n    raise RuntimeError("boom")\n'
LINE = "helper.py:2: RuntimeError: boom"
HINT = "--debug shows the traceback"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = quick_project(tmp_path / "project", PROGRAM)
    (root / "helper.py").write_text(HELPER)
    monkeypatch.chdir(root)
    return root


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("operation", ["preview", "up"])
def test_local_preview_and_up_report_a_program_error_with_its_line_and_no_resources(
    capsys: pytest.CaptureFixture[str], operation: str
) -> None:
    assert run([operation]) == 1

    out = capsys.readouterr().out
    assert f"error: {LINE}\n    {HINT}" in out
    assert "Traceback" not in out
    assert "pulumi:pulumi:Stack" not in out
    assert "Resources:" not in out
    assert "Nothing to do" not in out


@pytest.mark.usefixtures("project")
def test_failed_local_preview_as_json_has_the_error_and_no_resources(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", "--json"]) == 1

    document = json.loads(capsys.readouterr().out)
    assert (document["resources"], document["summary"]) == ([], {})
    assert document["errors"] == [{"urn": "", "code": "", "message": LINE}]


@pytest.mark.usefixtures("project")
def test_debug_option_shows_the_traceback_of_a_program_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["preview", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().out

    assert run(["access", "matrix", "--debug"]) == 2
    assert "in fail" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_access_command_reports_a_program_error_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["access", "matrix"]) == 2

    err = capsys.readouterr().err
    assert f"error: {LINE}\n  {HINT}\n" in err
    assert "Traceback" not in err


def test_local_preview_reports_a_syntax_error_in_the_program_with_its_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "__main__.py").write_text("import pulumi\n)\n")

    assert run(["preview"]) == 1
    assert "error: __main__.py:2: SyntaxError: " in capsys.readouterr().out


def test_local_preview_shows_the_resources_registered_before_a_program_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "__main__.py").write_text(
        'import pulumi\npulumi.ComponentResource("test:index:Thing", "one")\nraise RuntimeError("boom")\n'
    )

    assert run(["preview"]) == 1
    out = capsys.readouterr().out
    assert "error: __main__.py:3: RuntimeError: boom" in out
    assert "test:index:Thing" in out


@pytest.mark.parametrize("operation", ["preview", "up"])
def test_resource_tree_of_a_local_run_has_ascii_lines_if_the_output_encoding_is_ascii(
    tmp_path: Path, operation: str
) -> None:
    program = 'import pulumi\nfor name in "ab":\n    pulumi.ComponentResource("test:index:Thing", name)\n'
    root = quick_project(tmp_path / "ascii", program)

    done = shell(f"command {operation}", root, PYTHONIOENCODING="ascii", LC_ALL="C")

    assert done.returncode == 0
    assert "+-- + b  test:index:Thing" in done.stdout
    assert "\\u" not in done.stdout
