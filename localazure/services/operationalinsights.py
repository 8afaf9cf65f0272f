"""Azure Log Analytics workspaces.

Facts: "Change pricing tier", "Manage data retention" and "Delete and recover a Log Analytics workspace", Microsoft
Learn, 2025-06; the refused retention as in Azure/azure-powershell#12524; log categories from "Supported logs for
Microsoft.OperationalInsights/workspaces", Microsoft Learn, 2026-07-14.

Differences from Azure: nothing is ingested, so there is nothing to recover; a workspace made again under its name is
the same workspace (customer id), as in Azure within 14 days of its deletion, but in any region and for ever. Clusters
and reserved capacity do not exist.
"""

from collections.abc import Iterator, Mapping

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import constant, kept_from_creation, off, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType
from localazure.errors import AzureError
from manifest import azure_naming_rules

# Types and names
_NAME = NameCheck(azure_naming_rules.WORKSPACE)

# Reasons to refuse
_FREE_DAYS = 7
_DAYS = range(30, 731)


def _retention_is_allowed(request: Request) -> Iterator[AzureError]:
    days = request.input("retentionInDays")
    free = request.input("sku.name") == "Free"
    if days is not None and (days != _FREE_DAYS if free else days not in _DAYS):
        expected = f"{_FREE_DAYS} for the SKU Free" if free else f"between {_DAYS.start} and {_DAYS.stop - 1}"
        yield AzureError(
            "BadRequest",
            f"the value provided for retention is invalid: retentionInDays is {days}; use {expected}",
        )


# Outputs
_OUTPUTS: Mapping[str, ComputedOutput] = {
    "customerId": lambda request: request.guid("customer"),
    "provisioningState": constant("Succeeded"),
    "createdDate": kept_from_creation("createdDate", lambda request: request.now),
    "modifiedDate": lambda request: request.now,
    "sku": constant({"name": "PerGB2018"}),
    "sku.lastSkuUpdate": kept_from_creation("sku.lastSkuUpdate", lambda request: request.now),
    "retentionInDays": lambda request: _FREE_DAYS if request.input("sku.name") == "Free" else _DAYS.start,
    "features": constant({}),
    "features.unifiedSentinelBillingOnly": off,
    "publicNetworkAccessForIngestion": constant("Enabled"),
    "publicNetworkAccessForQuery": constant("Enabled"),
    "privateLinkScopedResources": constant([]),
    "workspaceCapping": constant({"dailyQuotaGb": -1}),
    "workspaceCapping.dataIngestionStatus": constant("RespectQuota"),
    "workspaceCapping.quotaNextResetTime": kept_from_creation(
        "workspaceCapping.quotaNextResetTime", lambda request: request.now
    ),
    "systemData": system_data,
}

# "Azure permissions for Monitor", Microsoft Learn, 2026-04-09, has the read of the status.
_STATUS = StatusUrls(regional("Microsoft.OperationalInsights", "operationStatuses"))

TYPES = (
    ResourceType(
        "azure-native:operationalinsights:Workspace",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}",
        name_check=_NAME,
        asynchronous=AsynchronousRequests(write=_STATUS, delete=_STATUS),
        rules=_retention_is_allowed,
        outputs=_OUTPUTS,
        volatile=("modifiedDate", "systemData"),
        log_categories=("Audit", "Jobs", "SummaryLogs"),
        category_groups=("allLogs", "audit"),
    ),
)
