"""Tests that settings which give data or access without a role are reported as not read."""

from typing import Any

import pytest

from tests.access.readers.programs import GROUP, SECRET, SUBSCRIPTION, UNKNOWN, graph_of, row

Row = dict[str, Any]

PROVIDERS = f"{GROUP}/providers"
STORE = f"{PROVIDERS}/Microsoft.Storage/storageAccounts/logs"
LOGS = f"{PROVIDERS}/Microsoft.OperationalInsights/workspaces/w"
HUB = f"{PROVIDERS}/Microsoft.EventHub/namespaces/bus"
ON: list[tuple[str, Row]] = [
    ("servicebus:Queue", {"forwardTo": "archive"}),
    ("servicebus:Queue", {"forwardDeadLetteredMessagesTo": UNKNOWN}),
    ("servicebus:Subscription", {"forwardTo": SECRET}),
    ("eventhub:EventHub", {"captureDescription": {"enabled": True, "destination": {}}}),
    ("eventhub:EventHub", {"captureDescription": UNKNOWN}),
    ("cognitiveservices:ProjectConnection", {"properties": {"authType": "AccountKey", "target": "https://x"}}),
    ("cognitiveservices:AccountConnection", {"properties": {"authType": "SomethingNew"}}),
    ("cognitiveservices:AccountConnection", {"properties": {"authType": UNKNOWN}}),
    ("monitor:DiagnosticSetting", {"resourceUri": STORE, "storageAccountId": STORE}),
    ("monitor:DiagnosticSetting", {"eventHubAuthorizationRuleId": f"{HUB}/authorizationRules/Root"}),
    ("monitor:DiagnosticSetting", {"workspaceId": LOGS}),
    ("insights:DiagnosticSetting", {"properties": {"workspaceId": LOGS.replace(SUBSCRIPTION, "another")}}),
    ("containerservice:ManagedCluster", {"linuxProfile": {"adminUsername": "a", "ssh": {}}}),
    ("keyvault:Vault", {"properties": {"enableRbacAuthorization": True, "enabledForTemplateDeployment": True}}),
    ("storage:StorageAccount", {"azureFilesIdentityBasedAuthentication": {"defaultSharePermission": "X"}}),
    ("storage:StorageAccount", {"isNfsV3Enabled": True}),
    ("storage:StorageAccount", {"enableNfsV3": True}),
    ("storage:StorageAccount", {"isSftpEnabled": True}),
]
OFF: list[tuple[str, Row]] = [
    ("servicebus:Queue", {"forwardTo": None}),
    ("storage:StorageAccount", {"isNfsV3Enabled": False}),
    ("storage:StorageAccount", {"isSftpEnabled": False}),
    ("eventhub:EventHub", {"captureDescription": {"enabled": False}}),
    ("cognitiveservices:ProjectConnection", {"properties": {"authType": "AAD"}}),
    ("cognitiveservices:AccountConnection", {"properties": {"authType": "ProjectManagedIdentity"}}),
    ("containerservice:ManagedCluster", {}),
    ("keyvault:Vault", {"properties": {"enableRbacAuthorization": True, "enabledForDeployment": False}}),
    ("storage:StorageAccount", {"azureFilesIdentityBasedAuthentication": {"defaultSharePermission": "None"}}),
]
OF_ITS_OWN = (
    "app:DaprComponent",
    "app:ManagedEnvironmentsStorage",
    "containerregistry:ScopeMap",
    "containerregistry:Token",
    "containerservice:TrustedAccessRoleBinding",
    "eventgrid:EventSubscription",
    "eventgrid:SystemTopicEventSubscription",
    "kusto:ClusterPrincipalAssignment",
    "resources:AzureCliScript",
    "servicebus:NamespaceAuthorizationRule",
    "sql:ServerAzureADAdministrator",
    "storage:LocalUser",
    "storage:ObjectReplicationPolicy",
    "synapse:WorkspaceAadAdmin",
)
"""Types that give access by themselves."""


def notes(kind: str, inputs: Row) -> list[str]:
    one = row(f"azure-native:{kind}", "one", f"{PROVIDERS}/Some.Provider/things/one", inputs=inputs)
    return [each.what for each in graph_of(one).unread if each.where == one["urn"]]


@pytest.mark.parametrize(("kind", "inputs"), ON)
def test_setting_that_gives_access_without_a_role_is_reported_as_not_read(kind: str, inputs: Row) -> None:
    (note,) = notes(kind, inputs)

    assert "not known here" not in note


@pytest.mark.parametrize(("kind", "inputs"), OFF)
def test_setting_that_gives_no_access_without_a_role_is_not_reported_as_not_read(kind: str, inputs: Row) -> None:
    assert notes(kind, inputs) == []


def test_diagnostic_setting_with_destinations_of_the_program_is_not_reported_as_not_read() -> None:
    inputs = {"storageAccountId": STORE.upper(), "eventHubAuthorizationRuleId": f"{HUB}/authorizationRules/Root"}
    inputs["workspaceId"] = LOGS.lower()
    setting = row("azure-native:monitor:DiagnosticSetting", "one", f"{STORE}/x", inputs=inputs)
    targets = [
        row("azure-native:storage:StorageAccount", "logs", STORE),
        row("azure-native:eventhub:Namespace", "bus", HUB),
        row("azure-native:operationalinsights:Workspace", "w", LOGS),
    ]

    assert not graph_of(setting, *targets).unread


def test_diagnostic_settings_of_the_networks_components_may_send_logs_to_one_workspace_outside_the_program() -> None:
    component = {**row("agent-network:index:Diagnostics", "x"), "custom": False}
    inputs = [{"workspaceId": where} for where in (LOGS, LOGS.upper(), f"{LOGS}2")]
    settings = [
        row("azure-native:monitor:DiagnosticSetting", f"s{n}", f"{STORE}/s{n}", inputs=each, parent=component["urn"])
        for n, each in enumerate(inputs)
    ]

    found = [(each.where.rpartition("::")[2], each.what) for each in graph_of(component, *settings).unread]
    what = f"it sends logs to {LOGS}2 (workspaceId), which is not in this program; its readers have them"
    assert found == [("s2", what)]


@pytest.mark.parametrize("kind", OF_ITS_OWN)
def test_resource_type_that_gives_access_by_itself_is_reported_as_not_read_with_its_own_reason(kind: str) -> None:
    (note,) = notes(kind, {})

    assert "not known here" not in note
