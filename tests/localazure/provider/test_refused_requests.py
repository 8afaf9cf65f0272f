"""Tests of the provider plugin when local Azure refuses a request: before a change, and the status of a change."""

from typing import Any, cast

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as wire
from pulumi.runtime.proto import status_pb2

from localazure.arm.permissions import Purpose, RequestCheck, RequestedOperation
from localazure.arm.world import World
from localazure.errors import AzureError
from tests.localazure.provider.calls import Engine, struct, urn

REGISTRY = "azure-native:containerregistry:Registry"
NAME = "/registries/networkdev7"
REFUSED: set[Purpose] = set()


@pytest.fixture
def request_check() -> RequestCheck:
    REFUSED.clear()

    def check(_world: World, act: RequestedOperation) -> None:
        if act.purpose in REFUSED:
            raise AzureError("AuthorizationFailed", f"no permission for '{act.operation}'", 403)

    return check


def create(engine: Engine) -> grpc.RpcError:
    """Return the error with which the creation of a registry is refused."""
    engine.group()
    inputs = struct(registryName="networkdev7", resourceGroupName="rg", location="westeurope", sku={"name": "Standard"})
    checked = engine.check(REGISTRY, inputs)
    with pytest.raises(grpc.RpcError) as raised:
        engine.plugin.Create(
            wire.CreateRequest(type=REGISTRY, name="one", urn=urn(REGISTRY, "one"), properties=checked.inputs)
        )
    return raised.value


def initialization_failure(error: grpc.RpcError) -> wire.ErrorResourceInitFailed | None:
    """Return the resource that the error of a creation has for the engine's state; None if it has none."""
    # The error of a call is the call itself, which has the metadata.
    metadata: dict[str, Any] = dict(cast("Any", error).trailing_metadata() or ())
    if "grpc-status-details-bin" not in metadata:
        return None
    found = wire.ErrorResourceInitFailed()
    (detail,) = status_pb2.Status.FromString(metadata["grpc-status-details-bin"]).details
    assert detail.Unpack(found)
    return found


def test_refused_status_of_a_creation_leaves_the_engine_the_resource_and_the_reason(engine: Engine) -> None:
    REFUSED.add(Purpose.STATUS)

    failure = initialization_failure(create(engine))

    assert failure is not None
    assert failure.id.endswith(NAME)
    assert failure.properties["loginServer"] == "networkdev7.azurecr.io"
    assert "registries/operationStatuses/read" in failure.reasons[0]
    assert [one for one in engine.world.resources if one.endswith(NAME)]


@pytest.mark.parametrize("purpose", [Purpose.READ, Purpose.WRITE])
def test_refused_request_before_a_creation_leaves_nothing(engine: Engine, purpose: Purpose) -> None:
    engine.group()
    REFUSED.add(purpose)
    inputs = struct(registryName="networkdev7", resourceGroupName="rg", location="westeurope", sku={"name": "Standard"})

    with pytest.raises(grpc.RpcError) as raised:
        engine.create(REGISTRY, inputs)

    assert initialization_failure(raised.value) is None
    assert [one for one in engine.world.resources if one.endswith(NAME)] == []


def test_refused_status_of_a_deletion_is_an_error_and_the_next_deletion_succeeds(engine: Engine) -> None:
    engine.group()
    inputs = struct(registryName="networkdev7", resourceGroupName="rg", location="westeurope", sku={"name": "Standard"})
    made = engine.create(REGISTRY, inputs)
    request = wire.DeleteRequest(id=made.id, type=REGISTRY, name="one", urn=urn(REGISTRY, "one"))
    REFUSED.add(Purpose.STATUS)

    with pytest.raises(grpc.RpcError, match="locations/operationResults/read"):
        engine.plugin.Delete(request)
    assert [one for one in engine.world.resources if one.endswith(NAME)] == []

    engine.plugin.Delete(request)
