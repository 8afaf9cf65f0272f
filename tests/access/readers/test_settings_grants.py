"""Tests of access by a resource's own settings, and of services whose settings make them ignore roles."""

from datetime import date
from typing import Any

import pytest

from access.azure.catalogue import by_name
from access.azure.planes import relevant_to
from access.azure.roles import definition_id
from access.evaluate.decisions import Decision, decide, effective_access
from access.findings import check
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from access.readers import local
from tests.access import fabrikam
from tests.access.readers.programs import GROUP, SECRET, SUBSCRIPTION, UNKNOWN, app, assignment, graph_of, identity, row

Row = dict[str, Any]

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/safe"
LOGIN = f"{VAULT}/secrets/login"
GET, SET = (f"Microsoft.KeyVault/vaults/secrets/{each}/action" for each in ("getSecret", "setSecret"))
ME = "principal-of-reader"
VAULT_DATA = relevant_to("microsoft.keyvault/vaults", data=True)


def policy(who: object = ME, **permissions: object) -> Row:
    return {"objectId": who, "tenantId": "t", "permissions": permissions}


def vault(*policies: Row, rbac: object = False, **more: Any) -> Row:  # noqa: ANN401
    properties = {"accessPolicies": list(policies), "enableRbacAuthorization": rbac}
    kept = {name: each for name, each in properties.items() if each is not None}
    return row("azure-native:keyvault:Vault", "safe", VAULT, inputs={"vaultName": "safe", "properties": kept}, **more)


def outcome(graph: Graph, operation: str, where: str = LOGIN, who: str = ME) -> Decision:
    return decide(graph, who, where, operation).decision


def test_key_vault_access_policy_allows_only_the_operations_it_names_to_its_principal() -> None:
    graph = graph_of(app("reader"), vault(policy(secrets=["Get", "list"])))

    assert outcome(graph, GET) is Decision.ALLOWED
    assert outcome(graph, SET) is Decision.DENIED
    assert outcome(graph, GET, who="somebody") is Decision.DENIED
    assert "access policy (secrets: Get, list)" in decide(graph, ME, LOGIN, GET).because
    assert effective_access(graph, ME, VAULT).data_allowed == {
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    }


@pytest.mark.parametrize("area", ["secrets", "keys", "certificates", "storage"])
def test_key_vault_access_policy_permissions_allow_exactly_azures_operations_of_their_kind(area: str) -> None:
    kind = "storageaccounts" if area == "storage" else area
    names = {each.split("/", 2)[2] for each in VAULT_DATA if each.split("/")[2].lower() == kind}
    everything = effective_access(graph_of(vault(policy(**{area: ["all"]}))), ME, VAULT).data_allowed
    single = effective_access(graph_of(vault(policy(**{area: ["backup", "delete", "get"]}))), ME, VAULT).data_allowed

    assert {each.split("/", 2)[2] for each in everything} == names
    assert len(single) == 3


def test_unknown_permission_in_a_key_vault_access_policy_counts_as_all_permissions_of_its_kind() -> None:
    for permissions in ({"secrets": ["a-new-one"]}, {"secrets": UNKNOWN}, {"secrets": SECRET}):
        assert outcome(graph_of(vault(policy(**permissions))), SET) is Decision.ALLOWED


def test_key_vault_with_rbac_authorization_ignores_its_access_policies() -> None:
    graph = graph_of(app("reader"), vault(policy(secrets=["get"]), rbac=True))

    assert outcome(graph, GET) is Decision.DENIED
    assert not graph.assignments


@pytest.mark.parametrize("rbac", [None, UNKNOWN, SECRET])
def test_key_vault_of_unknown_authorization_mode_counts_access_policies_and_makes_roles_conditional(
    rbac: object,
) -> None:
    holds = assignment("a", "other", VAULT, role="Key Vault Secrets User")
    graph = graph_of(app("reader"), vault(policy(secrets=["get"]), rbac=rbac), holds)

    assert outcome(graph, GET) is Decision.ALLOWED
    assert outcome(graph, GET, who="other") is Decision.CONDITIONAL


def test_key_vault_access_policy_of_an_unknown_principal_is_matched_by_its_property_dependency() -> None:
    depends = {"properties": [app("reader")["urn"]]}
    matched = graph_of(app("reader"), vault(policy(UNKNOWN, secrets=["get"]), propertyDependencies=depends))
    unmatched = graph_of(vault(policy(UNKNOWN, secrets=["get"])))

    assert outcome(matched, GET) is Decision.ALLOWED
    assert [each.what for each in unmatched.unread if "access policy" in each.what]


@pytest.mark.parametrize("policies", [SECRET, UNKNOWN])
def test_unknown_list_of_key_vault_access_policies_is_reported_as_unread(policies: object) -> None:
    made = vault()
    made["inputs"]["properties"]["accessPolicies"] = policies

    assert [each.what for each in graph_of(made).unread if "access policies" in each.what]


@pytest.mark.parametrize("rbac", [True, False])
def test_unknown_outputs_of_a_key_vault_in_a_preview_are_not_an_unknown_list_of_access_policies(*, rbac: bool) -> None:
    """The engine shows the outputs of a vault as unknown, while the program sets its policies, or none."""
    foreseen = vault(rbac=rbac)
    foreseen["outputs"] = {"properties": {"enableRbacAuthorization": rbac, "accessPolicies": UNKNOWN}}
    foreseen["inputs"]["properties"].pop("accessPolicies", None)

    assert not [each.what for each in graph_of(foreseen).unread if "access policies" in each.what]


def test_separate_key_vault_access_policy_resource_gives_access_at_its_vault() -> None:
    inputs = {"vaultName": "safe", "resourceGroupName": "agents", "policy": policy(secrets=["get"])}
    added = row("azure-native:keyvault:AccessPolicy", "added", inputs=inputs)
    there = row("azure-native:keyvault:AccessPolicy", "added", f"{VAULT}/accessPolicies/x", inputs=inputs)

    assert outcome(graph_of(vault(), added), GET) is Decision.ALLOWED
    assert outcome(graph_of(there), GET) is Decision.ALLOWED
    assert outcome(graph_of(vault(rbac=True), added), GET) is Decision.DENIED
    assert [each.what for each in graph_of(added).unread]


def test_access_diff_counts_a_new_key_vault_access_policy_as_growth() -> None:
    before, after = graph_of(app("reader"), vault()), graph_of(app("reader"), vault(policy(secrets=["get"])))

    assert difference(before, after).grows


def registry(**settings: object) -> Row:
    return row(
        "azure-native:containerregistry:Registry", "images", REGISTRY, inputs={"registryName": "images", **settings}
    )


def search(**settings: object) -> Row:
    return row("azure-native:search:Service", "finder", SEARCH, inputs={"searchServiceName": "finder", **settings})


def cluster(**profile: object) -> Row:
    return row(
        "azure-native:containerservice:ManagedCluster",
        "fleet",
        CLUSTER,
        inputs={"aadProfile": profile, "disableLocalAccounts": True},
    )


def signals(**settings: object) -> Row:
    return row("azure-native:signalrservice:SignalR", "signals", SIGNALS, inputs=settings)


SIGNALS = f"{GROUP}/providers/Microsoft.SignalRService/SignalR/signals"
SEND = "Microsoft.SignalRService/SignalR/hub/send/action"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
SEARCH = f"{GROUP}/providers/Microsoft.Search/searchServices/finder"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/fleet"
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
REPOSITORY = "Container Registry Repository Reader"
CONTENT = "Microsoft.ContainerRegistry/registries/repositories/content/read"
FIND = "Microsoft.Search/searchServices/indexes/documents/read"
PODS = "Microsoft.ContainerService/managedClusters/pods/read"
ADMIN = "Azure Kubernetes Service RBAC Cluster Admin"


@pytest.mark.parametrize(
    ("resource", "role", "operation", "expected"),
    [
        (registry(roleAssignmentMode="AbacRepositoryPermissions"), "AcrPull", PULL, Decision.DENIED),
        (registry(roleAssignmentMode="AbacRepositoryPermissions"), "Owner", PULL, Decision.CONDITIONAL),
        (registry(roleAssignmentMode="LegacyRegistryPermissions"), "AcrPull", PULL, Decision.ALLOWED),
        (registry(), "AcrPull", PULL, Decision.ALLOWED),
        (registry(roleAssignmentMode="AbacRepositoryPermissions"), REPOSITORY, CONTENT, Decision.ALLOWED),
        (registry(roleAssignmentMode="LegacyRegistryPermissions"), REPOSITORY, CONTENT, Decision.DENIED),
        (registry(), REPOSITORY, CONTENT, Decision.ALLOWED),
        (registry(roleAssignmentMode=UNKNOWN), "AcrPull", PULL, Decision.CONDITIONAL),
        (search(authOptions={"apiKeyOnly": {}}), "Search Index Data Reader", FIND, Decision.DENIED),
        (search(), "Search Index Data Reader", FIND, Decision.CONDITIONAL),
        (search(authOptions={"aadOrApiKey": {}}), "Search Index Data Reader", FIND, Decision.ALLOWED),
        (search(disableLocalAuth=True), "Search Index Data Reader", FIND, Decision.ALLOWED),
        (
            search(authOptions={"apiKeyOnly": None, "aadOrApiKey": {}}),
            "Search Index Data Reader",
            FIND,
            Decision.ALLOWED,
        ),
        (search(authOptions=UNKNOWN), "Search Index Data Reader", FIND, Decision.CONDITIONAL),
        (signals(disableAadAuth=True), "SignalR REST API Owner", SEND, Decision.DENIED),
        (signals(), "SignalR REST API Owner", SEND, Decision.ALLOWED),
        (cluster(enableAzureRBAC=False), ADMIN, PODS, Decision.DENIED),
        (cluster(enableAzureRBAC=True), ADMIN, PODS, Decision.ALLOWED),
        (vault(), "Key Vault Secrets User", GET, Decision.DENIED),
        (vault(rbac=True), "Key Vault Secrets User", GET, Decision.ALLOWED),
    ],
)
def test_role_is_denied_or_conditional_only_if_the_settings_of_its_service_ignore_it(
    resource: Row, role: str, operation: str, expected: Decision
) -> None:
    graph = graph_of(resource, app("reader"), assignment("a", ME, resource["id"], role=role))
    answer = decide(graph, ME, resource["id"], operation)

    assert answer.decision is expected
    setting = any(each in answer.because for each in ("ignores", "roleAssignmentMode"))
    assert setting is (expected is not Decision.ALLOWED)


ABAC = registry(roleAssignmentMode="AbacRepositoryPermissions")
KEYS_ONLY = search(authOptions={"apiKeyOnly": {}})


@pytest.mark.parametrize(
    ("resource", "role", "operation", "rights"),
    [
        (ABAC, "AcrPull", PULL, ["Microsoft.ContainerRegistry/registries/write"]),
        (KEYS_ONLY, "Search Index Data Reader", FIND, ["Microsoft.Search/searchServices/write"]),
        (signals(disableAadAuth=True), "SignalR REST API Owner", SEND, ["Microsoft.SignalRService/SignalR/write"]),
        (cluster(enableAzureRBAC=False), ADMIN, PODS, ["Microsoft.ContainerService/managedClusters/write"]),
        (
            vault(),
            "Key Vault Secrets User",
            GET,
            ["Microsoft.KeyVault/vaults/write", "Microsoft.Authorization/roleAssignments/write"],
        ),
    ],
)
def test_role_that_a_service_ignores_gives_conditional_access_if_its_holder_may_make_the_service_honour_roles(
    resource: Row, role: str, operation: str, rights: list[str]
) -> None:
    found: dict[bool, str] = {}
    for may_change in (False, True):
        allowed = {"roleName": "Writer", "permissions": [{"actions": rights if may_change else rights[1:]}]}
        where = f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/6f3b2a52-0d0f-4c57-9a2b-2f4f5f7d8e10"
        definition = row("azure-native:authorization:RoleDefinition", "writer", where, inputs=allowed)
        given = [assignment(each, ME, resource["id"], role=each) for each in (role, where)]
        graph = graph_of(resource, app("reader"), definition, *given)
        answer = decide(graph, ME, resource["id"], operation)
        found[may_change] = answer.decision.value
        assert (
            not may_change
            or f"role {role!r} on {resource['id'].rpartition('/')[2]!r} allows it after a change" in answer.because
        )

    assert found == {False: "denied", True: "conditional"}


def test_control_plane_role_on_a_key_vault_is_allowed_without_rbac_authorization() -> None:
    graph = graph_of(vault(), app("reader"), assignment("a", ME, VAULT, role="Key Vault Contributor"))

    assert outcome(graph, "Microsoft.KeyVault/vaults/write", VAULT) is Decision.ALLOWED


def offer(*authorizations: Row, where: str = "offers/x") -> Row:
    properties = {"managedByTenantId": "elsewhere", "authorizations": list(authorizations)}
    at = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationDefinitions/{where}"
    return row("azure-native:managedservices:RegistrationDefinition", "offer", at, inputs={"properties": properties})


def accepted(scope: object) -> Row:
    return row("azure-native:managedservices:RegistrationAssignment", "accepted", inputs={"scope": scope})


def test_lighthouse_delegation_gives_its_roles_at_the_scope_of_its_registration_assignment() -> None:
    owner = {"principalId": "evil", "roleDefinitionId": by_name("Contributor").id}
    graph = graph_of(offer(owner), accepted(f"/subscriptions/{SUBSCRIPTION}"), identity())

    assert outcome(graph, "Microsoft.KeyVault/vaults/write", VAULT, "evil") is Decision.ALLOWED
    assert [(each.name, each.scope) for each in graph.assignments] == [
        ("delegation to tenant elsewhere", f"/subscriptions/{SUBSCRIPTION}")
    ]
    assert not graph.unread


@pytest.mark.parametrize(
    "rows", [[offer()], [accepted(f"/subscriptions/{SUBSCRIPTION}")], [offer(), accepted(UNKNOWN)]]
)
def test_incomplete_lighthouse_delegation_is_reported_as_unread(rows: list[Row]) -> None:
    assert graph_of(*rows).unread


def test_lighthouse_delegation_role_is_found_by_its_full_role_definition_id() -> None:
    owner = {"principalId": "evil", "roleDefinitionId": definition_id(by_name("Owner"), SUBSCRIPTION)}
    graph = graph_of(offer(owner), accepted(GROUP))

    assert [each.role.name for each in graph.assignments if each.role] == ["Owner"]


def test_key_vault_access_policy_for_an_agent_fails_the_access_proof_and_is_growth_in_the_diff() -> None:
    document, network = fabrikam.document("prod"), fabrikam.declared("prod")
    before = local.read(document)
    (who,) = (each.id for each in before.principals if each.agent == "ingestion" and each.purpose == "own")
    for each in document["resources"]:
        if each["type"] == "azure-native:keyvault:Vault":
            given = {"enableRbacAuthorization": False, "accessPolicies": [policy(who, secrets=["get"])]}
            each["inputs"]["properties"] |= given
    after = local.read(document)

    failures = [(each.agent, each.resource, each.grows) for each in prove(after, network).failures]
    assert prove(before, network).failures == ()
    assert ("ingestion", "webhook-signing-key", True) in failures
    # The role that network.yaml declares does not work any more.
    assert ("notifier", "webhook-signing-key", False) in failures
    assert difference(before, after).grows


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("azure-native:cognitiveservices:ProjectConnection", {"properties": {"authType": "AccountKey"}}),
        ("azure-native:storage:LocalUser", {}),
        ("azure-native:redis:Redis", {}),
        ("pulumi-python:dynamic:Resource", {}),
        ("azurerm:index/roleAssignment:RoleAssignment", {}),
    ],
)
def test_resource_whose_access_cannot_be_read_fails_the_access_proof_and_is_a_finding(kind: str, inputs: Row) -> None:
    document, network = fabrikam.document("prod"), fabrikam.declared("prod")
    document["resources"].append(row(kind, "extra", f"{GROUP}/providers/Some.Provider/things/extra", inputs=inputs))
    graph = local.read(document)

    assert [each.rule.id for each in check(graph, network, today=date(2026, 1, 1)) if each.rule.id == "unread"]
    assert prove(graph, network).failures


SERVER = f"{GROUP}/providers/Microsoft.Sql/servers/db"
DATABASES = {
    "dbforpostgresql:Administrator": ("Microsoft.DBforPostgreSQL/flexibleServers/db/administrators/x", "objectId"),
    "kusto:ClusterPrincipalAssignment": ("Microsoft.Kusto/clusters/db/principalAssignments/x", "principalId"),
    "kusto:DatabasePrincipalAssignment": (
        "Microsoft.Kusto/clusters/c/databases/db/principalAssignments/x",
        "principalId",
    ),
    "sql:ManagedInstanceAdministrator": ("Microsoft.Sql/managedInstances/db/administrators/ActiveDirectory", "sid"),
    "sql:ServerAzureADAdministrator": ("Microsoft.Sql/servers/db/administrators/ActiveDirectory", "sid"),
    "synapse:WorkspaceAadAdmin": ("Microsoft.Synapse/workspaces/db/administrators/activeDirectory", "sid"),
}


@pytest.mark.parametrize("token", DATABASES)
def test_administrator_of_a_database_is_read_as_a_grant_for_a_principal_of_the_source_and_else_as_not_read(
    token: str,
) -> None:
    path, name = DATABASES[token]
    where = f"{GROUP}/providers/{path}"
    scope = where.rsplit("/", 2)[0]
    made = [
        row(f"azure-native:{token}", "admin", where, inputs={name: who}, propertyDependencies=depends)
        for who, depends in ((ME, {}), (UNKNOWN, {name: [app("reader")["urn"]]}), ("somebody", {}), (UNKNOWN, {}))
    ]
    named, depending, other, unknown = (graph_of(app("reader"), each) for each in made)

    for graph in (named, depending):
        (given,) = graph.assignments
        assert (given.principal, given.scope, graph.unread) == (ME, scope, ())
        found = effective_access(graph, ME, scope).data_allowed
        assert {each.rpartition("/")[2] for each in found} == {"read", "write", "delete"}
        assert difference(graph_of(app("reader")), graph).grows
    for graph in (other, unknown):
        assert (graph.assignments, len(graph.unread)) == ((), 1)


def test_administrator_in_the_properties_of_a_sql_server_is_read_as_a_grant_and_its_logins_as_not_read() -> None:
    made = row("azure-native:sql:Server", "db", SERVER, inputs={"administrators": {"sid": ME, "login": "admins"}})
    graph = graph_of(app("reader"), made)

    assert [(one.principal, one.scope) for one in graph.assignments] == [(ME, SERVER)]
    assert ["not known here" in each.what for each in graph.unread] == [True]


@pytest.mark.parametrize(
    "kind", ["roleAssignmentScheduleRequests", "roleAssignmentSchedules", "roleAssignmentScheduleInstances"]
)
def test_active_role_of_privileged_identity_management_counts_as_a_role_assignment(kind: str) -> None:
    where = f"{VAULT}/providers/Microsoft.Authorization/{kind}/11111111-0000-4000-8000-000000000000"
    role = definition_id(by_name("Key Vault Secrets User"), SUBSCRIPTION)
    properties = {"principalId": ME, "roleDefinitionId": role, "requestType": "AdminAssign"}
    graphs = [
        graph_of(
            app("reader"),
            vault(rbac=True),
            row("azure-native:resources:Resource", "x", where, inputs={"properties": {**properties, **more}}),
        )
        for more in ({}, {"requestType": "AdminRemove"})
    ]

    assert [outcome(graph, GET).value for graph in graphs] == ["allowed", "denied"]
    assert [graph.unread for graph in graphs] == [(), ()]
