"""Resource types of Microsoft.DocumentDB: Cosmos DB accounts, which have role definitions of their own."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_LISTED,
    NOTHING_TO_OPEN,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    NamedOnly,
    VerbRole,
    WildcardOperation,
)

_ACCOUNT = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/{{accountName}}"
# Operations on items are the account's, in whichever container: "Data plane security reference", Microsoft Learn, 2025.
_ITEMS = "microsoft.documentdb/databaseaccounts"
_SOURCE = "Data plane security reference of Azure Cosmos DB for NoSQL, Microsoft Learn, 2025-09-10"
_VERSION = "2024-11-15"
_STATUS = "Microsoft.DocumentDB/locations/operationsStatus/read"
_ASSIGNMENTS = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"

TYPES = (
    ArmType(
        token="azure-native:cosmosdb:DatabaseAccount",
        path=_ACCOUNT,
        kind=None,
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source="Disable key-based authentication in Azure Cosmos DB, Microsoft Learn, 2025",
        ),
        listed=Listing(_VERSION),
        deployer=MANAGED,
        # "Azure permissions for Databases", Microsoft Learn, 2026-04-09.
        status_reads=("operationResults/read", _STATUS),
    ),
    ArmType(
        token="azure-native:cosmosdb:SqlResourceSqlDatabase",
        path=f"{_ACCOUNT}/sqlDatabases/{{databaseName}}",
        kind=None,
        operations=(_ITEMS,),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        status_reads=("operationResults/read",),
    ),
    ArmType(
        token="azure-native:cosmosdb:SqlResourceSqlContainer",
        path=f"{_ACCOUNT}/sqlDatabases/{{databaseName}}/containers/{{containerName}}",
        kind="cosmos-container",
        operations=(_ITEMS,),
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=MANAGED,
        granted_by_itself=True,
        named_only=NamedOnly("azure-native:cosmosdb:DatabaseAccount", "/dbs/{database}/colls/{container}"),
        verbs=(
            VerbRole(
                "read", "Cosmos DB Built-in Data Reader", "read and query items, and follow their changes", _SOURCE
            ),
            VerbRole(
                "write",
                "Cosmos DB Built-in Data Contributor",
                "create, change, delete, read and query items",
                _SOURCE,
            ),
        ),
        status_reads=("operationResults/read",),
    ),
    ArmType(
        token="azure-native:cosmosdb:SqlResourceSqlRoleAssignment",
        path=f"{_ACCOUNT}/sqlRoleAssignments/{{roleAssignmentId}}",
        kind=None,
        operations=OWN,
        keys=NOTHING_TO_OPEN,
        listed=Listing(_VERSION, within=True),
        # The wildcard below has read, write and delete.
        deployer=(),
        wildcards=(
            WildcardOperation(
                f"{_ASSIGNMENTS}/*",
                f"{_ASSIGNMENTS}/operationResults/read",
                "Azure/azure-cosmos-dotnet-v3#4655 and Azure/bicep#14976, 2024-09: AuthorizationFailed for the poll",
            ),
        ),
    ),
)
