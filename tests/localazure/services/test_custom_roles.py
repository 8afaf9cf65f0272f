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


@pytest.mark.parametrize(
    ("scopes", "at", "code"),
    [
        ([GROUP], VAULT_ID, None),
        ([GROUP.rpartition("/resourceGroups")[0]], VAULT_ID, None),
        ([f"{GROUP}-2", GROUP.strip("/")], GROUP, None),
        ([f"{GROUP}-2"], GROUP, "RoleDefinitionDoesNotExist"),
        ([GROUP], GROUP.rpartition("/resourceGroups")[0], "RoleDefinitionDoesNotExist"),
    ],
)
def test_custom_role_can_be_assigned_only_within_its_assignable_scopes_in_local_azure(
    azure: LocalAzure, scopes: list[str], at: str, code: str | None
) -> None:
    make(azure, VAULT)
    role, _ = make(azure, CUSTOM_ROLE, assignableScopes=scopes)

    if code is None:
        assert make(azure, ROLE_ASSIGNMENT, scope=at, roleDefinitionId=role)[1]["scope"] == at
    else:
        refused = refusal(azure, ROLE_ASSIGNMENT, scope=at, roleDefinitionId=role)
        assert (refused.code, "assignableScopes" in refused.message) == (code, True)


@pytest.mark.parametrize("scope", ["/", VAULT_ID, "orders"])
def test_custom_role_cannot_be_assignable_at_the_root_or_at_a_single_resource_in_local_azure(
    azure: LocalAzure, scope: str
) -> None:
    assert refusal(azure, CUSTOM_ROLE, assignableScopes=[GROUP, scope]).code == "InvalidAssignableScope"


def test_custom_role_with_a_name_or_description_that_is_too_long_is_refused_by_local_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, CUSTOM_ROLE, roleName="n" * 513, description="d" * 2049)

    assert "roleName has 513 characters; at most 512 are allowed" in refused.message
    assert "description has 2049 characters" in refused.message


def test_custom_role_is_found_by_its_id_at_a_resource_group_in_local_azure(azure: LocalAzure) -> None:
    role, _ = make(azure, CUSTOM_ROLE, assignableScopes=[GROUP])

    _, outputs = make(azure, ROLE_ASSIGNMENT, roleDefinitionId=f"{GROUP}{role[role.index('/providers/') :]}")

    assert outputs["roleDefinitionId"].endswith(role.rpartition("/")[2])
