"""Tests of asynchronous requests to local Azure: which operations a change requires, and a status that is refused."""

from dataclasses import dataclass, field

import pytest

from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.resource_type import ResourceType
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.errors import AzureError, UnfinishedRequest
from localazure.services import catalogue
from tests.localazure.samples import (
    APP,
    BUS_QUEUE,
    CLUSTER,
    COSMOS_ASSIGNMENT,
    ENVIRONMENT_ID,
    GROUP,
    IDENTITY,
    IDENTITY_ID,
    PODS,
    REGISTRY,
    REGISTRY_ID,
    SAMPLES,
    SETTING,
    make,
    with_needs,
)

ASYNCHRONOUS = [kind for kind in catalogue() if kind.token in SAMPLES and kind.asynchronous.write]
DELETED_ASYNCHRONOUSLY = [kind for kind in catalogue() if kind.token in SAMPLES and kind.asynchronous.delete]


@dataclass
class Requests:
    """Records the requests to local Azure, and refuses those of some purposes."""

    refused: set[Purpose] = field(default_factory=set[Purpose])
    seen: list[RequestedOperation] = field(default_factory=list[RequestedOperation])

    def __call__(self, _world: World, act: RequestedOperation) -> None:
        self.seen.append(act)
        if act.purpose in self.refused:
            raise AzureError("AuthorizationFailed", act.operation, 403)

    def operations(self) -> list[str]:
        found = [act.operation for act in self.seen]
        self.seen.clear()
        return found


@pytest.fixture
def requests() -> Requests:
    return Requests()


@pytest.fixture
def azure(requests: Requests) -> LocalAzure:
    return LocalAzure(World(), request_check=requests)


def created(azure: LocalAzure, requests: Requests, token: str) -> tuple[str, list[str]]:
    inputs = with_needs(azure, token)
    requests.seen.clear()
    identifier, _ = azure.create(token, inputs)
    return identifier, requests.operations()


def test_creation_reads_whether_the_resource_exists_writes_reads_the_status_and_reads_the_resource(
    azure: LocalAzure, requests: Requests
) -> None:
    registry, required = created(azure, requests, REGISTRY)
    kind = "Microsoft.ContainerRegistry/registries"

    assert required == [f"{kind}/read", f"{kind}/write", f"{kind}/operationStatuses/read", f"{kind}/read"]
    azure.update(REGISTRY, registry, azure.world.resources[registry.lower()].inputs)
    assert requests.operations() == required[1:]
    azure.delete(REGISTRY, registry)
    assert requests.operations() == [f"{kind}/delete", "Microsoft.ContainerRegistry/locations/operationResults/read"]


def test_status_in_a_region_is_read_with_a_permission_in_the_resource_group(
    azure: LocalAzure, requests: Requests
) -> None:
    _, required = created(azure, requests, COSMOS_ASSIGNMENT)
    azure.create(REGISTRY, with_needs(azure, REGISTRY))
    statuses = [act for act in requests.seen if act.purpose is Purpose.STATUS]

    assert required[2:4] == [
        "Microsoft.DocumentDB/locations/operationsStatus/read",
        "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/operationResults/read",
    ]
    assert [act.place for act in statuses if "/locations/" in act.path] == []
    assert all(act.place.startswith(f"{REGISTRY_ID}/operationStatuses/") for act in statuses)
    azure.delete(REGISTRY, REGISTRY_ID)
    (deleted,) = [act for act in requests.seen if "/locations/westeurope/operationResults/" in act.path]
    assert deleted.place == GROUP


def test_writing_an_app_requires_joining_its_environment_and_assigning_its_identities(
    azure: LocalAzure, requests: Requests
) -> None:
    app, _ = make(azure, APP)
    make(azure, IDENTITY)
    requests.seen.clear()
    inputs = azure.world.resources[app.lower()].inputs
    azure.update(APP, app, {**inputs, "identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]}})

    linked = {(act.operation, act.place) for act in requests.seen if act.purpose is Purpose.LINK}
    assert linked == {
        ("Microsoft.App/managedEnvironments/join/action", ENVIRONMENT_ID),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", IDENTITY_ID),
    }


def test_diagnostic_setting_requires_the_keys_of_its_workspace(azure: LocalAzure, requests: Requests) -> None:
    _, required = created(azure, requests, SETTING)

    assert required.count("Microsoft.OperationalInsights/workspaces/sharedKeys/action") == 1


def test_kubernetes_deployment_requires_data_actions_on_it_and_on_what_its_client_waits_for(
    azure: LocalAzure, requests: Requests
) -> None:
    make(azure, CLUSTER)
    _, required = created(azure, requests, PODS)
    inside = "Microsoft.ContainerService/managedClusters"

    watched = ("apps/deployments", "apps/replicasets", "events", "persistentvolumeclaims", "pods")
    assert set(required) == {f"{inside}/apps/deployments/write", *(f"{inside}/{each}/read" for each in watched)}


def test_synchronous_types_read_no_status(azure: LocalAzure, requests: Requests) -> None:
    _, required = created(azure, requests, BUS_QUEUE)

    assert {operation.rpartition("/")[2] for operation in required} == {"read", "write"}
    assert not [operation for operation in required if "operation" in operation.lower()]


@pytest.mark.parametrize("kind", ASYNCHRONOUS, ids=lambda kind: kind.token)
def test_refused_status_of_a_creation_is_an_error_although_azure_keeps_the_resource(
    azure: LocalAzure, requests: Requests, kind: ResourceType
) -> None:
    inputs = with_needs(azure, kind.token)
    requests.refused = {Purpose.STATUS}

    with pytest.raises(UnfinishedRequest, match=r"AuthorizationFailed: .*/read \(Azure made the change of") as raised:
        azure.create(kind.token, inputs)

    requests.refused = set()
    known = azure.read(kind.token, raised.value.resource_id)
    assert known is not None
    assert known[1] == raised.value.outputs


@pytest.mark.parametrize("kind", DELETED_ASYNCHRONOUSLY, ids=lambda kind: kind.token)
def test_refused_status_of_a_deletion_is_an_error_although_the_resource_is_gone(
    azure: LocalAzure, requests: Requests, kind: ResourceType
) -> None:
    identifier, _ = make(azure, kind.token)
    requests.refused = {Purpose.STATUS}

    with pytest.raises(UnfinishedRequest):
        azure.delete(kind.token, identifier)

    requests.refused = set()
    assert azure.read(kind.token, identifier) is None


def test_refused_read_before_a_creation_makes_nothing(azure: LocalAzure, requests: Requests) -> None:
    inputs = with_needs(azure, REGISTRY)
    requests.refused = {Purpose.READ}

    with pytest.raises(AzureError, match="registries/read"):
        azure.create(REGISTRY, inputs)

    assert azure.world.get(REGISTRY_ID) is None
