"""Component for containers of a Cosmos DB for NoSQL database: kind `cosmos-container`."""

import pulumi
from pulumi_azure_native import cosmosdb

from components.grants import Grant, Grantee, assign_in_cosmos
from components.resources.base import ChildArgs, Connection, NetworkResource
from components.resources.cosmos_account import CosmosAccount


class CosmosContainerArgs(ChildArgs):
    """Arguments of a `CosmosContainer`."""

    account: CosmosAccount
    """Cosmos DB account of the database."""
    database: str
    """Name of the database; containers that name the same one share it."""
    container: str
    """Name of the container in the database."""
    partition_key: str
    """Path of the partition key, such as `/id`; it cannot be changed later."""


class CosmosContainer(NetworkResource):
    """Container of items in a Cosmos DB for NoSQL database."""

    TOKEN = "agent-network:index:CosmosContainer"  # noqa: S105 - a type token
    KIND = "cosmos-container"
    PARENT = CosmosAccount

    def __init__(self, name: str, args: CosmosContainerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._account = account = args["account"]
        database, azure_name = args["database"], args["container"]
        if args.get("existing"):
            path = pulumi.Output.concat(account.resource_id, f"/sqlDatabases/{database}/containers/{azure_name}")
            container = cosmosdb.SqlResourceSqlContainer.get(name, path, pulumi.ResourceOptions(parent=self))
        else:
            container = cosmosdb.SqlResourceSqlContainer(
                name,
                container_name=azure_name,
                database_name=database,
                account_name=account.azure_name,
                resource_group_name=account.resource_group_name,
                resource=cosmosdb.SqlContainerResourceArgs(
                    id=azure_name,
                    partition_key=cosmosdb.ContainerPartitionKeyArgs(
                        paths=[args["partition_key"]], kind=cosmosdb.PartitionKind.HASH, version=2
                    ),
                ),
                opts=pulumi.ResourceOptions(parent=self, depends_on=account.needs(database)),
            )
        self._container = container
        # The data plane has its own form of the scope, which is not the container's ARM id.
        scope = pulumi.Output.concat(account.resource_id, f"/dbs/{database}/colls/{azure_name}")
        variables = {"ENDPOINT": account.document_endpoint, "DATABASE": database, "CONTAINER": azure_name}
        self._register(scope=scope, within=account.resource_id, variables=variables)

    def connection(self) -> Connection:
        """Return the keyless connection of a Foundry project to the account; the agent names the container."""
        return Connection("CosmosDb", self._account.document_endpoint, self._account.resource_id)

    def _assign(self, agent: Grantee, grant: Grant) -> pulumi.CustomResource:
        account = self._account
        assignment = assign_in_cosmos(
            agent,
            grant,
            account_name=account.azure_name,
            resource_group_name=account.resource_group_name,
            after=[self._container, *account.last_assignment],
            hooks=account.assignment_hooks,
        )
        account.last_assignment = [assignment]
        return assignment
