"""Tests of deployments to local Azure as the deployer: creation, change, reduction and deletion of both stacks."""

from pathlib import Path

import pytest

from components.deployer import LOG_ACTIONS
from localazure.deployment.steps import Op
from localazure.run import Operation
from manifest import Environment, Network
from tests import fabrikam
from tests.network.deployer import GROUP, SUBSCRIPTION, bootstrapped, of_fabrikam
from tests.network.deploying import described, touched

ELSEWHERE = f"{SUBSCRIPTION}/resourceGroups/operations/providers"
WORKSPACE = f"{ELSEWHERE}/Microsoft.OperationalInsights/workspaces/audit"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_deployer_creates_keeps_changes_reduces_and_destroys_fabrikams_stacks(tmp_path: Path, stack: str) -> None:
    deployer = bootstrapped(tmp_path / f"{stack}.json", group=GROUP)
    reduced = fabrikam.network()
    del reduced["agents"]["security-scanner"]
    group = {"resource_group": {"name": GROUP, "existing": True}}
    changed = fabrikam.environment(stack) | group | {"image_tags": {"report": "2.0.0"}}

    created = deployer.run(*of_fabrikam(stack))
    again = deployer.run(*of_fabrikam(stack))
    updated = deployer.run(*of_fabrikam(stack, image_tags={"report": "2.0.0"}))
    less = deployer.run(*described(reduced, changed, stack))
    destroyed = deployer.run(*described(reduced, changed, stack), Operation.DESTROY)

    runs = [created, again, updated, less, destroyed]
    assert [failure.message for run in runs for failure in run.failures] == []
    assert (touched(again), touched(updated)) == ({}, {"update": {"report"}})
    assert set(touched(less)) == {"delete"}
    assert {step.op for step in destroyed.steps} == {Op.DELETE}
    own = [one.id for one in destroyed.world.resources.values() if f"/{GROUP}/" in one.id]
    assert [one for one in own if "/roleAssignments/" not in one] == []


def test_deployment_that_a_deployer_could_not_finish_goes_on_once_the_role_has_the_status_read(tmp_path: Path) -> None:
    deployer = bootstrapped(tmp_path / "prod.json", group=GROUP)
    deployer.without("Microsoft.ContainerRegistry/registries/operationStatuses/read").save(deployer.path)

    stopped = deployer.run(*of_fabrikam("prod"))
    (failure,) = stopped.failures
    state = stopped.world
    for one in deployer.world.resources.values():
        state.put(one)
    state.stack = [record.to_json() for record in stopped.records]
    state.save(deployer.path)
    finished = deployer.run(*of_fabrikam("prod"))

    assert "registries/operationStatuses/read" in failure.message
    assert [one for one in stopped.world.resources if "/registries/" in one]
    assert finished.ok, [failure.message for failure in finished.failures]


def test_deployer_of_a_group_may_neither_create_nor_delete_its_group(tmp_path: Path) -> None:
    deployer = bootstrapped(tmp_path / "prod.json", group=GROUP)
    actions = deployer.world.resources[deployer.role.lower()].inputs["permissions"][0]["actions"]

    assert [each for each in actions if "Microsoft.Resources/" in each] == [
        "Microsoft.Resources/subscriptions/resourceGroups/read"
    ]
    refused = deployer.run(*described(fabrikam.network(), fabrikam.environment("prod"), "prod"))
    assert "'Microsoft.Resources/subscriptions/resourceGroups/" in refused.failures[0].message


def test_deployer_that_only_sends_logs_elsewhere_needs_each_action_of_the_log_sender(tmp_path: Path) -> None:
    deployer = bootstrapped(tmp_path / "prod.json", group=GROUP, workspace=WORKSPACE)
    network = {**fabrikam.network(), "logs": {"workspace": WORKSPACE}}
    environment = fabrikam.environment("prod") | {"resource_group": {"name": GROUP, "existing": True}}
    del environment["log_retention_days"]

    result = deployer.run(*described(network, environment, "prod"))

    assert result.ok, [failure.message for failure in result.failures]
    needed = {act.operation for act in deployer.requests.values() if act.place == WORKSPACE}
    assert needed <= set(LOG_ACTIONS)
    assert "Microsoft.OperationalInsights/workspaces/sharedKeys/action" in needed


def with_role(name: str) -> tuple[Network, Environment]:
    """Return Fabrikam's network with a role by name for an agent, in the group of the deployer."""
    network = fabrikam.network()
    network["agents"]["report"]["access"]["code-uploads"] = {"role": name, "because": "it signs links for uploads"}
    group = {"resource_group": {"name": GROUP, "existing": True}}
    return described(network, fabrikam.environment("prod") | group, "prod")


def test_deployer_assigns_a_role_by_name_only_if_its_condition_allows_that_role(tmp_path: Path) -> None:
    role = "Storage Blob Data Reader"
    other = "Storage Blob Delegator"
    without = bootstrapped(tmp_path / "without.json", group=GROUP)
    allowing = bootstrapped(tmp_path / "with.json", group=GROUP, more_roles=[other])

    refused = without.run(*with_role(other))

    (failure,) = refused.failures
    assert "AuthorizationFailed: " in failure.message
    assert "'Microsoft.Authorization/roleAssignments/write'" in failure.message
    assert without.run(*with_role(role)).ok
    assert allowing.run(*with_role(other)).ok
