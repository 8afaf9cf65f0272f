"""Tests of the role assignments that grants create."""

import uuid

import pytest

from access.azure.roles import by_name, definition_id
from components.grants import assignment_name
from components.resources.blob_container import BlobContainer
from components.resources.cosmos_account import CosmosAccount
from components.resources.cosmos_container import CosmosContainer
from components.resources.storage_account import StorageAccount
from tests.components.places import Somebody, placed
from tests.components.recorder import SUBSCRIPTION, Recorded, identity_of, record

READER = by_name("Storage Blob Data Reader")
OWNER = by_name("Storage Blob Data Owner")


def reports() -> BlobContainer:
    account = StorageAccount("contosodata", placed("contosodatadev7"))
    return BlobContainer("reports", {"account": account, "container": "reports"})


def test_granting_a_verb_on_a_blob_container_creates_one_role_assignment_at_the_container() -> None:
    recorded = record(lambda: reports().allow(Somebody("report"), "read"))

    scope = identity_of("BlobContainer", "reports")
    assignment = recorded.one("RoleAssignment")
    assert assignment.name == "report-may-read-reports"
    assert assignment.inputs == {
        "roleAssignmentName": assignment_name(scope, READER.id, "principal of report"),
        "scope": scope,
        "roleDefinitionId": definition_id(READER, SUBSCRIPTION),
        "principalId": "principal of report",
        "principalType": "ServicePrincipal",
        "description": "report may read reports",
    }


def test_role_assignment_has_the_grantees_component_as_parent() -> None:
    recorded = record(lambda: reports().allow(Somebody("report"), "read"))

    assert recorded.one("RoleAssignment").parent == recorded.one("Somebody").urn


def test_assignment_of_a_role_without_a_verb_has_its_reason_as_description() -> None:
    recorded = record(lambda: reports().allow_role(Somebody("report"), OWNER.name, "it moves blobs between owners"))

    assignment = recorded.one("RoleAssignment")
    assert assignment.name == "report-holds-storage-blob-data-owner-on-reports"
    assert assignment.inputs["description"] == "it moves blobs between owners"
    assert assignment.inputs["roleDefinitionId"].endswith(OWNER.id)
    assert assignment.inputs["scope"] == identity_of("BlobContainer", "reports")


@pytest.mark.parametrize("other", [("/scope2", "role", "who"), ("/scope", "role2", "who"), ("/scope", "role", "who2")])
def test_name_of_role_assignment_is_a_guid_derived_from_scope_role_and_principal(other: tuple[str, str, str]) -> None:
    name = assignment_name("/scope", "role", "who")

    assert str(uuid.UUID(name)) == name
    assert assignment_name("/Scope", "role", "WHO") == name, "Azure compares all three without regard to case"
    assert assignment_name(*other) != name


def test_role_assignment_in_a_preview_has_known_role_and_description() -> None:
    recorded = record(lambda: reports().allow(Somebody("report"), "read"), preview=True)

    inputs = recorded.one("RoleAssignment").inputs
    assert inputs["roleDefinitionId"].endswith(READER.id)
    assert inputs["description"] == "report may read reports"


def test_granting_an_unknown_verb_is_refused_with_the_valid_verbs_of_the_resource() -> None:
    with pytest.raises(ValueError, match="'reports' has no verb 'reed'; its verbs are read, write"):
        record(lambda: reports().allow(Somebody("report"), "reed"))


def test_granting_paths_on_a_cosmos_container_is_refused() -> None:
    def program() -> None:
        account = CosmosAccount("contoso-items", placed("contoso-items-dev7"))
        items = CosmosContainer(
            "items", {"account": account, "database": "main", "container": "items", "partition_key": "/id"}
        )
        items.allow(Somebody("report"), "read", ("a/",))

    with pytest.raises(ValueError, match="'items' has no paths, so a grant cannot be restricted to a/"):
        record(program)


def cosmos() -> None:
    account = CosmosAccount("contoso-items", placed("contoso-items-dev7"))
    for name in ("items", "notes"):
        container = CosmosContainer(
            name, {"account": account, "database": "main", "container": name, "partition_key": "/id"}
        )
        for agent in ("one", "two"):
            container.allow(Somebody(f"{name}-{agent}"), "read")


def test_cosmos_container_access_uses_cosmos_sql_role_assignments_only() -> None:
    recorded = record(cosmos)

    account = identity_of("DatabaseAccount", "contoso-items")
    reader = by_name("Cosmos DB Built-in Data Reader")
    assert recorded.all("RoleAssignment") == []
    assert recorded.one("SqlResourceSqlRoleAssignment", "items-one-may-read-items").inputs == {
        "roleAssignmentId": assignment_name(f"{account}/dbs/main/colls/items", reader.id, "principal of items-one"),
        "accountName": "contoso-items-dev7",
        "resourceGroupName": "group",
        "scope": f"{account}/dbs/main/colls/items",
        "roleDefinitionId": f"{account}/sqlRoleDefinitions/{reader.id}",
        "principalId": "principal of items-one",
    }


def waits_for(recorded: Recorded, name: str) -> set[str]:
    """Names of the other role assignments of the account that this one depends on."""
    dependencies = recorded.one("SqlResourceSqlRoleAssignment", name).dependencies
    return {one.name for one in recorded.all("SqlResourceSqlRoleAssignment") if one.urn in dependencies}


def test_role_assignments_of_one_cosmos_account_depend_on_each_other_in_turn() -> None:
    recorded = record(cosmos)

    assert waits_for(recorded, "items-one-may-read-items") == set()
    assert waits_for(recorded, "items-two-may-read-items") == {"items-one-may-read-items"}
    assert waits_for(recorded, "notes-one-may-read-notes") == {"items-two-may-read-items"}
    assert waits_for(recorded, "notes-two-may-read-notes") == {"notes-one-may-read-notes"}
