"""A change of Fabrikam's network or of its stack changes that agent's resources and no others."""

from pathlib import Path
from typing import Any

import pytest

from cli.main import run as main
from tests.network.fabrikam import AGENTS, Run, changed, edit


def test_removing_an_agent_removes_its_app_its_identities_and_its_grants_and_nothing_else(
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
    assert {one["agent"] for one in document["access"]} == {*AGENTS, "fleet"} - {"report"}


def test_a_new_image_touches_that_agent_alone(project: Path, run: Run) -> None:
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
            "template.containers[0].image",
            "fabrikamdev7.azurecr.io/analysis:dev",
            "fabrikamdev7.azurecr.io/analysis:2.0.0",
        )
    ]


def test_a_new_name_touches_that_agent_alone(project: Path, run: Run) -> None:
    run("up")

    def rename(network: dict[str, Any]) -> None:
        network["agents"]["reviewer"] = network["agents"].pop("report")

    edit(project, rename)
    touched = set().union(*changed(run("up")).values())

    assert {name for name in touched if not name.startswith(("reviewer", "report"))} == set()


def test_a_changed_verb_is_another_assignment(project: Path, run: Run) -> None:
    run("up")
    edit(project, lambda network: network["agents"]["analysis"]["access"].update({"code-uploads": "write"}))

    document = run("up")

    assert changed(document)["create"] == {"analysis-may-write-code-uploads"}
    assert changed(document)["delete"] == {"analysis-may-read-code-uploads"}
    assert ("analysis", "write", "code-uploads") in {
        (one["agent"], one["verb"], one["resource"]) for one in document["access"]
    }


def test_a_mistake_in_the_network_is_told_with_its_line_and_changes_nothing(
    project: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("up")
    before = (project / ".localazure" / "dev.json").read_bytes()
    edit(project, lambda network: network["agents"]["report"].update(access={"report": "write", "findings": "rite"}))

    assert main(["up"]) == 2

    said = capsys.readouterr().err
    assert "agents.report.access.report: no resource 'report'; did you mean 'reports'?" in said
    assert "agents.report.access.findings" in said
    assert "Traceback" not in said
    assert (project / ".localazure" / "dev.json").read_bytes() == before
