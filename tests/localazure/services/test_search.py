"""Tests of Azure AI Search services in local Azure, and role assignments at their indexes."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import (
    IDENTITY,
    ROLE_ASSIGNMENT,
    SEARCH,
    SEARCH_ID,
    SETTING,
    make,
    role_id,
)
from tests.localazure.services.refusals import refusal, update_refusal


def test_search_service_endpoint_is_in_local_azure_outputs(azure: LocalAzure) -> None:
    service, outputs = make(azure, SEARCH, disableLocalAuth=True)

    assert service == SEARCH_ID
    assert outputs["endpoint"] == "https://network-dev7.search.windows.net"
    assert (outputs["status"], outputs["provisioningState"]) == ("running", "succeeded")
    assert "authOptions" not in outputs


def test_search_service_default_authentication_is_api_key_only_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, SEARCH)

    assert (outputs["disableLocalAuth"], outputs["authOptions"]) == (False, {"apiKeyOnly": {}})


@pytest.mark.parametrize("name", ["Network", "network--dev", "-network", "n-etwork", "network-", "n", "n" * 61])
def test_invalid_search_service_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, SEARCH, searchServiceName=name).code == "InvalidServiceName"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"disableLocalAuth": True, "authOptions": {"aadOrApiKey": {}}}, "authOptions cannot be given"),
        ({"disableLocalAuth": True, "authOptions": {}}, "authOptions cannot be given"),
        ({"authOptions": {"aadOrApiKey": {}, "apiKeyOnly": {}}}, "give only one of them"),
        ({"sku": None}, "sku.name is missing"),
        ({"replicaCount": 4}, "the tier basic allows at most 3"),
        ({"partitionCount": 4}, "the tier basic allows 1, 2, 3"),
        ({"sku": {"name": "free"}, "replicaCount": 2}, "the tier free allows at most 1"),
        ({"sku": {"name": "standard"}, "partitionCount": 5}, "the tier standard allows 1, 2, 3, 4, 6, 12"),
        ({"sku": {"name": "standard"}, "partitionCount": 12, "replicaCount": 4}, "more than 36 search units"),
        ({"sku": {"name": "standard"}, "hostingMode": "HighDensity"}, "needs the tier standard3"),
    ],
)
def test_invalid_search_service_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], expected: str
) -> None:
    assert expected in refusal(azure, SEARCH, **inputs).message


def test_second_free_search_service_in_subscription_is_refused_by_local_azure(azure: LocalAzure) -> None:
    service, _ = make(azure, SEARCH, sku={"name": "free"})

    refused = refusal(azure, SEARCH, searchServiceName="another", sku={"name": "free"})

    assert refused.code == "ServiceQuotaExceeded"
    azure.delete(SEARCH, service)
    assert make(azure, SEARCH, searchServiceName="another", sku={"name": "free"})[1]["status"] == "running"


def test_search_service_tier_change_is_accepted_only_between_compatible_tiers_in_local_azure(azure: LocalAzure) -> None:
    service, before = make(azure, SEARCH)
    inputs, _ = azure.read(SEARCH, service) or ({}, {})

    after = azure.update(SEARCH, service, {**inputs, "sku": {"name": "standard"}})

    assert after["eTag"] != before["eTag"]
    assert "only between basic" in str(update_refusal(azure, SEARCH, service, sku={"name": "storage_optimized_l1"}))
    assert "computeType cannot be changed" in str(update_refusal(azure, SEARCH, service, computeType="Confidential"))


def test_role_assignment_on_search_index_that_does_not_exist_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    index, reader = f"{SEARCH_ID}/indexes/articles", role_id("Search Index Data Reader")

    missing = refusal(azure, ROLE_ASSIGNMENT, scope=index, roleDefinitionId=reader)
    make(azure, SEARCH)
    unheard_of = refusal(azure, ROLE_ASSIGNMENT, scope=f"{SEARCH_ID}/documents/one")
    _, outputs = make(azure, ROLE_ASSIGNMENT, scope=index, roleDefinitionId=reader)

    assert missing.code == unheard_of.code == "ResourceNotFound"
    assert outputs["scope"] == index


def test_role_on_index_of_search_service_created_outside_the_stack_is_accepted_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, IDENTITY)
    adopted = azure.adopt(SEARCH, SEARCH_ID)

    _, outputs = make(azure, ROLE_ASSIGNMENT, scope=f"{SEARCH_ID}/indexes/articles")

    assert adopted["endpoint"] == "https://network-dev7.search.windows.net"
    assert outputs["scope"].endswith("/indexes/articles")


def test_search_service_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(azure: LocalAzure) -> None:
    make(azure, SEARCH)

    _, outputs = make(azure, SETTING, resourceUri=SEARCH_ID, logs=[{"category": "OperationLogs", "enabled": True}])

    assert outputs["logs"] == [{"category": "OperationLogs", "enabled": True}]
