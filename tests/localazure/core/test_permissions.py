"""Tests of built-in roles in local Azure: operations in `notActions` and `notDataActions` are denied."""

import re

import pytest

from access.azure.catalogue import Permission, Role, every_role
from localazure.arm.permissions import RequestedOperation, is_allowed
from localazure.arm.world import World
from localazure.azure import LocalAzure
from tests.localazure.samples import GROUP, IDENTITY, PRINCIPAL_ID, ROLE_ASSIGNMENT, make, role_id

PLANES = pytest.mark.parametrize("data", [False, True], ids=["control", "data"])


def lists(block: Permission, *, data: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)


def fits(pattern: str, operation: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), operation, re.IGNORECASE) is not None


def subtracting(*, data: bool) -> list[Role]:
    """Return the Azure RBAC roles that exclude operations by `notActions` or `notDataActions`."""
    roles = [role for role in every_role() if role.system == "azure"]
    return [role for role in roles if any(lists(block, data=data)[1] for block in role.permissions)]


def allowed(azure: LocalAzure, operation: str, *, data: bool) -> bool:
    return is_allowed(
        azure.world, PRINCIPAL_ID, RequestedOperation(operation=operation, data=data, place=f"{GROUP}/x", attributes={})
    )


def examples(role: Role, *, data: bool) -> tuple[set[str], set[str]]:
    """Return operations that a role allows, and operations that it excludes by `notActions` or `notDataActions`."""
    granted, subtracted = set[str](), set[str]()
    both = [lists(block, data=data) for block in role.permissions]
    names = {pattern.replace("*", "read") for grants, excludes in both for pattern in (*grants, *excludes)}
    for name in names:
        by = [block for block in both if any(fits(pattern, name) for pattern in block[0])]
        if any(not any(fits(pattern, name) for pattern in excludes) for _, excludes in by):
            granted.add(name)
        elif by:
            subtracted.add(name)
    return granted, subtracted


@PLANES
def test_operations_in_not_actions_of_a_role_are_denied_and_the_rest_allowed_in_local_azure(*, data: bool) -> None:
    count = 0
    for role in subtracting(data=data):
        azure = LocalAzure(World())
        make(azure, IDENTITY)
        make(azure, ROLE_ASSIGNMENT, scope=GROUP, roleDefinitionId=role_id(role.name))
        granted, subtracted = examples(role, data=data)

        assert {name for name in granted if not allowed(azure, name, data=data)} == set(), role.name
        assert {name for name in subtracted if allowed(azure, name, data=data)} == set(), role.name
        count += len(subtracted)
    assert count > 50


@pytest.mark.parametrize(
    ("role", "operation", "data", "expected"),
    [
        ("Contributor", "Microsoft.Storage/storageAccounts/write", False, True),
        ("Contributor", "Microsoft.Authorization/roleAssignments/write", False, False),
        ("Contributor", "Microsoft.Authorization/roleAssignments/delete", False, False),
        ("Contributor", "Microsoft.Authorization/elevateAccess/Action", False, False),
        ("Contributor", "Microsoft.Authorization/roleAssignments/read", False, True),
        (
            "Azure AI Developer",
            "Microsoft.CognitiveServices/accounts/OpenAI/deployments/completions/action",
            True,
            True,
        ),
        (
            "Azure AI Developer",
            "Microsoft.CognitiveServices/accounts/OpenAI/fine-tunes-deployments/write",
            True,
            False,
        ),
    ],
)
def test_built_in_role_allows_and_denies_operations_as_azure_documents_in_local_azure(
    azure: LocalAzure,
    role: str,
    operation: str,
    data: bool,  # noqa: FBT001 (a column of the table)
    expected: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    make(azure, IDENTITY)
    make(azure, ROLE_ASSIGNMENT, scope=GROUP, roleDefinitionId=role_id(role))

    assert allowed(azure, operation, data=data) is expected
