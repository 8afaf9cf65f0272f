"""Tests of App Configuration stores in local Azure: tiers and soft deletion."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import CONFIGURATION, CONFIGURATION_ID, SAMPLES, SETTING, make
from tests.localazure.services.refusals import refusal, update_refusal

_FREE: dict[str, object] = {"sku": {"name": "Free"}, "enablePurgeProtection": False}


def test_app_configuration_store_endpoint_is_in_local_azure_outputs(azure: LocalAzure) -> None:
    store, outputs = make(azure, CONFIGURATION, dataPlaneProxy={"authenticationMode": "Pass-through"})

    assert store == CONFIGURATION_ID
    assert outputs["endpoint"] == "https://network-dev7.azconfig.io"
    assert outputs["softDeleteRetentionInDays"] == 7
    assert outputs["dataPlaneProxy"] == {"authenticationMode": "Pass-through", "privateLinkDelegation": "Disabled"}


@pytest.mark.parametrize("name", ["four", "network---dev", "-network", "network-", "n" * 51])
def test_invalid_app_configuration_store_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, CONFIGURATION, configStoreName=name).code == "InvalidResourceName"


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"sku": {"name": "Large"}}, "known tiers are free, developer, standard, premium"),
        ({"sku": {"name": "Free"}}, "enablePurgeProtection is not available in the tier free"),
        ({**_FREE, "softDeleteRetentionInDays": 7}, "softDeleteRetentionInDays is not available in the tier free"),
        ({"softDeleteRetentionInDays": 8}, "allowed number of days is 1 to 7"),
        ({"softDeleteRetentionInDays": 0}, "allowed number of days is 1 to 7"),
    ],
)
def test_invalid_app_configuration_store_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], expected: str
) -> None:
    assert expected in refusal(azure, CONFIGURATION, **inputs).message


def test_app_configuration_store_retention_and_purge_protection_change_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    store, _ = make(azure, CONFIGURATION, softDeleteRetentionInDays=3)

    off = update_refusal(azure, CONFIGURATION, store, enablePurgeProtection=False)
    longer = update_refusal(azure, CONFIGURATION, store, softDeleteRetentionInDays=7)
    down = update_refusal(azure, CONFIGURATION, store, **_FREE)
    unsaid = azure.update(CONFIGURATION, store, SAMPLES[CONFIGURATION].inputs)

    assert off.code == longer.code == "InvalidProperty"
    assert "was set to 3 at creation" in longer.message
    assert "cannot change from tier standard to the lower tier free" in down.message
    assert unsaid["softDeleteRetentionInDays"] == 3


def test_free_app_configuration_store_can_be_upgraded_and_has_no_soft_delete_in_local_azure(azure: LocalAzure) -> None:
    store, before = make(azure, CONFIGURATION, **_FREE)
    azure.delete(CONFIGURATION, store)
    store, _ = make(azure, CONFIGURATION, **_FREE)

    after = azure.update(CONFIGURATION, store, SAMPLES[CONFIGURATION].inputs)

    assert (before["softDeleteRetentionInDays"], after["softDeleteRetentionInDays"]) == (0, 7)


def test_deleted_app_configuration_store_is_recovered_with_create_mode_recover_in_local_azure(
    azure: LocalAzure,
) -> None:
    nothing = refusal(azure, CONFIGURATION, createMode="Recover")
    store, _ = make(azure, CONFIGURATION)
    azure.delete(CONFIGURATION, store)

    _, outputs = make(azure, CONFIGURATION, createMode="Recover")

    assert "no deleted ConfigurationStore" in nothing.message
    assert "createMode" not in outputs


def test_app_configuration_store_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, CONFIGURATION)
    logs = [{"category": name, "enabled": True} for name in ("HttpRequest", "Audit")]

    assert len(make(azure, SETTING, resourceUri=CONFIGURATION_ID, logs=logs)[1]["logs"]) == 2


def test_app_configuration_store_created_outside_the_stack_has_an_endpoint_in_local_azure(azure: LocalAzure) -> None:
    assert azure.adopt(CONFIGURATION, CONFIGURATION_ID)["endpoint"] == "https://network-dev7.azconfig.io"
