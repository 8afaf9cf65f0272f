"""Tests of the lookup of soft-deleted resources in Azure and of the dynamic provider that runs it."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.agents.azure_response import AzureResponse
from components.deletion import dynamic_provider
from components.deletion.dynamic_provider import Provider
from components.deletion.lookup import UnreadableError, find_deleted
from components.deployer import DELETED_ACTIONS, document

REGION = "swedencentral"
GROUP = "/subscriptions/s/resourceGroups/agents"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/contoso-vault"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/contoso-ai"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/contoso-settings"
ARGS: Mapping[str, Any] = {
    "subscription_id": "s",
    "resource_group": "agents",
    "names": {
        "Microsoft.AppConfiguration/configurationStores": {"contoso-settings": REGION},
        "Microsoft.CognitiveServices/accounts": {"contoso-ai": REGION},
        "Microsoft.KeyVault/vaults": {"contoso-vault": REGION},
    },
    "handling": "recover",
}
_IDS = {"deletedVaults": "vaultId", "deletedConfigurationStores": "configurationStoreId"}


class FakeAzure:
    """Azure with soft-deleted resources, by their original ids; records the requested URLs."""

    def __init__(self, *deleted: str, status: int = 200) -> None:
        self.deleted, self.status, self.urls = deleted, status, list[str]()

    def __call__(self, url: str, audience: str) -> AzureResponse:
        assert audience == "https://management.azure.com/.default"
        self.urls.append(url)
        if self.status != 200:
            return AzureResponse(self.status, {})
        kind, name = url.partition("?")[0].rsplit("/", 2)[1:]
        for one in self.deleted:
            if one.endswith(f"/{name}"):
                return AzureResponse(200, {"properties": {_IDS[kind]: one} if kind in _IDS else {"kind": "OpenAI"}})
        return AzureResponse(404, {})


def test_lookup_reads_each_wanted_name_once_in_the_region_of_the_network() -> None:
    azure = FakeAzure()

    assert find_deleted(ARGS, azure) == ((), ())
    assert [re.sub(r"\?api-version=20[0-9-]+$", "", url.partition("/subscriptions/")[2]) for url in azure.urls] == [
        "s/providers/Microsoft.AppConfiguration/locations/swedencentral/deletedConfigurationStores/contoso-settings",
        f"s/providers/Microsoft.CognitiveServices/locations/{REGION}/resourceGroups/agents/deletedAccounts/contoso-ai",
        "s/providers/Microsoft.KeyVault/locations/swedencentral/deletedVaults/contoso-vault",
    ]


def test_lookup_returns_the_deleted_resources_of_the_group_and_those_of_another_group() -> None:
    other = VAULT.replace("agents", "old")

    assert find_deleted(ARGS, FakeAzure(VAULT.upper().replace("CONTOSO-VAULT", "contoso-vault"), ACCOUNT, STORE)) == (
        (STORE, ACCOUNT, VAULT),
        (),
    )
    assert find_deleted(ARGS, FakeAzure(ACCOUNT, other)) == ((ACCOUNT,), (other,))


@pytest.mark.parametrize("status", [401, 403, 500])
def test_lookup_that_azure_refuses_is_an_error_that_names_the_role(status: int) -> None:
    with pytest.raises(UnreadableError, match=f"status {status}; give the deploying identity the role for deleted"):
        find_deleted(ARGS, FakeAzure(status=status))


@pytest.mark.parametrize(
    ("deleted", "handling", "found", "problem"),
    [
        ((), "report", [], None),
        ((VAULT,), "recover", [VAULT], None),
        ((VAULT,), "report", [VAULT], f"names that this network needs: {VAULT}; set 'deleted: recover'"),
        ((VAULT.replace("agents", "old"), ACCOUNT), "recover", [ACCOUNT], "resourceGroups/old/.*; purge them"),
    ],
)
def test_provider_adds_what_it_found_to_the_inputs_and_refuses_what_is_not_recovered(
    monkeypatch: pytest.MonkeyPatch, deleted: tuple[str, ...], handling: str, found: list[str], problem: str | None
) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(*deleted))

    result = Provider().check({}, {**ARGS, "handling": handling})

    assert result.inputs == {**ARGS, "handling": handling, "found": found}
    reasons = [failure.reason for failure in result.failures]
    assert reasons == [] if problem is None else re.search(problem, reasons[0])


def test_provider_that_cannot_read_refuses_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(status=403))

    assert [failure.property for failure in Provider().check({}, {**ARGS}).failures] == ["names"]


def test_provider_updates_its_resource_whenever_other_resources_are_deleted() -> None:
    known = {**ARGS, "found": [VAULT]}

    assert not Provider().diff("id", known, dict(known)).changes
    assert Provider().diff("id", known, {**ARGS, "found": []}).changes
    assert Provider().create(dict(known)).outs == Provider().update("id", {}, dict(known)).outs == known


def test_provider_is_pickled_by_the_name_that_deployed_stacks_have() -> None:
    assert b"components.deletion.dynamic_provider" in base64.b64decode(serialize_provider(Provider()))


def test_deployer_may_find_deleted_resources_of_the_subscription_and_purge_none() -> None:
    found = document("s", "g", object_id="00000000-0000-4000-8000-00000000abcd")

    assert found["deleted_scope"] == "/subscriptions/s"
    assert found["deleted_role"]["Actions"] == list(DELETED_ACTIONS)
    assert all(action.endswith("/read") for action in DELETED_ACTIONS)
