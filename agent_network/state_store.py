"""Store of the state of a stack: a container in a storage account, and the key with which its secrets are encrypted.

Owns their settings. The state of a self-managed backend has no other history than the account's versions and deleted
blobs, and an identity that reads the container and may decrypt with the key has every secret of the stack
(pulumi/pulumi, pkg/backend/diy, 2026).
"""

from typing import NamedTuple
from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native import authorization, keyvault, resources, storage

from agent_network.custom_role import create_role
from components.resources.storage_account import keep_deleted_blobs, keyless_account
from release.backend import APPROVALS

__all__ = ["StateStore", "create_state_store"]

_CONTAINER = "state"
_KEY = "state"
_KEPT_DAYS = 90
_PUBLIC_HOST = "blob.core.windows.net"


_DECRYPT = "Microsoft.KeyVault/vaults/keys/decrypt/action"
"""The one data action of a run: the key decrypts the data key of the stack's secrets (gocloud.dev/secrets, 2026).

Key Vault Crypto User, the least built-in role with it, also changes and disables keys, and encrypts: a run over a stack
file without its encrypted key would then replace the key of all secrets, and say nothing ("Azure permissions for
Security", Microsoft Learn, 2026-04-09).
"""


class StateStore(NamedTuple):
    """Containers and key of a stack's state, with the addresses that Pulumi uses them by."""

    container: storage.BlobContainer
    approvals: storage.BlobContainer
    """Container of evidence and signed approvals, which approvers write."""
    key: keyvault.Key
    decrypter: authorization.RoleDefinition
    """Role that decrypts with the key, and does nothing else with the key."""
    backend_url: pulumi.Output[str]
    """Value of `PULUMI_BACKEND_URL`."""
    secrets_provider: pulumi.Output[str]
    """Value of `--secrets-provider`, with the version of the key."""


def create_state_store(  # noqa: PLR0913 (the names and the places of its parts)
    *, account_name: str, vault_name: str, network: str, group: resources.ResourceGroup, group_id: str, location: str
) -> StateStore:
    """Register the storage account and the vault of a stack's state, which are protected from deletion.

    Args:
        account_name: name of the storage account.
        vault_name: name of the vault.
        network: resource group of the network, for a name of the role that is unique in the tenant.
        group: resource group of account, vault and role.
        group_id: id of that group.
        location: region of account and vault.
    """
    kept = pulumi.ResourceOptions(protect=True)
    # Its public endpoint is open, since a hosted runner has no fixed address.
    account = keyless_account(
        "state",
        account_name=account_name,
        resource_group_name=group.name,
        location=location,
        sku="Standard_ZRS",
        opts=kept,
    )
    service = keep_deleted_blobs(
        "state",
        account_name=account.name,
        resource_group_name=group.name,
        days=_KEPT_DAYS,
    )
    # No state before its versions are kept. A version that is replaced or deleted stays, of approvals, too.
    protected = pulumi.ResourceOptions(protect=True, depends_on=[service])
    container, approvals = (
        storage.BlobContainer(
            name,
            container_name=name,
            account_name=account.name,
            resource_group_name=group.name,
            public_access=storage.PublicAccess.NONE,
            opts=protected,
        )
        for name in (_CONTAINER, APPROVALS)
    )
    key = _key(vault_name, group.name, location, kept)
    return StateStore(
        container,
        approvals,
        key,
        _decrypting_role(network, group, group_id),
        account.primary_endpoints.apply(lambda each: _backend_url(account_name, each.blob)),
        key.key_uri_with_version.apply(lambda each: each.replace("https://", "azurekeyvault://", 1)),
    )


def _key(
    vault_name: str, resource_group_name: pulumi.Input[str], location: str, kept: pulumi.ResourceOptions
) -> keyvault.Key:
    vault = keyvault.Vault(
        "state",
        vault_name=vault_name,
        resource_group_name=resource_group_name,
        location=location,
        properties=keyvault.VaultPropertiesArgs(
            tenant_id=authorization.get_client_config().tenant_id,
            sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            # Without the key, no state can be read again.
            enable_soft_delete=True,
            enable_purge_protection=True,
            soft_delete_retention_in_days=_KEPT_DAYS,
            public_network_access="Enabled",
        ),
        opts=kept,
    )
    return keyvault.Key(
        "state",
        key_name=_KEY,
        vault_name=vault.name,
        resource_group_name=resource_group_name,
        # No rotation policy: another version could not decrypt what this one has encrypted.
        properties=keyvault.KeyPropertiesArgs(
            kty=keyvault.JsonWebKeyType.RSA,
            key_size=3072,
            key_ops=[keyvault.JsonWebKeyOperation.ENCRYPT, keyvault.JsonWebKeyOperation.DECRYPT],
        ),
        opts=kept,
    )


def _decrypting_role(network: str, group: resources.ResourceGroup, group_id: str) -> authorization.RoleDefinition:
    written = {
        "Name": f"Agent network state decrypter ({network})",
        "Description": "Decrypts the secrets of a stack's state with its key. It cannot change the key.",
        "Actions": [],
        "NotActions": [],
        "DataActions": [_DECRYPT],
        "NotDataActions": [],
        "AssignableScopes": [group_id],
    }
    return create_role("state-decrypter", written, group_id, after=group)


def _backend_url(account: str, blob_endpoint: str) -> str:
    host = (urlsplit(blob_endpoint).hostname or "").partition(".")[2]
    # "azblob" of gocloud.dev takes the public cloud's domain by default (gocloud.dev/blob/azureblob, 2026).
    domain = "" if host in {"", _PUBLIC_HOST} else f"&domain={host}"
    return f"azblob://{_CONTAINER}?storage_account={account}{domain}"
