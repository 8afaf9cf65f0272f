"""The kinds of resource, by the names that a network gives them: a new kind is one module and one line here."""

from collections.abc import Mapping

from components.resources.app_configuration import AppConfiguration
from components.resources.base import NetworkResource
from components.resources.blob_container import BlobContainer
from components.resources.cosmos_container import CosmosContainer
from components.resources.key_vault_secret import KeyVaultSecret
from components.resources.model_account import ModelAccount
from components.resources.search_index import SearchIndex
from components.resources.service_bus_queue import ServiceBusQueue
from components.resources.service_bus_topic import ServiceBusTopic
from components.resources.storage_queue import StorageQueue

KINDS: Mapping[str, type[NetworkResource]] = {
    "app-configuration": AppConfiguration,
    "blob-container": BlobContainer,
    "cosmos-container": CosmosContainer,
    "key-vault-secret": KeyVaultSecret,
    "model-account": ModelAccount,
    "search-index": SearchIndex,
    "service-bus-queue": ServiceBusQueue,
    "service-bus-topic": ServiceBusTopic,
    "storage-queue": StorageQueue,
}
"""Kind → its component, whose `HOLDER` and `VERBS` say the rest."""
