"""Component for blob containers: kind `blob-container`."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import storage

from access.azure.roles import Role
from components.conditions import under_paths
from components.resources.base import ChildArgs, Connection, NetworkResource
from components.resources.storage_account import StorageAccount


class BlobContainerArgs(ChildArgs):
    """Arguments of a `BlobContainer`."""

    account: StorageAccount
    """Storage account of the container."""
    container: str
    """Name of the container in the account."""


class BlobContainer(NetworkResource):
    """Blob container of a storage account, without anonymous access."""

    TOKEN = "agent-network:index:BlobContainer"  # noqa: S105 - a type token
    KIND = "blob-container"
    PARENT = StorageAccount

    def __init__(self, name: str, args: BlobContainerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        account, azure_name = args["account"], args["container"]
        self._account, self._container_name = account, azure_name
        if args.get("existing"):
            path = pulumi.Output.concat(account.resource_id, f"/blobServices/default/containers/{azure_name}")
            container = storage.BlobContainer.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            container = storage.BlobContainer(
                name,
                container_name=azure_name,
                account_name=account.azure_name,
                resource_group_name=account.resource_group_name,
                public_access=storage.PublicAccess.NONE,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[account.core]),
            )
        self._register(
            scope=container.id,
            within=account.subscription_id,
            variables={"ENDPOINT": account.blob_endpoint, "CONTAINER": azure_name},
        )

    def connection(self) -> Connection:
        """Return the keyless connection of a Foundry project to the storage account and this container."""
        account = self._account
        named = {"AccountName": account.azure_name, "ContainerName": self._container_name}
        return Connection("AzureBlob", account.blob_endpoint, account.resource_id, named)

    def _condition(self, role: Role, paths: Sequence[str]) -> str:
        return under_paths(role, paths)
