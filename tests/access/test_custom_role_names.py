"""Tests that a custom role with the name of a built-in role is never taken for the built-in role."""

import pytest

from access.questions.assignment_rows import assignment_rows
from access.questions.diff import difference
from tests.access.readers.programs import (
    CONTAINER,
    Row,
    account,
    app,
    assignment,
    container,
    graph_of,
    row,
)
from tests.policies.analyzer import answers

CUSTOM = "11111111-1111-4111-8111-000000000001"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
WHERE = (
    f"/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Authorization/roleDefinitions/{CUSTOM}"
)


def defined(name: str, *data_actions: str, actions: tuple[str, ...] = ()) -> list[Row]:
    """Return a custom role and its assignment to the app `reader`."""
    permissions = [{"actions": list(actions), "dataActions": list(data_actions)}]
    inputs = {"roleName": name, "roleDefinitionId": CUSTOM, "permissions": permissions}
    kind = "azure-native:authorization:RoleDefinition"
    return [row(kind, "role", WHERE, inputs=inputs), assignment("a", "principal-of-reader", CONTAINER, role=WHERE)]


@pytest.mark.parametrize("name", ["Storage Blob Data Reader", "storage blob data READER"])
def test_custom_role_with_the_name_of_a_built_in_role_is_shown_by_what_it_allows(name: str) -> None:
    before = graph_of(account(), container(), app("reader"))
    after = graph_of(account(), container(), app("reader"), *defined(name, f"{BLOBS}/write", f"{BLOBS}/delete"))

    assert "+ reader may write, delete in reports" in map(str, difference(before, after).changes)
    assert [one.role for one in assignment_rows(after)] == [f"{name} (custom role)"]


def test_custom_role_with_a_name_of_its_own_keeps_its_name() -> None:
    graph = graph_of(account(), container(), app("reader"), *defined("Blob Writer", f"{BLOBS}/write"))

    assert [one.role for one in assignment_rows(graph)] == ["Blob Writer"]


@pytest.mark.parametrize("name", ["Container Registry Repository Contributor", "Other"])
def test_policy_that_allows_a_built_in_role_does_not_allow_a_custom_role_of_that_name(name: str) -> None:
    allowed = {"allowedRoles": ["Container Registry Repository Contributor"]}
    rows = [account(), container(), app("reader"), *defined(name, "*", actions=("*",))]

    found = answers(*rows, config={"privileged-role": allowed, "role-granting-role": allowed})

    assert {"privileged-role", "role-granting-role"} <= found.mandatory & set(found.by_policy)
