"""Input that the reconciler refuses with one sentence, and the alarm without Azure."""

import json

import pytest

from cli.main import run
from release.errors import ReleaseError
from release.foundry.stack import EngineStack
from tests.release.foundry_project import Project


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--local"], "nothing is deployed there; run `agent-network up --stack prod` first"),
        (["--export", "nowhere.json"], "nowhere.json cannot be read"),
        (["--export", "network.yaml"], "network.yaml cannot be read"),
        (["--export", "empty.json"], "has no resources"),
        (["--export", "going-on.json"], "an update was interrupted, or still goes on"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    project: Project, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    going_on = {"resources": [], "pending_operations": [{"type": "creating"}]}
    (project.root / "empty.json").write_text("{}")
    (project.root / "going-on.json").write_text(json.dumps({"deployment": going_on}))

    assert run(["release", "foundry", "reconcile", "--stack", "prod", *arguments]) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err


def test_the_alarm_can_be_tried_without_azure(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["republish", "compliance", "--stack", "prod"]) == 2
    assert "run `agent-network up --stack prod` first" in capsys.readouterr().err
    project.up()
    assert run(["republish", "complaince", "--stack", "prod"]) == 2
    assert "published agents are: compliance, market-analysis" in capsys.readouterr().err

    assert run(["republish", "compliance", "--stack", "prod"]) == 0
    was, now = capsys.readouterr().out.removeprefix("compliance was ").partition(":")[0].split(", and is ")
    code, told = project.reconcile()
    assert (code, f"runs as {now}, and the grants are those of {was}" in told) == (3, True)


def test_reconcile_without_the_pulumi_cli_suggests_installing_it_or_export(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(project.root))

    with pytest.raises(ReleaseError, match="install the CLI, or give a file of `pulumi stack export` with --export"):
        EngineStack("prod", project.root)


@pytest.mark.parametrize(("version", "said"), [("v3.0.1", "Please update the Pulumi CLI"), ("dev", "Could not parse")])
def test_a_cli_that_is_too_old_is_a_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    cli = project.root / "pulumi"
    cli.write_text(f"#!/bin/sh\necho {version}\n")
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(project.root))
    monkeypatch.delenv("PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK", raising=False)

    with pytest.raises(ReleaseError, match=f"^pulumi: .*{said}"):
        EngineStack("prod", project.root)


def test_unknown_stack_is_reported_before_azure_is_read(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.root
    assert run(["release", "foundry", "reconcile", "--stack", "nope"]) == 2
    assert "no stack 'nope'; " in capsys.readouterr().err
