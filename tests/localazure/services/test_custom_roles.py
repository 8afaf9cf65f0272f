"""Tests of custom role definitions in local Azure, and of requests of a caller that holds one."""

import pytest

from localazure.arm.permissions import RequestedOperation, caller_check
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from tests.localazure.samples import CUSTOM_ROLE, GROUP, PRINCIPAL_ID, ROLE_ASSIGNMENT, SAMPLES, VAULT, VAULT_ID, make
from tests.localazure.services.refusals import refusal

READ, DELETE = "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/delete"


def role_with(**lists: list[str]) -> list[dict[str, list[str]]]:
    return [{"actions": [], "dataActions": [], **lists}]


@pytest.mark.parametrize(
    ("key", "pattern", "code"),
    [
        (
            "actions",
            "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/operationResults/read",
            "InvalidActionOrNotAction",
        ),
        ("notActions", "Microsoft.Nothing/*", "InvalidActionOrNotAction"),
        ("dataActions", READ, "InvalidDataActionOrNotDataAction"),
    ],
)
def test_custom_role_with_an_operation_that_no_provider_publishes_is_refused_by_local_azure(
    azure: LocalAzure, key: str, pattern: str, code: str
) -> None:
    refused = refusal(azure, CUSTOM_ROLE, permissions=role_with(**{key: [pattern]}))

    assert refused.code == code
    assert f"'{pattern}' does not match any of the" in refused.message


def test_custom_role_with_a_wildcard_that_covers_a_published_operation_is_accepted_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, CUSTOM_ROLE, permissions=role_with(actions=["Microsoft.Storage/locations/*/read"]))


def test_custom_role_needs_a_new_name_and_a_scope_in_local_azure(azure: LocalAzure) -> None:
    make(azure, CUSTOM_ROLE)

    again = refusal(azure, CUSTOM_ROLE, roleDefinitionId="0b1f2c3d-0000-4000-8000-0000000000c1")
    nowhere = refusal(
        azure, CUSTOM_ROLE, roleDefinitionId="0b1f2c3d-0000-4000-8000-0000000000c2", roleName="x", assignableScopes=[]
    )

    assert (again.code, again.status, nowhere.code) == (
        "RoleDefinitionWithSameNameExists",
        409,
        "AssignableScopesRequired",
    )


def test_assigned_custom_role_cannot_be_deleted_in_local_azure(azure: LocalAzure) -> None:
    role, _ = make(azure, CUSTOM_ROLE)
    assignment, _ = make(azure, ROLE_ASSIGNMENT, roleDefinitionId=role)

    with pytest.raises(AzureError, match="RoleDefinitionHasAssignments"):
        azure.delete(CUSTOM_ROLE, role)
    azure.delete(ROLE_ASSIGNMENT, assignment)
    azure.delete(CUSTOM_ROLE, role)
    assert azure.read(CUSTOM_ROLE, role) is None


def test_caller_with_a_custom_role_may_do_in_local_azure_what_the_role_allows_in_its_scope(azure: LocalAzure) -> None:
    make(azure, VAULT)
    role, _ = make(
        azure, CUSTOM_ROLE, permissions=role_with(actions=["Microsoft.KeyVault/vaults/*"], notActions=[DELETE])
    )
    make(azure, ROLE_ASSIGNMENT, roleDefinitionId=role, scope=VAULT_ID)
    as_caller = LocalAzure(azure.world, request_check=caller_check(PRINCIPAL_ID))

    assert as_caller.read(VAULT, VAULT_ID) is not None
    with pytest.raises(AzureError) as refused:
        as_caller.delete(VAULT, VAULT_ID)
    with pytest.raises(AzureError, match="over scope '/subscriptions/"):
        as_caller.require(RequestedOperation(operation=READ, data=False, place=GROUP))

    assert (refused.value.code, refused.value.status) == ("AuthorizationFailed", 403)
    assert f"object id '{PRINCIPAL_ID}'" in refused.value.message
    assert f"does not have authorization to perform action '{DELETE}' over scope '{VAULT_ID}'" in refused.value.message


def test_update_of_a_custom_role_changes_what_its_holders_may_do_in_local_azure(azure: LocalAzure) -> None:
    make(azure, VAULT)
    role, _ = make(azure, CUSTOM_ROLE)
    make(azure, ROLE_ASSIGNMENT, roleDefinitionId=role, scope=VAULT_ID)
    as_caller = LocalAzure(azure.world, request_check=caller_check(PRINCIPAL_ID))
    assert as_caller.read(VAULT, VAULT_ID) is not None

    azure.update(CUSTOM_ROLE, role, {**SAMPLES[CUSTOM_ROLE].inputs, "permissions": role_with(actions=[DELETE])})

    with pytest.raises(AzureError, match="vaults/read"):
        as_caller.read(VAULT, VAULT_ID)
