"""Tests of models in local Azure: each region has the models and SKUs of the dated table, until they retire."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from manifest.model_availability import SKUS, model_table
from tests.localazure.samples import DEPLOYMENT, MODELS, make, with_needs
from tests.localazure.services.refusals import refusal, update_refusal

REGIONS = sorted(region for regions in model_table().areas.values() for region in regions)
VERSIONS = sorted((one.model, one.version) for one in model_table().versions.values() if one.regions)


GET_DEPLOYMENT = "azure-native:cognitiveservices:getDeployment"


def body(model: str, version: str | None, sku: str, capacity: int = 10) -> dict[str, Any]:
    named = {"format": "OpenAI", "name": model} | ({"version": version} if version else {})
    return {"sku": {"name": sku, "capacity": capacity}, "properties": {"model": named}}


def codes(azure: LocalAzure, inputs: dict[str, Any]) -> set[str]:
    try:
        azure.create(DEPLOYMENT, {**with_needs(azure, DEPLOYMENT), **inputs})
    except AzureError as error:
        return {error.code}
    return set()


@given(version=st.sampled_from(VERSIONS), sku=st.sampled_from(SKUS), region=st.sampled_from(REGIONS))
def test_model_deployment_is_refused_by_local_azure_exactly_where_the_table_lacks_sku_and_region(
    version: tuple[str, str], sku: str, region: str
) -> None:
    found, azure = model_table().find(*version), LocalAzure(World())
    make(azure, MODELS, location=region)

    refused = "InvalidResourceProperties" in codes(azure, body(*version, sku))

    assert found is not None
    assert refused is (region not in found.regions.get(sku, ()))


def test_model_deployment_in_a_region_without_its_sku_is_refused_with_the_message_of_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, DEPLOYMENT, **body("gpt-4.1", "2025-04-14", "Standard"))

    assert refused.code == "InvalidResourceProperties"
    assert "the specified SKU 'Standard' for model 'gpt-4.1 2025-04-14' is not supported in this region" in str(refused)
    assert str(model_table().date) in str(refused)


@pytest.mark.parametrize(
    "inputs",
    [body("gpt-99", "1", "Standard"), body("gpt-5.6-sol", "2099-01-01", "Standard"), body("x", None, "Standard")],
)
def test_model_that_the_table_does_not_have_is_deployed_by_local_azure(
    azure: LocalAzure, inputs: dict[str, Any]
) -> None:
    make(azure, DEPLOYMENT, **inputs)


def test_change_of_a_deployment_to_an_unavailable_sku_is_refused_by_local_azure(azure: LocalAzure) -> None:
    here, _ = make(azure, DEPLOYMENT)

    refused = update_refusal(azure, DEPLOYMENT, here, **body("gpt-5.6-luna", "2026-07-09", "Standard"))

    assert refused.code == "InvalidResourceProperties"


@pytest.mark.parametrize(
    ("version", "today", "code", "text"),
    [
        (
            ("gpt-4.1", "2025-04-14"),
            date(2026, 11, 29),
            "ServiceModelDeprecating",
            "is in deprecating state and cannot be",
        ),
        (
            ("gpt-4.1", "2025-04-14"),
            date(2027, 4, 14),
            "ServiceModelDeprecated",
            "has been deprecated since 04/14/2027",
        ),
        (("gpt-5", "2025-08-07"), date(2027, 2, 9), "ServiceModelDeprecated", "has been deprecated since 02/09/2027"),
    ],
)
def test_new_deployment_of_a_deprecated_or_retired_model_is_refused_by_local_azure(
    version: tuple[str, str], today: date, code: str, text: str
) -> None:
    refused = refusal(LocalAzure(World(), today=today), DEPLOYMENT, **body(*version, "GlobalStandard"))

    assert refused.code == code
    assert f"Format:OpenAI,Name:{version[0]},Version:{version[1]}" in str(refused)
    assert text in str(refused)


def test_existing_deployment_of_a_retired_model_is_kept_and_resized_by_local_azure() -> None:
    world = World()
    model = ("gpt-5", "2025-08-07", "GlobalStandard")
    here, _ = make(LocalAzure(world, today=date(2027, 2, 8)), DEPLOYMENT, **body(*model))
    later = LocalAzure(world, today=date(2027, 2, 9))

    outputs = later.update(DEPLOYMENT, here, {**with_needs(later, DEPLOYMENT), **body(*model, capacity=20)})

    assert outputs["properties"]["currentCapacity"] == 20
    assert update_refusal(later, DEPLOYMENT, here, **body("gpt-5-mini", *model[1:])).code == "ServiceModelDeprecated"


def test_model_deployment_is_returned_by_the_provider_function_of_local_azure(azure: LocalAzure) -> None:
    here, outputs = make(azure, DEPLOYMENT)
    named = {"resourceGroupName": "rg", "accountName": "network-openai-dev7", "deploymentName": "small"}

    found = azure.invoke(GET_DEPLOYMENT, named)

    assert (found["id"], found["name"], found["properties"]) == (here, "small", outputs["properties"])
    with pytest.raises(AzureError, match="ResourceNotFound"):
        azure.invoke(GET_DEPLOYMENT, {**named, "deploymentName": "other"})
