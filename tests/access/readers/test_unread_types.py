"""Tests that whatever no reader knows is reported as not read, and that nothing harmless is."""

import re
from collections.abc import Callable
from pathlib import Path

import pulumi_azure_native
import pytest

from access.azure.catalogue import by_name
from access.azure.harmless_types import HARMLESS
from access.azure.key_switches import ARM_TYPES, SWITCHES
from access.azure.roles import definition_id
from access.azure.types import BY_TOKEN
from access.evaluate.decisions import Decision, decide
from access.model.graph import Graph
from access.readers import preview
from tests.access.readers.programs import GROUP, SUBSCRIPTION, UNKNOWN, app, assignment, graph_of, row
from tests.policies.analyzer import Row, answers

TOKENS = frozenset(
    re.findall(r'"(azure-native:\w+:\w+)"', Path(pulumi_azure_native.__file__).read_text("utf-8", "ignore"))
)
"""Every type of the installed azure-native."""
KNOWN = frozenset({*BY_TOKEN, *HARMLESS})
NETWORK = {
    "azure-native:network:VirtualNetwork": {"virtualNetworkName": "net"},
    "azure-native:network:Subnet": {"virtualNetworkName": UNKNOWN, "subnetName": "apps"},
    "azure-native:network:PublicIPAddress": {"publicIpAddressName": "front"},
    "azure-native:web:AppServicePlan": {"name": "plan"},
}
SILENT = {
    "azure-native:authorization:RoleDefinition",
    "azure-native:cosmosdb:SqlResourceSqlRoleDefinition",
    "azure-native:managedservices:RegistrationDefinition",
    *KNOWN,
}
"""Types that are read, or harmless."""
OTHER_PACKAGES = (
    "azapi:index/dataPlaneResource:DataPlaneResource",
    "azure:storage/account:Account",
    "azuread:index/appRoleAssignment:AppRoleAssignment",
    "azurerm:index/roleAssignment:RoleAssignment",
    "command:local:Command",
    "kubernetes:core/v1:Secret",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:yaml:ConfigFile",
    "pulumi-nodejs:dynamic:Resource",
    "pulumi-python:dynamic/other:Thing",
    "pulumi-python:dynamic:Resource",
    "some-new-terraform-provider:index/thing:Thing",
)


def first_preview(*rows: Row) -> Graph:
    """Return the graph of a preview in which nothing exists yet."""
    steps = [{"op": "create", "urn": each["urn"], "newState": {**each, "id": ""}} for each in rows]
    return preview.read({"steps": steps})


def test_graph_reader_reports_every_azure_native_type_that_is_neither_known_nor_harmless_as_unread() -> None:
    rows = [row(token, f"one-{number}") for number, token in enumerate(sorted(TOKENS))]
    noted = {each.where.split("::")[2] for each in graph_of(*rows).unread if each.where.startswith("urn:")}

    assert len(TOKENS) > 2000
    assert TOKENS - noted <= SILENT
    assert not noted & set(HARMLESS)


def test_every_azure_type_listed_as_harmless_exists_in_the_sdk_and_not_in_the_type_table() -> None:
    azure = {each for each in HARMLESS if each.startswith("azure-native:")}

    assert azure <= TOKENS
    assert not azure & set(BY_TOKEN)


@pytest.mark.parametrize("kind", OTHER_PACKAGES)
def test_resource_of_an_unknown_pulumi_package_is_reported_as_unread_in_export_preview_and_policy_pack(
    kind: str,
) -> None:
    resource = row(kind, "thing")
    package = kind.partition(":")[0]

    for graph in (graph_of(resource), first_preview(resource)):
        assert [each for each in graph.unread if package in each.where]
    assert package in "".join(answers(resource).by_policy["cannot-be-judged"])


@pytest.mark.parametrize("kind", ["some:thing:Component", "random:index/randomPet:RandomPet", "pulumi:providers:azure"])
def test_component_or_resource_of_a_harmless_pulumi_package_is_not_reported_as_unread(kind: str) -> None:
    resource = {**row(kind, "thing"), "custom": not kind.startswith("some")}

    assert not graph_of(resource).unread
    assert not answers(resource).by_policy


@pytest.mark.parametrize(
    "setting", [{"hostPID": True}, {"volumes": [{"hostPath": {"path": "/"}}]}, {"hostNetwork": UNKNOWN}]
)
def test_kubernetes_pod_with_access_to_its_node_is_reported_as_unread(setting: Row) -> None:
    kind = "kubernetes:apps/v1:DaemonSet"
    inside = row(kind, "agent", inputs={"spec": {"template": {"spec": setting}}})
    outside = row(kind, "other", inputs={"spec": {"template": {"spec": {"hostPID": False}}}})

    assert [each.where for each in graph_of(inside, outside).unread] == [inside["urn"]]


def test_first_preview_of_a_virtual_network_and_an_app_service_plan_violates_no_policy() -> None:
    rows = [row(kind, name, inputs=names) for name, (kind, names) in zip("abcd", NETWORK.items(), strict=True)]

    assert not first_preview(*rows).unread
    assert not answers(*rows).by_policy


def generic(kind: str, name: str, where: str, **properties: object) -> Row:
    provider, _, rest = kind.partition("/")
    inputs = {
        "resourceProviderNamespace": provider,
        "resourceType": rest,
        "resourceName": name,
        "resourceGroupName": "agents",
        "parentResourcePath": "",
        "apiVersion": "2022-04-01",
        "properties": properties,
    }
    return row("azure-native:resources:Resource", name, where, inputs=inputs)


def azapi(kind: str, name: str, where: str, **properties: object) -> Row:
    inputs = {"type": f"{kind}@2022-04-01", "parentId": GROUP, "name": name, "body": {"properties": properties}}
    return row("azapi:index/resource:Resource", name, where, inputs=inputs)


@pytest.mark.parametrize("made", [generic, azapi])
def test_generic_azure_resource_is_read_as_its_own_type_before_and_after_the_deployment(
    made: Callable[..., Row],
) -> None:
    grants = {"principalId": "principal-of-reader", "roleDefinitionId": definition_id(by_name("Owner"), SUBSCRIPTION)}
    at = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/a"
    where = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/open"
    rows = [
        app("reader"),
        assignment("other", "somebody"),  # names the subscription
        made("Microsoft.Authorization/roleAssignments", "a", at, **grants),
        made("Microsoft.Storage/storageAccounts", "open", where, allowSharedKeyAccess=True),
    ]

    for graph in (graph_of(*rows), first_preview(*rows)):
        listed = decide(graph, "principal-of-reader", where, "Microsoft.Storage/storageAccounts/listKeys/action")
        resource = graph.resource(where)
        assert listed.decision is Decision.ALLOWED
        assert resource is not None
        assert resource.local_auth is True
        assert not [each for each in graph.unread if "resources:Resource" in each.where or "azapi" in each.where]
    found = answers(*rows)
    assert {"local-auth-on", "privileged-role", "role-granting-role"} <= set(found.by_policy)
    assert found.urns["local-auth-on"] == {"open"}


def test_generic_azure_resource_with_unknown_provider_and_group_is_reported_as_unread() -> None:
    resource = generic("Microsoft.Authorization/roleAssignments", "a", "")
    resource["inputs"] |= {"resourceGroupName": UNKNOWN, "resourceProviderNamespace": UNKNOWN}

    assert [each.where for each in first_preview(resource).unread] == [resource["urn"]]


@pytest.mark.parametrize(
    "kind",
    [
        "azure-native:automation:AutomationAccount",
        "azure-native:containerservice:ManagedCluster",
        "azure-native:datafactory:Factory",
        "azure-native:hybridcompute:Machine",
        "azure-native:search:Service",
        "azure-native:managedidentity:UserAssignedIdentity",
    ],
)
def test_policy_pack_reports_a_privileged_role_of_the_identity_of_any_resource_type(kind: str) -> None:
    holder = row(
        kind,
        "holder",
        f"{GROUP}/providers/Some.Provider/things/holder",
        inputs={} if kind.endswith("Identity") else {"identity": {"type": "SystemAssigned"}},
        outputs={"principalId": "p", "identity": {"type": "SystemAssigned", "principalId": "p"}},
    )
    held = assignment("owns", "p", f"/subscriptions/{SUBSCRIPTION}", role="Owner")

    found = answers(holder, held)

    assert {"privileged-role", "role-granting-role"} <= found.mandatory
    assert "wide-grant" in found.by_policy


@pytest.mark.parametrize("token", ARM_TYPES)
@pytest.mark.parametrize("nested", [False, True])
def test_policy_pack_judges_access_keys_of_a_service_outside_the_type_table_by_its_local_auth_setting(
    token: str, *, nested: bool
) -> None:
    switch = SWITCHES[ARM_TYPES[token]]
    where = f"{GROUP}/providers/{ARM_TYPES[token]}/one"

    def resource(**inputs: object) -> Row:
        return row(token, "one", where, inputs={"properties": inputs} if nested else inputs)

    on, off, absent = resource(**{switch.property: False}), resource(**{switch.property: True}), resource()
    for made in (on, absent):
        assert "local-auth-on" in answers(made).mandatory
        assert [each.local_auth for each in first_preview(made).resources] == [True]
    assert "local-auth-on" not in answers(off).by_policy
    assert token in TOKENS
