"""App Configuration stores: tiers, and what is kept of a store that was deleted."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import CONFIGURATION, CONFIGURATION_ID, SAMPLES, SETTING, make
from tests.localazure.services.refusals import refusal, update_refusal

_FREE: dict[str, object] = {"sku": {"name": "Free"}, "enablePurgeProtection": False}


def test_clients_find_a_store_by_its_endpoint(azure: LocalAzure) -> None:
    store, outputs = make(azure, CONFIGURATION, dataPlaneProxy={"authenticationMode": "Pass-through"})

    assert store == CONFIGURATION_ID
    assert outputs["endpoint"] == "https://network-dev7.azconfig.io"
    assert outputs["softDeleteRetentionInDays"] == 7
    assert outputs["dataPlaneProxy"] == {"authenticationMode": "Pass-through", "privateLinkDelegation": "Disabled"}


@pytest.mark.parametrize("name", ["four", "network---dev", "-network", "network-", "n" * 51])
def test_a_name_that_azure_cannot_take_is_refused(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, CONFIGURATION, configStoreName=name).code == "InvalidResourceName"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"sku": {"name": "Large"}}, "known are free, developer, standard, premium"),
        ({"sku": {"name": "Free"}}, "enablePurgeProtection is not available in the tier free"),
        ({**_FREE, "softDeleteRetentionInDays": 7}, "softDeleteRetentionInDays is not available in the tier free"),
        ({"softDeleteRetentionInDays": 8}, "allowed are 1 to 7"),
        ({"softDeleteRetentionInDays": 0}, "allowed are 1 to 7"),
    ],
)
def test_a_store_that_azure_cannot_make_is_refused(azure: LocalAzure, inputs: dict[str, object], said: str) -> None:
    assert said in refusal(azure, CONFIGURATION, **inputs).message


def test_a_store_stays_recoverable_for_as_long_as_it_was_made(azure: LocalAzure) -> None:
    store, _ = make(azure, CONFIGURATION, softDeleteRetentionInDays=3)

    off = update_refusal(azure, CONFIGURATION, store, enablePurgeProtection=False)
    longer = update_refusal(azure, CONFIGURATION, store, softDeleteRetentionInDays=7)
    down = update_refusal(azure, CONFIGURATION, store, **_FREE)
    unsaid = azure.update(CONFIGURATION, store, SAMPLES[CONFIGURATION].inputs)

    assert off.code == longer.code == "InvalidProperty"
    assert "was set to 3 at creation" in longer.message
    assert "cannot go down from the tier standard to free" in down.message
    assert unsaid["softDeleteRetentionInDays"] == 3


def test_a_free_store_grows_and_leaves_nothing_behind(azure: LocalAzure) -> None:
    store, before = make(azure, CONFIGURATION, **_FREE)
    azure.delete(CONFIGURATION, store)
    store, _ = make(azure, CONFIGURATION, **_FREE)

    after = azure.update(CONFIGURATION, store, SAMPLES[CONFIGURATION].inputs)

    assert (before["softDeleteRetentionInDays"], after["softDeleteRetentionInDays"]) == (0, 7)


def test_a_deleted_store_comes_back_when_it_is_asked_for(azure: LocalAzure) -> None:
    nothing = refusal(azure, CONFIGURATION, createMode="Recover")
    store, _ = make(azure, CONFIGURATION)
    azure.delete(CONFIGURATION, store)

    _, outputs = make(azure, CONFIGURATION, createMode="Recover")

    assert "no deleted ConfigurationStore" in nothing.message
    assert "createMode" not in outputs


def test_a_store_logs_who_reads_it(azure: LocalAzure) -> None:
    make(azure, CONFIGURATION)
    logs = [{"category": name, "enabled": True} for name in ("HttpRequest", "Audit")]

    assert len(make(azure, SETTING, resourceUri=CONFIGURATION_ID, logs=logs)[1]["logs"]) == 2


def test_an_existing_store_has_its_endpoint(azure: LocalAzure) -> None:
    assert azure.adopt(CONFIGURATION, CONFIGURATION_ID)["endpoint"] == "https://network-dev7.azconfig.io"
