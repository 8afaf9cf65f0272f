"""Resource types of Microsoft.Search: search services and indexes."""

from access.azure.types.row import (
    GROUP,
    MANAGED,
    NOT_DEPLOYED,
    NOT_LISTED,
    OWN,
    WITHIN,
    ArmType,
    KeySwitch,
    Listing,
    NamedOnly,
    VerbRole,
)

_SERVICE = f"{GROUP}/providers/Microsoft.Search/searchServices/{{searchServiceName}}"
_SOURCE = "Azure built-in roles for AI + machine learning, Microsoft Learn, 2026-04-09"

TYPES = (
    ArmType(
        token="azure-native:search:Service",
        path=_SERVICE,
        kind=None,
        operations=OWN,
        keys=KeySwitch(
            "disableLocalAuth",
            on=False,
            absent=True,
            source="Enable or disable role-based access control in Azure AI Search, Microsoft Learn, 2025",
        ),
        listed=Listing("2023-11-01"),
        deployer=MANAGED,
        # "Azure permissions for AI + machine learning", Microsoft Learn, 2026-04-09.
        status_reads=("Microsoft.Search/locations/operationResults/read",),
    ),
    ArmType(
        # An index belongs to the service's data plane: azure-native has no resource for it.
        token="",
        path=f"{_SERVICE}/indexes/{{indexName}}",
        kind="search-index",
        operations=OWN,
        keys=WITHIN,
        listed=NOT_LISTED,
        deployer=NOT_DEPLOYED,
        granted_by_itself=True,
        named_only=NamedOnly("azure-native:search:Service", "/indexes/{index}"),
        verbs=(
            VerbRole("read", "Search Index Data Reader", "search the index and read its documents", _SOURCE),
            VerbRole("write", "Search Index Data Contributor", "add, change, delete and read its documents", _SOURCE),
        ),
    ),
)
