"""Tests of `azure-native:location`, the region that azure-native gives to resources without a location."""

from collections.abc import Callable

import pulumi
import pytest
from pulumi_azure_native import app, monitor, operationalinsights, resources, storage

from localazure.run import RunResult
from tests.localazure.run.programs import preview, up


def tutorial() -> None:
    """Register the resources with which most tutorials of Pulumi begin: a group without a location, and its use."""
    group = resources.ResourceGroup("orders")
    account = storage.StorageAccount(
        "orders",
        resource_group_name=group.name,
        location=group.location,
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_LRS"),
    )
    environment = app.ManagedEnvironment("orders", resource_group_name=group.name)
    app.ContainerApp(
        "shop",
        resource_group_name=group.name,
        managed_environment_id=environment.id,
        template=app.TemplateArgs(containers=[app.ContainerArgs(name="main", image="contoso.example/shop:1.0")]),
    )
    workspace = operationalinsights.Workspace("orders", resource_group_name=group.name)
    monitor.DiagnosticSetting(
        "logs",
        resource_uri=account.id.apply(lambda known: f"{known.strip('/')}/blobServices/default"),
        workspace_id=workspace.id,
        logs=[monitor.DiagnosticsLogSettingsArgs(category="StorageRead", enabled=True)],
    )
    pulumi.export("where", group.location)


@pytest.mark.parametrize("run", [up, preview])
def test_resources_without_location_get_the_configured_location_in_local_azure(
    run: Callable[..., RunResult],
) -> None:
    result = run(tutorial, location="swedencentral")

    assert result.ok, result.failures
    assert result.outputs == {"where": "swedencentral"}
    located = {one.token.rpartition(":")[2]: one.outputs.get("location") for one in result.world.resources.values()}
    expected = ("ResourceGroup", "StorageAccount", "ManagedEnvironment", "ContainerApp", "Workspace")
    assert located == dict.fromkeys(expected, "swedencentral") | {"DiagnosticSetting": None}


def test_resource_group_without_any_location_is_refused_in_local_azure() -> None:
    failure = up(tutorial).failures[0]

    assert "location: is required and missing" in failure.message
    assert "pulumi config set azure-native:location <region>" in failure.message
