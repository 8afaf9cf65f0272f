"""Queues of a storage account: kind `storage-queue`."""

import pulumi
from pulumi_azure_native import storage

from components.resources.base import ChildArgs, NetworkResource
from components.resources.storage_account import StorageAccount


class StorageQueueArgs(ChildArgs):
    """Arguments of a `StorageQueue`."""

    account: StorageAccount
    """The account that holds it."""
    queue: str
    """What it is called there."""


class StorageQueue(NetworkResource):
    """A queue of a storage account.

    It cannot drive the number of replicas: to count messages a scaler must read the queue's properties, which no role
    allows that only receives.
    """

    TOKEN = "agent-network:index:StorageQueue"  # noqa: S105 - a type token
    KIND = "storage-queue"
    HOLDER = StorageAccount

    def __init__(self, name: str, args: StorageQueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        account, called = args["account"], args["queue"]
        if args.get("existing"):
            path = pulumi.Output.concat(account.resource_id, f"/queueServices/default/queues/{called}")
            queue = storage.Queue.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            queue = storage.Queue(
                name,
                queue_name=called,
                account_name=account.azure_name,
                resource_group_name=account.resource_group_name,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[account.core]),
            )
        self._ready(
            scope=queue.id,
            within=account.subscription_id,
            variables={"ENDPOINT": account.queue_endpoint, "QUEUE": called},
        )
