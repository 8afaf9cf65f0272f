"""Customer's own key for the data of resources, in the forms that the resource types need.

The key and the identity that may use it belong to somebody else: the program reads the identity, attaches it to the
resources, and grants it nothing. Sources: "Customer-managed keys" of each service and "Configure cross-service
customer-managed keys", Microsoft Learn, 2025; the argument types of azure-native 3.29.
"""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import (
    appconfiguration,
    cognitiveservices,
    containerregistry,
    cosmosdb,
    managedidentity,
    servicebus,
    storage,
)

__all__ = [
    "CustomerKeyArgs",
    "for_account",
    "for_cosmos",
    "for_namespace",
    "for_registry",
    "for_storage",
    "for_store",
    "read_identity",
]


class CustomerKeyArgs(TypedDict):
    """Key in a vault for the data of resources, and the user-assigned identity that may use the key."""

    vault_uri: str
    """Address of the vault."""
    name: str
    """Name of the key."""
    version: NotRequired[str]
    """Version of the key; without it, Azure follows new versions."""
    identity_id: str
    """Id of the user-assigned identity."""
    client_id: pulumi.Input[str]
    """Client id of that identity."""


def read_identity(name: str, identity_id: str, own: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Return the client id of an existing identity, which is read under the logical name `name`."""
    return managedidentity.UserAssignedIdentity.get(name, identity_id, own).client_id


def _versionless(key: CustomerKeyArgs) -> str:
    """Return the id of the key without a version."""
    return f"{key['vault_uri']}/keys/{key['name']}"


def _key_id(key: CustomerKeyArgs) -> str:
    """Return the id of the key, with its version if it has one."""
    return f"{_versionless(key)}/{key['version']}" if "version" in key else _versionless(key)


def for_storage(key: CustomerKeyArgs) -> "storage.EncryptionArgs":
    """Return the encryption of a storage account."""
    return storage.EncryptionArgs(
        key_source=storage.KeySource.MICROSOFT_KEYVAULT,
        key_vault_properties=storage.KeyVaultPropertiesArgs(
            key_name=key["name"], key_vault_uri=key["vault_uri"], key_version=key.get("version")
        ),
        encryption_identity=storage.EncryptionIdentityArgs(encryption_user_assigned_identity=key["identity_id"]),
    )


def for_registry(key: CustomerKeyArgs) -> "containerregistry.EncryptionPropertyArgs":
    """Return the encryption of a container registry."""
    return containerregistry.EncryptionPropertyArgs(
        status=containerregistry.EncryptionStatus.ENABLED,
        key_vault_properties=containerregistry.KeyVaultPropertiesArgs(
            identity=key["client_id"], key_identifier=_key_id(key)
        ),
    )


def for_namespace(key: CustomerKeyArgs) -> "servicebus.EncryptionArgs":
    """Return the encryption of a Service Bus namespace."""
    return servicebus.EncryptionArgs(
        key_source=servicebus.KeySource.MICROSOFT_KEY_VAULT,
        key_vault_properties=[
            servicebus.KeyVaultPropertiesArgs(
                key_name=key["name"],
                key_vault_uri=key["vault_uri"],
                key_version=key.get("version"),
                identity=servicebus.UserAssignedIdentityPropertiesArgs(user_assigned_identity=key["identity_id"]),
            )
        ],
    )


def for_account(key: CustomerKeyArgs) -> "cognitiveservices.EncryptionArgs":
    """Return the encryption of an Azure OpenAI or Foundry account."""
    return cognitiveservices.EncryptionArgs(
        key_source=cognitiveservices.KeySource.MICROSOFT_KEY_VAULT,
        key_vault_properties=cognitiveservices.KeyVaultPropertiesArgs(
            identity_client_id=key["client_id"],
            key_name=key["name"],
            key_vault_uri=key["vault_uri"],
            key_version=key.get("version"),
        ),
    )


def for_store(key: CustomerKeyArgs) -> "appconfiguration.EncryptionPropertiesArgs":
    """Return the encryption of an App Configuration store."""
    return appconfiguration.EncryptionPropertiesArgs(
        key_vault_properties=appconfiguration.KeyVaultPropertiesArgs(
            identity_client_id=key["client_id"], key_identifier=_key_id(key)
        )
    )


def for_cosmos(key: CustomerKeyArgs) -> tuple[str, str, "cosmosdb.ManagedServiceIdentityArgs"]:
    """Return key id, default identity and identity of a Cosmos DB account, which always follows new versions."""
    identity = cosmosdb.ManagedServiceIdentityArgs(
        type=cosmosdb.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
    )
    return _versionless(key), f"UserAssignedIdentity={key['identity_id']}", identity
