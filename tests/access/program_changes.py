"""Strategies for changes of a program: ways in, each of which gives somebody access, and changes that give none.

A way in is drawn with its parts: who, what, where and by which package. Each gives access that Fabrikam's network.yaml
does not declare, or may give such access where a part of it is not known.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from access.azure.catalogue import by_name
from access.azure.types import BY_TOKEN
from access.azure.types.row import KeySwitch

Row = dict[str, Any]
Draw = st.DrawFn
Change = Callable[[Draw, list[Row]], None]

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
PATH = f"@Resource[{BLOBS}:path]"
ASSIGNMENT = "azure-native:authorization:RoleAssignment"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
GUIDS = st.uuids().map(str)
NAMES = st.sampled_from(["evil", "web", "analysis", "fabrikam-report-dev", "report", "data"])
WIDE_ROLES = ["Owner", "Contributor", "User Access Administrator", "Role Based Access Control Administrator"]
AT_GROUPS = [
    *("Storage Blob Data Owner", "Storage Blob Data Reader", "Key Vault Secrets User", "Key Vault Administrator"),
    *("Storage Account Contributor", "Azure Service Bus Data Owner", "AcrPush", "Cognitive Services Contributor"),
    *("Website Contributor", "Virtual Machine Contributor", "Managed Identity Operator", "Foundry User"),
]


def stack_of(rows: list[Row]) -> str:
    return "::".join(rows[0]["urn"].split("::")[:2])


def new(rows: list[Row], kind: str, name: str, where: str = "", **inputs: Any) -> Row:  # noqa: ANN401 - any property
    """Add a resource outside the network's components."""
    urn = f"{stack_of(rows)}::{kind}::{name}"
    row = {"urn": urn, "type": kind, "custom": True, "id": where, "inputs": inputs, "outputs": dict(inputs)}
    rows.append(row)
    return row


def of_type(rows: list[Row], kind: str) -> list[Row]:
    return [row for row in rows if row["type"] == kind]


def group_of(rows: list[Row]) -> str:
    return of_type(rows, "azure-native:resources:ResourceGroup")[0]["id"]


def put(row: Row, **values: Any) -> None:  # noqa: ANN401 - any property
    for part in ("inputs", "outputs"):
        row.setdefault(part, {}).update(values)


def principals(rows: list[Row]) -> list[str]:
    """Return the ids of the principals that hold roles: agents, and identities that pull images."""
    return sorted({str(row["inputs"]["principalId"]) for row in of_type(rows, ASSIGNMENT)})


def principal(draw: Draw, rows: list[Row]) -> tuple[str, str]:
    """Draw a principal with its type: an agent, somebody unknown, or an app outside the network's components."""
    who = draw(st.sampled_from(["agent", "stranger", "group", "user", "app"]))
    if who == "agent":
        return draw(st.sampled_from(principals(rows))), "ServicePrincipal"
    if who == "app":
        return outside_app(draw, rows), "ServicePrincipal"
    return draw(GUIDS), {"stranger": "ServicePrincipal", "group": "Group", "user": "User"}[who]


def outside_app(draw: Draw, rows: list[Row]) -> str:
    """Add an app with an identity of its own outside the network's components; return its principal id."""
    principal_id, name = draw(GUIDS), draw(NAMES)
    where = f"{group_of(rows)}x/providers/Microsoft.App/containerApps/{name}"
    identity = {"type": "SystemAssigned", "principalId": principal_id}
    new(rows, "azure-native:app:ContainerApp", f"{name}-outside", where, identity=identity)
    return principal_id


def scope(draw: Draw, rows: list[Row]) -> str:
    """Draw a scope at or above a resource of the network, or below one, that no program declares."""
    group = group_of(rows)
    vault = of_type(rows, "azure-native:keyvault:Vault")[0]["id"]
    account = draw(st.sampled_from(of_type(rows, "azure-native:storage:StorageAccount")))["id"]
    namespace = of_type(rows, "azure-native:servicebus:Namespace")[0]["id"]
    subscription = group.partition("/resourceGroups/")[0]
    return draw(
        st.sampled_from(
            [
                subscription,
                group,
                vault,
                account,
                f"{vault}/secrets/payroll",
                f"{account}/blobServices/default/containers/payroll",
                f"{namespace}/authorizationRules/RootManageSharedAccessKey",
                group.upper(),
                f"{account}/",
            ]
        )
    )


def assign(draw: Draw, rows: list[Row], role: str, where: str, **more: Any) -> Row:  # noqa: ANN401 - any property
    principal_id, kind = principal(draw, rows)
    inputs = {"principalId": principal_id, "principalType": kind, "scope": where, "roleDefinitionId": role, **more}
    name = draw(GUIDS)
    place = f"{where.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{name}"
    return new(rows, ASSIGNMENT, f"assignment-{name}", place, **inputs)


def definition(rows: list[Row], role: str) -> str:
    subscription = group_of(rows).partition("/resourceGroups/")[0]
    return f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def wide_role(draw: Draw, rows: list[Row]) -> None:
    assign(draw, rows, definition(rows, by_name(draw(st.sampled_from(WIDE_ROLES))).id), scope(draw, rows))


def role_at_a_group(draw: Draw, rows: list[Row]) -> None:
    group = group_of(rows)
    where = draw(st.sampled_from([group, group.partition("/resourceGroups/")[0]]))
    assign(draw, rows, definition(rows, by_name(draw(st.sampled_from(AT_GROUPS))).id), where)


def custom_role(draw: Draw, rows: list[Row]) -> None:
    """Add a custom role, which may have the name of a built-in one, and operations that no list has."""
    guid = draw(GUIDS)
    name = draw(st.sampled_from(["Foundry User", "Reader", "Storage Blob Data Reader", "x"]))
    kinds = ["*", "Microsoft.Storage/*", f"{BLOBS}/*", "Microsoft.ContainerService/managedClusters/new/action"]
    operation = draw(st.sampled_from(kinds))
    plane = "dataActions" if "blobs" in operation else "actions"
    where = group_of(rows)
    place = definition(rows, guid)
    new(
        rows,
        "azure-native:authorization:RoleDefinition",
        f"role-{guid}",
        place,
        roleName=name,
        roleDefinitionId=guid,
        permissions=[{plane: [operation]}],
        assignableScopes=[where],
    )
    assign(draw, rows, place, where)


def unknown_role(draw: Draw, rows: list[Row]) -> None:
    assign(draw, rows, definition(rows, draw(GUIDS)), group_of(rows))


def generic_assignment(draw: Draw, rows: list[Row]) -> None:
    """Add a role assignment by another package, or as a generic resource."""
    kind = draw(
        st.sampled_from(
            [
                "azure-native:resources:Resource",
                "azapi:index/resource:Resource",
                "azurerm:index/roleAssignment:RoleAssignment",
                "azure:authorization/assignment:Assignment",
                "pulumi-python:dynamic:Resource",
                "command:local:Command",
            ]
        )
    )
    where = f"{group_of(rows)}/providers/Microsoft.Authorization/roleAssignments/{draw(GUIDS)}"
    principal_id, _ = principal(draw, rows)
    properties = {"principalId": principal_id, "roleDefinitionId": definition(rows, by_name("Owner").id)}
    new(rows, kind, "generic", where, properties=properties, **properties)


def keys_on(draw: Draw, rows: list[Row]) -> None:
    switches = {token: row.keys for token, row in BY_TOKEN.items() if isinstance(row.keys, KeySwitch)}
    row = draw(st.sampled_from([row for row in rows if row["type"] in switches]))
    switch = switches[row["type"]]
    put(row, **{switch.property: switch.on})


def opened(draw: Draw, rows: list[Row]) -> None:
    kind, values = draw(
        st.sampled_from(
            [
                ("azure-native:storage:StorageAccount", {"allowBlobPublicAccess": True}),
                ("azure-native:containerregistry:Registry", {"anonymousPullEnabled": True}),
                ("azure-native:app:ContainerApp", {"configuration": {"ingress": {"external": True}}}),
            ]
        )
    )
    put(draw(st.sampled_from(of_type(rows, kind))), **values)


def access_policy(draw: Draw, rows: list[Row]) -> None:
    principal_id, _ = principal(draw, rows)
    policy = {"objectId": principal_id, "tenantId": draw(GUIDS), "permissions": {"secrets": ["get"]}}
    vault = of_type(rows, "azure-native:keyvault:Vault")[0]
    inputs = vault["inputs"].get("properties") or {}
    put(vault, properties={**inputs, "enableRbacAuthorization": False, "accessPolicies": [policy]})
    put(vault, enableRbacAuthorization=False, accessPolicies=[policy])


def weaker_condition(draw: Draw, rows: list[Row]) -> None:
    """Open a condition that limits a writer to one path, by any other test of the language."""
    row = next(each for each in of_type(rows, ASSIGNMENT) if each["inputs"].get("condition"))
    more = draw(
        st.sampled_from(
            [
                f"{PATH} StringStartsWith 'secret/'",
                f"({PATH} StringStartsWith 's' AND {PATH} StringEndsWith '.json')",
                f"{PATH} StringLike '*'",
                f"{PATH} StringNotEquals 'incoming/probe'",
                rf"{PATH} StringStartsWith 'it\'s/'",
                f"!({PATH} StringStartsWith 'incoming/')",
                "true",
            ]
        )
    )
    put(row, condition=row["inputs"]["condition"].replace(f"({PATH}", f"({more} OR {PATH}"))


def older_condition(draw: Draw, rows: list[Row]) -> None:
    row = next(each for each in of_type(rows, ASSIGNMENT) if each["inputs"].get("condition"))
    put(row, conditionVersion=draw(st.sampled_from(["1.0", "3.0"])))


def cluster_access(draw: Draw, rows: list[Row]) -> None:
    """Add administrators of the cluster, by its own properties or by an object in it."""
    group = draw(GUIDS)
    if draw(st.booleans()):
        cluster = of_type(rows, "azure-native:containerservice:ManagedCluster")[0]
        put(cluster, aadProfile={"managed": True, "enableAzureRBAC": True, "adminGroupObjectIDs": [group]})
        return
    role = draw(st.sampled_from(["cluster-admin", "admin", "edit"]))
    new(
        rows,
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        "evil-binding",
        "evil-binding",
        metadata={"name": "evil"},
        roleRef={"kind": "ClusterRole", "name": role},
        subjects=[{"kind": "Group", "name": group}],
    )


def delegation(draw: Draw, rows: list[Row]) -> None:
    """Delegate the subscription to another tenant (Azure Lighthouse)."""
    subscription = group_of(rows).partition("/resourceGroups/")[0]
    provider, kind = f"{subscription}/providers/Microsoft.ManagedServices", "azure-native:managedservices:Registration"
    authorization = {"principalId": draw(GUIDS), "roleDefinitionId": by_name("Contributor").id}
    properties = {"authorizations": [authorization], "managedByTenantId": draw(GUIDS)}
    where = f"{provider}/registrationDefinitions/{draw(GUIDS)}"
    new(rows, f"{kind}Definition", "d", where, scope=subscription, properties=properties)
    place, given = f"{provider}/registrationAssignments/{draw(GUIDS)}", {"registrationDefinitionId": where}
    new(rows, f"{kind}Assignment", "a", place, scope=subscription, properties=given)


def control_right(draw: Draw, rows: list[Row]) -> None:
    """Add a custom role with one right on the control plane that leads to data, for any principal."""
    names = [
        *(f"Microsoft.ContainerRegistry/registries/{name}" for name in ("write", "tasks/write", "tokens/write")),
        *(f"Microsoft.Storage/storageAccounts/{name}" for name in ("localUsers/write", "listkeys/action", "write")),
        "Microsoft.ContainerService/managedClusters/runCommand/action",
        "Microsoft.KeyVault/vaults/accessPolicies/write",
        "Microsoft.Search/searchServices/listAdminKeys/action",
    ]
    guid, group = draw(GUIDS), group_of(rows)
    place = definition(rows, guid)
    permissions = [{"actions": [draw(st.sampled_from(names))]}]
    kind = "azure-native:authorization:RoleDefinition"
    values = {"roleName": "x", "roleDefinitionId": guid, "permissions": permissions, "assignableScopes": [group]}
    new(rows, kind, f"role-{guid}", place, **values)
    assign(draw, rows, place, group)


def active_role(draw: Draw, rows: list[Row]) -> None:
    """Add an active role of Privileged Identity Management."""
    kind = draw(st.sampled_from(["roleAssignmentScheduleRequests", "roleAssignmentSchedules"]))
    where = f"{group_of(rows)}/providers/Microsoft.Authorization/{kind}/{draw(GUIDS)}"
    principal_id, _ = principal(draw, rows)
    role = definition(rows, by_name(draw(st.sampled_from(AT_GROUPS))).id)
    properties = {"principalId": principal_id, "roleDefinitionId": role, "requestType": "AdminAssign"}
    new(rows, "azure-native:resources:Resource", "active", where, properties=properties)


def database_administrator(draw: Draw, rows: list[Row]) -> None:
    where = f"{group_of(rows)}/providers/Microsoft.Sql/servers/db/administrators/ActiveDirectory"
    principal_id, _ = principal(draw, rows)
    new(rows, "azure-native:sql:ServerAzureADAdministrator", "admin", where, sid=principal_id, login="evil")


def log_export(draw: Draw, rows: list[Row]) -> None:
    """Send the logs of an account to a place outside the network."""
    group = f"/subscriptions/{draw(GUIDS)}/resourceGroups/evil/providers"
    name, target = draw(
        st.sampled_from(
            [
                ("workspaceId", "Microsoft.OperationalInsights/workspaces/evil"),
                ("storageAccountId", "Microsoft.Storage/storageAccounts/evil"),
                ("eventHubAuthorizationRuleId", "Microsoft.EventHub/namespaces/evil/authorizationRules/all"),
            ]
        )
    )
    account = draw(st.sampled_from(of_type(rows, "azure-native:storage:StorageAccount")))["id"]
    where = f"{account}/providers/Microsoft.Insights/diagnosticSettings/evil"
    values = {name: f"{group}/{target}"}
    new(rows, "azure-native:monitor:DiagnosticSetting", "evil-logs", where, resourceUri=account, **values)


def secret_in_output(draw: Draw, rows: list[Row]) -> None:
    """Add a credential to the outputs of the stack, alone or within an object."""
    key = draw(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=43, max_size=43))
    value = draw(
        st.sampled_from(
            [
                f"DefaultEndpointsProtocol=https;AccountName=evil;AccountKey={key}{key}==;EndpointSuffix=core.windows.net",
                f"Endpoint=sb://evil.servicebus.windows.net/;SharedAccessKeyName=all;SharedAccessKey={key}=",
                f"https://evil.blob.core.windows.net/c?sv=2024-11-04&sp=r&sig={key}%3D",
            ]
        )
    )
    (stack,) = of_type(rows, "pulumi:pulumi:Stack")
    stack.setdefault("outputs", {})["login"] = {"inside": [value]} if draw(st.booleans()) else value


WAYS_IN: tuple[Change, ...] = (
    *(wide_role, role_at_a_group, custom_role, unknown_role, generic_assignment, keys_on, opened, access_policy),
    *(weaker_condition, older_condition, cluster_access, delegation, control_right, active_role),
    *(database_administrator, log_export),
)
"""Changes that give somebody access, in every form of a program."""

SHOWN_BY_AZURE: tuple[Change, ...] = (
    *(wide_role, role_at_a_group, custom_role, unknown_role, keys_on, opened, access_policy, weaker_condition),
    *(older_condition, control_right),
)
"""Changes of `WAYS_IN` that live Azure lists."""


def idle_app(draw: Draw, rows: list[Row]) -> None:
    outside_app(draw, rows)


def unused_identity(draw: Draw, rows: list[Row]) -> None:
    where = f"{group_of(rows)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/unused"
    new(rows, IDENTITY, "unused", where, principalId=draw(GUIDS))


def network_parts(draw: Draw, rows: list[Row]) -> None:
    kind, path = draw(
        st.sampled_from(
            [
                ("azure-native:network:VirtualNetwork", "Microsoft.Network/virtualNetworks"),
                ("azure-native:network:PublicIPAddress", "Microsoft.Network/publicIPAddresses"),
                ("azure-native:web:AppServicePlan", "Microsoft.Web/serverfarms"),
            ]
        )
    )
    new(rows, kind, "part", f"{group_of(rows)}/providers/{path}/part")


def tags(draw: Draw, rows: list[Row]) -> None:
    accounts = of_type(rows, "azure-native:storage:StorageAccount")
    put(draw(st.sampled_from(accounts)), tags={"owner": draw(st.sampled_from(["a", "b"]))})


def order(draw: Draw, rows: list[Row]) -> None:
    rows[1:] = draw(st.permutations(rows[1:]))


def other_case(_draw: Draw, rows: list[Row]) -> None:
    for row in of_type(rows, ASSIGNMENT):
        put(row, scope=row["inputs"]["scope"].upper())


HARMLESS: tuple[Change, ...] = (idle_app, unused_identity, network_parts, tags, order, other_case)
