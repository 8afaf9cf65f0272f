"""App Configuration stores. Keys and values in them are data: nothing here makes or reads one.

Facts: "Soft delete", Azure App Configuration, Microsoft Learn, 2024-05-13 (standard and premium tiers; the days are set
at creation alone, purge protection is never disabled again); "Azure App Configuration FAQ", Microsoft Learn, undated
copy (tiers and changes between them); values taken for what is left out, from the published API type, 2024-05-01. Codes
as reported in Azure/azure-cli#22714 (NameUnavailable) and Azure/azure-cli#21362 (InvalidProperty); what the free tier
takes as in Azure/ResourceModules#1567. Log categories from "Supported logs for
Microsoft.AppConfiguration/configurationStores", Microsoft Learn, 2024-11-19.

Differences from Azure: a store has no keys and values, access keys, replicas or snapshots; a deleted store is never
purged, by time or by hand, and its role assignments stay, orphaned, where Azure removes them; a recovered store is as
the request says, where Azure has it as it was. How many free stores a subscription may have is not counted. The codes
BadRequest for what a tier lacks and InvalidProperty for the days are ours.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.common_rules import all_of, always, kept, off, system_data
from localazure.arm.resource_type import Answer, NameCheck, Request, ResourceType, SoftDeletion
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest import azure_names

# Types and names
_NAME = NameCheck(azure_names.PARENTS["configuration-store"].rule)
_FORGETFUL = ("free", "developer")
"""Tiers that keep nothing of what is deleted."""
_TIERS = (*_FORGETFUL, "standard", "premium")


def _tier(inputs: Values) -> str:
    return str(cast("Values", inputs.get("sku") or {}).get("name", "")).lower()


# Reasons to refuse
_DAYS = range(1, 8)


def _tier_has_what_is_asked(request: Request) -> Iterator[AzureError]:
    tier, before = _tier(request.inputs), "" if request.old is None else _tier(request.old.inputs)
    if tier not in _TIERS:
        yield AzureError("BadRequest", f"sku.name '{tier}' is no tier; known are {', '.join(_TIERS)}")
    if tier not in _FORGETFUL:
        return
    if before not in ("", *_FORGETFUL):
        yield AzureError("BadRequest", f"a store cannot go down from the tier {before} to {tier}; make another store")
    for path in ("enablePurgeProtection", "softDeleteRetentionInDays", "encryption.keyVaultProperties"):
        if request.asked(path):
            yield AzureError("BadRequest", f"{path} is not to be had in the tier {tier}; it needs standard or premium")


def _deletion_stays_recoverable(request: Request) -> Iterator[AzureError]:
    if request.answered("enablePurgeProtection") and not request.asked("enablePurgeProtection"):
        yield AzureError(
            "InvalidProperty", "the property 'enablePurgeProtection' is on and cannot be set to false again"
        )
    days, before = request.asked("softDeleteRetentionInDays"), request.answered("softDeleteRetentionInDays")
    if days is None or _tier(request.inputs) in _FORGETFUL:
        return
    if days not in _DAYS:
        yield AzureError(
            "InvalidProperty", f"softDeleteRetentionInDays is {days}; allowed are {_DAYS.start} to {_DAYS.stop - 1}"
        )
    elif before not in (None, 0, days):
        yield AzureError(
            "InvalidProperty", f"softDeleteRetentionInDays was set to {before} at creation and cannot be changed"
        )


# Outputs
def _kept_days(request: Request) -> int:
    if _tier(request.inputs) in _FORGETFUL:
        return 0
    return request.answered("softDeleteRetentionInDays") or _DAYS.stop - 1


_OUTPUTS: Mapping[str, Answer] = {
    "endpoint": lambda request: f"https://{request.name.lower()}.azconfig.io",
    "provisioningState": always("Succeeded"),
    "creationDate": kept("creationDate", lambda request: request.now),
    "disableLocalAuth": off,
    "enablePurgeProtection": off,
    "softDeleteRetentionInDays": _kept_days,
    "dataPlaneProxy": always({}),
    "dataPlaneProxy.authenticationMode": always("Local"),
    "dataPlaneProxy.privateLinkDelegation": always("Disabled"),
    "encryption": always({}),
    "privateEndpointConnections": always([]),
    "systemData": system_data,
}

TYPES = (
    ResourceType(
        "azure-native:appconfiguration:ConfigurationStore",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.AppConfiguration/configurationStores/{configStoreName}",
        name_check=_NAME,
        taken="NameUnavailable",
        soft_deletion=SoftDeletion(
            code="NameUnavailable",
            recovered_by=lambda inputs: inputs.get("createMode") == "Recover",
            kept=lambda store: _tier(store.inputs) not in _FORGETFUL,
        ),
        rules=all_of(_tier_has_what_is_asked, _deletion_stays_recoverable),
        outputs=_OUTPUTS,
        volatile=("softDeleteRetentionInDays", "systemData"),
        write_only=("createMode",),
        log_categories=("HttpRequest", "Audit"),
        category_groups=("allLogs", "audit"),
        assumed={"location": "westeurope", "sku": {"name": "Standard"}},
    ),
)
