"""Tests of the Container Apps environment component."""

from components.hosts.container_apps_environment import HostingEnvironment, HostingEnvironmentArgs
from tests.components.recorder import Recorded, identity_of, record

ARGS: HostingEnvironmentArgs = {
    "environment_name": "contoso-dev",
    "resource_group_name": "group",
    "location": "westeurope",
    "log_retention_days": 90,
}
AUDIT = "/subscriptions/s/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/audit"


def hosting(args: HostingEnvironmentArgs = ARGS) -> Recorded:
    return record(lambda: HostingEnvironment("contoso", args))


def test_container_apps_environment_enables_mutual_tls() -> None:
    inputs = hosting().one("ManagedEnvironment").inputs

    assert inputs["peerAuthentication"] == {"mtls": {"enabled": True}}
    assert inputs["peerTrafficConfiguration"] == {"encryption": {"enabled": True}}


def test_container_apps_environment_has_the_consumption_profile() -> None:
    (profile,) = hosting().one("ManagedEnvironment").inputs["workloadProfiles"]

    # Only these properties of the profile, since the SDK adds others.
    assert profile["name"] == profile["workloadProfileType"] == "Consumption"


def test_container_apps_environment_sends_logs_without_a_workspace_key() -> None:
    recorded = hosting()

    assert recorded.one("ManagedEnvironment").inputs["appLogsConfiguration"] == {"destination": "azure-monitor"}
    assert recorded.one("Workspace").inputs["features"]["disableLocalAuth"] is True


def test_container_apps_environment_sends_app_logs_to_its_workspace_with_the_configured_retention() -> None:
    recorded = hosting()

    assert recorded.one("Workspace").inputs["retentionInDays"] == 90
    setting = recorded.one("DiagnosticSetting").inputs
    assert setting["resourceUri"] == identity_of("ManagedEnvironment", "contoso")
    assert setting["workspaceId"] == identity_of("Workspace", "contoso")
    assert [one["category"] for one in setting["logs"]] == ["ContainerAppConsoleLogs", "ContainerAppSystemLogs"]


def test_container_apps_environment_with_a_given_workspace_creates_none_and_sends_its_logs_there() -> None:
    recorded = hosting({**ARGS, "workspace_id": AUDIT})

    assert recorded.one("Workspace").read == AUDIT
    assert recorded.one("DiagnosticSetting").inputs["workspaceId"] == AUDIT
