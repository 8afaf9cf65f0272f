"""Test fixture: a small graph for the tests of effective access."""

from typing import Any

from access.azure.catalogue import Permission, Role, by_name
from access.evaluate.decisions import decide
from access.model.graph import Assignment, DenyAssignment, Graph, Principal, Resource

SUBSCRIPTION = "/subscriptions/0000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/acc"
UPLOADS = f"{ACCOUNT}/blobServices/default/containers/uploads"
REPORTS = f"{ACCOUNT}/blobServices/default/containers/reports"
COSMOS = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/cos"
ITEMS = f"{COSMOS}/sqlDatabases/findings/containers/items"
QUEUE = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/bus/queues/done"
STORE = f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/store"
TENANT = "/providers/Microsoft.Management/managementGroups/top"

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
READ, WRITE, DELETE, TAG = (f"{BLOBS}/{verb}" for verb in ("read", "write", "delete", "tags/write"))
LIST_KEYS = "Microsoft.Storage/storageAccounts/listkeys/action"
READ_ITEM = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read"
CREATE_ITEM = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/create"

NAME = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
TAGGED = "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags&$keys$&] ForAnyOfAnyValues:StringEquals {'p'}"  # noqa: E501
TRAP = f"((!(ActionMatches{{'{TAG}'}})) OR ({NAME} StringEquals 'uploads'))"
ONLY_UPLOADS = f"((!(ActionMatches{{'{READ}'}}) AND !(ActionMatches{{'{WRITE}'}})) OR ({NAME} StringEquals 'uploads'))"
NOT_LISTING = f"!(ActionMatches{{'{READ}'}} AND SubOperationMatches{{'Blob.List'}})"
ONLY_LISTING = f"(ActionMatches{{'{READ}'}} AND SubOperationMatches{{'Blob.List'}})"


def resource(scope: str, **more: Any) -> Resource:  # noqa: ANN401
    return Resource(id=scope, name=scope.rpartition("/")[2], kind="", **more)


def held(role: Role | str | None, scope: str, **more: Any) -> Assignment:  # noqa: ANN401
    found = by_name(role) if isinstance(role, str) else role
    system = found.system if found else "azure"
    values: dict[str, Any] = {
        "id": f"{role}@{scope}",
        "name": "",
        "principal": "p",
        "role_id": "r-1",
        "system": system,
    } | more
    return Assignment(role=found, scope=scope, **values)


def custom(*blocks: Permission) -> Role:
    return Role("custom", "Custom", blocks)


def deny(scope: str, *blocks: Permission, principals: tuple[str, ...] = ("P",), **more: Any) -> DenyAssignment:  # noqa: ANN401
    return DenyAssignment(id=f"deny@{scope}", name="no", principals=principals, scope=scope, permissions=blocks, **more)


def graph_of(*assignments: Assignment, denies: tuple[DenyAssignment, ...] = (), **more: Any) -> Graph:  # noqa: ANN401
    resources = [resource(scope, properties={"publicAccess": "None"}) for scope in (UPLOADS, REPORTS)]
    resources += [resource(scope) for scope in (QUEUE, STORE)]
    resources.append(resource(ITEMS, local_auth=False))
    account = {"local_auth": more.pop("local_auth", False), "ignores_roles": more.pop("ignores_roles", None)}
    resources.append(resource(ACCOUNT, declared=False, **account))
    people = [Principal(id="p", name="analysis", agent="analysis")]
    return Graph(principals=people, resources=resources, assignments=assignments, denies=denies, **more)


def decision(graph: Graph, operation: str, scope: str = UPLOADS, **more: Any) -> str:  # noqa: ANN401
    return decide(graph, "p", scope, operation, **more).decision.value
