"""Azure App Configuration stores; keys and values inside a store are data and are not simulated.

Facts: "Soft delete", Azure App Configuration, Microsoft Learn, 2024-05-13 (standard and premium tiers; the days are set
at creation alone, purge protection is never disabled again); "Azure App Configuration FAQ", Microsoft Learn, undated
copy (tiers and changes between them); values taken for what is left out, from the published API type, 2024-05-01. Codes
as reported in Azure/azure-cli#22714 (NameUnavailable) and Azure/azure-cli#21362 (InvalidProperty); what the free tier
takes as in Azure/ResourceModules#1567. Log categories from "Supported logs for
Microsoft.AppConfiguration/configurationStores", Microsoft Learn, 2024-11-19.

Differences from Azure: a store has no keys and values, access keys, replicas or snapshots; a deleted store is never
purged, by time or by hand, and its role assignments stay, orphaned, where Azure removes them; a recovered store is as
requested, where Azure restores its old state. How many free stores a subscription may have is not counted. The codes
BadRequest for what a tier lacks and InvalidProperty for the days are ours.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType, SoftDeletion
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest import azure_naming_rules

# Types and names
_NAME = NameCheck(azure_naming_rules.PARENTS["configuration-store"].rule)
_TIERS_WITHOUT_SOFT_DELETE = ("free", "developer")
"""App Configuration tiers whose deleted stores cannot be recovered."""
_TIERS = (*_TIERS_WITHOUT_SOFT_DELETE, "standard", "premium")


def _tier(inputs: Values) -> str:
    return str(cast("Values", inputs.get("sku") or {}).get("name", "")).lower()


# Reasons to refuse
_DAYS = range(1, 8)


def _tier_supports_inputs(request: Request) -> Iterator[AzureError]:
    tier, before = _tier(request.inputs), "" if request.old is None else _tier(request.old.inputs)
    if tier not in _TIERS:
        yield AzureError(
            "BadRequest", f"sku.name '{tier}' is not a tier of App Configuration; known tiers are {', '.join(_TIERS)}"
        )
    if tier not in _TIERS_WITHOUT_SOFT_DELETE:
        return
    if before not in ("", *_TIERS_WITHOUT_SOFT_DELETE):
        yield AzureError(
            "BadRequest",
            f"an App Configuration store cannot change from tier {before} to the lower tier {tier}; create another"
            " store",
        )
    for path in ("enablePurgeProtection", "softDeleteRetentionInDays", "encryption.keyVaultProperties"):
        if request.input(path):
            yield AzureError(
                "BadRequest", f"{path} is not available in the tier {tier}; choose the tier standard or premium"
            )


def _soft_delete_settings_stay(request: Request) -> Iterator[AzureError]:
    if request.previous_output("enablePurgeProtection") and not request.input("enablePurgeProtection"):
        yield AzureError(
            "InvalidProperty", "the property 'enablePurgeProtection' is enabled and cannot be set to false again"
        )
    days, before = request.input("softDeleteRetentionInDays"), request.previous_output("softDeleteRetentionInDays")
    if days is None or _tier(request.inputs) in _TIERS_WITHOUT_SOFT_DELETE:
        return
    if days not in _DAYS:
        yield AzureError(
            "InvalidProperty",
            f"softDeleteRetentionInDays is {days}; the allowed number of days is {_DAYS.start} to {_DAYS.stop - 1}",
        )
    elif before not in (None, 0, days):
        yield AzureError(
            "InvalidProperty", f"softDeleteRetentionInDays was set to {before} at creation and cannot be changed"
        )


# Outputs
def _kept_days(request: Request) -> int:
    if _tier(request.inputs) in _TIERS_WITHOUT_SOFT_DELETE:
        return 0
    return request.previous_output("softDeleteRetentionInDays") or _DAYS.stop - 1


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "endpoint": lambda request: f"https://{request.name.lower()}.azconfig.io",
    "provisioningState": constant("Succeeded"),
    "creationDate": kept_from_creation("creationDate", lambda request: request.now),
    "disableLocalAuth": off,
    "enablePurgeProtection": off,
    "softDeleteRetentionInDays": _kept_days,
    "dataPlaneProxy": constant({}),
    "dataPlaneProxy.authenticationMode": constant("Local"),
    "dataPlaneProxy.privateLinkDelegation": constant("Disabled"),
    "encryption": constant({}),
    "privateEndpointConnections": constant([]),
    "systemData": system_data,
}

# "Azure permissions for Integration", Microsoft Learn, 2026-04-09, has the read of the status.
_STATUS = StatusUrls(regional("Microsoft.AppConfiguration", "operationsStatus"))

TYPES = (
    ResourceType(
        "azure-native:appconfiguration:ConfigurationStore",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.AppConfiguration/configurationStores/{configStoreName}",
        name_check=_NAME,
        name_taken_code="NameUnavailable",
        soft_deletion=SoftDeletion(
            code="NameUnavailable",
            recovered_by=lambda inputs: inputs.get("createMode") == "Recover",
            kept=lambda store: _tier(store.inputs) not in _TIERS_WITHOUT_SOFT_DELETE,
        ),
        asynchronous=AsynchronousRequests(write=_STATUS, delete=_STATUS),
        rules=all_of(_tier_supports_inputs, _soft_delete_settings_stay),
        outputs=_OUTPUTS,
        volatile=("softDeleteRetentionInDays", "systemData"),
        write_only=("createMode",),
        log_categories=("HttpRequest", "Audit"),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope", "sku": {"name": "Standard"}},
    ),
)
