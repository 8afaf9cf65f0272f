"""Tests of readers on programs without the network's components, and on unknown values."""

from typing import Any

import pytest

from access.azure.key_access import local_auth
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.readers import export, pack, preview
from tests.access.readers.programs import (
    ACCOUNT,
    CONTAINER,
    GROUP,
    IDENTITY,
    SECRET,
    SUBSCRIPTION,
    UNKNOWN,
    account,
    app,
    assignment,
    container,
    document,
    graph_of,
    identity,
    row,
    urn,
)

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/safe"


def only(graph: Graph) -> Any:  # noqa: ANN401 - an assignment
    (one,) = graph.assignments
    return one


def test_graph_reader_gives_an_identity_attached_to_two_container_apps_both_agents() -> None:
    graph = graph_of(identity(), app("writer", IDENTITY), app("reader", IDENTITY.upper()))

    shared = graph.principal("principal-of-shared")

    assert shared is not None
    assert (shared.agents, shared.name, shared.purpose, shared.owner) == (
        ("reader", "writer"),
        "shared",
        "own",
        IDENTITY,
    )
    apps = [each for each in graph.resources if each.kind == "microsoft.app/containerapps"]
    assert {each.properties["identity"]["userAssignedIdentities"][0].lower() for each in apps} == {IDENTITY.lower()}


@pytest.mark.parametrize(
    ("own", "configuration", "purpose"),
    [
        (True, {"identitySettings": [{"identity": IDENTITY, "lifecycle": "None"}]}, "pull"),
        (True, {"identitySettings": [{"identity": IDENTITY.upper(), "lifecycle": "none"}]}, "pull"),
        (True, {"identitySettings": [{"identity": IDENTITY, "lifecycle": "All"}]}, "own"),
        (True, {"registries": [{"server": "x", "identity": IDENTITY}]}, "pull"),
        # The only identity that there is: code in the container gets tokens for it.
        (False, {"registries": [{"server": "x", "identity": IDENTITY}]}, "own"),
        (
            True,
            {
                "registries": [{"server": "x", "identity": IDENTITY}],
                "identitySettings": [{"identity": IDENTITY, "lifecycle": "Main"}],
            },
            "own",
        ),
        (True, {}, "own"),
    ],
)
def test_graph_reader_marks_an_identity_that_containers_get_no_token_for_as_pull_identity(
    *, own: bool, configuration: dict[str, Any], purpose: str
) -> None:
    graph = graph_of(identity(), app("report", IDENTITY, own=own, configuration=configuration))

    assert {each.purpose for each in graph.principals if each.id == "principal-of-shared"} == {purpose}


def test_graph_reader_maps_the_identity_of_a_resource_without_code_to_no_agent() -> None:
    block = {"identity": {"type": "SystemAssigned"}}
    outputs = {"identity": {"type": "SystemAssigned", "principalId": "p"}}
    graph = graph_of(
        row("azure-native:search:Service", "finder", f"{GROUP}/x/finder", inputs=block, outputs=outputs), identity()
    )

    assert {(each.agent, each.purpose, each.exists) for each in graph.principals} == {("", "other", True)}


def test_graph_reader_marks_a_principal_outside_the_program_as_not_existing() -> None:
    graph = graph_of(container(), assignment("left-over", "somebody-gone"))
    (principal,) = graph.principals

    assert (principal.id, principal.exists, principal.purpose) == ("somebody-gone", False, "other")


@pytest.mark.parametrize(
    "kind",
    [
        "azure-native:authorization:RoleAssignment",
        "azure-native:authorization/v20220401:RoleAssignment",
        "azure-native_authorization_v20220401:authorization:RoleAssignment",
    ],
)
def test_graph_reader_reads_role_assignments_with_a_type_token_of_any_api_version(kind: str) -> None:
    assert only(graph_of(container(), assignment("a", "p", kind=kind))).role.name == "Storage Blob Data Reader"


def test_graph_reader_reads_a_custom_role_from_the_program() -> None:
    guid = "11111111-2222-3333-4444-555555555555"
    where = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    block = {"actions": ["Microsoft.Storage/*"], "notDataActions": ["*/delete"], "dataActions": ["*/read"]}
    definition = row(
        "azure-native:authorization:RoleDefinition", "own", where, inputs={"roleName": "Half", "permissions": [block]}
    )
    by_id = only(graph_of(definition, assignment("a", "p", role=where.upper())))
    depends = {"roleDefinitionId": [definition["urn"]]}
    foreseen = only(graph_of(definition, assignment("a", "p", role=UNKNOWN, propertyDependencies=depends)))

    assert (by_id.role.name, by_id.role.permissions[0].data_actions) == ("Half", ("*/read",))
    assert by_id.role.permissions[0].not_data_actions == ("*/delete",)
    assert foreseen.role == by_id.role


def test_graph_reader_lists_a_role_assignment_of_an_unknown_role_as_unread() -> None:
    where = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{'9' * 8}"
    graph = graph_of(container(), assignment("a", "p", role=where))

    assert only(graph).role is None
    assert [each.where for each in graph.unread] == [only(graph).location]


@pytest.mark.parametrize("part", ["principalId", "scope", "roleDefinitionId", "condition"])
def test_graph_reader_does_not_read_a_secret_property_and_lists_it_as_unread(part: str) -> None:
    graph = graph_of(container(), assignment("a", "p", inputs={part: SECRET}))

    assert graph.unread
    assert "hunter2" not in repr((graph.principals, graph.assignments, graph.unread))


def test_graph_reader_lists_resources_of_other_pulumi_packages_and_unsupported_types_as_unread() -> None:
    graph = graph_of(
        row("azure:authorization/assignment:Assignment", "classic"),
        row("azure-native:keyvault:AccessPolicy", "policy", f"{VAULT}/accessPolicy/x"),
        row("azure-native:resources:Deployment", "template", f"{GROUP}/providers/Microsoft.Resources/deployments/t"),
    )

    assert len(graph.unread) == 3
    assert "one of its resources" in {each.where: each.what for each in graph.unread}["package azure"]


def in_preview(*rows: dict[str, Any]) -> Graph:
    """Build the graph of a preview in which all resources are new."""
    states = [{name: value for name, value in each.items() if name not in ("id", "outputs")} for each in rows]
    return preview.read({"steps": [{"op": "create", "newState": state} for state in states]})


def vault_and_secrets() -> list[dict[str, Any]]:
    holder = row("agent-network:index:KeyVault", "safe")
    vault = row("azure-native:keyvault:Vault", "safe", inputs={"vaultName": "safe"}, parent=holder["urn"])
    agent = row("agent-network:index:ContainerAppAgent", "report")
    secrets = [
        row("agent-network:index:KeyVaultSecret", name, inputs={"secret": name}, parent=holder["urn"])
        for name in ("one", "two")
    ]
    group = row("azure-native:resources:ResourceGroup", "agents", inputs={"resourceGroupName": "agents"})
    return [group, holder, vault, agent, *secrets, app("report", parent=agent["urn"])]


def unplaced(name: str, parent: str = "") -> dict[str, Any]:
    """Return an assignment for the app in a preview, whose scope is unknown inside the vault."""
    depends = {
        "scope": [urn("azure-native:keyvault:Vault", "safe")],
        "principalId": [urn("azure-native:app:ContainerApp", "report")],
    }
    return assignment(name, UNKNOWN, UNKNOWN, "Key Vault Secrets User", propertyDependencies=depends, parent=parent)


def test_preview_reader_distinguishes_the_secrets_of_a_vault_by_role_assignment_names() -> None:
    agent = urn("agent-network:index:ContainerAppAgent", "report")
    graph = in_preview(*vault_and_secrets(), unplaced("report-may-read-two", agent))

    assert only(graph).scope.endswith("/vaults/safe/secrets/two")
    assert graph.unread == ()
    assert [each.agent for each in graph.principals if each.id == only(graph).principal] == ["report"]


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("report-may-read-two", ""),
        ("other-may-read-two", "agent-network:index:ContainerAppAgent"),
        ("report-may-write-two", "agent-network:index:ContainerAppAgent"),
        ("report-may-read-three", "agent-network:index:ContainerAppAgent"),
    ],
)
def test_preview_reader_applies_a_role_assignment_of_another_name_to_the_whole_vault(name: str, parent: str) -> None:
    graph = in_preview(*vault_and_secrets(), unplaced(name, urn(parent, "report") if parent else ""))

    assert only(graph).scope.endswith("/vaults/safe")
    assert "counts for all of" in graph.unread[0].what


def test_preview_reader_uses_outputs_of_existing_resources_in_an_update() -> None:
    before = app("report")
    after = {name: value for name, value in before.items() if name not in ("id", "outputs")}
    steps = [{"op": op, "oldState": before, "newState": after} for op in ("update", "create-replacement")]
    new = {"op": "same", "newState": assignment("a", "principal-of-report")}

    updated = preview.read({"steps": [steps[0], new]})
    replaced = preview.read({"steps": [steps[1], new]})

    assert [(each.agent, each.exists) for each in updated.principals] == [("report", True)]
    assert {(each.agent, each.exists) for each in replaced.principals} == {("report", True), ("", False)}


def test_preview_reader_refuses_a_preview_without_its_unchanged_resources() -> None:
    steps = [{"op": "create", "newState": assignment("a", "principal-of-report")}]

    with pytest.raises(UnreadableSource, match="leaves out 2 unchanged resources"):
        preview.read({"steps": steps, "changeSummary": {"create": 1, "same": 2}})


def test_preview_reader_lists_role_assignments_with_unknown_principal_or_scope_as_unread() -> None:
    graph = in_preview(
        row("azure-native:x:Strange", "strange"), assignment("a", UNKNOWN, CONTAINER), assignment("b", "p", UNKNOWN)
    )

    assert graph.assignments == ()
    assert len(graph.unread) == 3


def test_graph_reader_gives_a_blob_container_the_key_access_setting_of_its_account() -> None:
    for switch, on in (({}, True), ({"allowSharedKeyAccess": False}, False), ({"allowSharedKeyAccess": UNKNOWN}, None)):
        graph = graph_of(account(**switch), container())
        assert {each.local_auth for each in graph.resources} == {on}


@pytest.mark.parametrize(
    ("arm_type", "properties", "on"),
    [
        ("Microsoft.ContainerRegistry/registries", {}, False),
        ("Microsoft.ContainerRegistry/registries", {"adminUserEnabled": True}, True),
        ("Microsoft.DocumentDB/databaseAccounts", {}, True),
        ("Microsoft.DocumentDB/databaseAccounts", {"properties": {"disableLocalAuth": True}}, False),
        ("Microsoft.KeyVault/vaults", {"properties": {"accessPolicies": []}}, True),
        ("Microsoft.KeyVault/vaults", {"properties": {"enableRbacAuthorization": True}}, False),
        ("Microsoft.App/containerApps", {}, None),
    ],
)
def test_key_access_of_a_resource_follows_its_setting_or_azures_default(
    arm_type: str, properties: dict[str, Any], *, on: bool | None
) -> None:
    assert local_auth(arm_type, properties) is on


def test_graph_reader_gives_an_existing_resource_read_by_the_program_unknown_key_access() -> None:
    graph = graph_of({**account(), "external": True}, container())

    assert {each.local_auth for each in graph.resources} == {None}


def test_stack_export_reader_lists_an_interrupted_operation_as_unread() -> None:
    exported = document(container())
    exported["deployment"]["pending_operations"] = [{"type": "creating", "resource": account()}]

    assert [each.where for each in export.read(exported).unread] == [account()["urn"]]


def test_stack_export_without_resources_has_an_empty_access_graph() -> None:
    assert export.read({"version": 3, "deployment": {"manifest": {}}}).resources == ()


def test_policy_pack_reader_refuses_an_object_that_is_not_a_resource() -> None:
    with pytest.raises(UnreadableSource, match="no 'urn'"):
        pack.read([object()])


def test_preview_reader_places_a_blob_container_inside_its_storage_account() -> None:
    graph = in_preview(account(), container())

    assert [each.id.rpartition("/")[2] for each in graph.resources_within(graph.resources[0].id)] == [
        "things",
        "reports",
    ]
    assert ACCOUNT.rpartition("/")[2] == "things"
