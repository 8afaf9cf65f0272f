"""Azure Storage: accounts, and the blob containers and queues inside an account.

Facts: "Storage account overview", Microsoft Learn, 2025-07 (kinds, redundancy, endpoints); "Change how a storage
account is replicated", 2025-01; "Remediate anonymous read access to blob data", 2024-09; "Point-in-time restore for
block blobs", 2024-10; "Naming and referencing containers, blobs, and metadata" and "Naming queues and metadata",
2023-12; values taken for what is left out from "Storage Accounts - Create", REST API 2024-01-01. Codes as reported in
hashicorp/terraform-provider-azurerm#4394 (what hierarchical namespaces need), Azure/azure-rest-api-specs#11331
(PublicAccessNotPermitted), jenkins-infra/azure#125 (AccountPropertyCannotBeUpdated) and
turbot/steampipe-plugin-azure#458 (FeatureNotSupportedForAccount); log categories from "Supported logs for
Microsoft.Storage/storageAccounts/blobServices" and ".../queueServices", Microsoft Learn, 2024-11-19. Which properties
replace is azure-native's own list (v3.29.0).

Differences from Azure: no blob and no message exists, so nothing is kept when a container, queue or account is deleted,
and its name is free at once; there is no second region, whatever the SKU, so no secondary endpoint either; the endpoint
of static websites, tables and files as resources, encryption scopes, object replication and account keys do not exist;
an endpoint is that of standard DNS even if DNS zones are requested. A taken name is always StorageAccountAlreadyTaken,
where Azure has StorageAccountInAnotherResourceGroup for one of the same subscription. The codes
InvalidValuesForRequestParameters for anything but kind and SKU, AccountPropertyCannotBeUpdated for a SKU, and
BadRequest, for policies of the blob service and for a container's immutability, are ours: Microsoft names none. What an
existing account allows is not known, so none of its settings is held against what is created in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, on, own_identity_circle
from localazure.arm.property_paths import ABSENT, value_at
from localazure.arm.resource_type import ComputedOutput, NameCheck, Request, ResourceType, Rules
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest import azure_naming_rules
from manifest.name_rules import NameRule

_PATH = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.Storage/storageAccounts/{accountName}"
)

# Types and names. "Naming rules and restrictions for Azure resources", Microsoft Learn, 2025-05.
_ACCOUNT_NAME = NameCheck(azure_naming_rules.PARENTS["storage-account"].rule, code="AccountNameInvalid")
_CONTAINER_NAME = NameCheck(
    # Azure's own containers, which no network declares
    replace(
        azure_naming_rules.BLOB_CONTAINER,
        pattern=rf"\$root|\$web|{azure_naming_rules.BLOB_CONTAINER.pattern}",
        words=f"{azure_naming_rules.BLOB_CONTAINER.words}; also $root and $web",
    )
)
_QUEUE_NAME = NameCheck(azure_naming_rules.STORAGE_QUEUE)
_SERVICE_NAME = NameCheck(
    NameRule("a service of a storage account", 7, 7, "default", "'default' and nothing else", "TYPE")
)


# Reasons to refuse an account
def _key_is_readable(request: Request) -> Iterator[AzureError]:
    # "Configure customer-managed keys in the same tenant for a new storage account", Microsoft Learn, read 2026-11: a
    # new account needs a user-assigned identity for its key.
    is_own = str(request.input("encryption.keySource")).lower() == "microsoft.keyvault"
    identity = request.input("encryption.encryptionIdentity.encryptionUserAssignedIdentity")
    if request.old is None and is_own and not identity:
        yield own_identity_circle(request, "its key in a key vault (encryption.keyVaultProperties)")


_V2 = "StorageV2"
_OLDER = ("Storage", "BlobStorage")
"""Kinds of storage accounts that can be upgraded to StorageV2."""
_GEO = ("Standard_LRS", "Standard_GRS", "Standard_RAGRS")
_ZONE = ("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS")
_PREMIUM = ("Premium_LRS", "Premium_ZRS")
_SKUS: Mapping[str, tuple[str, ...]] = {
    "Storage": (*_GEO, "Standard_ZRS", "Premium_LRS"),
    _V2: (*_GEO, *_ZONE, "Premium_LRS"),
    "BlobStorage": _GEO,
    "BlockBlobStorage": _PREMIUM,
    "FileStorage": (
        *_PREMIUM,
        *(f"StandardV2_{redundancy}" for redundancy in ("LRS", "GRS", "ZRS", "GZRS")),
        *(f"PremiumV2_{redundancy}" for redundancy in ("LRS", "ZRS")),
    ),
}
_SERVICES: Mapping[str, tuple[str, ...]] = {
    "Storage": ("blob", "queue", "table", "file"),
    _V2: ("blob", "dfs", "queue", "table", "file"),
    "BlobStorage": ("blob", "dfs", "table"),
    "BlockBlobStorage": ("blob", "dfs"),
    "FileStorage": ("file",),
}
"""Service endpoints of storage accounts by kind. Premium general-purpose accounts have page blobs only."""


def _invalid(message: str) -> AzureError:
    return AzureError("InvalidValuesForRequestParameters", f"Values for request parameters are invalid: {message}")


def _kind_supports_inputs(request: Request) -> Iterator[AzureError]:
    kind, sku, tier = _kind(request.inputs), _sku(request.inputs), request.input("accessTier")
    if sku not in _SKUS.get(kind, ()):
        yield _invalid(
            f"kind, sku. A storage account of kind {kind} supports the SKU"
            f" {', '.join(_SKUS.get(kind, ())) or 'nothing'}, not {sku}"
        )
    if kind == "BlobStorage" and tier is None:
        yield _invalid(f"accessTier. A storage account of kind {kind} needs an access tier")
    if kind == "Storage" and tier is not None:
        yield _invalid(f"accessTier. A storage account of kind {kind} has no access tier; choose the kind {_V2}")
    hierarchical = bool(request.input("isHnsEnabled"))
    if hierarchical and (kind not in (_V2, "BlockBlobStorage") or (kind == _V2 and sku == "Premium_LRS")):
        yield _invalid(f"isHnsEnabled. A hierarchical namespace is not available with kind {kind} and sku {sku}")
    if request.input("isSftpEnabled") and not hierarchical:
        yield _invalid("isSftpEnabled. SFTP needs a hierarchical namespace; set isHnsEnabled")


def _cannot_be_updated(name: str) -> AzureError:
    return AzureError(
        "AccountPropertyCannotBeUpdated",
        f"The property '{name}' was specified in the input, but it cannot be updated",
        409,
    )


def _account_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    was, now = _kind(old.inputs), _kind(request.inputs)
    if now != was and not (was in _OLDER and now == _V2):
        yield _cannot_be_updated("kind")
    if (old.inputs.get("dnsEndpointType") or "Standard") != (request.input("dnsEndpointType") or "Standard"):
        yield _cannot_be_updated("dnsEndpointType")
    before, after = _sku(old.inputs), _sku(request.inputs)
    if (before.partition("_")[0], "ZRS" in before) != (after.partition("_")[0], "ZRS" in after):
        yield AzureError(
            "AccountPropertyCannotBeUpdated",
            f"sku.name cannot be changed from {before} to {after} in place: between performance tiers, and between"
            " redundancy with zones and without, a storage account must be converted or recreated",
            409,
        )


def _kind(inputs: Values) -> str:
    return str(inputs.get("kind") or _V2)


def _sku(inputs: Values) -> str:
    return str(_block_value(inputs, "sku", "name") or _GEO[0])


def _block_value(inputs: Values, block: str, name: str) -> object:
    """Return a value from a nested block of the inputs; None if it is missing."""
    found = value_at(inputs, (block, name))
    return None if found is ABSENT else found


# Reasons to refuse what is in an account
def _account_has(service: str) -> Rules:
    """Create the rule that the kind of a storage account has a service such as blob or queue."""

    def rule(request: Request) -> Iterator[AzureError]:
        account = _account_inputs(request)
        if account is None:
            return
        page_blobs_only = _kind(account) in ("Storage", _V2) and _sku(account).startswith("Premium")
        if service not in _SERVICES.get(_kind(account), ()) or (page_blobs_only and service != "blob"):
            yield AzureError(
                "FeatureNotSupportedForAccount",
                f"{service.capitalize()} is not supported for the account: {_kind(account)}, {_sku(account)}",
            )

    return rule


def _account_inputs(request: Request) -> Values | None:
    """Return the inputs of the storage account that contains a resource; None if they are unknown."""
    account = request.parent
    return None if account is None or account.adopted else account.inputs


def _account_allows_public_access(request: Request) -> Iterator[AzureError]:
    access, account = request.input("publicAccess"), _account_inputs(request)
    if access not in (None, "None") and account is not None and not account.get("allowBlobPublicAccess"):
        yield AzureError(
            "PublicAccessNotPermitted",
            f"Public access is not permitted on this storage account; container '{request.name}' requests {access!r},"
            " and the account does not set allowBlobPublicAccess",
            409,
        )


def _container_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    before = bool(_block_value(old.inputs, "immutableStorageWithVersioning", "enabled"))
    if bool(request.input("immutableStorageWithVersioning.enabled")) != before:
        yield AzureError(
            "BadRequest",
            "immutableStorageWithVersioning.enabled can be enabled only when the container is created",
        )


def _policies_agree(request: Request) -> Iterator[AzureError]:
    for name in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy", "restorePolicy"):
        if request.input(f"{name}.enabled") and not request.input(f"{name}.days"):
            yield AzureError("BadRequest", f"{name} is enabled without a number of days; give days from 1 to 365")
    if not request.input("restorePolicy.enabled"):
        return
    for path in ("isVersioningEnabled", "changeFeed.enabled", "deleteRetentionPolicy.enabled"):
        if not request.input(path):
            yield AzureError("BadRequest", f"restorePolicy is enabled, which requires {path}; set it to true")
    restorable, retained = request.input("restorePolicy.days"), request.input("deleteRetentionPolicy.days")
    if restorable and retained and restorable >= retained:
        yield AzureError(
            "BadRequest",
            f"restorePolicy.days is {restorable}; it must be less than deleteRetentionPolicy.days, which is {retained}",
        )


# Outputs
def _access_tier(request: Request) -> str | None:
    return "Hot" if _kind(request.inputs) in (_V2, "BlobStorage") else None


def _endpoints(request: Request) -> dict[str, str]:
    services = _SERVICES.get(_kind(request.inputs), ())
    return {service: f"https://{request.name}.{service}.core.windows.net/" for service in services}


def _tier(inputs: Values) -> str:
    return "Premium" if _sku(inputs).startswith("Premium") else "Standard"


def _encrypted_services(request: Request) -> dict[str, Any]:
    since = {"enabled": True, "keyType": "Account", "lastEnabledTime": request.now}
    return {"blob": since, "file": since}


def _account_sku(request: Request) -> dict[str, str]:
    account = request.parent.inputs if request.parent else {}
    return {"name": _sku(account), "tier": _tier(account)}


def _etag(request: Request) -> str:
    return f'"0x8D{request.guid(f"etag {request.now}").replace("-", "").upper()[:12]}"'


_ACCOUNT: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "creationTime": kept_from_creation("creationTime", lambda request: request.now),
    "keyCreationTime": kept_from_creation(
        "keyCreationTime", lambda request: {"key1": request.now, "key2": request.now}
    ),
    "primaryLocation": lambda request: request.location,
    "primaryEndpoints": _endpoints,
    "statusOfPrimary": constant("available"),
    "privateEndpointConnections": constant([]),
    "sku.tier": lambda request: _tier(request.inputs),
    "accessTier": _access_tier,
    "allowBlobPublicAccess": off,
    "allowCrossTenantReplication": off,
    "enableHttpsTrafficOnly": on,
    "minimumTlsVersion": constant("TLS1_2"),
    "networkRuleSet": constant(
        {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}
    ),
    "encryption": constant({}),
    "encryption.keySource": constant("Microsoft.Storage"),
    "encryption.services": kept_from_creation("encryption.services", _encrypted_services),
}

_BLOB_SERVICE: Mapping[str, ComputedOutput] = {
    "sku": _account_sku,
    "cors": constant({"corsRules": []}),
    "deleteRetentionPolicy": constant({"enabled": False}),
    "deleteRetentionPolicy.allowPermanentDelete": off,
}

_CONTAINER: Mapping[str, ComputedOutput] = {
    "publicAccess": constant("None"),
    "defaultEncryptionScope": constant("$account-encryption-key"),
    "denyEncryptionScopeOverride": off,
    "hasImmutabilityPolicy": off,
    "hasLegalHold": off,
    "leaseState": constant("Available"),
    "leaseStatus": constant("Unlocked"),
    "deleted": off,
    "remainingRetentionDays": constant(0),
    "lastModifiedTime": lambda request: request.now,
    "etag": _etag,
}

_LOGS = ("StorageRead", "StorageWrite", "StorageDelete")
_LOG_GROUPS = ("allLogs", "audit")

# "Storage Accounts - Create", REST reference, Microsoft Learn, 2026: 202 with a `Location`. Azure publishes no
# operation for reading it; that Azure checks one, as for every other URL of a status, is the strict reading. An account
# is deleted at once.
_RESULT = StatusUrls(result=regional("Microsoft.Storage", "asyncoperations"))

TYPES = (
    ResourceType(
        "azure-native:storage:StorageAccount",
        _PATH,
        name_check=_ACCOUNT_NAME,
        name_taken_code="StorageAccountAlreadyTaken",
        asynchronous=AsynchronousRequests(write=_RESULT),
        rules=all_of(_key_is_readable, _kind_supports_inputs, _account_immutables_stay),
        immutable=("isHnsEnabled", "immutableStorageWithVersioning", "encryption.requireInfrastructureEncryption"),
        immutable_code="AccountPropertyCannotBeUpdated",
        immutable_status=400,
        outputs=_ACCOUNT,
        volatile=("sku.tier", "primaryEndpoints", "accessTier"),
        adopted_inputs={"location": "westeurope", "kind": _V2, "sku": {"name": _GEO[0]}},
    ),
    ResourceType(
        "azure-native:storage:BlobServiceProperties",
        _PATH + "/blobServices/{blobServicesName}",
        name_check=_SERVICE_NAME,
        singleton=True,
        rules=all_of(_account_has("blob"), _policies_agree),
        outputs=_BLOB_SERVICE,
        volatile=("sku",),
        log_categories=_LOGS,
        category_groups=_LOG_GROUPS,
    ),
    ResourceType(
        "azure-native:storage:BlobContainer",
        _PATH + "/blobServices/default/containers/{containerName}",
        name_check=_CONTAINER_NAME,
        rules=all_of(_account_has("blob"), _account_allows_public_access, _container_immutables_stay),
        outputs=_CONTAINER,
        volatile=("lastModifiedTime", "etag"),
    ),
    ResourceType(
        "azure-native:storage:QueueServiceProperties",
        _PATH + "/queueServices/{queueServiceName}",
        name_check=_SERVICE_NAME,
        singleton=True,
        rules=_account_has("queue"),
        outputs={"cors": constant({"corsRules": []})},
        log_categories=_LOGS,
        category_groups=_LOG_GROUPS,
    ),
    ResourceType(
        "azure-native:storage:Queue",
        _PATH + "/queueServices/default/queues/{queueName}",
        name_check=_QUEUE_NAME,
        rules=_account_has("queue"),
        outputs={"approximateMessageCount": constant(0)},
    ),
)
