"""Tests of the errors of the reconcile command, and of the command that republishes an agent on local Azure."""

import json
import re

import pytest

from cli.main import run
from release.errors import ReleaseError
from release.foundry.stack import EngineStack
from tests.release.foundry_project import Project


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--local"], "the stack is not deployed to local Azure; run `agent-network up --stack prod` first"),
        (["--export", "nowhere.json"], "nowhere.json cannot be read as a stack export"),
        (["--export", "network.yaml"], "network.yaml cannot be read as a stack export"),
        (["--export", "empty.json"], "has no resources"),
        (["--export", "going-on.json"], "an update was interrupted, or is still running"),
    ],
)
def test_reconcile_reports_a_missing_deployment_or_unusable_export_without_traceback(
    project: Project, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    going_on = {"resources": [], "pending_operations": [{"type": "creating"}]}
    (project.root / "empty.json").write_text("{}")
    (project.root / "going-on.json").write_text(json.dumps({"deployment": going_on}))

    assert run(["release", "foundry", "reconcile", "--stack", "prod", *arguments]) == 2

    printed = capsys.readouterr()
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_republish_command_on_local_azure_changes_an_agents_identity_and_reconcile_detects_it(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["republish", "compliance", "--stack", "prod"]) == 2
    assert "run `agent-network up --stack prod` first" in capsys.readouterr().err
    project.up()
    assert run(["republish", "complaince", "--stack", "prod"]) == 2
    assert "agents that have one are: compliance, market-analysis" in capsys.readouterr().err

    assert run(["republish", "compliance", "--stack", "prod"]) == 0
    now, was = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", capsys.readouterr().out)
    code, printed = project.reconcile()
    assert (code, f"runs as {now}, but the role assignments are those of {was}" in printed) == (3, True)


def test_reconcile_without_the_pulumi_cli_suggests_installing_it_or_export(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project.root))

    with pytest.raises(ReleaseError, match="install the CLI, or give a file of `pulumi stack export` with --export"):
        EngineStack("prod", project.root)


@pytest.mark.parametrize(
    ("version", "message"), [("v3.0.1", "Please update the Pulumi CLI"), ("dev", "Could not parse")]
)
def test_reconcile_reports_a_pulumi_cli_with_an_old_or_unreadable_version(
    project: Project, monkeypatch: pytest.MonkeyPatch, version: str, message: str
) -> None:
    cli = project.root / "pulumi"
    cli.write_text(f"#!/bin/sh\necho {version}\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(project.root))
    monkeypatch.delenv("PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK", raising=False)

    with pytest.raises(ReleaseError, match=f"^pulumi: .*{message}"):
        EngineStack("prod", project.root)


def test_reconcile_of_an_unknown_stack_exits_with_2_and_names_the_stack(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.root
    assert run(["release", "foundry", "reconcile", "--stack", "nope"]) == 2
    assert "no stack 'nope'; " in capsys.readouterr().err
