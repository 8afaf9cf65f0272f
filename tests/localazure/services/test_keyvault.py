"""Tests of key vaults in local Azure: soft deletion, purge protection, and role assignments at secrets."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import (
    IDENTITY,
    RESOURCE_GROUP,
    ROLE_ASSIGNMENT,
    SAMPLES,
    SETTING,
    VAULT,
    VAULT_ID,
    make,
    role_id,
)
from tests.localazure.services.refusals import refusal, update_refusal

_PROPERTIES: dict[str, Any] = SAMPLES[VAULT].inputs["properties"]
_RECOVERS = {**_PROPERTIES, "createMode": "recover"}
_STRANGE = "0b1f2c3d-0000-4000-8000-00000000000a"


def test_key_vault_uri_is_in_local_azure_outputs(azure: LocalAzure) -> None:
    vault, outputs = make(azure, VAULT, vaultName="Network-dev7")

    assert vault.lower() == VAULT_ID.lower()
    assert outputs["properties"]["vaultUri"] == "https://network-dev7.vault.azure.net/"
    assert outputs["properties"]["enableSoftDelete"] is True
    assert outputs["properties"]["accessPolicies"] == []


def test_key_vault_defaults_are_in_local_azure_outputs(azure: LocalAzure) -> None:
    given = {name: _PROPERTIES[name] for name in ("tenantId", "sku")}

    _, outputs = make(azure, VAULT, properties={**given, "accessPolicies": []})

    properties = outputs["properties"]
    assert (properties["enableRbacAuthorization"], properties["softDeleteRetentionInDays"]) == (False, 90)
    assert "enablePurgeProtection" not in properties


@pytest.mark.parametrize("name", ["7network", "network--dev", "network-", "ab", "n" * 25])
def test_invalid_key_vault_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, VAULT, vaultName=name).code == "VaultNameNotValid"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"enableSoftDelete": False}, '"enableSoftDelete" cannot be set to false'),
        ({"enablePurgeProtection": False}, '"enablePurgeProtection" cannot be set to false'),
        ({"softDeleteRetentionInDays": 6}, "allowed number of days is 7 to 90"),
        ({"softDeleteRetentionInDays": 91}, "allowed number of days is 7 to 90"),
        ({"enableRbacAuthorization": False}, "accessPolicies is not specified"),
        ({"tenantId": _STRANGE}, "invalid value was provided for 'tenantId'"),
        (
            {"accessPolicies": [{"tenantId": _STRANGE, "objectId": "one", "permissions": {"secrets": ["get"]}}]},
            "invalid value was provided for 'accessPolicies': policy 0",
        ),
    ],
)
def test_invalid_key_vault_is_refused_by_local_azure(
    azure: LocalAzure, properties: dict[str, Any], expected: str
) -> None:
    refused = refusal(azure, VAULT, properties={**_PROPERTIES, **properties})

    assert (refused.code, refused.status) == ("BadRequest", 400)
    assert expected in refused.message


def test_changing_retention_or_disabling_purge_protection_of_a_key_vault_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    vault, _ = make(azure, VAULT)
    less = {name: value for name, value in _PROPERTIES.items() if name != "enablePurgeProtection"}

    shorter = update_refusal(azure, VAULT, vault, properties={**_PROPERTIES, "softDeleteRetentionInDays": 7})
    off = update_refusal(azure, VAULT, vault, properties={**_PROPERTIES, "enablePurgeProtection": False})
    after = azure.update(VAULT, vault, {**SAMPLES[VAULT].inputs, "properties": less})

    assert "has been set already, to 90" in shorter.message
    assert "irreversible" in off.message
    assert after["properties"]["enablePurgeProtection"] is True


def test_deleted_key_vault_is_recovered_in_its_resource_group_with_create_mode_recover_in_local_azure(
    azure: LocalAzure,
) -> None:
    vault, _ = make(azure, VAULT)
    azure.delete(VAULT, vault)
    azure.create(RESOURCE_GROUP, {"resourceGroupName": "other", "location": "westeurope"})

    taken = refusal(azure, VAULT)
    taken_elsewhere = refusal(azure, VAULT, resourceGroupName="other")
    not_here = refusal(azure, VAULT, properties=_RECOVERS, resourceGroupName="other")
    not_there = refusal(azure, VAULT, properties=_RECOVERS, location="northeurope")
    _, outputs = make(azure, VAULT, properties=_RECOVERS)

    assert (taken.code, taken_elsewhere.code) == ("ConflictError", "ConflictError")
    assert not_here.code == not_there.code == "SoftDeletedVaultDoesNotExist"
    assert "createMode" not in outputs["properties"]
    assert azure.world.soft_deleted == {}


def test_recovering_key_vault_that_was_never_deleted_is_refused_by_local_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, VAULT, properties=_RECOVERS)

    assert (refused.code, refused.status) == ("SoftDeletedVaultDoesNotExist", 400)


def test_deleting_resource_group_soft_deletes_its_key_vaults_in_local_azure(azure: LocalAzure) -> None:
    make(azure, VAULT)
    group, _ = make(azure, RESOURCE_GROUP)

    azure.delete(RESOURCE_GROUP, group)

    assert refusal(azure, VAULT).code == "ConflictError"


def test_role_assignment_on_key_vault_secret_that_does_not_exist_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    secret, reader = f"{VAULT_ID}/secrets/api-key", role_id("Key Vault Secrets User")

    missing = refusal(azure, ROLE_ASSIGNMENT, scope=secret, roleDefinitionId=reader)
    make(azure, VAULT)
    unheard_of = refusal(azure, ROLE_ASSIGNMENT, scope=f"{VAULT_ID}/passwords/one")
    _, outputs = make(azure, ROLE_ASSIGNMENT, scope=secret, roleDefinitionId=reader)

    assert missing.code == unheard_of.code == "ResourceNotFound"
    assert outputs["scope"] == secret


def test_key_vault_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(azure: LocalAzure) -> None:
    make(azure, VAULT)

    _, outputs = make(azure, SETTING, resourceUri=VAULT_ID, logs=[{"category": "AuditEvent", "enabled": True}])

    assert outputs["logs"][0]["category"] == "AuditEvent"


def test_key_vault_created_outside_the_stack_uses_rbac_and_has_a_uri_in_local_azure(azure: LocalAzure) -> None:
    properties = azure.adopt(VAULT, VAULT_ID)["properties"]

    assert properties["vaultUri"] == "https://network-dev7.vault.azure.net/"
    assert (properties["enableRbacAuthorization"], properties["tenantId"]) == (True, azure.world.tenant_id)
