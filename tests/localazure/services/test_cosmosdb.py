"""Tests of Cosmos DB in local Azure: accounts, databases, containers and role assignments."""

import pytest

from localazure.azure import LocalAzure
from localazure.services.cosmosdb import principal_index_key
from tests.localazure.samples import (
    COSMOS,
    COSMOS_ASSIGNMENT,
    COSMOS_CONTAINER,
    COSMOS_DATABASE,
    COSMOS_ID,
    COSMOS_READER,
    IDENTITY,
    IDENTITY_ID,
    PRINCIPAL_ID,
    SAMPLES,
    SETTING,
    make,
    role_id,
)
from tests.localazure.services.refusals import refusal, update_refusal

ANOTHER = "0b1f2c3d-0000-4000-8000-00000000000d"
REGION = {"locationName": "West Europe", "failoverPriority": 0}
SECOND = {"locationName": "northeurope", "failoverPriority": 1}


def test_cosmos_account_endpoints_and_defaults_are_in_local_azure_outputs(azure: LocalAzure) -> None:
    account, outputs = make(azure, COSMOS, backupPolicy={"type": "Continuous"}, locations=[REGION])

    assert account == COSMOS_ID
    assert outputs["documentEndpoint"] == "https://network-dev7.documents.azure.com:443/"
    assert outputs["writeLocations"] == outputs["locations"]
    assert outputs["locations"][0] == {
        **REGION,
        "isZoneRedundant": False,
        "id": "network-dev7-westeurope",
        "documentEndpoint": "https://network-dev7-westeurope.documents.azure.com:443/",
        "provisioningState": "Succeeded",
    }
    assert outputs["backupPolicy"]["continuousModeProperties"] == {"tier": "Continuous30Days"}
    assert outputs["consistencyPolicy"]["defaultConsistencyLevel"] == "Session"
    assert (outputs["minimalTlsVersion"], outputs["publicNetworkAccess"]) == ("Tls12", "Enabled")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"accountName": "network--dev"}, "3 to 44"),
        ({"accountName": "n" * 45}, "3 to 44"),
        ({"locations": []}, "needs at least one region"),
        ({"locations": [REGION, {**REGION, "failoverPriority": 1}]}, "more than once"),
        ({"locations": [REGION, {**SECOND, "failoverPriority": 2}], "capabilities": []}, "from 0 to 1"),
        ({"locations": [REGION, SECOND]}, "one region"),
        ({"enableFreeTier": True}, "enableFreeTier is not supported for serverless"),
    ],
)
def test_invalid_cosmos_account_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], words: str
) -> None:
    refused = refusal(azure, COSMOS, **changed)

    assert refused.code == "BadRequest"
    assert words in refused.message


def test_second_free_tier_cosmos_account_is_refused_by_local_azure(azure: LocalAzure) -> None:
    free: dict[str, object] = {"capabilities": [], "enableFreeTier": True}
    make(azure, COSMOS, **free)

    assert COSMOS_ID in refusal(azure, COSMOS, accountName="another", **free).message


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"capabilities": []}, "EnableServerless"),
        ({"backupPolicy": {"type": "Periodic"}}, "cannot be changed back"),
        ({"kind": "MongoDB"}, "must be replaced"),
        ({"locations": [SECOND | {"failoverPriority": 0}], "disableLocalAuth": False}, "disableLocalAuth"),
    ],
)
def test_update_of_immutable_cosmos_account_property_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], words: str
) -> None:
    make(azure, COSMOS)

    assert words in update_refusal(azure, COSMOS, COSMOS_ID, **changed).message


def test_throughput_in_serverless_cosmos_account_is_refused_by_local_azure(azure: LocalAzure) -> None:
    for token in (COSMOS_DATABASE, COSMOS_CONTAINER):
        assert "not supported for serverless" in refusal(azure, token, options={"throughput": 400}).message

    azure.delete(COSMOS, COSMOS_ID)
    make(azure, COSMOS, capabilities=[])
    assert "400 or more, in steps of 100" in refusal(azure, COSMOS_DATABASE, options={"throughput": 450}).message
    both = {"throughput": 400, "autoscaleSettings": {"maxThroughput": 1000}}
    assert "choose one" in refusal(azure, COSMOS_DATABASE, options=both).message


def test_cosmos_database_id_that_differs_from_its_name_is_refused_by_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, COSMOS_DATABASE)

    assert outputs["resource"]["colls"] == "colls/"
    assert "make both equal" in refusal(azure, COSMOS_DATABASE, databaseName="other").message
    assert "1 to 255" in refusal(azure, COSMOS_DATABASE, databaseName="a#b", resource={"id": "a#b"}).message


@pytest.mark.parametrize(
    "key",
    [
        None,
        {"paths": []},
        {"paths": ["id"]},
        {"paths": ["/id", "/tenant"], "kind": "Hash", "version": 2},
        {"paths": ["/id"], "kind": "Range"},
        {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 1},
    ],
)
def test_invalid_cosmos_partition_key_is_refused_by_local_azure(
    azure: LocalAzure, key: dict[str, object] | None
) -> None:
    refused = refusal(azure, COSMOS_CONTAINER, resource={"id": "notes", "partitionKey": key})

    assert refused.code == "BadRequest"


def test_partition_key_change_of_cosmos_container_is_refused_and_other_changes_accepted_in_local_azure(
    azure: LocalAzure,
) -> None:
    container, outputs = make(azure, COSMOS_CONTAINER)
    key = {"paths": ["/id"], "kind": "Hash", "version": 2}

    for other in ({**key, "paths": ["/tenant"]}, {"paths": ["/id"]}):
        resource = {"id": "notes", "partitionKey": other}
        assert "cannot be changed" in update_refusal(azure, COSMOS_CONTAINER, container, resource=resource).message
    resource = {"id": "notes", "partitionKey": key, "defaultTtl": 60}
    changed = azure.update(COSMOS_CONTAINER, container, {**SAMPLES[COSMOS_CONTAINER].inputs, "resource": resource})

    assert outputs["resource"]["indexingPolicy"]["indexingMode"] == "consistent"
    assert (changed["resource"]["defaultTtl"], changed["resource"]["rid"]) == (60, outputs["resource"]["rid"])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scope": None}, "[scope]"),
        ({"scope": f"{COSMOS_ID}/sqlDatabases/memory/containers/notes"}, "/dbs/<database>/colls/<container>"),
        ({"scope": f"{COSMOS_ID}2"}, "it must be the account"),
        ({"scope": f"{COSMOS_ID}/dbs/other"}, "was not found; a role can be assigned only to an existing"),
        ({"scope": f"{COSMOS_ID}/dbs/memory/colls/other"}, "was not found; a role can be assigned only to an existing"),
        ({"roleDefinitionId": f"{COSMOS_READER[:-1]}3"}, "does not exist"),
        ({"roleDefinitionId": COSMOS_READER.replace("dev7", "dev8")}, "it must be a role of the account"),
        ({"roleDefinitionId": role_id("Reader")}, "it must be a role of the account"),
        ({"principalId": "somebody"}, "it must be a GUID"),
        ({"roleAssignmentId": "reads-notes"}, "GUIDs"),
    ],
)
def test_invalid_cosmos_role_assignment_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], words: str
) -> None:
    assert words in refusal(azure, COSMOS_ASSIGNMENT, **changed).message


def test_cosmos_role_for_deleted_principal_is_refused_and_for_external_principal_accepted_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, COSMOS_ASSIGNMENT)
    azure.delete(IDENTITY, IDENTITY_ID)

    gone = refusal(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER, scope=COSMOS_ID)
    make(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER, principalId=ANOTHER)

    assert f"[{PRINCIPAL_ID}] was not found in the AAD tenant" in gone.message
    assert azure.world.find_principal(ANOTHER) is not None


@pytest.mark.parametrize("scope", [COSMOS_ID, f"{COSMOS_ID}/dbs/memory", f"{COSMOS_ID}/dbs/memory/colls/notes"])
def test_cosmos_role_is_accepted_at_account_database_and_container_in_local_azure(
    azure: LocalAzure, scope: str
) -> None:
    assignment, outputs = make(azure, COSMOS_ASSIGNMENT, scope=scope)

    assert outputs["scope"] == scope
    assert [each.id for each in azure.world.find_indexed(principal_index_key(PRINCIPAL_ID.upper()))] == [assignment]
    assert principal_index_key(PRINCIPAL_ID) == f"cosmos held by {PRINCIPAL_ID}"


def test_duplicate_cosmos_role_assignment_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, COSMOS_ASSIGNMENT)
    writer = f"{COSMOS_READER[:-1]}2"

    refused = refusal(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER, roleDefinitionId=COSMOS_READER.upper())
    assert (refused.code, refused.status) == ("Conflict", 409)
    other, _ = make(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER, roleDefinitionId=writer)
    twin = update_refusal(azure, COSMOS_ASSIGNMENT, assignment, roleDefinitionId=writer)

    assert (twin.code, twin.status) == ("Conflict", 409)
    azure.delete(COSMOS_ASSIGNMENT, other)
    azure.update(COSMOS_ASSIGNMENT, assignment, {**SAMPLES[COSMOS_ASSIGNMENT].inputs, "roleDefinitionId": writer})
    make(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER)


def test_cosmos_role_assignment_update_may_change_only_the_role_in_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, COSMOS_ASSIGNMENT)

    refused = update_refusal(azure, COSMOS_ASSIGNMENT, assignment, scope=COSMOS_ID)

    assert refused.code == "BadRequest"
    assert "scope" in refused.message


def test_cosmos_role_assignments_are_deleted_with_the_account_only_in_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, COSMOS_ASSIGNMENT)

    azure.delete(IDENTITY, IDENTITY_ID)
    azure.delete(COSMOS_DATABASE, f"{COSMOS_ID}/sqlDatabases/memory")
    assert azure.read(COSMOS_ASSIGNMENT, assignment) is not None
    assert azure.read(COSMOS_CONTAINER, f"{COSMOS_ID}/sqlDatabases/memory/containers/notes") is None

    azure.delete(COSMOS, COSMOS_ID)
    assert azure.read(COSMOS_ASSIGNMENT, assignment) is None
    assert list(azure.world.find_indexed(principal_index_key(PRINCIPAL_ID))) == []


def test_cosmos_account_in_local_azure_refuses_role_assignments_beyond_its_limit(
    azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("localazure.services.cosmosdb._MOST_ASSIGNMENTS", 1)
    make(azure, COSMOS_ASSIGNMENT)

    assert "exceeds the limit" in refusal(azure, COSMOS_ASSIGNMENT, roleAssignmentId=ANOTHER, scope=COSMOS_ID).message


def test_role_on_container_of_cosmos_account_created_outside_the_stack_is_accepted_by_local_azure(
    azure: LocalAzure,
) -> None:
    account = COSMOS_ID.replace("resourceGroups/rg", "resourceGroups/old")
    make(azure, IDENTITY)
    outputs = azure.adopt(COSMOS, account)
    azure.adopt(COSMOS_CONTAINER, f"{account}/sqlDatabases/memory/containers/notes")

    inputs = {
        **SAMPLES[COSMOS_ASSIGNMENT].inputs,
        "resourceGroupName": "old",
        "roleDefinitionId": COSMOS_READER.replace("resourceGroups/rg", "resourceGroups/old"),
    }
    for name, scope in ((ANOTHER, f"{account}/dbs/memory/colls/notes"), (PRINCIPAL_ID, f"{account}/dbs/memory")):
        azure.create(COSMOS_ASSIGNMENT, {**inputs, "roleAssignmentId": name, "scope": scope})

    assert outputs["documentEndpoint"] == "https://network-dev7.documents.azure.com:443/"
    assert len(list(azure.world.find_indexed(principal_index_key(PRINCIPAL_ID)))) == 2


def test_cosmos_account_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(azure: LocalAzure) -> None:
    make(azure, COSMOS)
    logs = [{"category": name, "enabled": True} for name in ("DataPlaneRequests", "ControlPlaneRequests")]

    make(azure, SETTING, resourceUri=COSMOS_ID, logs=logs, logAnalyticsDestinationType="Dedicated")
    unknown = [{"category": "StorageRead", "enabled": True}]
    assert "StorageRead" in refusal(azure, SETTING, resourceUri=COSMOS_ID, name="other", logs=unknown).message


@pytest.mark.parametrize(
    "identity", ["SystemAssignedIdentity", "FirstPartyIdentity", f"UserAssignedIdentity={IDENTITY_ID}"]
)
def test_new_cosmos_account_cannot_read_its_key_with_its_own_identity_in_local_azure(
    azure: LocalAzure, identity: str
) -> None:
    inputs = {"keyVaultKeyUri": "https://kv.vault.azure.net/keys/one", "defaultIdentity": identity}

    if identity.startswith("System"):
        assert "the dependencies form a circle" in refusal(azure, COSMOS, **inputs).message
    else:
        assert make(azure, COSMOS, **inputs)[1]["keyVaultKeyUri"]
