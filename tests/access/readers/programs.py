"""Builders for small Pulumi programs, as rows of a stack export."""

from typing import Any

from access.azure.catalogue import by_name
from access.azure.roles import definition_id
from access.model.graph import Graph
from access.readers import export

Row = dict[str, Any]

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/agents"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/things"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/reports"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::program::{kind}::{name}"


def row(token: str, name: str, resource_id: str = "", **more: Any) -> Row:  # noqa: ANN401 - any part of a row
    """Return a resource by its full type token."""
    return {"urn": urn(token, name), "type": token, "custom": ":index:" not in token, "id": resource_id, **more}


def app(name: str, *identities: str, own: bool = True, configuration: Row | None = None, **more: Any) -> Row:  # noqa: ANN401
    kinds = ["SystemAssigned"] * own + ["UserAssigned"] * bool(identities)
    requested = {"type": ",".join(kinds)} | ({"userAssignedIdentities": list(identities)} if identities else {})
    answered = {"type": requested["type"]} | ({"principalId": f"principal-of-{name}"} if own else {})
    return row(
        "azure-native:app:ContainerApp",
        name,
        f"{GROUP}/providers/Microsoft.App/containerApps/{name}",
        inputs={"containerAppName": name, "identity": requested, "configuration": configuration or {}},
        outputs={"identity": answered},
        **more,
    )


def identity(where: str = IDENTITY) -> Row:
    name = where.rpartition("/")[2]
    return row(
        "azure-native:managedidentity:UserAssignedIdentity",
        name,
        where,
        outputs={"principalId": f"principal-of-{name}"},
    )


def assignment(
    name: str,
    principal: object,
    scope: object = CONTAINER,
    role: object = "Storage Blob Data Reader",
    **more: Any,  # noqa: ANN401
) -> Row:
    """Return the row of a role assignment."""
    known = isinstance(role, str) and not role.startswith("/") and role != UNKNOWN
    definition = definition_id(by_name(str(role)), SUBSCRIPTION) if known else role
    inputs = {"principalId": principal, "scope": scope, "roleDefinitionId": definition, **more.pop("inputs", {})}
    where = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return row(more.pop("kind", "azure-native:authorization:RoleAssignment"), name, where, inputs=inputs, **more)


def account(**inputs: Any) -> Row:  # noqa: ANN401
    return row("azure-native:storage:StorageAccount", "things", ACCOUNT, inputs={"accountName": "things", **inputs})


def container() -> Row:
    names = {"resourceGroupName": "agents", "accountName": "things", "containerName": "reports"}
    return row("azure-native:storage:BlobContainer", "reports", CONTAINER, inputs=names)


def document(*rows: Row) -> Row:
    return {"version": 3, "deployment": {"manifest": {}, "resources": list(rows)}}


def graph_of(*rows: Row) -> Graph:
    return export.read(document(*rows))
