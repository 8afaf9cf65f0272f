"""Tests that a container app may refer to a key vault secret only if its identity can read the secret before."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import APP, GROUP, IDENTITY, IDENTITY_ID, ROLE_ASSIGNMENT, SAMPLES, make, role_id
from tests.localazure.services.refusals import refusal

VAULT = "azure-native:keyvault:Vault"
CODE = "ContainerAppSecretKeyVaultUrlInvalid"
READER = "Key Vault Secrets User"


def vault(azure: LocalAzure, **properties: object) -> tuple[str, str]:
    """Create a key vault; return its id and the address of a secret in it."""
    settings = {**SAMPLES[VAULT].inputs["properties"], **properties}
    vault_id, outputs = make(azure, VAULT, properties=settings)
    return vault_id, f"{outputs['properties']['vaultUri'].rstrip('/')}/secrets/pay"


def with_secret(url: str, identity: str, **secret: object) -> dict[str, Any]:
    listed = [{"name": "pay", "keyVaultUrl": url, "identity": identity, **secret}]
    configuration = {**SAMPLES[APP].inputs.get("configuration", {}), "secrets": listed}
    return {**SAMPLES[APP].inputs, "configuration": configuration}


@pytest.mark.parametrize("url", ["https://orders-kv-9.vault.azure.net/secrets/pay", ""])
def test_new_app_cannot_read_a_secret_with_its_system_assigned_identity_in_local_azure(
    azure: LocalAzure, url: str
) -> None:
    refused = refusal(azure, APP, **with_secret(url or vault(azure)[1], "system"))

    assert refused.code == CODE
    assert "unable to get value using managed identity system" in refused.message
    assert "form a circle: the app 'network-report-dev'" in refused.message
    assert "identity begins with the app" in refused.message


@pytest.mark.parametrize(("role", "scope"), [(READER, ""), (READER, "/secrets/pay"), ("Key Vault Reader", None)])
def test_app_reads_a_secret_only_with_a_role_at_the_vault_or_the_secret_in_local_azure(
    azure: LocalAzure, role: str, scope: str | None
) -> None:
    make(azure, IDENTITY)
    vault_id, url = vault(azure)
    inputs = with_secret(url, IDENTITY_ID)
    assert "assign Key Vault Secrets User" in refusal(azure, APP, **inputs).message

    make(azure, ROLE_ASSIGNMENT, scope=f"{vault_id}{scope or ''}", roleDefinitionId=role_id(role))

    if scope is None:
        assert refusal(azure, APP, **inputs).code == CODE
    else:
        assert make(azure, APP, **inputs)[1]["provisioningState"] == "Succeeded"


def test_app_reads_a_secret_with_its_system_assigned_identity_after_the_role_exists_in_local_azure(
    azure: LocalAzure,
) -> None:
    vault_id, url = vault(azure)
    app, outputs = make(azure, APP)
    principal = outputs["identity"]["principalId"]
    make(azure, ROLE_ASSIGNMENT, scope=vault_id, roleDefinitionId=role_id(READER), principalId=principal)

    updated = azure.update(APP, app, with_secret(url, "system"))

    assert updated["configuration"]["secrets"][0]["name"] == "pay"


@pytest.mark.parametrize("right", ["get", "list"])
def test_app_reads_a_secret_of_a_vault_with_access_policies_only_with_a_policy_in_local_azure(
    azure: LocalAzure, right: str
) -> None:
    _, identity = make(azure, IDENTITY)
    policy = {
        "tenantId": azure.world.tenant_id,
        "objectId": identity["principalId"],
        "permissions": {"secrets": [right]},
    }
    _, url = vault(azure, enableRbacAuthorization=False, accessPolicies=[policy])
    inputs = with_secret(url, IDENTITY_ID)

    if right == "get":
        assert make(azure, APP, **inputs)[1]["provisioningState"] == "Succeeded"
    else:
        assert "add an access policy" in refusal(azure, APP, **inputs).message


def test_app_reads_a_secret_of_a_vault_outside_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)

    made = make(azure, APP, **with_secret("https://theirs.vault.azure.net/secrets/pay", IDENTITY_ID))

    assert made[1]["provisioningState"] == "Succeeded"
    assert GROUP in made[0]
