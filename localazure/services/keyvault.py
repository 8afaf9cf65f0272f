"""Azure Key Vault: vaults and keys; secrets inside a vault are data and are not simulated.

Facts: "Azure Key Vault soft-delete overview", Microsoft Learn, undated copy (names stay taken for 7 to 90 days, nothing
is switched off again); "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05; values taken for
what is left out, from the descriptions in the published API type, 2024-11-01. Codes and messages as reported in
Azure/azure-powershell#15115 (VaultAlreadyExists), Azure/azure-cli#29115 (ConflictError, enablePurgeProtection) and
hashicorp/terraform-provider-azurerm#12972 (SoftDeletedVaultDoesNotExist); the missing accessPolicies as in the
changelog of pulumi/pulumi-azure-nextgen, 0.5.1. Log categories from "Supported logs for Microsoft.KeyVault/vaults",
Microsoft Learn, 2024-11-19.

Differences from Azure: a role can be assigned on any secret's name, for what is in a vault is not known; access
policies open nothing; a deleted vault is never purged, by time or by hand, and its role assignments stay, orphaned,
where Azure removes them; a recovered vault is as requested, where Azure restores its old state. Purge protection that
an update leaves out stays on: what Azure does is not documented. The code for too many policies is ours. A key
that exists is returned and not written ("Keys - Create If Not Exist", REST reference, Microsoft Learn, 2025), so its
version stays; here its other outputs follow the inputs. A deleted key is gone, where Azure keeps it in the vault and
its name taken. No key has any material.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, on, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType, SoftDeletion
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest import azure_naming_rules

# Types and names
_NAME = NameCheck(azure_naming_rules.PARENTS["key-vault"].rule, code="VaultNameNotValid")


def _recovers(inputs: Values) -> bool:
    return cast("Values", inputs.get("properties") or {}).get("createMode") == "recover"


# Reasons to refuse
_DAYS = range(7, 91)
_MOST_POLICIES = 1024


def _protection_stays_enabled(request: Request) -> Iterator[AzureError]:
    for path, action in (
        ("enableSoftDelete", "Enabling the 'soft delete' functionality"),
        ("enablePurgeProtection", "Enabling the purge protection for a vault"),
    ):
        if request.input(f"properties.{path}") is False:
            yield AzureError(
                "BadRequest",
                f'the property "{path}" cannot be set to false. {action} is an irreversible action; leave it out, or'
                " set it to true",
            )


def _retention_is_valid(request: Request) -> Iterator[AzureError]:
    days = request.input("properties.softDeleteRetentionInDays")
    before = request.previous_output("properties.softDeleteRetentionInDays")
    if days is not None and days not in _DAYS:
        yield AzureError(
            "BadRequest",
            f"softDeleteRetentionInDays is {days}; the allowed number of days is {_DAYS.start} to {_DAYS.stop - 1}",
        )
    elif request.old is not None and not request.old.adopted and days not in (None, before):
        yield AzureError(
            "BadRequest",
            f'the property "softDeleteRetentionInDays" has been set already, to {before}, and it can\'t be modified',
        )


def _tenants_match_subscription(request: Request) -> Iterator[AzureError]:
    tenant = str(request.input("properties.tenantId"))
    if tenant.lower() != request.world.tenant_id:
        yield AzureError(
            "BadRequest",
            f"an invalid value was provided for 'tenantId': {tenant}; the subscription's tenant is"
            f" {request.world.tenant_id}",
        )
    for number, policy in enumerate(_policies(request) or ()):
        if str(policy.get("tenantId")).lower() != tenant.lower():
            yield AzureError(
                "BadRequest",
                f"an invalid value was provided for 'accessPolicies': policy {number} belongs to tenant"
                f" {policy.get('tenantId')}, the vault to {tenant}",
            )


def _access_control_is_set(request: Request) -> Iterator[AzureError]:
    policies = _policies(request)
    if policies is None and not _recovers(request.inputs) and not request.input("properties.enableRbacAuthorization"):
        yield AzureError(
            "BadRequest",
            "the parameter accessPolicies is not specified; give a list, or set enableRbacAuthorization"
            " to use Azure roles",
        )
    if len(policies or ()) > _MOST_POLICIES:
        yield AzureError(
            "BadRequest",
            f"a key vault can have at most {_MOST_POLICIES} accessPolicies; {len(policies or ())} are given",
        )


def _policies(request: Request) -> list[Values] | None:
    return request.input("properties.accessPolicies")


# Outputs
def _purge_protection(request: Request) -> bool | None:
    """Return a vault's purge protection from the last run; None if it was never enabled, since Azure omits it."""
    return request.previous_output("properties.enablePurgeProtection")


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "properties.vaultUri": lambda request: f"https://{request.name.lower()}.vault.azure.net/",
    "properties.provisioningState": constant("Succeeded"),
    "properties.tenantId": lambda request: request.world.tenant_id,
    "properties.accessPolicies": constant([]),
    "properties.enableRbacAuthorization": off,
    "properties.enableSoftDelete": on,
    "properties.softDeleteRetentionInDays": kept_from_creation(
        "properties.softDeleteRetentionInDays", constant(_DAYS.stop - 1)
    ),
    "properties.enablePurgeProtection": _purge_protection,
    "properties.enabledForDeployment": off,
    "properties.publicNetworkAccess": constant("Enabled"),
    "systemData": system_data,
}

# "Azure permissions for Security", Microsoft Learn, 2026-04-09, has the read of a result. A vault is deleted at once.
_RESULT = StatusUrls(result=regional("Microsoft.KeyVault", "operationResults"))


def _key_url(request: Request) -> str:
    vault = request.id.split("/")[-3].lower()
    return f"https://{vault}.vault.azure.net/keys/{request.name}"


def _key_url_with_version(request: Request) -> str:
    return f"{_key_url(request)}/{request.guid('version').replace('-', '')}"


TYPES = (
    ResourceType(
        "azure-native:keyvault:Vault",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}",
        name_check=_NAME,
        name_taken_code="VaultAlreadyExists",
        soft_deletion=SoftDeletion(
            code="ConflictError", recovered_by=_recovers, nothing_code="SoftDeletedVaultDoesNotExist"
        ),
        asynchronous=AsynchronousRequests(write=_RESULT),
        rules=all_of(
            _protection_stays_enabled, _retention_is_valid, _tenants_match_subscription, _access_control_is_set
        ),
        outputs=_OUTPUTS,
        volatile=("systemData",),
        write_only=("properties.createMode",),
        data_plane_children=("secrets", "keys", "certificates"),
        log_categories=("AuditEvent", "AzurePolicyEvaluationDetails"),
        category_groups=("allLogs", "audit"),
        adopted_inputs={
            "location": "westeurope",
            "properties": {"sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True},
        },
    ),
    ResourceType(
        "azure-native:keyvault:Key",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
        name_check=NameCheck(azure_naming_rules.KEY),
        outputs={
            "location": lambda request: None if request.parent is None else request.parent.outputs.get("location"),
            "tags": constant({}),
            "kty": lambda request: request.input("properties.kty"),
            "keySize": lambda request: request.input("properties.keySize"),
            "keyOps": lambda request: request.input("properties.keyOps"),
            "keyUri": _key_url,
            "keyUriWithVersion": kept_from_creation("keyUriWithVersion", _key_url_with_version),
        },
        write_only=("properties",),
    ),
)
