"""What types of Azure resources are called: by ARM, by azure-native, and in a network.

Owns the tables that say so, and with which version of the API a type is listed.
"""

from access.readers.resource_ids import PATHS, type_of_token

KINDS = {
    "microsoft.appconfiguration/configurationstores": "app-configuration",
    "microsoft.cognitiveservices/accounts": "model-account",
    "microsoft.containerregistry/registries": "image-registry",
    "microsoft.documentdb/databaseaccounts/sqldatabases/containers": "cosmos-container",
    "microsoft.keyvault/vaults/secrets": "key-vault-secret",
    "microsoft.search/searchservices/indexes": "search-index",
    "microsoft.servicebus/namespaces/queues": "service-bus-queue",
    "microsoft.servicebus/namespaces/topics": "service-bus-topic",
    "microsoft.storage/storageaccounts/blobservices/containers": "blob-container",
    "microsoft.storage/storageaccounts/queueservices/queues": "storage-queue",
}
"""ARM type in lower case → kind in a network."""

IDENTITY = "microsoft.managedidentity/userassignedidentities"
FEDERATED = f"{IDENTITY}/federatedidentitycredentials"
COSMOS = "microsoft.documentdb/databaseaccounts"
COGNITIVE = "microsoft.cognitiveservices/accounts"
FOUNDRY = "2025-10-01-preview"
"""Version with which projects and applications are listed: the one that has agent identities."""

# Versions of stable APIs in the REST reference, Microsoft Learn, 2026. The list of everything in a subscription has no
# properties, so what is told by properties (keys, who pulls images, principals) is listed by type besides.
LISTED = {
    "microsoft.app/containerapps": "2025-01-01",
    "microsoft.app/jobs": "2025-01-01",
    "microsoft.appconfiguration/configurationstores": "2023-03-01",
    "microsoft.cognitiveservices/accounts": "2023-05-01",
    "microsoft.containerregistry/registries": "2023-07-01",
    "microsoft.containerservice/managedclusters": "2025-05-01",
    COSMOS: "2024-11-15",
    "microsoft.eventhub/namespaces": "2021-11-01",
    "microsoft.keyvault/vaults": "2023-07-01",
    IDENTITY: "2023-01-31",
    "microsoft.search/searchservices": "2023-11-01",
    "microsoft.servicebus/namespaces": "2021-11-01",
    "microsoft.storage/storageaccounts": "2023-05-01",
}
"""ARM type in lower case → version of its list."""

_HOSTS = {
    "microsoft.app/sessionpools": "app:ContainerAppsSession",
    "microsoft.compute/virtualmachines": "compute:VirtualMachine",
    "microsoft.compute/virtualmachinescalesets": "compute:VirtualMachineScaleSet",
    "microsoft.containerinstance/containergroups": "containerinstance:ContainerGroup",
    "microsoft.logic/workflows": "logic:Workflow",
    "microsoft.web/sites": "web:WebApp",
    "microsoft.web/sites/slots": "web:WebAppSlot",
}
"""What runs code and is not of this project."""

_TOKENS = {type_of_token(token): token for token in PATHS} | _HOSTS


def token_of(arm_type: str) -> str:
    """azure-native's module and name for an ARM type; something like it for a type that nothing here asks after."""
    provider, _, rest = arm_type.lower().partition("/")
    return _TOKENS.get(arm_type.lower()) or f"{provider.removeprefix('microsoft.')}:{rest.replace('/', '-')}"
