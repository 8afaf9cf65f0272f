"""Tests of the Pulumi provider protocol on local Azure, call by call."""

import re
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
import pulumi_azure_native
import pulumi_azuread
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2
from pulumi.runtime.proto import provider_pb2 as wire

from localazure.arm.resource_type import UNKNOWN
from localazure.fronts.values import unwrap
from tests.localazure.provider.calls import GROUP, IDENTITY, Engine, struct

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}
IDENTITY_INPUTS = struct(resourceGroupName="rg", resourceName="one", location="westeurope")


def test_local_azures_provider_handshake_accepts_secrets_but_no_output_values(engine: Engine) -> None:
    handshake = engine.plugin.Handshake(wire.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    configured = engine.plugin.Configure(wire.ConfigureRequest(acceptSecrets=True, acceptResources=True))

    assert handshake == wire.ProviderHandshakeResponse(accept_secrets=True)
    assert configured == wire.ConfigureResponse(acceptSecrets=True, supportsPreview=True)


def test_local_azures_provider_plugin_version_is_the_sdk_version(engine: Engine) -> None:
    assert engine.plugin.GetPluginInfo(Empty()).version == version("pulumi-azure-native")
    assert '"azure-native"' in engine.plugin.GetSchema(wire.GetSchemaRequest()).schema


def test_local_azures_provider_configuration_is_accepted_unchanged(engine: Engine) -> None:
    news = struct(location="westeurope", version="3.29.0")

    assert engine.plugin.CheckConfig(wire.CheckRequest(news=news)) == wire.CheckResponse(inputs=news)
    assert engine.plugin.DiffConfig(wire.DiffRequest(olds=news, news=struct())).changes == wire.DiffResponse.DIFF_NONE


def test_credential_in_the_configuration_of_local_azures_provider_is_refused_by_name(engine: Engine) -> None:
    checked = engine.plugin.CheckConfig(wire.CheckRequest(news=struct(clientSecret=SECRET, location="westeurope")))

    assert [failure.property for failure in checked.failures] == ["clientSecret"]
    assert "hidden" not in str(checked.failures)


@pytest.mark.parametrize("settings", [pulumi_azure_native.ProviderArgs, pulumi_azuread.ProviderArgs])
def test_every_credential_that_a_provider_of_the_sdks_takes_is_refused_in_its_configuration(
    engine: Engine, settings: type
) -> None:
    names = [name for name, each in vars(settings).items() if isinstance(each, property)]
    secret = [name for name in names if re.search("secret|certificate|password|token", name) and "url" not in name]
    spelled = {re.sub(r"_(\w)", lambda found: found[1].upper(), name) for name in secret}

    checked = engine.plugin.CheckConfig(wire.CheckRequest(news=struct(**dict.fromkeys(spelled, SECRET))))

    assert {failure.property for failure in checked.failures} == spelled
    assert "clientSecret" in spelled


def test_local_azures_provider_check_adds_default_name_and_location(engine: Engine) -> None:
    engine.group()

    checked = engine.check(IDENTITY, struct(resourceGroupName="rg"), name="one")

    inputs = unwrap(checked.inputs).values
    assert not checked.failures
    assert inputs["location"] == "westeurope"
    assert inputs["resourceName"].startswith("one")


def test_local_azures_provider_location_is_the_old_one_then_the_configured_one_then_the_groups(engine: Engine) -> None:
    engine.group()
    inputs = struct(resourceGroupName="rg")
    old = struct(location="uksouth")

    engine.plugin.Configure(wire.ConfigureRequest(args=struct(location="swedencentral")))
    new, known = (
        engine.plugin.Check(wire.CheckRequest(type=IDENTITY, name="one", news=inputs, olds=olds))
        for olds in (struct(), old)
    )
    engine.plugin.Configure(wire.ConfigureRequest(args=struct()))
    unset = engine.check(IDENTITY, inputs)
    of_group = engine.check(GROUP, struct(resourceGroupName="other"))
    unknown = engine.check(IDENTITY, struct(resourceGroupName=UNKNOWN))

    locations = [unwrap(one.inputs).values["location"] for one in (new, known, unset, unknown)]
    assert locations == ["swedencentral", "uksouth", "westeurope", UNKNOWN]
    (failure,) = of_group.failures
    assert (failure.property, "pulumi config set azure-native:location" in failure.reason) == ("location", True)


def test_local_azures_provider_check_reports_every_invalid_property(engine: Engine) -> None:
    checked = engine.check(IDENTITY, struct(tags=3, location=4))

    assert {failure.property for failure in checked.failures} == {"resourceGroupName", "tags", "location"}
    assert all(failure.reason for failure in checked.failures)


def test_local_azures_provider_create_stores_resource_and_returns_id_and_outputs(engine: Engine) -> None:
    engine.group()

    created = engine.create(IDENTITY, IDENTITY_INPUTS)

    stored = engine.world.get(created.id)
    assert stored is not None
    assert unwrap(created.properties).values == stored.outputs
    assert stored.outputs["principalId"] in engine.world.principals


def test_local_azures_provider_preview_marks_principal_id_unknown_and_writes_nothing(engine: Engine) -> None:
    created = engine.create(IDENTITY, IDENTITY_INPUTS, preview=True)

    outputs = unwrap(created.properties).values
    assert created.id == ""
    assert (outputs["principalId"], outputs["location"]) == (UNKNOWN, "westeurope")
    assert not engine.path.exists()


def test_local_azures_provider_read_and_check_do_not_write_the_state_file(engine: Engine) -> None:
    group = engine.group()
    before = engine.path.stat()

    engine.read(GROUP, group.id)
    engine.check(IDENTITY, struct(resourceGroupName="rg"))
    engine.create(IDENTITY, IDENTITY_INPUTS, preview=True)

    assert (engine.path.stat().st_ino, engine.path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_secret_inputs_stay_marked_secret_in_every_call_of_local_azures_provider(engine: Engine) -> None:
    inputs = struct(resourceGroupName="rg", location="westeurope", tags={"open": "x", "key": SECRET})
    secrets = {("tags", "key")}

    checked = engine.check(GROUP, inputs)
    previewed = engine.create(GROUP, inputs, preview=True)
    created = engine.create(GROUP, inputs)
    updated = engine.plugin.Update(
        wire.UpdateRequest(
            type=GROUP, id=created.id, olds=created.properties, old_inputs=checked.inputs, news=checked.inputs
        )
    )
    read = engine.read(GROUP, created.id, inputs=checked.inputs, properties=created.properties)

    assert unwrap(checked.inputs).secrets == secrets
    assert unwrap(previewed.properties).secrets == secrets
    assert unwrap(created.properties).secrets == secrets
    assert unwrap(updated.properties).secrets == secrets
    assert unwrap(read.inputs).secrets == secrets
    assert unwrap(read.properties).secrets == secrets


def test_refused_call_of_local_azures_provider_reports_azures_error_code_and_changes_nothing(engine: Engine) -> None:
    engine.group()
    before = engine.path.read_bytes()

    with pytest.raises(grpc.RpcError) as refusal:
        engine.create(IDENTITY, struct(resourceGroupName="elsewhere", resourceName="one", location="westeurope"))

    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    details = refusal.value.details() or ""
    assert details.startswith("ResourceGroupNotFound: ")
    assert "Traceback" not in details
    assert engine.path.read_bytes() == before


def test_local_azures_provider_refuses_unknown_resource_type_by_name(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match="azure-native:quantum:Workspace") as refusal:
        engine.check("azure-native:quantum:Workspace", struct())

    assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_local_azures_provider_refuses_asset_input_with_its_property_path(engine: Engine) -> None:
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "x"}

    with pytest.raises(grpc.RpcError, match=r"tags\.file: an asset"):
        engine.check(GROUP, struct(tags={"file": asset}))


def diff(engine: Engine, old: dict[str, object], new: dict[str, object]) -> wire.DiffResponse:
    fixed = {"resourceGroupName": "rg", "location": "westeurope"}
    return engine.plugin.Diff(
        wire.DiffRequest(type=GROUP, id="rg", old_inputs=struct(**fixed | old), news=struct(**fixed | new))
    )


def test_local_azures_provider_diff_of_equal_inputs_is_empty(engine: Engine) -> None:
    assert diff(engine, {"tags": {"a": "1"}}, {"tags": {"a": "1"}}).changes == wire.DiffResponse.DIFF_NONE


def test_local_azures_provider_diff_lists_each_property_as_added_updated_or_deleted(engine: Engine) -> None:
    answer = diff(engine, {"tags": {"a": "1", "b": "1"}}, {"tags": {"b": "2", "c": "3"}})

    assert answer.changes == wire.DiffResponse.DIFF_SOME
    assert list(answer.diffs) == ["tags"]
    assert list(answer.replaces) == []
    assert answer.hasDetailedDiff
    assert {path: change.kind for path, change in answer.detailedDiff.items()} == {
        "tags.a": wire.PropertyDiff.DELETE,
        "tags.b": wire.PropertyDiff.UPDATE,
        "tags.c": wire.PropertyDiff.ADD,
    }
    assert all(change.inputDiff for change in answer.detailedDiff.values())


def test_local_azures_provider_diff_of_immutable_property_requests_delete_before_replace(engine: Engine) -> None:
    answer = diff(engine, {}, {"resourceGroupName": "other"})

    assert list(answer.replaces) == ["resourceGroupName"]
    assert answer.deleteBeforeReplace
    assert {path: change.kind for path, change in answer.detailedDiff.items()} == {
        "resourceGroupName": wire.PropertyDiff.UPDATE_REPLACE
    }


def test_local_azures_provider_update_changes_stored_inputs_and_keeps_principal_id(engine: Engine) -> None:
    engine.group()
    created = engine.create(IDENTITY, IDENTITY_INPUTS)
    news = struct(resourceGroupName="rg", resourceName="one", location="westeurope", tags={"a": "1"})

    updated = engine.plugin.Update(wire.UpdateRequest(type=IDENTITY, id=created.id, olds=created.properties, news=news))

    before, after = unwrap(created.properties).values, unwrap(updated.properties).values
    assert after == before | {"tags": {"a": "1"}}
    assert engine.world.resources[created.id.lower()].outputs == after


def test_update_preview_by_local_azures_provider_keeps_known_outputs_and_writes_nothing(engine: Engine) -> None:
    engine.group()
    created = engine.create(IDENTITY, IDENTITY_INPUTS)
    before = engine.path.read_bytes()
    news = struct(resourceGroupName="rg", resourceName="one", location="westeurope", tags={"a": "1"})

    foreseen = engine.plugin.Update(
        wire.UpdateRequest(type=IDENTITY, id=created.id, olds=created.properties, news=news, preview=True)
    )

    known, outputs = unwrap(created.properties).values, unwrap(foreseen.properties).values
    assert (outputs["principalId"], outputs["tags"]) == (known["principalId"], {"a": "1"})
    assert engine.path.read_bytes() == before


def test_read_of_an_existing_resource_by_local_azures_provider_returns_inputs_and_outputs(engine: Engine) -> None:
    created = engine.group(tags={"a": "1"})
    inputs = struct(resourceGroupName="rg", location="westeurope", tags={"a": "1"})

    read = engine.read(GROUP, created.id, inputs=inputs, properties=created.properties)

    assert read == wire.ReadResponse(id=created.id, inputs=inputs, properties=created.properties)


def test_read_of_a_deleted_resource_by_local_azures_provider_returns_an_empty_response(engine: Engine) -> None:
    created = engine.group()
    engine.path.unlink()

    read = engine.read(GROUP, created.id, inputs=struct(location="westeurope"), properties=created.properties)

    assert read == wire.ReadResponse()
    assert not engine.path.exists()


def test_read_of_an_unknown_id_by_local_azures_provider_stores_it_as_created_outside_the_stack(engine: Engine) -> None:
    identifier = f"/subscriptions/{engine.world.subscription_id}/resourceGroups/theirs"

    read = engine.read(GROUP, identifier)

    adopted = engine.world.get(identifier)
    assert adopted is not None
    assert adopted.adopted
    assert read.id == identifier
    assert unwrap(read.properties).values == adopted.outputs


def test_local_azures_provider_delete_removes_resource_and_succeeds_when_repeated(engine: Engine) -> None:
    created = engine.group()
    request = wire.DeleteRequest(type=GROUP, id=created.id, properties=created.properties)

    engine.plugin.Delete(request)
    engine.plugin.Delete(request)

    assert engine.world.resources == {}


def test_function_result_of_local_azures_provider_is_secret_if_an_argument_is_secret(engine: Engine) -> None:
    token = "azure-native:authorization:getClientConfig"  # noqa: S105 (a function's name)

    plain = unwrap(getattr(engine.plugin.Invoke(wire.InvokeRequest(tok=token)), "return"))
    secret = unwrap(getattr(engine.plugin.Invoke(wire.InvokeRequest(tok=token, args=struct(a=SECRET))), "return"))

    assert plain.values["subscriptionId"] == engine.world.subscription_id
    assert plain.secrets == frozenset()
    assert secret.values == plain.values
    assert secret.secrets == {(name,) for name in plain.values}


def test_unknown_function_is_refused_by_name_by_local_azures_provider(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match="azure-native:storage:listStorageAccountKeys"):
        engine.plugin.Invoke(wire.InvokeRequest(tok="azure-native:storage:listStorageAccountKeys"))


def test_unsupported_protocol_calls_are_refused_by_name_by_local_azures_provider(engine: Engine) -> None:
    for call, words in [
        (lambda: engine.plugin.Parameterize(wire.ParameterizeRequest()), "parameterized packages"),
        (lambda: engine.plugin.Construct(wire.ConstructRequest(type="a:b:C")), "component 'a:b:C'"),
        (lambda: engine.plugin.Call(wire.CallRequest(tok="a:b:C/d")), "method 'a:b:C/d'"),
    ]:
        with pytest.raises(grpc.RpcError) as refusal:
            call()

        assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert refusal.value.details() == f"local Azure does not support {words}"


def test_concurrent_creates_through_local_azures_provider_are_all_stored(engine: Engine) -> None:
    engine.group()

    def make(number: int) -> str:
        inputs = struct(resourceGroupName="rg", resourceName=f"agent-{number}", location="westeurope")
        return engine.create(IDENTITY, inputs, name=f"agent-{number}").id

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(make, range(24)))

    assert {key for key in engine.world.resources if "/userassignedidentities/" in key} == {
        each.lower() for each in made
    }
    assert len(engine.world.principals) == 24


def test_local_azures_provider_cancel_stops_the_plugin(engine: Engine) -> None:
    engine.plugin.Cancel(Empty())

    assert engine.ended == [True]


def test_local_azures_provider_attach_call_is_accepted(engine: Engine) -> None:
    assert engine.plugin.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1")) == Empty()
