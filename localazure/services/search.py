"""Azure AI Search: search services, which hold indexes.

An index is an object of the data plane: no request to Resource Manager makes one, and a role can be assigned at its
scope before there is one. Facts: "Services - Create Or Update" (REST, 2025-05-01), "Service limits in Azure AI
Search", Microsoft Learn, 2025-06; "Change the pricing tier of a search service", 2025-06; "Enable or disable role-based
access control in Azure AI Search", 2025-06 (`authOptions`, also Azure/azure-dev#3677); the code of a bad name as in
microsoft/RHAIL-Claims-Denial-Navigator#2, of a taken one as in Azure-Samples/azure-search-openai-demo#585; log
categories from "Supported logs for Microsoft.Search/searchServices", Microsoft Learn, 2026-07-14.

Differences from Azure: no index is stored, so every index exists under every name, nothing is too large for a
smaller tier, and a service is there at once; private links and private endpoints do not exist. Every
region has every tier. What the semantic ranker is set to where it is left out is not answered. The code BadRequest for
what a tier does not have is ours: Microsoft names none.
"""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, system_data
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest import azure_naming_rules

# Types and names
_NAME = NameCheck(azure_naming_rules.PARENTS["search-service"].rule, code="InvalidServiceName")

# Reasons to refuse
_FREE = "free"
_DENSE = "standard3"
_MOST_UNITS = 36
_MOST_DENSE_PARTITIONS = 3
_PARTITIONS = (1, 2, 3, 4, 6, 12)
# Most replicas and partitions; the tiers that are not here have 12 of each.
_MOST: Mapping[str, tuple[int, int]] = {_FREE: (1, 1), "basic": (3, 3)}
# Tiers between which a service can be moved.
_CHANGEABLE = frozenset({"basic", "standard", "standard2", _DENSE})
_FREE_SERVICE = "the subscription's free search service"


def _tier_is_named(request: Request) -> Iterator[AzureError]:
    if not request.input("sku.name"):
        yield AzureError("BadRequest", "sku.name is missing; choose the tier of the search service")


def _tier_supports_inputs(request: Request) -> Iterator[AzureError]:
    tier, replicas, partitions = request.input("sku.name"), _count(request, "replica"), _count(request, "partition")
    most_replicas, most_partitions = _MOST.get(str(tier), (12, 12))
    if replicas > most_replicas:
        yield AzureError(
            "BadRequest", f"replicaCount is {replicas}; the tier {tier} allows at most {most_replicas} replicas"
        )
    if partitions > most_partitions or partitions not in _PARTITIONS:
        allowed = ", ".join(str(each) for each in _PARTITIONS if each <= most_partitions)
        yield AzureError("BadRequest", f"partitionCount is {partitions}; the tier {tier} allows {allowed} partitions")
    if replicas * partitions > _MOST_UNITS:
        yield AzureError(
            "BadRequest", f"{replicas} replicas of {partitions} partitions are more than {_MOST_UNITS} search units"
        )
    if request.input("hostingMode") == "HighDensity" and (tier != _DENSE or partitions > _MOST_DENSE_PARTITIONS):
        yield AzureError(
            "BadRequest",
            f"hostingMode 'HighDensity' needs the tier {_DENSE} and {_MOST_DENSE_PARTITIONS} partitions at most",
        )


def _count(request: Request, of: str) -> int:
    return int(request.input(f"{of}Count") or 1)


def _auth_options_are_valid(request: Request) -> Iterator[AzureError]:
    options: Values | None = request.input("authOptions")
    if options is not None and request.input("disableLocalAuth"):
        yield AzureError(
            "BadRequest",
            "authOptions cannot be given if disableLocalAuth is true, not even empty; remove it",
        )
    if options is not None and len([name for name in options if options[name] is not None]) > 1:
        yield AzureError("BadRequest", "authOptions has both apiKeyOnly and aadOrApiKey; give only one of them")


def _free_service_is_the_only_one(request: Request) -> Iterator[AzureError]:
    others = [each for each in request.world.find_indexed(_FREE_SERVICE) if each.id.lower() != request.id.lower()]
    if request.input("sku.name") == _FREE and others:
        yield AzureError(
            "ServiceQuotaExceeded",
            f"operation would exceed 'free' tier service quota: the subscription has '{others[0].id}'",
        )


def _service_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    before, after = cast("Values", old.inputs.get("sku") or {}).get("name"), request.input("sku.name")
    if before != after and not {before, after} <= _CHANGEABLE:
        yield AzureError(
            "BadRequest",
            f"a search service cannot change from the tier {before} to {after}; changes are possible only between"
            f" {', '.join(sorted(_CHANGEABLE))}",
        )
    for name in ("hostingMode", "computeType"):
        if (request.input(name) or "Default") != (old.inputs.get(name) or "Default"):
            yield AzureError(
                "BadRequest", f"{name} cannot be changed after the search service is created; create another service"
            )


# Outputs
def _auth_options(request: Request) -> Values | None:
    return None if request.input("disableLocalAuth") else {"apiKeyOnly": {}}


def _version(request: Request) -> str:
    """Return the etag of a search service, which is new after every change."""
    return f'"{request.guid(json.dumps(request.inputs, sort_keys=True))}"'


_OUTPUTS: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("succeeded"),
    "status": constant("running"),
    "statusDetails": constant(""),
    "endpoint": lambda request: f"https://{request.name}.search.windows.net",
    "authOptions": _auth_options,
    "disableLocalAuth": off,
    "replicaCount": constant(1),
    "partitionCount": constant(1),
    "hostingMode": constant("Default"),
    "computeType": constant("Default"),
    "publicNetworkAccess": constant("Enabled"),
    "networkRuleSet": constant({}),
    "networkRuleSet.bypass": constant("None"),
    "networkRuleSet.ipRules": constant([]),
    "encryptionWithCmk": constant({}),
    "encryptionWithCmk.enforcement": constant("Unspecified"),
    "encryptionWithCmk.encryptionComplianceStatus": constant("Compliant"),
    "dataExfiltrationProtections": constant([]),
    "privateEndpointConnections": constant([]),
    "sharedPrivateLinkResources": constant([]),
    "upgradeAvailable": constant("notAvailable"),
    "serviceUpgradedAt": kept_from_creation("serviceUpgradedAt", lambda request: request.now),
    "eTag": _version,
    "systemData": system_data,
}

# "Azure permissions for AI + machine learning", Microsoft Learn, 2026-04-09, has the read of a result. A service is
# deleted at once.
_RESULT = StatusUrls(result=regional("Microsoft.Search", "operationResults"))

TYPES = (
    ResourceType(
        "azure-native:search:Service",
        "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Search/searchServices/{searchServiceName}",
        name_check=_NAME,
        name_taken_code="ServiceNameUnavailable",
        asynchronous=AsynchronousRequests(write=_RESULT),
        rules=all_of(
            _tier_is_named,
            _tier_supports_inputs,
            _auth_options_are_valid,
            _free_service_is_the_only_one,
            _service_immutables_stay,
        ),
        index_keys=lambda request: (_FREE_SERVICE,) if request.input("sku.name") == _FREE else (),
        outputs=_OUTPUTS,
        volatile=("eTag", "systemData"),
        data_plane_children=("indexes",),
        log_categories=("OperationLogs",),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope", "sku": {"name": "basic"}},
    ),
)
