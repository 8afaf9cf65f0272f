"""Tests that a change of one agent in Fabrikam's network or stack file changes only that agent's resources."""

from pathlib import Path
from typing import Any

import pytest

from cli.main import run as main
from tests.network.fabrikam import AGENTS, Run, changed, edit


def test_removing_an_agent_deletes_only_its_app_its_pull_identity_and_its_role_assignments(
    project: Path, run: Run
) -> None:
    run("up")
    edit(project, lambda network: network["agents"].pop("report"))

    document = run("up")

    assert changed(document) == {
        "delete": {
            "report",
            "report-pull",
            "report-may-pull-fabrikam",
            "report-may-write-reports",
            "report-may-read-findings",
            "report-may-send-review-done",
        }
    }
    assert {one["agent"] for one in document["access"]} == {*AGENTS, "fleet", "research"} - {"report"}


def test_new_image_tag_of_one_agent_updates_only_the_image_of_its_container_app(project: Path, run: Run) -> None:
    run("up")
    path = project / "Pulumi.dev.yaml"
    path.write_text(path.read_text() + "  agent-network:image_tags: { analysis: 2.0.0 }\n")

    document = run("up")

    assert changed(document) == {"update": {"analysis"}}
    (app,) = (
        one for one in document["resources"] if one["change"] == "update" and one["type"].endswith("ContainerApp")
    )
    assert [(one["path"], one["old"], one["new"]) for one in app["differences"]] == [
        (
            "template.containers[analysis].image",
            "fabrikamdev7.azurecr.io/analysis:dev",
            "fabrikamdev7.azurecr.io/analysis:2.0.0",
        )
    ]


def test_renaming_an_agent_changes_only_resources_with_its_old_or_new_name(project: Path, run: Run) -> None:
    run("up")

    def rename(network: dict[str, Any]) -> None:
        network["agents"]["reviewer"] = network["agents"].pop("report")

    edit(project, rename)
    touched = set().union(*changed(run("up")).values())

    assert {name for name in touched if not name.startswith(("reviewer", "report"))} == set()


def test_changing_the_verb_of_an_access_creates_another_role_assignment_and_deletes_the_old_one(
    project: Path, run: Run
) -> None:
    run("up")
    edit(project, lambda network: network["agents"]["analysis"]["access"].update({"code-uploads": "write"}))

    document = run("up")

    assert changed(document)["create"] == {"analysis-may-write-code-uploads"}
    assert changed(document)["delete"] == {"analysis-may-read-code-uploads"}
    assert ("analysis", "write", "code-uploads") in {
        (one["agent"], one["verb"], one["resource"]) for one in document["access"]
    }


def test_local_up_with_mistakes_in_network_yaml_reports_them_and_deploys_nothing(
    project: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("up")
    before = (project / ".localazure" / "dev.json").read_bytes()
    edit(project, lambda network: network["agents"]["report"].update(access={"report": "write", "findings": "rite"}))

    assert main(["up"]) == 2

    printed = capsys.readouterr().err
    assert "agents.report.access.report: no resource 'report'; did you mean 'reports'?" in printed
    assert "agents.report.access.findings" in printed
    assert "Traceback" not in printed
    assert (project / ".localazure" / "dev.json").read_bytes() == before
