"""The environment that agents run in."""

from components.hosts.container_apps_environment import HostingEnvironment
from tests.components.recorder import Recorded, identity_of, record


def hosting() -> Recorded:
    return record(
        lambda: HostingEnvironment(
            "contoso",
            {
                "environment_name": "contoso-dev",
                "resource_group_name": "group",
                "location": "westeurope",
                "log_retention_days": 90,
            },
        )
    )


def test_apps_talk_to_each_other_over_mutual_tls() -> None:
    inputs = hosting().one("ManagedEnvironment").inputs

    assert inputs["peerAuthentication"] == {"mtls": {"enabled": True}}
    assert inputs["peerTrafficConfiguration"] == {"encryption": {"enabled": True}}


def test_agents_run_in_the_consumption_profile() -> None:
    (profile,) = hosting().one("ManagedEnvironment").inputs["workloadProfiles"]

    # Not the whole profile: the SDK adds properties that this one does not set.
    assert profile["name"] == profile["workloadProfileType"] == "Consumption"


def test_no_key_of_the_workspace_is_used() -> None:
    recorded = hosting()

    assert recorded.one("ManagedEnvironment").inputs["appLogsConfiguration"] == {"destination": "azure-monitor"}
    assert recorded.one("Workspace").inputs["features"]["disableLocalAuth"] is True


def test_apps_are_logged_and_logs_are_kept_as_long_as_asked_for() -> None:
    recorded = hosting()

    assert recorded.one("Workspace").inputs["retentionInDays"] == 90
    setting = recorded.one("DiagnosticSetting").inputs
    assert setting["resourceUri"] == identity_of("ManagedEnvironment", "contoso")
    assert setting["workspaceId"] == identity_of("Workspace", "contoso")
    assert [one["category"] for one in setting["logs"]] == ["ContainerAppConsoleLogs", "ContainerAppSystemLogs"]
