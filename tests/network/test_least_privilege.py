"""Tests of the least privilege of the deployer: a deployment needs each action of its role, and no other."""

import copy
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from access.azure.actions import covered, covers
from components.deployer import ACTIONS, DATA_ACTIONS, DELETED_ACTIONS
from localazure.arm.world import Resource
from localazure.run import Operation
from manifest.kinds import KINDS
from tests.contracts import networks
from tests.network.deployer import GROUP, SUBSCRIPTION, Deployer, bootstrapped, of_fabrikam
from tests.network.deploying import described

ELSEWHERE = f"{SUBSCRIPTION}/resourceGroups/operations/providers"
SUBNET = f"{ELSEWHERE}/Microsoft.Network/virtualNetworks/hub/subnets/fleet"
CONTROL_PLANE = f"{ELSEWHERE}/Microsoft.ManagedIdentity/userAssignedIdentities/deployer"
WORKSPACE = f"{ELSEWHERE}/Microsoft.OperationalInsights/workspaces/audit"


def everything() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a network and an environment with every kind of resource, host, caller and setting of a cluster."""
    network: dict[str, Any] = copy.deepcopy(networks.EVERY_HOST)
    for kind in KINDS:
        entry = networks.described(kind)["resources"][networks.RESOURCE]
        network["resources"][f"a-{kind}"] = {**entry, KINDS[kind].parent[0]: f"{kind.replace('-', '')[:12]}x"}
    network["agents"]["worker"] = {
        "image": "worker",
        "access": {f"a-{kind}": list(KINDS[kind].verbs) for kind in KINDS},
    }
    environment: dict[str, Any] = {**networks.HOST_SETTINGS, "deleted": "report"}
    cluster = {"subnet": SUBNET, "identity": CONTROL_PLANE, "defender_workspace": WORKSPACE}
    environment["clusters"] = {"fleet": {**environment["clusters"]["fleet"], **cluster}}
    del environment["agent_identities"]  # the deployer reads the identity of every agent
    return network, environment


@cache
def deployed_everything() -> Deployer:
    """Return a deployer of the whole subscription that deployed, changed and destroyed a network with everything."""
    with TemporaryDirectory() as folder:
        deployer = bootstrapped(Path(folder) / "world.json", group=None, callers=["agents", "people"])
        # Local Azure has no virtual networks: this one is there as a subnet of another team.
        deployer.world.put(Resource(id=SUBNET, token="", inputs={}, outputs={}, adopted=True))
        deployer.world.save(deployer.path)
        network, environment = everything()
        for operation in (Operation.UP, Operation.DESTROY):
            result = deployer.run(*described(network, environment, "dev"), operation)
            assert result.ok, [failure.message for failure in result.failures]
        return deployer


@cache
def deployed_in_existing_group() -> Deployer:
    """Return a deployer of a group that exists, who deployed Fabrikam's network."""
    with TemporaryDirectory() as folder:
        deployer = bootstrapped(Path(folder) / "world.json", group=GROUP)
        assert deployer.run(*of_fabrikam("dev")).ok
        return deployer


def test_deployment_without_any_one_action_of_the_deployer_role_is_refused_by_operations_of_that_action() -> None:
    deployers = (deployed_everything(), deployed_in_existing_group())
    refused = {
        action: {one for each in deployers for one in each.refused(action)} for action in (*ACTIONS, *DATA_ACTIONS)
    }
    finding = {act.operation for act in deployed_everything().requests.values() if "/deleted" in act.operation}

    assert {action for action, operations in refused.items() if not operations} == set(), "remove it from the role"
    assert finding == set(DELETED_ACTIONS)
    by_others = {action: {one for one in found if not covers(action, one)} for action, found in refused.items()}
    assert {action for action, found in by_others.items() if found} == set()


def test_deployer_role_allows_every_request_of_a_deployment_and_no_wider_action_is_needed() -> None:
    every = (*ACTIONS, *DELETED_ACTIONS)
    # Permissions of Microsoft Graph are not a part of the role; the deployment has proved that they are enough.
    acts = [act for act in deployed_everything().requests.values() if not act.operation.startswith("Microsoft.Graph/")]
    requested = {(act.operation, act.data) for act in acts}

    assert {name for name, data in requested if not covered(DATA_ACTIONS if data else every, name)} == set()


def test_owner_is_refused_in_an_existing_group_by_a_data_action_before_anything_is_created(tmp_path: Path) -> None:
    deployer = bootstrapped(tmp_path / "prod.json", group=GROUP)
    role = deployer.world.resources[deployer.role.lower()]
    owner = replace(role, inputs={**role.inputs, "permissions": [{"actions": ["*"], "dataActions": []}]})
    deployer.world.put(owner)
    deployer.world.save(deployer.path)

    result = deployer.run(*of_fabrikam("prod"))

    assert {failure.urn.rpartition("::")[2] for failure in result.failures} == {"fabrikam-data-permissions"}
    assert "does not have authorization to perform data action" in result.failures[0].message
    # The engine makes no object of a cluster without the cluster's provider; a local run of the program does.
    made = set(result.world.resources) - set(deployer.world.resources)
    assert [one for one in made if f"/{GROUP}/" in one] == []


@pytest.mark.parametrize(
    "action",
    [
        "Microsoft.App/containerApps/write",
        "Microsoft.App/locations/containerappoperationstatuses/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.CognitiveServices/accounts/AIServices/agents/read",
        "Microsoft.ContainerService/managedClusters/namespaces/write",
        "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/*",
        "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    ],
)
def test_run_of_a_deployer_without_one_action_fails_with_azures_error_that_names_it(
    tmp_path: Path, action: str
) -> None:
    deployer = bootstrapped(tmp_path / "prod.json", group=GROUP)
    deployer.without(action).save(deployer.path)

    result = deployer.run(*of_fabrikam("prod"))

    messages = [failure.message for failure in result.failures]
    assert messages
    assert all("AuthorizationFailed: " in message for message in messages)
    assert all(any(covers(action, name.strip("'")) for name in message.split() if "/" in name) for message in messages)
