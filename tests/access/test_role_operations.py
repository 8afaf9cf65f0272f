"""The operations that identify a verb, and the verbs that operations amount to."""

import pytest

from access.azure.catalogue import by_name
from access.evaluate.role_operations import identifying_operations, operations_of_role, verbs_of_operations

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers"
MESSAGES = "Microsoft.ServiceBus/namespaces/messages"
SEARCH = "Microsoft.Search/searchServices/indexes/documents"
REGISTRY = "Microsoft.ContainerRegistry/registries"

TYPES = {
    "blob-container": "microsoft.storage/storageaccounts/blobservices/containers",
    "cosmos-container": CONTAINERS.lower(),
    "service-bus-queue": "microsoft.servicebus/namespaces/queues",
    "search-index": "microsoft.search/searchservices/indexes",
    "image-registry": REGISTRY.lower(),
}
IDENTIFYING = {
    ("blob-container", "read"): {f"{BLOBS}/read"},
    ("blob-container", "write"): {f"{BLOBS}/write", f"{BLOBS}/add/action", f"{BLOBS}/move/action"},
    ("cosmos-container", "read"): {f"{CONTAINERS}/items/read"},
    ("cosmos-container", "write"): {
        f"{CONTAINERS}/executeStoredProcedure",
        f"{CONTAINERS}/manageConflicts",
        *(f"{CONTAINERS}/items/{verb}" for verb in ("create", "delete", "replace", "unmask", "upsert")),
    },
    ("service-bus-queue", "receive"): {f"{MESSAGES}/receive/action"},
    ("service-bus-queue", "send"): {f"{MESSAGES}/send/action"},
    ("search-index", "read"): {f"{SEARCH}/read"},
    ("search-index", "write"): {f"{SEARCH}/write"},
}
ROLES = {
    ("blob-container", "Storage Blob Data Reader"): ["read"],
    ("blob-container", "Storage Blob Data Contributor"): ["read", "write"],
    ("cosmos-container", "Cosmos DB Built-in Data Reader"): ["read"],
    ("cosmos-container", "Cosmos DB Built-in Data Contributor"): ["read", "write"],
    ("service-bus-queue", "Azure Service Bus Data Sender"): ["send"],
    ("service-bus-queue", "Azure Service Bus Data Owner"): ["receive", "send"],
    ("search-index", "Search Index Data Contributor"): ["read", "write"],
    ("image-registry", "AcrPull"): ["pull"],
    ("blob-container", "Reader"): [],
}


@pytest.mark.parametrize(("kind", "verb"), IDENTIFYING)
def test_operations_that_identify_a_verb_are_those_its_role_adds_to_lesser_roles(kind: str, verb: str) -> None:
    assert identifying_operations(kind, verb, TYPES[kind]) == IDENTIFYING[kind, verb]


@pytest.mark.parametrize(("kind", "role"), ROLES)
def test_operations_of_a_role_are_recognised_as_its_verb_and_the_lesser_verbs(kind: str, role: str) -> None:
    operations = operations_of_role(by_name(role), TYPES[kind])

    assert verbs_of_operations(operations, kind, TYPES[kind]) == ROLES[kind, role]
