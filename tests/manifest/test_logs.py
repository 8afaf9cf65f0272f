"""Tests of the key `logs` in network.yaml: the workspace that the network's logs are sent to."""

from pathlib import Path
from typing import Any

import pytest

from manifest import ManifestError
from tests.network.deploying import deploy
from tests.projects import load_project, write_project

WORKSPACE = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/security"
    "/providers/Microsoft.OperationalInsights/workspaces/audit"
)
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contoso"},
    "resources": {"key": {"kind": "key-vault-secret", "vault": "contoso-vault"}},
    "agents": {"report": {"image": "report", "access": {"key": "read"}}},
}
ENVIRONMENT = {"location": "westeurope", "resource_group": "group", "suffix": "dev7", "production": False}


def problems(root: Path, logs: object, **environment: object) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load_project(write_project(root, NETWORK | {"logs": logs}, ENVIRONMENT | environment))
    return [str(problem) for problem in caught.value.problems]


def test_network_with_a_given_log_workspace_sends_all_diagnostic_settings_there_and_creates_no_workspace(
    tmp_path: Path,
) -> None:
    network, environment = load_project(
        write_project(tmp_path, NETWORK | {"logs": {"workspace": WORKSPACE}}, ENVIRONMENT)
    )

    result = deploy(network, environment)

    settings = [one for one in result.world.resources.values() if one.token.endswith(":DiagnosticSetting")]
    assert len(settings) == 3
    assert {one.inputs["workspaceId"] for one in settings} == {WORKSPACE}
    created = [
        step.record.name for step in result.steps if step.op == "create" and step.record.type.endswith(":Workspace")
    ]
    assert created == []


def test_network_without_a_given_log_workspace_creates_one_for_all_its_diagnostic_settings(tmp_path: Path) -> None:
    network, environment = load_project(write_project(tmp_path, NETWORK, ENVIRONMENT))

    result = deploy(network, environment)

    workspaces = {one.id for one in result.world.resources.values() if one.token.endswith(":Workspace")}
    settings = [one for one in result.world.resources.values() if one.token.endswith(":DiagnosticSetting")]
    assert {one.inputs["workspaceId"] for one in settings} == workspaces
    assert len(workspaces) == 1


@pytest.mark.parametrize(
    ("logs", "message"),
    [
        ({"workspace": "audit"}, "'audit' is not a resource id of Azure"),
        ({"workspace": WORKSPACE.replace("OperationalInsights/workspaces", "KeyVault/vaults")}, "is not the id of a"),
        ({}, "missing"),
        ({"workspace": WORKSPACE, "retention": 90}, "set the retention there"),
    ],
)
def test_invalid_log_workspace_in_network_yaml_is_refused(logs: object, message: str, tmp_path: Path) -> None:
    (line,) = problems(tmp_path, logs)

    assert line.startswith("network.yaml:")
    assert message in line


def test_log_retention_in_a_stack_file_is_refused_if_network_yaml_gives_an_existing_log_workspace(
    tmp_path: Path,
) -> None:
    (line,) = problems(tmp_path, {"workspace": WORKSPACE}, log_retention_days=90)

    assert line.startswith("Pulumi.dev.yaml:")
    assert "log_retention_days: has no effect" in line
