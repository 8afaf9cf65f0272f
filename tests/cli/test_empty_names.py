"""An empty name, as an unset variable of a shell gives, is an error and never a question about something else."""

import json
from pathlib import Path

import pytest

from access.model.errors import EmptyName
from access.questions.why import why
from cli.main import run
from tests.access.fabrikam import declared, document, graph
from tests.cli.projects import quick_project


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    root = quick_project(tmp_path / "project")
    monkeypatch.chdir(root)
    (root / "preview.json").write_text(json.dumps(document()))
    return "preview.json"


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_access_why_refuses_an_empty_agent_resource_or_operation_name(at: int, empty: str) -> None:
    names = ["report", "models", "use"]
    names[at] = empty

    with pytest.raises(EmptyName, match=("agent", "resource", "operation")[at]):
        why(graph(), declared(), *names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["access", "why", "", "models", "use"],
        ["access", "why", " ", "models", "use"],
        ["access", "why", "report", "", "use"],
        ["access", "why", "report", "models", ""],
        ["access", "blast-radius", ""],
        ["access", "matrix", "--stack", ""],
        ["access", "matrix", "--resource-group", ""],
        ["access", "matrix", "--subscription", ""],
        ["access", "report", "--diff", ""],
        ["republish", ""],
        ["deployer", "--subscription", "id", "--object-id", "id", "--group", ""],
    ],
    ids=str,
)
def test_console_command_with_an_empty_name_argument_exits_with_2(
    source: str, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run([*arguments, *(["--of", source] if arguments[0] == "access" else [])]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "it is empty" in err


@pytest.mark.parametrize("arguments", [["matrix", "--of", ""], ["diff", ""], ["diff", "main", ""]], ids=str)
@pytest.mark.usefixtures("source")
def test_access_command_with_an_empty_source_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["access", *arguments]) == 2
    assert "it is empty" in capsys.readouterr().err
