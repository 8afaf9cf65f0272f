"""Azure Container Registry: registries with the images of container apps.

Permission to pull is checked in `image_pull.py`, which finds a registry by its name. Facts: "Azure Container Registry
SKU features and limits", Microsoft Learn, 2025-06; "Make your container registry content publicly available", 2024-01;
"Enable soft delete policy in Azure Container Registry" and "Set a retention policy for untagged manifests", 2024-01;
"Disable export of artifacts", 2023-10; "Encrypt registry with a customer-managed key", 2023-10. Messages as reported in
MicrosoftDocs/azure-dev-docs#1303 (name), MicrosoftDocs/azure-docs#94535 (anonymous pull) and
Azure-Samples/dotNET-Frontend-AB-Testing-on-Azure-Container-Apps#5 (network); log categories from "Supported logs for
Microsoft.ContainerRegistry/registries", Microsoft Learn, 2026-07-14.

Differences from Azure: no image is stored, and no password of the admin user exists; replications, tokens, webhooks,
tasks and private endpoints do not exist. A registry's role assignment mode (AbacRepositoryPermissions) cannot be
requested, since API versions have it from 2025-11-01 on and azure-native 3.29.0 takes 2023-01-01-preview. What is
created pulls per registry, as the API's default is, and those versions show it; Azure plans to change that default
(Azure/acr#883, 2026-05). An existing registry may be in either mode. The code BadRequest for what only the premium tier
has is ours where no report is named above.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType
from localazure.arm.world import Resource, Values
from localazure.errors import AzureError
from manifest import azure_naming_rules

REGISTRY = "azure-native:containerregistry:Registry"
"""Type token of a registry."""
_SHOWS_MODE = "2025-11-01"

# Types and names. "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05.
_NAME = NameCheck(azure_naming_rules.PARENTS["registry"].rule, code="RegistryNameInvalid")

# Reasons to refuse
_PREMIUM = "Premium"
# Features of the premium tier alone, each with the values that do not request it.
_PREMIUM_ONLY: Mapping[str, tuple[object, ...]] = {
    "dataEndpointEnabled": (None, False),
    "zoneRedundancy": (None, "Disabled"),
    "encryption.status": (None, "disabled"),
    "networkRuleSet.defaultAction": (None, "Allow"),
    "policies.exportPolicy.status": (None, "enabled"),
    "policies.quarantinePolicy.status": (None, "disabled"),
    "policies.retentionPolicy.status": (None, "disabled"),
    "policies.trustPolicy.status": (None, "disabled"),
}
_RETENTION_DAYS = range(366)
_SOFT_DELETION_DAYS = range(1, 91)


def _tier_supports_inputs(request: Request) -> Iterator[AzureError]:
    tier = request.input("sku.name")
    if tier == "Classic":
        yield AzureError("BadRequest", "sku.name 'Classic' is retired; choose Basic, Standard or Premium")
    if tier not in ("Standard", _PREMIUM) and request.input("anonymousPullEnabled"):
        yield AzureError(
            "BadRequest",
            f"Anonymous pull is not supported for SKU {tier}. For more information on SKU tiers, please visit"
            " https://aka.ms/acr/tiers",
        )
    if tier == _PREMIUM:
        return
    if request.input("publicNetworkAccess") == "Disabled":
        yield AzureError(
            "DisablingPublicNetworkAccessNotSupported",
            f"Disabling public network access is not supported for the SKU {tier}. For more information, please visit"
            " https://aka.ms/acr/private-link",
        )
    for path, usual in _PREMIUM_ONLY.items():
        value = request.input(path)
        if value not in usual:
            yield AzureError(
                "BadRequest",
                f"{path} {value!r} is not supported for the registry SKU {tier}; choose the SKU {_PREMIUM}",
            )


def _policies_agree(request: Request) -> Iterator[AzureError]:
    enabled = [
        request.input(f"policies.{name}.status") == "enabled" for name in ("retentionPolicy", "softDeletePolicy")
    ]
    if all(enabled):
        yield AzureError(
            "BadRequest", "policies.retentionPolicy and policies.softDeletePolicy cannot both be enabled; choose one"
        )
    for path, allowed in (
        ("policies.retentionPolicy.days", _RETENTION_DAYS),
        ("policies.softDeletePolicy.retentionDays", _SOFT_DELETION_DAYS),
    ):
        days = request.input(path)
        if days is not None and days not in allowed:
            yield AzureError(
                "BadRequest", f"{path} is {days}; the allowed number of days is {allowed.start} to {allowed.stop - 1}"
            )
    if request.input("policies.exportPolicy.status") == "disabled" and _is_public(request):
        yield AzureError(
            "BadRequest",
            "policies.exportPolicy can be disabled only if publicNetworkAccess is 'Disabled' too",
        )


def _is_public(request: Request) -> bool:
    return request.input("publicNetworkAccess") != "Disabled"


def _registry_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    before = cast("Values", old.inputs.get("encryption") or {}).get("status") or "disabled"
    if (request.input("encryption.status") or "disabled") != before:
        yield AzureError(
            "BadRequest", f"encryption.status was {before!r} when the registry was created and cannot be changed"
        )


# Outputs
def _data_hosts(request: Request) -> list[str]:
    if not request.input("dataEndpointEnabled"):
        return []
    return [f"{request.name.lower()}.{request.location}.data.azurecr.io"]


def _ready(request: Request) -> dict[str, str]:
    return {"displayStatus": "Ready", "message": "The registry is ready for use.", "timestamp": request.now}


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "loginServer": lambda request: f"{request.name.lower()}.azurecr.io",
    "creationDate": kept_from_creation("creationDate", lambda request: request.now),
    "status": kept_from_creation("status", _ready),
    "sku.tier": lambda request: request.input("sku.name"),
    "adminUserEnabled": off,
    "anonymousPullEnabled": off,
    "dataEndpointEnabled": off,
    "dataEndpointHostNames": _data_hosts,
    "encryption": constant({"status": "disabled"}),
    "networkRuleBypassOptions": constant("AzureServices"),
    "publicNetworkAccess": constant("Enabled"),
    "zoneRedundancy": constant("Disabled"),
    "privateEndpointConnections": constant([]),
    "policies": constant({}),
    "policies.azureADAuthenticationAsArmPolicy": constant({"status": "enabled"}),
    "policies.exportPolicy": constant({"status": "enabled"}),
    "policies.quarantinePolicy": constant({"status": "disabled"}),
    "policies.retentionPolicy": constant({"status": "disabled"}),
    "policies.retentionPolicy.days": constant(7),
    "policies.softDeletePolicy": constant({"status": "disabled"}),
    "policies.softDeletePolicy.retentionDays": constant(7),
    "policies.trustPolicy": constant({"status": "disabled"}),
    "policies.trustPolicy.type": constant("Notary"),
    "systemData": system_data,
}

# What a creation reads: Azure/mpf#314, 2026-07-27; a deletion: "Azure permissions for Containers", Microsoft Learn,
# 2026-04-09.
_ASYNCHRONOUS = AsynchronousRequests(
    write=StatusUrls("{id}/operationStatuses/registries-{operation}"),
    delete=StatusUrls(result=regional("Microsoft.ContainerRegistry", "operationResults")),
)


def permissions_mode(registry: Resource, version: str) -> Values:
    """Return the permissions mode of a created registry, in API versions that have it; empty for an existing one."""
    known = version >= _SHOWS_MODE and not registry.adopted
    return {"roleAssignmentMode": "LegacyRegistryPermissions"} if known else {}


TYPES = (
    ResourceType(
        REGISTRY,
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.ContainerRegistry/registries/{registryName}",
        name_check=_NAME,
        name_taken_code="AlreadyInUse",
        asynchronous=_ASYNCHRONOUS,
        rules=all_of(_tier_supports_inputs, _policies_agree, _registry_immutables_stay),
        outputs=_OUTPUTS,
        volatile=("sku.tier", "dataEndpointHostNames", "systemData"),
        log_categories=("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope", "sku": {"name": "Standard"}},
    ),
)
