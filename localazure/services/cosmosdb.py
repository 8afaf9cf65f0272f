"""Azure Cosmos DB for NoSQL: accounts, databases, containers, and data-plane role assignments.

Data is opened by the account's own role assignments, which Azure RBAC knows nothing of; they go with the account, and
outlast principals, databases and containers. Roles are the built-in ones of `access.azure.roles`. Facts: "Data plane
security
reference", Microsoft Learn, 2025-09-10, and "Connect using role-based access control", 2025-04 (roles, scopes, limits);
"Serverless account type", 2025-05; "Continuous backup", 2025-03; "Azure Cosmos DB service quotas", 2025-06; "Database
Accounts - Create Or Update", REST API 2025-10-15 (values taken for what is left out; places and settings change one at
a time). Messages as reported in OfficeDev/microsoft-teams-apps-callrecord-insights#26 (taken name),
microsoft/botbuilder-dotnet#5051 (throughput), pulumi/pulumi-azure-native#562 and MicrosoftDocs/azure-docs#75680
(partition key), pulumi/pulumi-azure-native#3711 (what an assignment cannot change) and
MicrosoftDocs/azure-databases-docs#63 (scope), and as `SqlRoleAssignmentExtension` of Azure/azure-service-operator
expects it (missing principal); log categories from "Supported logs for Microsoft.DocumentDB/DatabaseAccounts",
Microsoft Learn, 2026-07-14.

Differences from Azure: no item exists, so no backup does; a principal can be given a role as soon as it exists (but for
the fault `principalReplication`), and one that never was here is taken to exist, as it may be in the directory; of
writes only those of role assignments meet ("exclusive lock"). A region is returned as it was requested, not by its
display name. Whether Azure looks for the database and container of a scope is not documented; here they must exist.
Custom roles, keys, throughput as a resource, other APIs than NoSQL and the move from serverless to provisioned
throughput do not exist. The messages that no report is named for are ours, and so is Conflict for an assignment equal
to another one. What an existing account is, is not known: no capacity mode is held against what is created in it.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from access.azure.roles import by_id
from localazure.arm import ids
from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, own_identity_circle, system_data
from localazure.arm.property_changes import diff_inputs
from localazure.arm.property_paths import ABSENT, parse, value_at
from localazure.arm.resource_type import ComputedOutput, ExclusiveWrites, NameCheck, Request, ResourceType
from localazure.arm.world import Values
from localazure.errors import AzureError, LateRefusal
from manifest import azure_naming_rules
from manifest.name_rules import NameRule

_ASSIGNMENT = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
_PATH = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.DocumentDB/databaseAccounts/{accountName}"
)
_DATABASE_PATH = _PATH + "/sqlDatabases/{databaseName}"

# Types and names. "Azure Cosmos DB service quotas", Microsoft Learn, 2025-06.
_ACCOUNT_NAME = NameCheck(azure_naming_rules.PARENTS["cosmos-account"].rule, code="BadRequest")
_DATA_NAME = NameCheck(azure_naming_rules.COSMOS_DATABASE, code="BadRequest")
_GUID = r"(?i:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})"
_ASSIGNMENT_NAME = NameCheck(NameRule("a role assignment", 36, 36, _GUID, "GUIDs", "COSMOS"), code="BadRequest")


def _bad_request(message: str) -> AzureError:
    """Create Cosmos DB's error for an invalid request."""
    return AzureError("BadRequest", message)


# Reasons to refuse an account
_SERVERLESS = "EnableServerless"
_FREE_TIER = "cosmos free tier"
_CHANGEABLE_WITH_REGIONS = frozenset({"locations", "tags", "identity"})
"""Properties of an account that may change in the same update as its regions."""


def _key_is_readable(request: Request) -> Iterator[AzureError]:
    # "Configure customer-managed keys for Azure Cosmos DB with Azure Key Vault", Microsoft Learn, read 2026-11: the
    # account's own identity can be used only after the account has been created.
    is_own = str(request.input("defaultIdentity") or "").lower().startswith("systemassigned")
    if request.old is None and request.input("keyVaultKeyUri") and is_own:
        yield own_identity_circle(request, "its key in a key vault (keyVaultKeyUri)")


def _regions_are_valid(request: Request) -> Iterator[AzureError]:
    regions = _items(request.inputs, "locations")
    names = [_normalized_region(region.get("locationName")) for region in regions]
    priorities = sorted(int(region.get("failoverPriority") or 0) for region in regions)
    if not regions:
        yield _bad_request("locations is empty; a Cosmos DB account needs at least one region")
    if len(set(names)) < len(names):
        yield _bad_request(f"locations lists a region more than once: {', '.join(names)}")
    if priorities != list(range(len(regions))):
        yield _bad_request(
            f"the failover priorities are {', '.join(map(str, priorities))}; give each region a different priority"
            " from 0 to"
            f" {len(regions) - 1}"
        )


def _capacity_mode_allows_inputs(request: Request) -> Iterator[AzureError]:
    if _is_serverless(request.inputs):
        if len(_items(request.inputs, "locations")) > 1:
            yield _bad_request("a serverless Cosmos DB account can have only one region; remove the other locations")
        for name in ("enableMultipleWriteLocations", "enableFreeTier"):
            if request.input(name):
                yield _bad_request(f"{name} is not supported for serverless accounts")
    holder = request.world.find_unique(_FREE_TIER)
    if request.input("enableFreeTier") and holder is not None and not ids.same(holder.id, request.id):
        yield _bad_request(
            f"a subscription can have only one free tier account, which is '{holder.id}'; remove enableFreeTier"
        )


def _free_tier(request: Request) -> tuple[str, ...]:
    return (_FREE_TIER,) if request.input("enableFreeTier") else ()


def _account_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    if _is_serverless(old.inputs) != _is_serverless(request.inputs):
        yield _bad_request(f"the capability {_SERVERLESS} is chosen when an account is created and cannot be changed")
    if bool(old.inputs.get("enableFreeTier")) != bool(request.input("enableFreeTier")):
        yield _bad_request("enableFreeTier is chosen when an account is created and cannot be changed")
    if _at(old.inputs, "backupPolicy.type") == "Continuous" != request.input("backupPolicy.type"):
        yield _bad_request("backupPolicy.type is Continuous and cannot be changed back to Periodic")
    moved = _region_names(old.inputs) != _region_names(request.inputs)
    changed = {parse(path)[0] for path in diff_inputs(request.type, old.inputs, request.inputs).changed}
    if moved and changed - _CHANGEABLE_WITH_REGIONS:
        others = ", ".join(sorted(str(name) for name in changed - _CHANGEABLE_WITH_REGIONS))
        yield _bad_request(
            f"regions cannot be added or removed together with other changes ({others}); update the regions separately"
        )


def _is_serverless(inputs: Values) -> bool:
    return any(each.get("name") == _SERVERLESS for each in _items(inputs, "capabilities"))


def _region_names(inputs: Values) -> set[str]:
    return {_normalized_region(region.get("locationName")) for region in _items(inputs, "locations")}


def _normalized_region(region: object) -> str:
    """Return a region's name in short form, without the blanks and capitals of its display name."""
    return str(region or "").replace(" ", "").lower()


def _items(inputs: Values, name: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", inputs.get(name) or [])


def _at(inputs: Values, path: str) -> Any:  # noqa: ANN401 (any JSON value)
    found = value_at(inputs, parse(path))
    return None if found is ABSENT else found


# Reasons to refuse databases and containers
_LEAST = {"options.throughput": (400, 100), "options.autoscaleSettings.maxThroughput": (1000, 1000)}
"""Minimum and step of the throughput of a database or container, for each kind of throughput."""
_MOST_LEVELS = 3


def _resource_id_is_name(request: Request) -> Iterator[AzureError]:
    called = request.input("resource.id")
    if called is not None and called != request.name:
        yield _bad_request(f"resource.id is '{called}', but the resource's name is '{request.name}'; make both equal")


def _throughput_is_allowed(request: Request) -> Iterator[AzureError]:
    given = {path: int(throughput) for path in _LEAST if (throughput := request.input(path)) is not None}
    account = request.world.get(request.id[: request.id.lower().index("/sqldatabases/")])
    if given and account is not None and _is_serverless(account.inputs):
        what = "container" if "containerName" in request.inputs else "database"
        yield _bad_request(f"Setting offer throughput or autopilot on {what} is not supported for serverless accounts")
    if len(given) > 1:
        yield _bad_request(f"{' and '.join(given)} cannot both be given; choose one")
    for path, throughput in given.items():
        least, step = _LEAST[path]
        if throughput < least or throughput % step:
            yield _bad_request(f"{path} is {throughput}; it must be {least} or more, in steps of {step}")


def _has_a_partition_key(request: Request) -> Iterator[AzureError]:
    given, kind, version = _partition_key(request.inputs)
    paths = cast("list[str]", given or [])
    if not paths:
        yield _bad_request(
            "A Partition key definition is not specified in the request; give resource.partitionKey.paths"
        )
        return
    for path in paths:
        if not re.fullmatch(r"(/[^/]+)+", path):
            yield _bad_request(f"the partition key path '{path}' is invalid; write it like '/id'")
    if kind == "MultiHash":
        if len(paths) > _MOST_LEVELS or version != 2:  # noqa: PLR2004 (the version's number)
            yield _bad_request(f"a partition key of kind MultiHash has 1 to {_MOST_LEVELS} paths and version 2")
    elif kind != "Hash" or len(paths) > 1:
        yield _bad_request(
            f"a partition key of kind {kind} with {len(paths)} paths is not available; use kind Hash with one path"
        )


def _time_to_live_is_allowed(request: Request) -> Iterator[AzureError]:
    seconds = request.input("resource.defaultTtl")
    if seconds is not None and seconds != -1 and seconds < 1:
        yield _bad_request(
            f"resource.defaultTtl is {seconds}; use -1 (items never expire) or a number of seconds from 1"
        )


def _container_immutables_stay(request: Request) -> Iterator[AzureError]:
    old = request.old
    if old is None or old.adopted:
        return
    if _partition_key(old.inputs) != _partition_key(request.inputs):
        yield _bad_request(
            "Document collection partition key cannot be changed; create another container and move the items"
        )
    unique = "resource.uniqueKeyPolicy.uniqueKeys"
    if (_at(old.inputs, unique) or []) != (request.input(unique) or []):
        yield _bad_request("Unique index cannot be modified; create another container and move the items")


def _partition_key(inputs: Values) -> tuple[object, object, object]:
    """Return the partition key of a Cosmos DB container: paths, kind and version."""
    key = cast("Values", _at(inputs, "resource.partitionKey") or {})
    return key.get("paths"), key.get("kind") or "Hash", key.get("version") or 1


# Reasons to refuse a role assignment
_MOST_ASSIGNMENTS = 2000
_SCOPE_IN_ACCOUNT = re.compile(r"(/dbs/(?P<database>[^/]+)(/colls/(?P<container>[^/]+))?)?/?")
_IDENTIFYING = ("principalId", "roleDefinitionId", "scope")


def principal_index_key(principal_id: str) -> str:
    """Return the index key under which the Cosmos DB role assignments of a principal are found."""
    return f"cosmos held by {principal_id}".lower()


def _required_properties_are_set(request: Request) -> Iterator[AzureError]:
    for name in _IDENTIFYING:
        if not request.input(name):
            yield _bad_request(
                f"Could not find the property [{name}]; a Cosmos DB role assignment needs {', '.join(_IDENTIFYING)}"
            )


def _scope_exists(request: Request) -> Iterator[AzureError]:
    scope, account = str(request.input("scope") or ""), _account_id(request)
    if not scope:
        return
    found = _SCOPE_IN_ACCOUNT.fullmatch(scope[len(account) :]) if scope.lower().startswith(account.lower()) else None
    if found is None:
        yield _bad_request(
            f"Could not parse property [scope] with value [{scope}]; it must be the account, '{account}', or in it"
            " '/dbs/<database>' or '/dbs/<database>/colls/<container>'"
        )
        return
    if found["database"] is None:
        return
    database = f"{account}/sqlDatabases/{found['database']}"
    place = database if found["container"] is None else f"{database}/containers/{found['container']}"
    # A database that this world did not make shows in what it holds.
    if not request.exists(place) and next(request.world.children(place), None) is None:
        yield AzureError(
            "NotFound",
            f"the scope '{scope}' was not found; a role can be assigned only to an existing database or container",
            404,
        )


def _role_exists(request: Request) -> Iterator[AzureError]:
    definition, account = str(request.input("roleDefinitionId") or ""), _account_id(request)
    if not definition:
        return
    if not re.fullmatch(rf"(?i:{re.escape(account)}/sqlRoleDefinitions)/{_GUID}", definition):
        yield _bad_request(
            f"Could not parse property [roleDefinitionId] with value [{definition}]; it must be a role of the account,"
            f" '{account}/sqlRoleDefinitions/<GUID>'"
        )
        return
    role = by_id(definition)
    if role is None or role.system != "cosmos":
        yield AzureError("NotFound", f"the SQL Role Definition [{ids.name_of(definition)}] does not exist", 404)


def _principal_exists(request: Request) -> Iterator[AzureError]:
    who = str(request.input("principalId") or "")
    if not who:
        return
    if not re.fullmatch(_GUID, who):
        yield _bad_request(f"Could not parse property [principalId] with value [{who}]; it must be a GUID")
    elif request.old is None and (request.world.was_deleted(who) or request.world.is_principal_replicating(who)):
        # Azure accepts the request, and looks the principal up afterwards (Azure/ARO-HCP#5320, 2026-05).
        yield LateRefusal(
            "BadRequest",
            f"The provided principal ID [{who}] was not found in the AAD tenant(s) [{request.world.tenant_id}]; check"
            " the id, which is not the client id, and that the principal still exists",
        )


def _add_principal(request: Request) -> None:
    request.world.add_external_principal(str(request.input("principalId")), "ServicePrincipal")


def _assignment_is_unique(request: Request) -> Iterator[AzureError]:
    twin = request.world.find_unique(_unique_keys(request)[0])
    if twin is not None and not ids.same(twin.id, request.id):
        yield AzureError(
            "Conflict",
            f"the SQL Role Assignment already exists: '{ids.name_of(twin.id)}' has the same scope, role and principal",
            409,
        )


def _assignment_limit_is_kept(request: Request) -> Iterator[AzureError]:
    if request.old is None and request.world.count_indexed(_account_index_key(request)) >= _MOST_ASSIGNMENTS:
        yield _bad_request(
            f"a Cosmos DB account can have at most {_MOST_ASSIGNMENTS} role assignments; '{request.name}'"
            " exceeds the limit"
        )


def _account_id(request: Request) -> str:
    return request.type.parent_of(request.id)


def _unique_keys(request: Request) -> tuple[str]:
    """Return the unique key of a Cosmos DB role assignment: scope, role and principal in an account."""
    principal, role, scope = (str(request.input(name) or "").rstrip("/") for name in _IDENTIFYING)
    return (f"cosmos grant {scope} {ids.name_of(role)} {principal}",)


def _index_keys(request: Request) -> tuple[str, ...]:
    return principal_index_key(str(request.inputs["principalId"])), _account_index_key(request)


def _account_index_key(request: Request) -> str:
    return f"cosmos assignments in {_account_id(request)}".lower()


# Outputs
def _endpoint(request: Request) -> str:
    return f"https://{request.name}.documents.azure.com:443/"


def _regions(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "failoverPriority": 0,
            "isZoneRedundant": False,
            **region,
            "id": f"{request.name}-{_normalized_region(region.get('locationName'))}",
            "documentEndpoint": f"https://{request.name}-{_normalized_region(region.get('locationName'))}.documents.azure.com:443/",
            "provisioningState": "Succeeded",
        }
        for region in _items(request.inputs, "locations")
    ]


def _write_regions(request: Request) -> list[dict[str, Any]]:
    everywhere = bool(request.input("enableMultipleWriteLocations"))
    return [region for region in _regions(request) if everywhere or region["failoverPriority"] == 0]


def _failover_policies(request: Request) -> list[dict[str, Any]]:
    return [{name: region[name] for name in ("id", "locationName", "failoverPriority")} for region in _regions(request)]


def _keys(request: Request) -> dict[str, Any]:
    names: Sequence[str] = (
        "primaryMasterKey",
        "primaryReadonlyMasterKey",
        "secondaryMasterKey",
        "secondaryReadonlyMasterKey",
    )
    return {name: {"generationTime": request.now} for name in names}


_PERIODIC: Values = {
    "backupIntervalInMinutes": 240,
    "backupRetentionIntervalInHours": 8,
    "backupStorageRedundancy": "Geo",
}


def _backup_policy(request: Request) -> Values:
    """Return the backup policy of a Cosmos DB account: the requested one, completed with Azure's defaults."""
    policy = cast("Values", request.input("backupPolicy") or {"type": "Periodic"})
    if policy["type"] == "Continuous":
        return {"continuousModeProperties": {"tier": "Continuous30Days"}, **policy}
    return {**policy, "periodicModeProperties": {**_PERIODIC, **(policy.get("periodicModeProperties") or {})}}


_ACCOUNT: Mapping[str, ComputedOutput] = {
    "provisioningState": constant("Succeeded"),
    "documentEndpoint": _endpoint,
    "instanceId": lambda request: request.guid("instance"),
    "kind": constant("GlobalDocumentDB"),
    "readLocations": _regions,
    "writeLocations": _write_regions,
    "failoverPolicies": _failover_policies,
    "keysMetadata": kept_from_creation("keysMetadata", _keys),
    "privateEndpointConnections": constant([]),
    "publicNetworkAccess": constant("Enabled"),
    "minimalTlsVersion": constant("Tls12"),
    "disableLocalAuth": off,
    "disableKeyBasedMetadataWriteAccess": off,
    "enableAutomaticFailover": off,
    "enableMultipleWriteLocations": off,
    "enableAnalyticalStorage": off,
    "enableFreeTier": off,
    "enableBurstCapacity": off,
    "enablePartitionMerge": off,
    "analyticalStorageConfiguration": constant({"schemaType": "WellDefined"}),
    "consistencyPolicy": constant({"defaultConsistencyLevel": "Session"}),
    "consistencyPolicy.maxIntervalInSeconds": constant(5),
    "consistencyPolicy.maxStalenessPrefix": constant(100),
    "backupPolicy": constant({"type": "Periodic"}),
    "capabilities": constant([]),
    "cors": constant([]),
    "defaultIdentity": constant("FirstPartyIdentity"),
    "ipRules": constant([]),
    "isVirtualNetworkFilterEnabled": off,
    "virtualNetworkRules": constant([]),
    "networkAclBypass": constant("None"),
    "networkAclBypassResourceIds": constant([]),
    "systemData": system_data,
}


def _rid(request: Request) -> str:
    return base64.b64encode(bytes.fromhex(request.guid("rid")[:8])).decode()


def _changed_at(request: Request) -> int:
    return int(datetime.fromisoformat(request.now).timestamp())


_DATA: Mapping[str, ComputedOutput] = {
    "resource.id": lambda request: request.name,
    "resource.rid": _rid,
    "resource.ts": _changed_at,
    "resource.etag": lambda request: f'"{request.guid(f"etag {request.now}")}"',
}
"""Outputs that databases and containers have in common."""

_CONTAINER: Mapping[str, ComputedOutput] = {
    **_DATA,
    "resource.partitionKey.kind": constant("Hash"),
    "resource.indexingPolicy": constant(
        {
            "indexingMode": "consistent",
            "automatic": True,
            "includedPaths": [{"path": "/*"}],
            "excludedPaths": [{"path": '/"_etag"/?'}],
        }
    ),
    "resource.uniqueKeyPolicy": constant({"uniqueKeys": []}),
    "resource.conflictResolutionPolicy": constant({"mode": "LastWriterWins", "conflictResolutionPath": "/_ts"}),
}

_CHANGING = ("resource.ts", "resource.etag")

# Facts: Azure/azure-cosmos-dotnet-v3#4655 and Azure/bicep#14976, 2024-09, where the read of an assignment's result is
# refused; "Azure permissions for Databases", Microsoft Learn, 2026-04-09, has the other reads.
_STATUS = StatusUrls(regional("Microsoft.DocumentDB", "operationsStatus"), "{id}/operationResults/{operation}")
_ASYNCHRONOUS = AsynchronousRequests(write=_STATUS, delete=_STATUS)

TYPES = (
    ResourceType(
        "azure-native:cosmosdb:DatabaseAccount",
        _PATH,
        name_check=_ACCOUNT_NAME,
        name_taken_code="BadRequest",
        name_taken_status=400,
        asynchronous=_ASYNCHRONOUS,
        rules=all_of(_key_is_readable, _regions_are_valid, _capacity_mode_allows_inputs, _account_immutables_stay),
        unique_keys=_free_tier,
        immutable=("kind",),
        immutable_code="BadRequest",
        immutable_status=400,
        outputs=_ACCOUNT,
        volatile=("readLocations", "writeLocations", "failoverPolicies", "systemData"),
        rewrites={"locations": _regions, "backupPolicy": _backup_policy},
        log_categories=(
            "DataPlaneRequests",
            "DataPlaneRequests5M",
            "DataPlaneRequests15M",
            "ControlPlaneRequests",
            "QueryRuntimeStatistics",
            "PartitionKeyStatistics",
            "PartitionKeyRUConsumption",
            "MongoRequests",
            "CassandraRequests",
            "GremlinRequests",
            "TableApiRequests",
        ),
        category_groups=("allLogs", "audit"),
        adopted_inputs={
            "location": "westeurope",
            "databaseAccountOfferType": "Standard",
            "locations": [{"locationName": "westeurope", "failoverPriority": 0}],
        },
    ),
    ResourceType(
        "azure-native:cosmosdb:SqlResourceSqlDatabase",
        _DATABASE_PATH,
        name_check=_DATA_NAME,
        inherits_location=False,
        asynchronous=_ASYNCHRONOUS,
        rules=all_of(_resource_id_is_name, _throughput_is_allowed),
        outputs={**_DATA, "resource.colls": constant("colls/"), "resource.users": constant("users/")},
        volatile=_CHANGING,
        adopted_inputs={"resource": {}},
    ),
    ResourceType(
        "azure-native:cosmosdb:SqlResourceSqlContainer",
        _DATABASE_PATH + "/containers/{containerName}",
        name_check=_DATA_NAME,
        inherits_location=False,
        asynchronous=_ASYNCHRONOUS,
        rules=all_of(
            _resource_id_is_name,
            _throughput_is_allowed,
            _has_a_partition_key,
            _time_to_live_is_allowed,
            _container_immutables_stay,
        ),
        outputs=_CONTAINER,
        volatile=_CHANGING,
        adopted_inputs={"resource": {}},
    ),
    ResourceType(
        _ASSIGNMENT,
        _PATH + "/sqlRoleAssignments/{roleAssignmentId}",
        name_check=_ASSIGNMENT_NAME,
        inherits_location=False,
        asynchronous=_ASYNCHRONOUS,
        rules=all_of(
            _required_properties_are_set,
            _scope_exists,
            _role_exists,
            _principal_exists,
            _assignment_is_unique,
            _assignment_limit_is_kept,
        ),
        unique_keys=_unique_keys,
        index_keys=_index_keys,
        on_created=_add_principal,
        exclusive_writes=ExclusiveWrites(arm_type="microsoft.documentdb/databaseaccounts", code="PreconditionFailed"),
        immutable=("principalId", "scope"),
        immutable_code="BadRequest",
        immutable_status=400,
        adoptable=False,
    ),
)
