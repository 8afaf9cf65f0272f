"""Tests of `agent-network access`: every command and format, exit codes, and every kind of source."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.findings import RULES
from cli.main import run
from tests.access.fabrikam import document
from tests.fabrikam import FILES, LEGACY, copy_project

QUESTIONS = (
    ["matrix"],
    ["matrix", "--operations"],
    ["why", "analysis", "code-uploads", "read"],
    ["proof"],
    ["blast-radius", "report"],
    ["check"],
    ["grants"],
)

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a copy of Fabrikam's project with a saved preview."""
    copy_project(tmp_path)
    (tmp_path / "preview.json").write_text(json.dumps(document()))
    (tmp_path / "prod.json").write_text(json.dumps(document("prod")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def ask(project: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    assert project.is_dir()

    def run_question(*arguments: str) -> tuple[int, str, str]:
        code = run(["access", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_question


def committed(project: Path) -> None:
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=n", "-c", "user.email=e@e", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *command], cwd=project, check=True)  # noqa: S603, S607 (the git of this machine)


def edit(project: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = project / "network.yaml"
    network = yaml.safe_load(path.read_text())
    change(network)
    path.write_text(yaml.safe_dump(network, sort_keys=False))


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_access_matrix_why_proof_blast_radius_and_check_print_text_json_and_markdown(
    ask: Ask, question: list[str], form: str
) -> None:
    code, out, err = ask(*question, "--of", "preview.json", "--format", form)

    assert (code, err) == (0, "")
    assert "\x1b" not in out
    if form == "json":
        json.loads(out)


def test_access_matrix_of_the_working_tree_equals_the_matrix_of_its_preview_file(ask: Ask) -> None:
    _, running, _ = ask("matrix")
    _, read, _ = ask("matrix", "--of", "preview.json")

    assert running == read
    lines = {line.split()[0]: line.split()[1:] for line in running.splitlines()[1:]}
    assert [verb for verb in lines["notifier"] if verb != "·"] == ["receive", "read"]


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (["matrix"], "compliance and market-analysis act as one identity"),
        (["why", "compliance", "models", "use"], "compliance and market-analysis act as one identity"),
        (["blast-radius", "compliance"], "shares the identity of market-analysis"),
    ],
)
def test_access_commands_state_which_agents_share_one_identity(
    project: Path, ask: Ask, form: str, question: list[str], expected: str
) -> None:
    for name in FILES:
        shutil.copy(LEGACY / name, project / name)
    (project / "preview.json").write_text(json.dumps(document("dev", LEGACY)))
    _, of_dev, _ = ask(*question, "--of", "preview.json", "--format", form)
    assert expected in of_dev.replace(" | ", " ")  # cells of a table read as a sentence
    _, of_prod, _ = ask(*question, "--stack", "prod", "--of", "prod.json", "--format", form)
    assert "one identity" not in of_prod


def test_access_diff_from_a_git_revision_exits_with_3_if_access_grows(project: Path, ask: Ask) -> None:
    committed(project)
    edit(project, lambda network: network["agents"]["analysis"]["access"].update(reports="read"))

    code, out, _ = ask("diff", "HEAD", "--format", "json")
    (change,) = json.loads(out)["changes"]
    assert (code, change["sign"], change["agent"], change["words"], change["resource"]) == (
        3,
        "+",
        "analysis",
        "may read",
        "reports",
    )
    worktrees = subprocess.run(["git", "worktree", "list"], cwd=project, capture_output=True, text=True, check=True)  # noqa: S607
    assert len(worktrees.stdout.splitlines()) == 1


def test_access_diff_exits_with_3_for_new_conditional_access(project: Path, ask: Ask) -> None:
    under_a_path = {"verbs": "read", "paths": ["2026/"]}
    edit(project, lambda network: network["agents"]["ingestion"]["access"].update(reports=under_a_path))

    code, out, _ = ask("diff", "preview.json")

    assert (code, out.splitlines()[0]) == (3, "+ ingestion may read reports")


def test_access_diff_exits_with_0_if_access_only_shrinks(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"]["access"].pop("reports"))

    code, out, _ = ask("diff", "preview.json")

    assert (code, out.splitlines()[0]) == (0, "- report may write reports")


def test_access_diff_as_markdown_lists_lost_access(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"]["access"].pop("reports"))

    code, out, _ = ask("diff", "preview.json", "--format", "markdown")

    assert code == 0
    lines = out.splitlines()
    assert lines[:5] == ["**Access that shrinks**", "", "```diff", "- report may write reports", "```"]
    assert (lines[6], lines[-1].split(" | ")[1]) == ("**New findings**", "unused-resource")


def test_failing_access_proof_exits_with_1_and_names_the_undeclared_access(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"]["access"].pop("reports"))

    code, out, _ = ask("proof", "--of", "preview.json")

    assert code == 1
    assert "report may read, write, delete" in out
    assert "which network.yaml does not declare" in out


def test_access_check_as_sarif_contains_the_network_yaml_line_of_the_finding(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"].update(budget={"destroys": 0}))

    code, out, _ = ask("check", "--of", "preview.json", "--format", "sarif")

    (result,) = json.loads(out)["runs"][0]["results"]
    assert (code, result["ruleId"]) == (1 if result["level"] == "error" else 0, "over-budget")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "network.yaml"
    assert place["region"]["startLine"] > 1


def test_access_check_as_text_shows_location_reason_and_fix(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"].update(budget={"destroys": 0}))

    _, out, _ = ask("check", "--of", "preview.json")

    head, what, why, fix, count = out.splitlines()
    assert head.endswith("over-budget")
    assert "agent 'report' is over its budget" in what
    assert "(network.yaml:" in what
    assert (why.split()[0], count.split()[0]) == ("why:", "findings:")
    assert fix.partition(": ")[2] == next(rule for rule in RULES if rule.id == "over-budget").fix


def test_access_report_command_writes_the_html_file_to_the_printed_path(project: Path, ask: Ask) -> None:
    code, out, _ = ask("report", "--of", "preview.json")

    assert (code, out) == (0, "report/dev.html\n")
    assert "security-scanner" in (project / "report" / "dev.html").read_text()


def test_access_review_command_prints_proof_findings_and_report_path(ask: Ask) -> None:
    code, out, _ = ask("review", "--of", "preview.json")

    assert code == 0
    assert out.splitlines()[0].startswith("proof holds: 19 of 19 declared accesses are allowed, ")
    assert out.splitlines()[-2:] == ["findings: 0 errors, 0 warnings, 0 notes", "report: report/dev.html"]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["why", "reprot", "reports", "read", "--of", "preview.json"], 2, "did you mean 'report'?"),
        (["blast-radius", "nobody", "--of", "preview.json"], 2, "no agent 'nobody'"),
        (["blast-radius", "fleet", "--of", "preview.json"], 2, "'aks-cluster'"),
        (["matrix", "--of", "nowhere"], 2, "is not a file and not a git revision"),
        (["matrix", "--of", "network.yaml"], 2, "is not complete JSON"),
        (["matrix", "--of", "other.json"], 2, "is not a stack export"),
        (["matrix", "--of", "live"], 2, "give --subscription"),
        (["matrix", "--stack", "qa"], 2, "error: no stack 'qa'; the stacks are 'dev', 'prod'"),
    ],
)
def test_access_command_with_invalid_input_exits_with_2_and_an_error_without_traceback(
    project: Path, ask: Ask, arguments: list[str], code: int, expected: str
) -> None:
    (project / "other.json").write_text("{}")

    found, out, err = ask(*arguments)

    assert (found, out) == (code, "")
    assert expected in err
    assert "Traceback" not in err


def test_access_proof_reports_a_mistake_in_network_yaml_and_exits_with_2(project: Path, ask: Ask) -> None:
    edit(project, lambda network: network["agents"]["report"]["access"].update(repotrs="read"))

    code, _, err = ask("proof")

    assert code == 2
    assert "agents.report.access.repotrs: no resource 'repotrs'; did you mean 'reports'?" in err


def test_unknown_access_command_exits_with_2() -> None:
    assert run(["access", "nothing"]) == 2


def test_access_command_with_a_closed_output_pipe_exits_with_0_without_error_message(project: Path) -> None:
    line = [sys.executable, "-m", "agent_network", "access", "matrix", "--of", "preview.json"]
    with subprocess.Popen(line, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:  # noqa: S603
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.close()

        assert command.stderr.read() == b""
    assert command.returncode == 0
