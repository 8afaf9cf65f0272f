"""Tests of the readers on keys that agents sign with, and on the custom role for signing."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from access.azure.roles import by_name
from access.azure.types.keyvault import SIGNER
from access.evaluate.decisions import Decision, decide
from access.findings import check
from access.model.graph import Graph
from access.questions.role_changes import packed_roles
from access.readers import export, live, local
from tests import fabrikam as fabrikam_files
from tests.access.readers.arm_server import (
    AUTHORIZATION,
    BASE,
    SUBSCRIPTION,
    Arm,
    Signed,
    definition,
    of_stack,
    serving,
)
from tests.access.readers.sources import deployed, exported, printed, rows

KEYS = "Microsoft.KeyVault/vaults/keys"
SCOPE_OF_OPERATION = {"sign": f"{KEYS}/sign/action", "decrypt": f"{KEYS}/decrypt/action"}


@pytest.fixture(scope="module")
def stack() -> Arm:
    result, _ = deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")
    used = {one.role.name for one in local.read(printed(result)).assignments if one.role}
    return of_stack(rows(result), [role for role in packed_roles() if role.name in used])


@pytest.fixture
def arm(stack: Arm) -> Iterator[Arm]:
    found = copy.deepcopy(stack)
    with serving(found):
        yield found


def read(arm: Arm) -> Graph:
    return live.read(SUBSCRIPTION, Signed(), network="fabrikam", stack="dev", endpoint=arm.endpoint)


def let_sign(arm: Arm, data_actions: list[str], keys: list[dict[str, Any]]) -> tuple[str, str]:
    """Assign the role for signing to an agent at a key, as Azure lists it; return the agent's principal and the key."""
    assignments = arm.lists[f"{AUTHORIZATION}/roleAssignments".lower()]
    (listed,) = arm.lists[f"{BASE}/providers/Microsoft.KeyVault/vaults".lower()]
    vault = listed["id"]
    signer, key = by_name(SIGNER), f"{vault}/keys/github-app"
    row = definition(signer)
    row["properties"] |= {"type": "CustomRole", "permissions": [{"actions": [], "dataActions": data_actions}]}
    arm.lists[f"{AUTHORIZATION}/roleDefinitions".lower()].append(row)
    agent = next(each["properties"]["principalId"] for each in assignments if "/vaults/" in each["properties"]["scope"])
    properties = {
        "scope": key,
        "principalId": agent,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": row["id"],
    }
    name = f"{key}/providers/Microsoft.Authorization/roleAssignments/99999999-0000-4000-8000-000000000001"
    assignments.append({"id": name, "properties": properties})
    arm.put(f"{vault}/keys", [{"id": f"{vault}/keys/{each.pop('name')}", "properties": each} for each in keys])
    return agent, key


def test_live_key_that_permits_more_than_signing_is_found_and_other_keys_are_not_read(arm: Arm) -> None:
    keys = [{"name": "github-app", "keyOps": ["sign", "decrypt"]}, {"name": "disk", "keyOps": ["wrapKey"]}]
    let_sign(arm, [f"{KEYS}/sign/action"], keys)
    found = [each for each in check(read(arm), today=date(2026, 1, 1)) if each.rule.id == "signing-key-permits-more"]

    assert [each.what for each in found] == ["the key 'github-app', which agents sign with, permits decrypt, sign"]


def test_live_key_is_read_in_any_letter_case_of_the_scopes_of_its_role_assignments(arm: Arm) -> None:
    let_sign(arm, [f"{KEYS}/sign/action"], [{"name": "github-app", "keyOps": ["sign", "decrypt"]}])
    assignments = arm.lists[f"{AUTHORIZATION}/roleAssignments".lower()]
    again = copy.deepcopy(assignments[-1])
    again["id"] = f"{again['id'][:-1]}2"
    again["properties"]["scope"] = again["properties"]["scope"].upper()
    assignments.append(again)
    found = [each for each in check(read(arm), today=date(2026, 1, 1)) if each.rule.id == "signing-key-permits-more"]

    assert len(found) == 1
    assert [path.count("/vaults/") for path, _ in arm.requested if path.endswith("/keys")] == [1]


def test_live_key_without_its_operations_is_listed_as_not_read(arm: Arm) -> None:
    _, key = let_sign(arm, [f"{KEYS}/sign/action"], [{"name": "github-app", "kty": "RSA"}])
    graph = read(arm)

    assert (key, "Azure does not list the operations that this key permits") in {
        (e.where, e.what) for e in graph.unread
    }
    assert not [each for each in check(graph, today=date(2026, 1, 1)) if each.rule.id == "signing-key-permits-more"]


@pytest.mark.parametrize("operations", [["sign"], ["sign", "decrypt"]])
def test_definition_of_the_signing_role_in_live_azure_decides_and_not_the_catalogue(
    arm: Arm, operations: list[str]
) -> None:
    actions = [SCOPE_OF_OPERATION[each] for each in operations]
    agent, key = let_sign(arm, actions, [{"name": "github-app", "keyOps": ["sign"]}])
    graph = read(arm)

    allowed = {
        name for name, one in SCOPE_OF_OPERATION.items() if decide(graph, agent, key, one).decision is Decision.ALLOWED
    }
    assert allowed == set(operations)
    wide = [each for each in check(graph, today=date(2026, 1, 1)) if each.rule.id == "signing-key-role-too-wide"]
    assert bool(wide) is ("decrypt" in operations)


@pytest.mark.parametrize("operations", [["sign"], ["sign", "decrypt"]])
def test_definition_of_the_signing_role_in_a_program_decides_and_not_the_catalogue(operations: list[str]) -> None:
    group = "/subscriptions/0000/resourceGroups/rg"
    key, identity = f"{group}/providers/{KEYS.replace('/keys', '/vault/keys')}/app", f"{group}/providers/x/y/me"
    role = f"/subscriptions/0000/providers/Microsoft.Authorization/roleDefinitions/{by_name(SIGNER).id}"
    actions = [SCOPE_OF_OPERATION[each] for each in operations]
    defined = {"roleDefinitionId": role[-36:], "roleName": SIGNER, "permissions": [{"dataActions": actions}]}
    given = {"principalId": "p", "scope": key, "roleDefinitionId": role, "principalType": "ServicePrincipal"}
    state = [
        row("azure-native:authorization:RoleDefinition", role, defined),
        row("azure-native:authorization:RoleAssignment", f"{key}/providers/x/roleAssignments/1", given),
        row("azure-native:managedidentity:UserAssignedIdentity", identity, {"principalId": "p"}),
    ]
    graph = export.read(exported(state))

    allowed = {
        name for name, one in SCOPE_OF_OPERATION.items() if decide(graph, "p", key, one).decision is Decision.ALLOWED
    }
    assert allowed == set(operations)


def row(kind: str, where: str, values: dict[str, Any]) -> dict[str, Any]:
    name = where.rpartition("/")[2]
    urn = f"urn:pulumi:dev::p::{kind}::{name}"
    return {"urn": urn, "type": kind, "custom": True, "id": where, "inputs": values, "outputs": values}
