"""Component for queues of a storage account: kind `storage-queue`."""

import pulumi
from pulumi_azure_native import storage

from components.resources.base import ChildArgs, NetworkResource
from components.resources.storage_account import StorageAccount


class StorageQueueArgs(ChildArgs):
    """Arguments of a `StorageQueue`."""

    account: StorageAccount
    """Storage account of the queue."""
    queue: str
    """Name of the queue in the account."""


class StorageQueue(NetworkResource):
    """Queue of a storage account, as a resource that agents can be granted access to.

    Replicas cannot scale on it: to count messages, a scaler must read the queue's properties, which no role for
    receiving permits.
    """

    TOKEN = "agent-network:index:StorageQueue"  # noqa: S105 - a type token
    KIND = "storage-queue"
    PARENT = StorageAccount

    def __init__(self, name: str, args: StorageQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        account, azure_name = args["account"], args["queue"]
        if args.get("existing"):
            path = pulumi.Output.concat(account.resource_id, f"/queueServices/default/queues/{azure_name}")
            queue = storage.Queue.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            queue = storage.Queue(
                name,
                queue_name=azure_name,
                account_name=account.azure_name,
                resource_group_name=account.resource_group_name,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[account.core]),
            )
        self._register(
            scope=queue.id,
            within=account.subscription_id,
            variables={"ENDPOINT": account.queue_endpoint, "QUEUE": azure_name},
        )
