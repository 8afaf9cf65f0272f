"""Contract tests that every resource type of local Azure must pass."""

import copy
import importlib
import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import pytest

from localazure.arm.api_types import arm_type
from localazure.arm.outputs import preview_outputs
from localazure.arm.property_paths import ABSENT, ANY, Path, parse, value_at, with_value_at
from localazure.arm.resource_type import UNKNOWN, ResourceType
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.errors import AzureError, InvalidInputs, UnknownType
from localazure.services import catalogue
from tests.localazure.samples import RESOURCE_GROUP, SAMPLES, make, with_needs

# A type without a sample fails only the test that requires one.
TYPES = {kind.token: kind for kind in catalogue() if kind.token in SAMPLES}

every_type = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
every_created_type = pytest.mark.parametrize(
    "kind", [kind for kind in TYPES.values() if not kind.singleton], ids=lambda kind: kind.token
)

# What Azure leaves out where there is nothing to say, although the SDK calls it required.
LEFT_OUT = {
    "deployment_errors",
    # storage accounts without a second region, and without policies of their own
    *("account_migration_in_progress", "failover_in_progress", "is_sku_conversion_blocked", "blob_restore_status"),
    *("secondary_endpoints", "secondary_location", "status_of_secondary", "geo_replication_stats"),
    *("last_geo_failover_time", "custom_domain", "key_policy", "sas_policy"),
    # blob containers that are neither deleted, leased nor locked
    *("deleted_time", "version", "lease_duration", "immutability_policy", "legal_hold"),
    # service accounts that say nothing of tokens, pulls and secrets
    *("automount_service_account_token", "image_pull_secrets", "secrets"),
    # Cosmos DB accounts without a key of the customer's
    "key_vault_key_uri_version",
}


def test_every_resource_type_of_local_azure_has_exactly_one_sample() -> None:
    assert set(SAMPLES) == {kind.token for kind in catalogue()}, "add the sample to tests/localazure/samples.py"


def test_unknown_resource_type_is_refused_by_name_by_local_azure(azure: LocalAzure) -> None:
    token = "azure-native:compute:VirtualMachine"  # noqa: S105 (a type token)

    for call in (
        lambda: azure.check(token, {}, name="one"),
        lambda: azure.create(token, {}),
        lambda: azure.read(token, "/subscriptions/x"),
        lambda: azure.adopt(token, "/subscriptions/x"),
        lambda: azure.invoke("azure-native:storage:listStorageAccountKeys", {}),
    ):
        with pytest.raises(UnknownType, match=r"virtualMachine|listStorageAccountKeys|VirtualMachine"):
            call()


@every_type
def test_every_azure_native_type_of_local_azure_has_a_published_api_type(kind: ResourceType) -> None:
    assert (arm_type(kind) is not None) == kind.token.startswith("azure-native:")


@every_type
def test_resource_outputs_contain_only_inputs_and_computed_outputs_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    inputs = with_needs(azure, kind.token)

    _, outputs = azure.create(kind.token, inputs)

    about = {"name", "type", "azureApiVersion"} if arm_type(kind) else set[str]()
    echoed = {
        path
        for path in leaves(inputs)
        if path[0] not in kind.unechoed_path_inputs and not covered(kind.write_only, path)
    }
    assert {path[0] for path in leaves(outputs)} <= (
        {path[0] for path in echoed} | about | {parse(path)[0] for path in kind.outputs}
    )
    computed = (*kind.outputs, *kind.rewrites, "identity", *about)
    assert {path for path in leaves(outputs) if not covered(computed, path)} == {
        path for path in echoed if not covered(computed, path)
    }
    assert about <= outputs.keys()


@every_type
def test_local_azure_returns_every_output_required_by_the_sdk_except_those_that_azure_leaves_out(
    azure: LocalAzure, kind: ResourceType
) -> None:
    _, outputs = make(azure, kind.token)

    assert required_of(sdk_class(kind)) - {snake(name) for name in outputs} <= LEFT_OUT


@every_type
def test_every_output_of_a_local_azure_resource_exists_in_the_sdk_class(azure: LocalAzure, kind: ResourceType) -> None:
    if kind.token.startswith("pulumi:providers:"):
        pytest.skip("the class of a provider does not declare its outputs")
    _, outputs = make(azure, kind.token)

    assert {snake(name) for name in outputs} <= {name for name, _ in outputs_of(sdk_class(kind))}


@every_type
def test_first_preview_returns_inputs_and_marks_computed_outputs_unknown_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    inputs = with_needs(azure, kind.token)
    _, outputs = azure.create(kind.token, inputs)

    preview = azure.preview_outputs(kind.token, inputs, None)

    assert set(preview) == set(outputs)
    for path in kind.outputs:
        given = value_at(inputs, parse(path))
        if ANY not in parse(path) and value_at(outputs, parse(path)) is not ABSENT and given is ABSENT:
            place = parse(path)
            assert any(value_at(preview, place[: depth + 1]) == UNKNOWN for depth in range(len(place))), path


@every_type
def test_preview_without_changes_marks_only_volatile_outputs_unknown_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    inputs = with_needs(azure, kind.token)
    _, outputs = azure.create(kind.token, inputs)

    preview = azure.preview_outputs(kind.token, inputs, outputs)

    unknown = {path for path in leaves(preview) if value_at(preview, path) == UNKNOWN}
    assert unknown <= {path for path in leaves(preview) if covered(kind.volatile, path)}


@every_type
def test_preview_accepts_inputs_with_unknown_values_in_local_azure(kind: ResourceType) -> None:
    inputs = dict.fromkeys(SAMPLES[kind.token].inputs, UNKNOWN)

    preview = preview_outputs(kind, inputs, None)

    left_out = {*kind.unechoed_path_inputs, *kind.write_only, "identity"}
    assert {preview[name] for name in inputs if name not in left_out} <= {UNKNOWN}


@every_type
def test_unknown_input_property_is_refused_by_name_by_local_azure(azure: LocalAzure, kind: ResourceType) -> None:
    inputs = {**with_needs(azure, kind.token), "colour": "blue"}

    with pytest.raises(InvalidInputs) as refused:
        azure.check(kind.token, inputs, name="sample")
    assert [violation.path for violation in refused.value.violations] == ["colour"]
    with pytest.raises(InvalidInputs, match=r"colour: no such property"):
        azure.create(kind.token, inputs)


@every_type
def test_change_of_name_location_or_immutable_input_forces_replacement_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    inputs = with_needs(azure, kind.token)
    changes = {name: f"{inputs[name]}-2" for name in kind.path_inputs}
    changes |= {"location": "northeurope"} if "location" in inputs else {}
    changes |= SAMPLES[kind.token].changes

    assert set(kind.immutable) <= set(changes)
    for path, value in changes.items():
        top, *rest = parse(path)
        new = {**inputs, str(top): with_value_at(inputs.get(str(top)), tuple(rest), value)}
        difference = azure.diff(kind.token, inputs, new)

        assert path in difference.replaces
        assert difference.delete_before_replace is not kind.create_before_delete


@every_type
def test_change_of_tags_does_not_force_replacement_in_local_azure(azure: LocalAzure, kind: ResourceType) -> None:
    inputs = with_needs(azure, kind.token)

    assert azure.diff(kind.token, inputs, {**inputs, "tags": {"owner": "platform"}}).replaces == ()
    assert azure.diff(kind.token, inputs, copy.deepcopy(inputs)).changed == ()


@every_created_type
def test_creating_an_existing_resource_is_refused_by_local_azure(azure: LocalAzure, kind: ResourceType) -> None:
    make(azure, kind.token)
    before = azure.world.copy()

    if SAMPLES[kind.token].repeatable:
        pytest.skip("Entra chooses the id, and makes another one")
    with pytest.raises(AzureError) as refused:
        azure.create(kind.token, azure.check(kind.token, SAMPLES[kind.token].inputs, name="sample"))
    assert (refused.value.code, azure.world) == (SAMPLES[kind.token].code, before)


@every_type
def test_update_without_changes_returns_the_same_outputs_in_local_azure(azure: LocalAzure, kind: ResourceType) -> None:
    resource_id, outputs = make(azure, kind.token)
    inputs = azure.check(kind.token, SAMPLES[kind.token].inputs, name="sample")

    assert azure.update(kind.token, resource_id, inputs) == outputs


@every_created_type
def test_deleting_removes_the_resource_and_succeeds_again_when_repeated_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    resource_id, _ = make(azure, kind.token)

    azure.delete(kind.token, resource_id)
    azure.delete(kind.token, resource_id)

    assert azure.read(kind.token, resource_id) is None


@every_type
def test_deleting_resource_group_deletes_all_resources_except_extension_resources_in_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    make(azure, kind.token)
    group, _ = make(azure, RESOURCE_GROUP)

    azure.delete(RESOURCE_GROUP, group)

    left = {resource.token for resource in azure.world.resources.values() if resource.id.startswith(group)}
    assert left == ({kind.token} if kind.outlives_parent else set())
    assert [one for one in azure.world.principals.values() if one.owner.startswith(group)] == []


@pytest.mark.parametrize(
    "kind", [kind for kind in TYPES.values() if "resourceGroupName" in kind.path_inputs], ids=lambda kind: kind.token
)
def test_creating_resource_in_missing_resource_group_is_refused_by_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    if kind.name_input == "resourceGroupName":
        pytest.skip("a group is in no group")

    with pytest.raises(AzureError) as refused:
        azure.create(kind.token, {**SAMPLES[kind.token].inputs, "resourceGroupName": "elsewhere"})

    assert (refused.value.code, refused.value.status) == ("ResourceGroupNotFound", 404)
    assert azure.world == World()


@pytest.mark.parametrize(
    "kind", [kind for kind in TYPES.values() if len(kind.path_inputs) > 2], ids=lambda kind: kind.token
)
def test_creating_resource_in_missing_parent_is_refused_by_local_azure(azure: LocalAzure, kind: ResourceType) -> None:
    make(azure, RESOURCE_GROUP)

    with pytest.raises(AzureError, match="because the parent resource"):
        azure.create(kind.token, SAMPLES[kind.token].inputs)


@pytest.mark.parametrize("kind", [kind for kind in TYPES.values() if kind.name_taken_code], ids=lambda kind: kind.token)
def test_globally_unique_name_in_use_in_another_group_is_refused_by_local_azure(
    azure: LocalAzure, kind: ResourceType
) -> None:
    make(azure, kind.token)
    azure.create(RESOURCE_GROUP, {"resourceGroupName": "other", "location": "westeurope"})

    with pytest.raises(AzureError) as refused:
        azure.create(kind.token, {**SAMPLES[kind.token].inputs, "resourceGroupName": "other"})

    assert (refused.value.code, refused.value.status) == (kind.name_taken_code, kind.name_taken_status)


@pytest.mark.parametrize("kind", [kind for kind in TYPES.values() if kind.soft_deletion], ids=lambda kind: kind.token)
def test_soft_deleted_resource_keeps_its_name_taken_in_local_azure(
    azure: LocalAzure, kind: ResourceType, tmp_path: File
) -> None:
    resource_id, _ = make(azure, kind.token)
    azure.delete(kind.token, resource_id)
    azure.world.save(tmp_path / "dev.json")

    with pytest.raises(AzureError) as refused:
        LocalAzure(World.load(tmp_path / "dev.json")).create(kind.token, SAMPLES[kind.token].inputs)

    assert kind.soft_deletion is not None
    assert (refused.value.code, refused.value.status) == (kind.soft_deletion.code, 409)


@every_type
def test_local_azure_state_is_equal_after_saving_and_loading(
    azure: LocalAzure, kind: ResourceType, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("world") / "dev.json"
    resource_id, _ = make(azure, kind.token)

    azure.world.save(path)

    read = World.load(path)
    assert read == azure.world
    again = LocalAzure(read)
    if not (kind.singleton or SAMPLES[kind.token].repeatable):
        with pytest.raises(AzureError):
            again.create(kind.token, SAMPLES[kind.token].inputs)
    again.delete(kind.token, resource_id)
    azure.delete(kind.token, resource_id)
    assert again.world == azure.world


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 (any JSON value)
    """Return the paths of the innermost properties of a value; an empty block counts as one property."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path


def covered(patterns: tuple[str, ...], path: Path) -> bool:
    """Report if a property path equals one of the given paths, is inside one, or contains one."""
    return any(
        all(want in (ANY, step) for want, step in zip(parse(pattern), path, strict=False)) for pattern in patterns
    )


def sdk_class(kind: ResourceType) -> type:
    if kind.token.startswith("pulumi-python:"):
        pytest.skip("the class of a dynamic resource is the program's own")
    package, module, name = kind.token.split(":")
    if "kubernetes" in kind.token:
        called = "" if package == "pulumi" else f".{module.replace('.k8s.io', '').replace('/', '.')}"
        sdk = pytest.importorskip(
            f"pulumi_kubernetes{called}", reason="a program without clusters needs no SDK for them"
        )
        return getattr(sdk, "Provider" if package == "pulumi" else name)
    if package == "azuread":
        return getattr(importlib.import_module("pulumi_azuread"), name)
    return getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)


def outputs_of(cls: type) -> Iterator[tuple[str, str]]:
    """Return the output properties of a Pulumi SDK class, with their types as written in the class."""
    for each in vars(cls).values():
        if isinstance(each, property) and each.fget is not None:
            yield each.fget.__name__, str(each.fget.__annotations__["return"])


def required_of(cls: type) -> set[str]:
    return {name for name, annotation in outputs_of(cls) if "Optional" not in annotation}


def snake(name: str) -> str:
    """Convert a property name to the SDK's Python form in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
