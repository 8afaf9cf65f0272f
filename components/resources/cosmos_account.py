"""Component for Cosmos DB for NoSQL accounts, without keys: data access needs a Cosmos SQL role assignment."""

from functools import cached_property

import pulumi
from pulumi_azure_native import cosmosdb

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.replication import retry_while_principal_is_new
from components.resources.base import ParentResource, PlacedArgs, arm_id

# "Supported logs for Microsoft.DocumentDB/DatabaseAccounts", Microsoft Learn, 2026-07-14.
_LOGS = Logs(categories=("DataPlaneRequests", "ControlPlaneRequests"), own_tables=True)


class CosmosAccount(ParentResource):
    """Serverless Cosmos DB account with keys off, so that data access needs an identity with a role."""

    TOKEN = "agent-network:index:CosmosAccount"  # noqa: S105 - a type token

    document_endpoint: pulumi.Output[str]
    """Public endpoint of the account."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        self._existing = args.get("existing", False)
        self._databases: dict[str, pulumi.Resource] = {}
        # Azure refuses to write two role assignments of one account at the same time, so each waits for the one before.
        # The order is not a property of an assignment: deleting one changes none of the others.
        self.last_assignment: list[pulumi.Resource] = []
        if self._existing:
            account = cosmosdb.DatabaseAccount.get(name, arm_id(args, "Microsoft.DocumentDB/databaseAccounts"), own)
        else:
            account = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=account.id, workspace_id=args["workspace_id"], parent=self)
        self.document_endpoint = account.document_endpoint
        self._register(account, document_endpoint=self.document_endpoint)

    @cached_property
    def assignment_hooks(self) -> pulumi.ResourceHookBinding | None:
        """Return the hooks of the account's role assignments, which the Pulumi engine retries for a new identity."""
        return retry_while_principal_is_new(self.resource_name)

    def needs(self, database: str) -> list[pulumi.Resource]:
        """Return the resources that a container of a database depends on; create the database on the first call."""
        if self._existing:
            return []
        if database not in self._databases:
            self._databases[database] = cosmosdb.SqlResourceSqlDatabase(
                f"{database}-in-{self.resource_name}",
                database_name=database,
                account_name=self.azure_name,
                resource_group_name=self.resource_group_name,
                resource=cosmosdb.SqlDatabaseResourceArgs(id=database),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.core]),
            )
        return [self._databases[database]]


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "cosmosdb.DatabaseAccount":
    key = args.get("customer_key")
    key_uri, default_identity, identity = customer_key.for_cosmos(key) if key else (None, None, None)
    return cosmosdb.DatabaseAccount(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind=cosmosdb.DatabaseAccountKind.GLOBAL_DOCUMENT_DB,
        database_account_offer_type=cosmosdb.DatabaseAccountOfferType.STANDARD,
        locations=[
            cosmosdb.LocationArgs(
                location_name=args["location"],
                failover_priority=0,
                # A serverless account has one region, and gets zones at its creation only: "Migrate Azure Cosmos DB for
                # NoSQL to availability zone support", Microsoft Learn, 2025.
                is_zone_redundant=True if args.get("redundancy") else None,
            )
        ],
        key_vault_key_uri=key_uri,
        default_identity=default_identity,
        identity=identity,
        capabilities=[cosmosdb.CapabilityArgs(name="EnableServerless")],
        disable_local_auth=True,
        disable_key_based_metadata_write_access=True,
        minimal_tls_version=cosmosdb.MinimalTlsVersion.TLS12,
        public_network_access="Enabled",
        # Cosmos DB has continuous backup in place of soft delete: each change of the last seven days can be undone.
        backup_policy=cosmosdb.ContinuousModeBackupPolicyArgs(
            type="Continuous",
            continuous_mode_properties=cosmosdb.ContinuousModePropertiesArgs(tier="Continuous7Days"),
        ),
        opts=own,
    )
