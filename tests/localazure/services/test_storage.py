"""Tests of storage accounts, containers and queues in local Azure."""

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError, InvalidInputs
from tests.localazure.samples import (
    BLOBS,
    CONTAINER,
    GROUP,
    IDENTITY,
    IDENTITY_ID,
    QUEUES,
    ROLE_ASSIGNMENT,
    SAMPLES,
    SETTING,
    STORAGE,
    STORAGE_ID,
    STORAGE_QUEUE,
    make,
    role_id,
)
from tests.localazure.services.refusals import refusal, update_refusal


def test_storage_account_endpoints_and_defaults_are_in_local_azure_outputs(azure: LocalAzure) -> None:
    account, outputs = make(azure, STORAGE)

    assert account == STORAGE_ID
    assert outputs["primaryEndpoints"]["blob"] == "https://networkdev7.blob.core.windows.net/"
    assert outputs["primaryEndpoints"]["queue"] == "https://networkdev7.queue.core.windows.net/"
    assert outputs["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    assert outputs["networkRuleSet"]["defaultAction"] == "Allow"
    assert outputs["encryption"]["services"]["blob"]["enabled"] is True
    assert (outputs["allowBlobPublicAccess"], outputs["minimumTlsVersion"]) == (False, "TLS1_2")


@pytest.mark.parametrize("name", ["network-dev", "Network", "ne", "n" * 25])
def test_invalid_storage_account_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    # the published type is checked first, and has the rule itself
    with pytest.raises((AzureError, InvalidInputs), match=r"24|pattern|match|characters"):
        azure.create(STORAGE, {**SAMPLES[STORAGE].inputs, "accountName": name})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "BlobStorage", "sku": {"name": "Standard_ZRS"}}, "kind, sku"),
        ({"kind": "BlockBlobStorage", "sku": {"name": "Standard_LRS"}}, "Premium_LRS"),
        ({"kind": "BlobStorage", "accessTier": None}, "accessTier"),
        ({"isHnsEnabled": True, "sku": {"name": "Premium_LRS"}}, "hierarchical namespace"),
        ({"isSftpEnabled": True}, "set isHnsEnabled"),
    ],
)
def test_storage_account_setting_that_its_kind_excludes_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], words: str
) -> None:
    refused = refusal(azure, STORAGE, **changed)

    assert refused.code == "InvalidValuesForRequestParameters"
    assert words in refused.message


@pytest.mark.parametrize(
    "changed",
    [
        {"isHnsEnabled": True},
        {"kind": "Storage", "accessTier": None},
        {"sku": {"name": "Standard_ZRS"}},
        {"sku": {"name": "Premium_LRS"}},
        {"dnsEndpointType": "AzureDnsZone"},
    ],
)
def test_update_of_immutable_storage_account_property_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object]
) -> None:
    make(azure, STORAGE)

    assert update_refusal(azure, STORAGE, STORAGE_ID, **changed).code == "AccountPropertyCannotBeUpdated"


def test_storage_redundancy_and_upgrade_to_storage_v2_are_updated_in_place_in_local_azure(azure: LocalAzure) -> None:
    make(azure, STORAGE, kind="Storage", accessTier=None)

    inputs = azure.check(STORAGE, {**SAMPLES[STORAGE].inputs, "sku": {"name": "Standard_RAGRS"}}, name="sample")
    outputs = azure.update(STORAGE, STORAGE_ID, inputs)

    assert (outputs["kind"], outputs["sku"]["name"]) == ("StorageV2", "Standard_RAGRS")
    assert "dfs" in outputs["primaryEndpoints"]


def test_public_container_in_storage_account_that_forbids_public_access_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    refused = refusal(azure, CONTAINER, publicAccess="Blob")
    assert (refused.code, refused.status) == ("PublicAccessNotPermitted", 409)

    open_account = azure.check(STORAGE, {**SAMPLES[STORAGE].inputs, "allowBlobPublicAccess": True}, name="sample")
    azure.update(STORAGE, STORAGE_ID, open_account)
    container, outputs = make(azure, CONTAINER, publicAccess="Blob")
    assert outputs["publicAccess"] == "Blob"

    azure.update(STORAGE, STORAGE_ID, SAMPLES[STORAGE].inputs)  # closing it is allowed, and what is open is shut
    assert update_refusal(azure, CONTAINER, container, publicAccess="Blob").code == "PublicAccessNotPermitted"


@pytest.mark.parametrize("name", ["Findings", "a", "find--ings", "-findings", "findings-", "find_ings"])
def test_invalid_blob_container_and_queue_names_are_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    make(azure, STORAGE)

    for token, own in ((CONTAINER, "containerName"), (STORAGE_QUEUE, "queueName")):
        with pytest.raises((AzureError, InvalidInputs), match=r"lower-case letters|pattern|match|characters"):
            azure.create(token, {**SAMPLES[token].inputs, own: name})


def test_queue_in_blob_only_storage_account_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, STORAGE, kind="BlobStorage")

    make(azure, CONTAINER)
    for token in (STORAGE_QUEUE, QUEUES):
        assert refusal(azure, token).code == "FeatureNotSupportedForAccount"


def test_blob_and_queue_services_exist_as_long_as_their_storage_account_in_local_azure(azure: LocalAzure) -> None:
    for token in (BLOBS, QUEUES):
        service, _ = make(azure, token)
        azure.delete(token, service)
        assert azure.read(token, service) is not None
    container, _ = make(azure, CONTAINER)

    azure.delete(STORAGE, STORAGE_ID)

    assert azure.read(CONTAINER, container) is None
    assert set(azure.world.resources) == {GROUP.lower()}


def test_inconsistent_blob_service_policies_are_refused_by_local_azure(azure: LocalAzure) -> None:
    kept = {"enabled": True, "days": 30}

    assert "without a number of days" in refusal(azure, BLOBS, containerDeleteRetentionPolicy={"enabled": True}).message
    refused = refusal(azure, BLOBS, deleteRetentionPolicy=kept, restorePolicy={"enabled": True, "days": 30})
    assert "changeFeed.enabled" in refused.message
    assert "less than" in refused.message
    _, outputs = make(
        azure,
        BLOBS,
        deleteRetentionPolicy=kept,
        restorePolicy={"enabled": True, "days": 29},
        changeFeed={"enabled": True},
    )
    assert outputs["sku"] == {"name": "Standard_LRS", "tier": "Standard"}


def test_blob_and_queue_services_accept_log_categories_and_storage_account_refuses_them_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, STORAGE)
    logs = [{"category": name, "enabled": True} for name in ("StorageRead", "StorageWrite", "StorageDelete")]

    for service in ("blob", "queue"):
        make(azure, SETTING, resourceUri=f"{STORAGE_ID}/{service}Services/default", logs=logs)
    assert "StorageRead" in refusal(azure, SETTING, resourceUri=STORAGE_ID, logs=logs).message


def test_storage_account_created_outside_the_stack_accepts_containers_and_roles_in_local_azure(
    azure: LocalAzure,
) -> None:
    account = "/subscriptions/0b1f2c3d-0000-4000-8000-0000000000ff/resourceGroups/old/providers/Microsoft.Storage"
    account += "/storageAccounts/olddata"
    container = f"{account}/blobServices/default/containers/findings"

    endpoints = azure.adopt(STORAGE, account)["primaryEndpoints"]
    azure.adopt(CONTAINER, container)

    assert endpoints["blob"] == "https://olddata.blob.core.windows.net/"
    make(azure, ROLE_ASSIGNMENT, scope=container, roleDefinitionId=role_id("Storage Blob Data Reader"))


def test_public_container_in_storage_account_created_outside_the_stack_is_accepted_by_local_azure(
    azure: LocalAzure,
) -> None:
    azure.adopt(STORAGE, STORAGE_ID.replace("resourceGroups/rg", "resourceGroups/old"))

    _, outputs = azure.create(
        CONTAINER, {**SAMPLES[CONTAINER].inputs, "resourceGroupName": "old", "publicAccess": "Blob"}
    )

    assert outputs["publicAccess"] == "Blob"


@pytest.mark.parametrize("named", [True, False])
def test_new_storage_account_reads_its_key_only_with_an_identity_from_before_in_local_azure(
    azure: LocalAzure,
    named: bool,  # noqa: FBT001 (what the case has)
) -> None:
    make(azure, IDENTITY)
    encryption: dict[str, object] = {"keySource": "Microsoft.Keyvault", "keyVaultProperties": {"keyName": "one"}}
    own = {"identity": {"type": "SystemAssigned"}}
    theirs = {"identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY_ID]}}
    if named:
        encryption["encryptionIdentity"] = {"encryptionUserAssignedIdentity": IDENTITY_ID}
        assert make(azure, STORAGE, encryption=encryption, **theirs)[1]["provisioningState"] == "Succeeded"
    else:
        refused = refusal(azure, STORAGE, encryption=encryption, **own)
        assert "the dependencies form a circle: 'networkdev7' needs its key" in refused.message


def test_existing_storage_account_can_read_its_key_with_its_own_identity_in_local_azure(azure: LocalAzure) -> None:
    own = {"identity": {"type": "SystemAssigned"}}
    account, _ = make(azure, STORAGE, **own, encryption={"keySource": "Microsoft.Storage"})
    encryption = {"keySource": "Microsoft.Keyvault", "keyVaultProperties": {"keyName": "one"}}

    updated = azure.update(STORAGE, account, {**SAMPLES[STORAGE].inputs, **own, "encryption": encryption})

    assert updated["encryption"]["keySource"] == "Microsoft.Keyvault"
