"""Component for storage accounts, with shared keys off, blob versioning and soft delete."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import storage

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.resources.base import ParentResource, PlacedArgs, arm_id

# "Supported logs for Microsoft.Storage/storageAccounts/blobServices", queueServices and tableServices, Microsoft Learn,
# 2024-11-19.
_LOGS = Logs(categories=("StorageRead", "StorageWrite", "StorageDelete"))
# "Change how a storage account is replicated", Microsoft Learn, 2025: an account without zones gets them by a
# conversion, which no deployment starts.
_SKUS = {None: "Standard_LRS", "zone": "Standard_ZRS", "geo-zone": "Standard_GZRS"}
_KEPT_DAYS = 30


class StorageAccount(ParentResource):
    """Storage account with shared keys off, so that access needs a role."""

    TOKEN = "agent-network:index:StorageAccount"  # noqa: S105 - a type token

    blob_endpoint: pulumi.Output[str]
    """Public blob endpoint of the account."""
    queue_endpoint: pulumi.Output[str]
    """Public queue endpoint of the account."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            account = storage.StorageAccount.get(name, arm_id(args, "Microsoft.Storage/storageAccounts"), own)
        else:
            account = _create(name, args, own)
        self._account = account
        self._workspace_id = None if args.get("existing") else args["workspace_id"]
        self._logged: set[str] = set()
        self.send_service_logs("blob")
        self.send_service_logs("queue")
        self.blob_endpoint = self.service_endpoint("blob")
        self.queue_endpoint = self.service_endpoint("queue")
        self._register(account, blob_endpoint=self.blob_endpoint, queue_endpoint=self.queue_endpoint)

    def service_endpoint(self, service: str) -> pulumi.Output[str]:
        """Return the public endpoint of one service of the account: `blob`, `queue` or `table`."""
        return self._account.primary_endpoints.apply(lambda endpoints: getattr(endpoints, service))

    def send_service_logs(self, service: str) -> None:
        """Register one diagnostic setting for a service of the account, unless the account exists already."""
        if self._workspace_id is None or service in self._logged:
            return
        self._logged.add(service)
        send_logs(
            f"{self.resource_name}-{service}s-are-logged",
            _LOGS,
            source=pulumi.Output.concat(self._account.id, f"/{service}Services/default"),
            workspace_id=self._workspace_id,
            parent=self,
        )


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "storage.StorageAccount":
    key = args.get("customer_key")
    account = keyless_account(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        sku=_SKUS[args.get("redundancy")],
        identity=storage.IdentityArgs(
            type=storage.IdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
        )
        if key
        else None,
        encryption=customer_key.for_storage(key) if key else None,
        opts=own,
    )
    keep_deleted_blobs(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        days=_KEPT_DAYS,
        opts=pulumi.ResourceOptions(parent=own.parent, depends_on=[account]),
    )
    return account


def keyless_account(  # noqa: PLR0913 (the names and the places of its parts)
    name: str,
    *,
    account_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    location: pulumi.Input[str],
    sku: str,
    opts: pulumi.ResourceOptions,
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
    identity: "storage.IdentityArgs | None" = None,
    encryption: "storage.EncryptionArgs | None" = None,
) -> "storage.StorageAccount":
    """Register a storage account that accepts no key, no anonymous request and no local user.

    Args:
        name: logical name.
        account_name: name of the account in Azure.
        resource_group_name: resource group.
        location: Azure region.
        sku: kind of copies, such as `Standard_ZRS`.
        opts: resource options.
        tags: Azure tags.
        identity: identity that reads the customer's key.
        encryption: the customer's key; by default, a key of Microsoft.
    """
    return storage.StorageAccount(
        name,
        account_name=account_name,
        resource_group_name=resource_group_name,
        location=location,
        tags=tags,
        kind="StorageV2",
        sku=storage.SkuArgs(name=sku),
        identity=identity,
        encryption=encryption,
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
        opts=opts,
    )


def keep_deleted_blobs(
    name: str,
    *,
    account_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    days: int,
    opts: pulumi.ResourceOptions | None = None,
) -> "storage.BlobServiceProperties":
    """Register the blob service of a storage account with versions, deleted blobs and deleted containers.

    Args:
        name: logical name.
        account_name: name of the account in Azure.
        resource_group_name: resource group.
        days: number of days for which deleted blobs and containers can be restored.
        opts: resource options.
    """
    kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=days)
    return storage.BlobServiceProperties(
        name,
        blob_services_name="default",
        account_name=account_name,
        resource_group_name=resource_group_name,
        is_versioning_enabled=True,
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        opts=opts,
    )
