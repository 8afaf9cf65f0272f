"""Tests of resource groups in local Azure."""

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import APP, GROUP, RESOURCE_GROUP, make
from tests.localazure.services.refusals import refusal


@pytest.mark.parametrize("name", ["ends.", "a*b", "x" * 91])
def test_invalid_resource_group_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    refused = refusal(azure, RESOURCE_GROUP, resourceGroupName=name)

    assert refused.code == "InvalidResourceGroup"
    assert name in refused.message


def test_resource_group_location_change_is_refused_by_local_azure(azure: LocalAzure) -> None:
    group, _ = make(azure, RESOURCE_GROUP)

    with pytest.raises(AzureError, match="InvalidResourceGroupLocation"):
        azure.update(RESOURCE_GROUP, group, {"resourceGroupName": "rg", "location": "northeurope"})


def test_locations_that_differ_in_case_and_blanks_are_equal_in_local_azure(azure: LocalAzure) -> None:
    group, outputs = make(azure, RESOURCE_GROUP)
    spelled = {"resourceGroupName": "rg", "location": "West Europe"}

    assert azure.diff(RESOURCE_GROUP, {"resourceGroupName": "rg", "location": "westeurope"}, spelled).changed == ()
    assert azure.update(RESOURCE_GROUP, group, spelled) == outputs


def test_deleting_resource_group_deletes_its_resources_in_local_azure(azure: LocalAzure) -> None:
    make(azure, APP)

    azure.delete(RESOURCE_GROUP, GROUP.upper())

    assert azure.world.resources == {}
    assert azure.world.principals == {}
