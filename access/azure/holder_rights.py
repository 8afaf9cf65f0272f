"""Lists the control-plane operations that the holder of an account's keys can perform without a role.

Azure names some operations like those of Resource Manager although the service itself performs them, for everyone with
its keys: pulling an image is `registries/pull/read`, and creating a container is `containers/write`. Owns the table of
services, each with its source. The keys of a service that is not in the table perhaps give everything inside it that
Resource Manager does not perform alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from access.azure.actions import covered
from access.azure.handouts import hands_out_keys

__all__ = ["HolderRights", "gives_to_holder", "is_certain"]


@dataclass(frozen=True)
class HolderRights:
    """Control-plane operations that the keys of a service give, with the source of this fact."""

    kinds: tuple[str, ...]
    """ARM types in lower case whose keys give the operations."""
    operations: tuple[str, ...]
    """Patterns of the operations; empty if Resource Manager performs all of them alone."""
    source: str
    certain: bool = True
    """False if another setting decides, too, or if the documentation lists only some of the operations."""


_STORAGE, _REGISTRY = "Microsoft.Storage/storageAccounts", "Microsoft.ContainerRegistry/registries"
_SEARCH, _COSMOS = "Microsoft.Search/searchServices", "Microsoft.DocumentDB/databaseAccounts"
_BUS, _HUBS = "Microsoft.ServiceBus/namespaces", "Microsoft.EventHub/namespaces"
_STORE, _ENDPOINTS = (
    "Microsoft.AppConfiguration/configurationStores",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
)
_BATCH, _TELEMETRY = "Microsoft.Batch/batchAccounts", "Microsoft.Insights/components"

_SERVICES = (
    HolderRights(
        ("microsoft.storage/storageaccounts", "microsoft.storage/storageaccounts/blobservices/containers"),
        (
            *(f"{_STORAGE}/blobServices/{name}" for name in ("read", "write", "getInfo/action")),
            *(
                f"{_STORAGE}/blobServices/containers/{name}"
                for name in ("read", "write", "delete", "lease/action", "getAcl/action", "setAcl/action")
            ),
            *(f"{_STORAGE}/fileServices/{name}" for name in ("read", "write")),
            *(f"{_STORAGE}/fileServices/shares/{name}" for name in ("read", "write", "delete", "lease/action")),
            f"{_STORAGE}/queueServices/*",
            f"{_STORAGE}/tableServices/*",
            # A signature is computed from the key.
            *(f"{_STORAGE}/{name}/action" for name in ("listAccountSas", "listServiceSas")),
        ),
        "Authorize with Microsoft Entra ID (permissions for calling data operations), REST of Azure Storage, 2025",
    ),
    HolderRights(
        ("microsoft.containerregistry/registries",),
        tuple(
            f"{_REGISTRY}/{name}"
            for name in (
                *("artifacts/delete", "metadata/read", "metadata/write", "pull/read", "push/write"),
                *("quarantine/read", "quarantine/write", "sign/write"),
            )
        ),
        "Azure Container Registry authentication options (admin account), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.search/searchservices",),
        tuple(
            f"{_SEARCH}/{name}/*"
            for name in (
                *("agents", "aliases", "dataSources", "debugSessions", "indexers", "indexes", "knowledgeBases"),
                *("knowledgeSources", "skillsets", "synonymMaps"),
            )
        ),
        "Connect to Azure AI Search using API keys (admin keys), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.documentdb/databaseaccounts",),
        tuple(
            f"{_COSMOS}/{name}/*"
            for name in (
                *("apis", "cassandraKeyspaces", "gremlinDatabases", "mongodbDatabases", "sqlDatabases", "tables"),
                "databases",
            )
        ),
        # disableKeyBasedMetadataWriteAccess decides, too.
        "Restrict user access to data operations in Azure Cosmos DB, Microsoft Learn, 2025",
        certain=False,
    ),
    HolderRights(
        (
            *("microsoft.servicebus/namespaces", "microsoft.servicebus/namespaces/queues"),
            "microsoft.servicebus/namespaces/topics",
        ),
        tuple(f"{_BUS}/{name}/*" for name in ("queues", "topics")),
        "Service Bus access control with shared access signatures (rights for operations), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.eventhub/namespaces", "microsoft.eventhub/namespaces/eventhubs"),
        (f"{_HUBS}/eventhubs/*",),
        "Authorize access to Event Hubs resources using shared access signatures, Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.appconfiguration/configurationstores",),
        (f"{_STORE}/keyValues/*", f"{_STORE}/ListKeyValue/action"),
        "Access Azure App Configuration using Microsoft Entra ID (access keys), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.keyvault/vaults",),
        ("Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/secrets/*"),
        # A policy gives the same by the vault's own operations.
        "Assign a Key Vault access policy, Microsoft Learn, 2025",
        certain=False,
    ),
    HolderRights(
        ("microsoft.machinelearningservices/workspaces/onlineendpoints",),
        (f"{_ENDPOINTS}/score/action",),
        "Authenticate clients for online endpoints, Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.batch/batchaccounts",),
        (f"{_BATCH}/computePools/*", f"{_BATCH}/pools/*"),
        "Authenticate Azure Batch services with Microsoft Entra ID (shared key), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.insights/components",),
        tuple(f"{_TELEMETRY}/{name}/*" for name in ("Api", "Events", "MetricDefinitions", "Metrics", "Query")),
        "Access the Azure Monitor Application Insights API (API keys), Microsoft Learn, 2025",
        certain=False,
    ),
    HolderRights(
        ("microsoft.cognitiveservices/accounts",),
        (),
        "Configure key-less authentication with Microsoft Entra ID (keys are for inference), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.containerservice/managedclusters",),
        (),
        "Limit access to kubeconfig in AKS (credentials are those of the Kubernetes API), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.operationalinsights/workspaces",),
        (),
        "Send data to Azure Monitor using the HTTP Data Collector API (keys only send logs), Microsoft Learn, 2025",
    ),
    HolderRights(
        ("microsoft.machinelearningservices/workspaces",),
        (),
        "Workspaces - List Keys (the keys are those of its storage and registry), REST of Azure, 2025",
    ),
    HolderRights(
        ("microsoft.network/connections", "microsoft.network/vpngateways/vpnconnections/vpnlinkconnections"),
        (),
        "Virtual Network Gateway Connections - Get Shared Key (it signs in a tunnel), REST of Azure, 2025",
    ),
)

_BY_KIND: Mapping[str, HolderRights] = {kind: each for each in _SERVICES for kind in each.kinds}

_MANAGED_ALONE = re.compile(
    r"(?:diagnosticsettings|eventgridfilters|joinperimeter|logdefinitions|metricdefinitions|networkruleset"
    r"|networksecurityperimeter|operationresults|operationstatuses|private|providers/|sharedprivatelink|skus|usages)"
)
"""Beginnings of what Resource Manager alone performs for every service, below the type of the account."""
_OF_ACCOUNT = frozenset({"delete", "read", "write"})


def gives_to_holder(kind: str, operation: str) -> bool:
    """Return True if the keys of an account, of a type in lower case, let their holder perform an operation."""
    rights = _BY_KIND.get(kind)
    if rights is not None:
        return covered(rights.operations, operation)
    inside = operation.lower().removeprefix(f"{kind}/")
    is_inside = inside != operation.lower() and inside not in _OF_ACCOUNT
    return is_inside and not _MANAGED_ALONE.match(inside) and not hands_out_keys(operation)


def is_certain(kind: str) -> bool:
    """Return True if the keys of a type certainly give the operations, and False if they perhaps do."""
    rights = _BY_KIND.get(kind)
    return rights is not None and rights.certain
