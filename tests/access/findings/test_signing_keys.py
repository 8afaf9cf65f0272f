"""Tests of the findings about keys of a vault that agents sign with."""

from typing import Any

import pytest

from access.azure.types.keyvault import SIGNER
from access.model.graph import Principal
from tests.access.findings.small import GROUP, SMALL, World, access, held, resource

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault"
KEY = f"{VAULT}/keys/github-app"
RULES = {"signing-key-permits-more", "signing-key-role-too-wide"}
HUMAN = Principal(id="human", name="jane", purpose="other", kind="user")


def world(properties: dict[str, Any] | None = None, *, declared: bool = True) -> World:
    """Return the small network whose agent signs with a key, which has these properties."""
    key = resource(KEY, "key-vault-key", properties=properties or {})
    found = SMALL.having(resource(VAULT), key, held(SIGNER, KEY))
    if not declared:
        return found.without_manifest()
    resources = {**SMALL.declared["resources"], "github-app": {"kind": "key-vault-key", "line": 9}}
    accesses = [*SMALL.declared["agents"]["report"]["access"], access("github-app", "sign", 16)]
    return found.declaring(resources=resources).declaring_access(*accesses)


def found(one: World) -> set[tuple[str, str]]:
    """Return the findings about signing keys, each as its rule and the end of its sentence."""
    return {(each.rule.id, each.what) for each in one.findings() if each.rule.id in RULES}


def test_the_declared_role_on_a_key_that_only_signs_has_no_finding_at_all() -> None:
    signing = {"keyOps": ["sign"], "attributes": {"enabled": True, "exportable": False}}
    assert world(signing).ids() == world().ids() == SMALL.ids()


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    ("properties", "what"),
    [
        ({"keyOps": ["sign", "verify"]}, "permits sign, verify"),
        ({"keyOps": ["sign", "decrypt", "unwrapKey"]}, "permits decrypt, sign, unwrapKey"),
        ({"keyOps": []}, "permits all operations, since its 'keyOps' are not set"),
        ({"kty": "RSA"}, "permits all operations, since its 'keyOps' are not set"),
        ({"keyOps": ["sign"], "attributes": {"exportable": True}}, "can be exported"),
    ],
)
def test_a_key_that_permits_more_than_signing_is_found(properties: dict[str, Any], what: str, *, nested: bool) -> None:
    given = {"properties": properties} if nested else properties
    expected = {("signing-key-permits-more", f"the key 'github-app', which agents sign with, {what}")}
    assert found(world(given)) == found(world(given, declared=False)) == expected


@pytest.mark.parametrize("scope", [KEY, VAULT, GROUP])
@pytest.mark.parametrize(
    ("role", "operations"),
    [
        ("Key Vault Crypto User", {"decrypt/action", "backup/action", "update/action", "unwrap/action"}),
        ("Key Vault Crypto Officer", {"decrypt/action", "write", "delete"}),
        ("Key Vault Administrator", {"decrypt/action", "write", "delete"}),
        ("Key Vault Crypto Service Encryption User", {"unwrap/action", "wrap/action"}),
    ],
)
def test_an_agent_with_a_wider_role_on_a_signing_key_is_found(role: str, operations: set[str], scope: str) -> None:
    more = world().having(held(role, scope))
    ((rule, what),) = found(more)
    assert (rule, what.partition(": ")[0]) == (
        "signing-key-role-too-wide",
        "agent 'report' may do more with the key 'github-app' than sign",
    )
    assert operations & {each.strip() for each in what.partition(": ")[2].replace(" and ", ", ").split(",")}


def test_a_wider_role_of_somebody_other_than_an_agent_is_not_found() -> None:
    assert found(world().having(HUMAN, held("Key Vault Crypto Officer", VAULT, "human"))) == set()


def test_keys_that_nobody_signs_with_are_not_judged() -> None:
    key = resource(f"{VAULT}/keys/disk", properties={"keyOps": ["wrapKey", "unwrapKey"]})
    encrypting = held("Key Vault Crypto Service Encryption User", f"{VAULT}/keys/disk")
    assert found(SMALL.having(resource(VAULT), key, encrypting).without_manifest()) == set()
