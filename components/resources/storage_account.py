"""Storage accounts, which hold blob containers and queues: shared keys off, versions and deleted blobs kept."""

import pulumi
from pulumi_azure_native import storage

from components.diagnostics import Logs, send_logs
from components.resources.base import Holder, PlacedArgs, arm_id

# "Supported logs for Microsoft.Storage/storageAccounts/blobServices", and queueServices, Microsoft Learn, 2024-11-19.
_LOGS = Logs(categories=("StorageRead", "StorageWrite", "StorageDelete"))
_KEPT_DAYS = 30


class StorageAccount(Holder):
    """A storage account that only identities can open."""

    TOKEN = "agent-network:index:StorageAccount"  # noqa: S105 - a type token

    blob_endpoint: pulumi.Output[str]
    """Public endpoint of its blobs."""
    queue_endpoint: pulumi.Output[str]
    """Public endpoint of its queues."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            account = storage.StorageAccount.get(name, arm_id(args, "Microsoft.Storage/storageAccounts"), own)
        else:
            account = _create(name, args, own)
            for service in ("blob", "queue"):
                send_logs(
                    f"{name}-{service}s-are-logged",
                    _LOGS,
                    source=pulumi.Output.concat(account.id, f"/{service}Services/default"),
                    workspace_id=args["workspace_id"],
                    parent=self,
                )
        self.blob_endpoint = account.primary_endpoints.apply(lambda endpoints: endpoints.blob)
        self.queue_endpoint = account.primary_endpoints.apply(lambda endpoints: endpoints.queue)
        self._ready(account, blob_endpoint=self.blob_endpoint, queue_endpoint=self.queue_endpoint)


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "storage.StorageAccount":
    account = storage.StorageAccount(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_LRS"),
        access_tier=storage.AccessTier.HOT,
        allow_shared_key_access=False,
        default_to_o_auth_authentication=True,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allowed_copy_scope="AAD",
        is_local_user_enabled=False,
        is_sftp_enabled=False,
        minimum_tls_version="TLS1_2",
        public_network_access="Enabled",
        opts=own,
    )
    kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=_KEPT_DAYS)
    storage.BlobServiceProperties(
        name,
        blob_services_name="default",
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        is_versioning_enabled=True,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        opts=pulumi.ResourceOptions(parent=own.parent, depends_on=[account]),
    )
    return account
