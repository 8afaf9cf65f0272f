"""Tests of the faults that local Azure injects: in this process, through a shared state file, and their settings."""

import json
from pathlib import Path
from typing import Any

import pytest

from localazure.arm.faults import NO_FAULTS, VARIABLE, Faults, FaultsError
from localazure.arm.permissions import RequestedOperation, is_allowed
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.deployment.steps import Op
from localazure.errors import AzureError, LateRefusal, UnansweredRequest, UnfinishedRequest
from localazure.fronts.shared_world import SharedWorld
from localazure.run import Operation, RunResult, run
from tests.localazure.run.programs import GROUP_ID, grant, group, identity, nothing
from tests.localazure.samples import (
    COSMOS_ASSIGNMENT,
    COSMOS_DATABASE,
    GROUP,
    IDENTITY,
    REGISTRY,
    ROLE_ASSIGNMENT,
    make,
    with_needs,
)

READ_GROUP = RequestedOperation(
    operation="Microsoft.Resources/subscriptions/resourceGroups/read", data=False, place=GROUP
)


def faulty(azure: LocalAzure, **faults: Any) -> LocalAzure:  # noqa: ANN401 (the fields of faults)
    azure.world.faults = Faults(**faults)
    return azure


def deployed(path: Path, faults: Faults, operation: Operation = Operation.UP) -> RunResult:
    def program() -> None:
        agent = identity("agent", group())
        grant("agent-may-read-rg", agent.principal_id, GROUP_ID)

    body = nothing if operation is Operation.DESTROY else program
    return run(body, project="tiny", stack="dev", config={}, operation=operation, path=path, faults=faults)


def test_creation_without_answer_creates_the_resource_and_fails_once_in_local_azure(azure: LocalAzure) -> None:
    faulty(azure, unanswered_creates=("*/USERASSIGNEDIDENTITIES/*",))
    inputs = with_needs(azure, IDENTITY)

    with pytest.raises(UnansweredRequest, match="the connection was lost before Azure answered the creation of"):
        azure.create(IDENTITY, inputs)

    with pytest.raises(AzureError, match="cannot create already existing resource"):
        azure.create(IDENTITY, inputs)
    (found,) = (one for one in azure.world.resources.values() if one.token == IDENTITY)
    azure.delete(IDENTITY, found.id)
    assert azure.create(IDENTITY, inputs)[0] == found.id


def test_refused_status_read_leaves_the_change_made_and_happens_once_in_local_azure(azure: LocalAzure) -> None:
    faulty(azure, refused_status_reads=("*/registries/*",))
    inputs = with_needs(azure, REGISTRY)

    with pytest.raises(UnfinishedRequest, match="does not have authorization to perform the read of") as refused:
        azure.create(REGISTRY, inputs)

    assert (refused.value.status, refused.value.code) == (403, "AuthorizationFailed")
    assert azure.read(REGISTRY, refused.value.resource_id) is not None
    azure.update(REGISTRY, refused.value.resource_id, inputs)


def test_new_principal_is_found_by_cosmos_only_after_the_given_number_of_requests_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, COSMOS_DATABASE)
    inputs = with_needs(azure, COSMOS_ASSIGNMENT)
    faulty(azure, principal_replication=2)

    for _ in range(2):
        with pytest.raises(LateRefusal, match=r"provided principal ID \[.*\] was not found in the AAD tenant\(s\)"):
            azure.create(COSMOS_ASSIGNMENT, inputs)
    assert azure.create(COSMOS_ASSIGNMENT, inputs)[0]


@pytest.mark.parametrize(("principal_type", "refusals"), [(None, 2), ("ServicePrincipal", 0)])
def test_azure_looks_up_a_new_principal_only_without_its_type_in_local_azure(
    azure: LocalAzure, principal_type: str | None, refusals: int
) -> None:
    inputs = {**with_needs(azure, ROLE_ASSIGNMENT), "principalType": principal_type}
    faulty(azure, principal_replication=2)

    for _ in range(refusals):
        with pytest.raises(AzureError) as refused:
            azure.create(ROLE_ASSIGNMENT, inputs)
        assert refused.value.code == "PrincipalNotFound"
    assert azure.create(ROLE_ASSIGNMENT, inputs)[0]


def test_new_role_assignment_counts_only_after_the_given_number_of_requests_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, ROLE_ASSIGNMENT)
    faulty(azure, role_assignment_replication=3)

    allowed = [is_allowed(azure.world, outputs["principalId"], READ_GROUP) for _ in range(5)]

    assert allowed == [False, False, False, True, True]


def test_counts_of_faults_are_shared_by_the_processes_that_use_one_local_azure_state_file(tmp_path: Path) -> None:
    path, faults = tmp_path / "world.json", Faults(principal_replication=2)
    processes = [SharedWorld(path, faults=faults) for _ in range(3)]
    with processes[0].writing() as azure:
        make(azure, COSMOS_DATABASE)
        inputs = with_needs(azure, COSMOS_ASSIGNMENT)
    for process in processes[:2]:
        with pytest.raises(AzureError), process.writing() as azure:
            azure.create(COSMOS_ASSIGNMENT, inputs)

    with processes[2].writing() as azure:
        created, _ = azure.create(COSMOS_ASSIGNMENT, inputs)

    assert World.load(path).get(created) is not None


def test_creation_without_answer_is_saved_in_local_azures_state_file(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    shared = SharedWorld(path, faults=Faults(unanswered_creates=("*",)))

    with pytest.raises(UnansweredRequest), shared.writing() as azure:
        azure.create("azure-native:resources:ResourceGroup", {"resourceGroupName": "rg", "location": "westeurope"})

    assert set(World.load(path).resources) == {GROUP.lower()}


def test_local_run_fails_at_a_creation_without_answer_and_again_at_the_existing_resource(tmp_path: Path) -> None:
    faults = Faults(unanswered_creates=("*/userAssignedIdentities/agent",))
    path = tmp_path / "dev.json"

    first, second = deployed(path, faults), deployed(path, faults)

    assert ["connection was lost" in one.message for one in first.failures] == [True]
    assert ["already existing resource" in one.message for one in second.failures] == [True]


def test_local_preview_has_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"

    planned = deployed(path, Faults(unanswered_creates=("*",)), Operation.PREVIEW)

    assert planned.ok
    assert {step.op for step in planned.steps} == {Op.CREATE}


def test_local_run_takes_faults_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps({"unansweredCreates": ["*/resourceGroups/rg"]}))

    def program() -> None:
        group()

    result = run(program, project="tiny", stack="dev", config={}, operation=Operation.UP, path=tmp_path / "dev.json")

    assert ["connection was lost" in one.message for one in result.failures] == [True]


def test_faults_are_read_from_json() -> None:
    text = json.dumps(
        {
            "unansweredCreates": ["*/a"],
            "refusedStatusReads": ["*/b", "*/c"],
            "principalReplication": 2,
            "roleAssignmentReplication": 1,
        }
    )

    assert Faults.parse(text) == Faults(
        unanswered_creates=("*/a",),
        refused_status_reads=("*/b", "*/c"),
        principal_replication=2,
        role_assignment_replication=1,
    )
    assert Faults.parse(" ") == NO_FAULTS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"principalReplicaton": 1}', "no fault 'principalReplicaton'; did you mean 'principalReplication'?"),
        ('{"sudden": 1}', "no fault 'sudden'; known are unansweredCreates"),
        ('{"principalReplication": -1}', "principalReplication is -1, and not a number of requests"),
        ('{"principalReplication": true, "x": 1}', "principalReplication is True.*; no fault 'x'"),
        ('{"unansweredCreates": "*"}', "unansweredCreates is not a list of patterns"),
    ],
)
def test_invalid_faults_are_refused_with_every_mistake(text: str, words: str) -> None:
    with pytest.raises(FaultsError, match=words):
        Faults.parse(text)
