"""Tests of the bootstrap program: what it creates, and that its deployer deploys a network and nothing else."""

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.azure.roles import by_name
from access.azure.types.keyvault import SIGNER
from agent_network.bootstrap import deploy
from components.deployer import LOG_ACTIONS, document
from localazure.arm.world import SUBSCRIPTION_ID, World
from localazure.azure import LocalAzure
from localazure.run import Operation, RunResult, run
from tests import fabrikam
from tests.fabrikam import REPOSITORY
from tests.network.deployer import as_principal
from tests.network.deploying import described

PROJECT = "agent-network-bootstrap"
GROUP = "fabrikam-agents-prod"
CONFIG = {"location": "westeurope", "resource_group": GROUP}
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/audit"
)


def bootstrap(
    path: Path | None = None, operation: Operation = Operation.UP, *, config: Mapping[str, str] | None = None
) -> RunResult:
    full = {f"{PROJECT}:{key}": value for key, value in {**CONFIG, **(config or {})}.items() if value}
    return run(deploy, project=PROJECT, stack="prod", config=full, operation=operation, path=path)


def made(result: RunResult) -> dict[str, str]:
    """Return the name in Azure of each created resource, by type and logical name."""
    steps = (step.record for step in result.steps if step.record.custom)
    return {f"{record.type.rpartition(':')[2]} {record.name}": record.id.rpartition("/")[2] for record in steps}


def inputs_of(result: RunResult, kind: str, name: str) -> Mapping[str, Any]:
    token = f"azure-native:authorization:{kind}"
    (found,) = [step.inputs for step in result.steps if (step.record.type, step.record.name) == (token, name)]
    return found


def test_bootstrap_creates_two_groups_and_the_identity_role_and_assignment_of_the_deployer() -> None:
    result = bootstrap()
    created = made(result)

    assert result.ok, [failure.message for failure in result.failures]
    assert set(created) == {
        "ResourceGroup network",
        "ResourceGroup deployer",
        "UserAssignedIdentity deployer",
        "RoleDefinition deployer",
        "RoleAssignment deployer-may-deploy",
        "RoleDefinition deleted-resource-reader",
        "RoleAssignment deployer-may-find-deleted-resources",
    }
    names = [step.inputs["roleName"] for step in result.steps if step.record.type.endswith(":RoleDefinition")]
    assert [name for name in names if GROUP not in name] == [], "names of roles are unique in a tenant"
    assert created["ResourceGroup network"] == GROUP
    assert created["ResourceGroup deployer"] == f"{GROUP}-deployer"


def test_bootstrap_gives_the_deployer_exactly_the_role_and_condition_that_the_deployer_command_prints() -> None:
    result = bootstrap(config={"callers": '["agents"]', "roles": '["Storage Blob Delegator"]'})
    principal = str(result.outputs["principal_id"])
    printed = document(
        SUBSCRIPTION_ID, GROUP, ["Storage Blob Delegator"], ["agents"], object_id=principal, existing_group=True
    )
    assignment = inputs_of(result, "RoleAssignment", "deployer-may-deploy")
    role = inputs_of(result, "RoleDefinition", "deployer")

    assert (assignment["condition"], assignment["conditionVersion"]) == (printed["condition"], "2.0")
    assert by_name("Storage Blob Delegator").id in assignment["condition"]
    assert principal in assignment["condition"]
    assert (assignment["scope"], assignment["principalId"]) == (printed["scope"], principal)
    (block,) = role["permissions"]
    assert block["actions"] == printed["role"]["Actions"]
    assert block["dataActions"] == printed["role"]["DataActions"]
    assert role["assignableScopes"] == [f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}"]
    assert result.outputs["notes"] == printed["notes"]


def test_deployer_of_the_bootstrap_deploys_and_destroys_the_network_but_cannot_change_itself(tmp_path: Path) -> None:
    result = bootstrap()
    deployer = as_principal(tmp_path / "prod.json", result.world, str(result.outputs["principal_id"]))
    environment = fabrikam.environment("prod") | {"resource_group": {"name": GROUP, "existing": True}}
    network = described(fabrikam.network(), environment, "prod")

    runs = [deployer.run(*network), deployer.run(*network, Operation.DESTROY)]

    assert [failure.message for each in runs for failure in each.failures] == []
    inside_own_group = [act for act in deployer.requests.values() if f"/{GROUP}-deployer/" in f"{act.place}/"]
    assert inside_own_group == []


def test_bootstrap_with_a_workspace_of_another_team_lets_the_deployer_only_send_logs_there(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    azure = LocalAzure(World())
    azure.adopt("azure-native:operationalinsights:Workspace", WORKSPACE)
    azure.world.save(path)
    result = bootstrap(path, config={"workspace": WORKSPACE})
    (block,) = inputs_of(result, "RoleDefinition", "log-sender")["permissions"]

    assert result.ok, [failure.message for failure in result.failures]
    assert inputs_of(result, "RoleAssignment", "deployer-may-send-logs")["scope"] == WORKSPACE
    assert block["actions"] == list(LOG_ACTIONS)
    deploying = inputs_of(result, "RoleDefinition", "deployer")["permissions"][0]["actions"]
    assert [each for each in deploying if "OperationalInsights" in each] == []


def test_bootstrap_creates_the_role_that_signs_with_keys_once_for_all_subscriptions() -> None:
    other = "22222222-2222-4222-8222-222222222222"
    result = bootstrap(config={"signing_subscriptions": json.dumps([SUBSCRIPTION_ID, other])})
    role = inputs_of(result, "RoleDefinition", "key-signer")

    assert result.ok, [failure.message for failure in result.failures]
    assert made(result)["RoleDefinition key-signer"] == by_name(SIGNER).id
    assert role["assignableScopes"] == [f"/subscriptions/{SUBSCRIPTION_ID}", f"/subscriptions/{other}"]
    (block,) = role["permissions"]
    keys = "Microsoft.KeyVault/vaults/keys"
    assert {name: value for name, value in block.items() if value} == {
        "dataActions": [f"{keys}/read", f"{keys}/sign/action"]
    }


def test_second_bootstrap_changes_nothing_and_destroy_refuses_to_delete_the_network_group(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    bootstrap(path)
    again = bootstrap(path)
    refused = bootstrap(path, Operation.DESTROY)

    assert [step.record.name for step in again.steps if step.op.value != "same"] == []
    assert ["network is protected" in failure.message for failure in refused.failures] == [True]
    assert World.load(path).get(f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{GROUP}") is not None


@pytest.mark.parametrize(
    ("config", "reasons"),
    [
        ({"location": "", "resource_group": ""}, ["location: is missing", "resource_group: is missing"]),
        ({"resource_group": "x" * 85}, ["resource_group: ", "has 94 characters"]),
        ({"callers": '["everybody"]'}, ["callers: 'everybody' is not a type of caller; allowed are agents and people"]),
        ({"roles": '["Owner"]'}, ["'Owner' is privileged and cannot be assigned to an agent"]),
        ({"workspace": "audit"}, ["'audit' is not the id of a Log Analytics workspace"]),
        ({"roles": "[Owner"}, ["roles: is not a list of texts"]),
        ({"signing_subscriptions": '["prod"]'}, ["signing_subscriptions: 'prod' is not the id of a subscription"]),
    ],
)
def test_bootstrap_reports_every_mistake_in_its_configuration_and_creates_nothing(
    config: dict[str, str], reasons: list[str]
) -> None:
    result = bootstrap(config=config)

    (failure,) = result.failures
    assert all(reason in failure.message for reason in reasons)
    assert failure.message.count(f"Pulumi.prod.yaml {PROJECT}:") == (2 if "location" in config else 1)
    assert failure.traceback == ""
    assert result.world.resources == {}


def test_bootstrap_folder_has_a_project_with_the_name_of_its_configuration_keys() -> None:
    project = yaml.safe_load((REPOSITORY / "bootstrap/Pulumi.yaml").read_text("utf-8"))
    program = ast.parse((REPOSITORY / "bootstrap/__main__.py").read_text("utf-8"))

    assert project["name"] == PROJECT
    assert [ast.unparse(node) for node in program.body[1:]] == [
        "from agent_network.bootstrap import deploy",
        "deploy()",
    ]
    assert json.dumps(project["runtime"]["options"]["virtualenv"]) == '"../.venv"'
