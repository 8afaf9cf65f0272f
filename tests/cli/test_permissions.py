"""Tests of the command that checks the deployer's permissions of the signed-in identity, against local Azure."""

from pathlib import Path

import pytest

from access.azure.roles import by_name, definition_id
from cli.exit_codes import ExitCode
from cli.main import run
from cli.permission_check import check_permissions
from components.deployer import DATA_ACTIONS
from localazure.arm.world import SUBSCRIPTION_ID
from localazure.azure import LocalAzure
from localazure.fronts.rest import LocalCredential
from localazure.fronts.serving import serve_http
from tests.network.deployer import GROUP, SUBSCRIPTION, Deployer, bootstrapped

SOMEBODY = "0b1f2c3d-0000-4000-8000-0000000000a1"


def checked(path: Path, principal: str, *, existing_group: bool = True) -> ExitCode:
    """Check the permissions of a principal as somebody who is signed in with it."""
    with serve_http(path, caller=principal) as endpoint:
        return check_permissions(
            SUBSCRIPTION_ID,
            GROUP,
            with_workspace=True,
            existing_group=existing_group,
            credential=LocalCredential(),
            endpoint=endpoint,
        )


def assign(deployer: Deployer, role: str) -> None:
    token = "azure-native:authorization:RoleAssignment"  # noqa: S105 (a type token)
    assignment = {
        "roleAssignmentName": SOMEBODY,
        "scope": SUBSCRIPTION,
        "principalId": SOMEBODY,
        "principalType": "User",
        "roleDefinitionId": definition_id(by_name(role), SUBSCRIPTION_ID),
    }
    azure = LocalAzure(deployer.world)
    azure.create(token, azure.check(token, assignment, name="one"))
    deployer.world.save(deployer.path)


@pytest.fixture
def deployer(tmp_path: Path) -> Deployer:
    return bootstrapped(tmp_path / "world.json", group=GROUP)


def test_deployer_of_the_bootstrap_has_every_permission_and_the_check_changes_nothing(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = deployer.path.read_bytes()

    assert checked(deployer.path, deployer.principal) is ExitCode.OK
    assert "has every permission of the deployer in /subscriptions/" in capsys.readouterr().out
    assert deployer.path.read_bytes() == before


def test_owner_is_reported_to_lack_exactly_the_data_actions_of_clusters_and_foundry(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    assign(deployer, "Owner")

    assert checked(deployer.path, SOMEBODY, existing_group=False) is ExitCode.NO

    out = capsys.readouterr().out
    assert f"lacks {len(DATA_ACTIONS)} data actions of the deployer" in out
    assert "Microsoft.CognitiveServices/accounts/AIServices/agents/read" in out
    assert "lacks 1" not in out.replace(f"lacks {len(DATA_ACTIONS)}", "")
    assert "deploy as the identity that bootstrap/ creates" in out


def test_role_without_one_status_read_is_reported_with_the_name_of_that_action(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    action = "Microsoft.ContainerRegistry/registries/operationStatuses/read"
    deployer.without(action).save(deployer.path)

    assert checked(deployer.path, deployer.principal) is ExitCode.NO
    assert (
        f"lacks 1 action of the deployer in {SUBSCRIPTION}/resourceGroups/{GROUP}:\n  {action}\n"
        in capsys.readouterr().out
    )


def test_role_without_a_wildcard_lacks_the_operations_that_the_wildcard_is_for(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    deployer.without("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/*").save(deployer.path)

    assert checked(deployer.path, deployer.principal) is ExitCode.NO
    out = capsys.readouterr().out
    assert "lacks 4 actions" in out
    assert "sqlRoleAssignments/operationResults/read" in out


def test_deployer_of_an_existing_group_lacks_what_creating_a_group_needs(
    deployer: Deployer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(deployer.path, deployer.principal, existing_group=False) is ExitCode.NO
    assert "Microsoft.Resources/subscriptions/resourceGroups/write" in capsys.readouterr().out


def test_permissions_command_refuses_an_empty_subscription(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["permissions", "--subscription", ""]) == 2
    assert "--subscription is empty" in capsys.readouterr().err
