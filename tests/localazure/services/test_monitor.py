"""Tests of diagnostic settings in local Azure."""

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import ENVIRONMENT, ENVIRONMENT_ID, IDENTITY_ID, SAMPLES, SETTING, WORKSPACE, make
from tests.localazure.services.refusals import refusal

CONSOLE = {"category": "ContainerAppConsoleLogs", "enabled": True}


def test_diagnostic_setting_on_missing_resource_is_refused_by_local_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, SETTING, resourceUri=f"{ENVIRONMENT_ID}-2")

    assert (refused.code, refused.status) == ("ResourceNotFound", 404)


def test_diagnostic_setting_with_missing_workspace_is_refused_by_local_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, SETTING, workspaceId=f"{ENVIRONMENT_ID}/workspace")

    assert refused.code == "ResourceNotFound"
    assert "workspaceId" in refused.message


def test_diagnostic_setting_without_destination_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert "data sink" in str(refusal(azure, SETTING, workspaceId=None))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"logs": [{"category": "AuditEvent", "enabled": True}]}, "category 'AuditEvent' is not supported"),
        ({"logs": [{"categoryGroup": "most", "enabled": True}]}, "category group 'most' is not supported"),
        ({"metrics": [{"category": "Requests", "enabled": True}]}, "metric category 'Requests' is not supported"),
        (
            {"logs": [CONSOLE, {"categoryGroup": "allLogs", "enabled": True}]},
            "mix of log category and log category group",
        ),
        ({"logs": [CONSOLE, CONSOLE]}, "is listed 2 times"),
        ({"logs": [{"enabled": True}]}, "neither category nor categoryGroup"),
        ({"logAnalyticsDestinationType": "Own"}, "'Own' is not one of Dedicated, AzureDiagnostics"),
    ],
)
def test_diagnostic_setting_with_invalid_logs_metrics_or_destination_type_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], expected: str
) -> None:
    refused = refusal(azure, SETTING, **changed)

    assert refused.code == "BadRequest"
    assert expected in refused.message


def test_diagnostic_setting_with_a_category_on_a_resource_type_without_logs_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, "azure-native:managedidentity:UserAssignedIdentity")

    assert "supported are: none" in str(refusal(azure, SETTING, resourceUri=IDENTITY_ID))


def test_diagnostic_setting_with_category_group_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, SETTING, logs=[{"categoryGroup": "audit", "enabled": True}])

    assert outputs["logs"] == [{"categoryGroup": "audit", "enabled": True}]


def test_diagnostic_setting_with_duplicate_category_and_destination_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, SETTING)

    refused = refusal(azure, SETTING, name="again")

    assert (refused.code, refused.status) == ("Conflict", 409)
    assert "already used in diagnostic setting 'to-the-network'" in refused.message


def test_sixth_diagnostic_setting_of_a_resource_is_refused_by_local_azure(azure: LocalAzure) -> None:
    categories = [
        "AppEnvSessionConsoleLogs",
        "AppEnvSessionLifeCycleLogs",
        "AppEnvSessionPoolEventLogs",
        "ContainerAppHTTPLogs",
    ]
    make(azure, SETTING)
    for name in categories:
        make(azure, SETTING, name=name, logs=[{"category": name, "enabled": True}])

    refused = refusal(azure, SETTING, name="sixth", logs=[{"category": "ContainerAppSystemLogs", "enabled": True}])

    assert refused.code == "Conflict"
    assert "limit of 5" in refused.message


def test_diagnostic_setting_survives_deletion_of_its_resource_in_local_azure(azure: LocalAzure) -> None:
    setting, _ = make(azure, SETTING)

    azure.delete(ENVIRONMENT, ENVIRONMENT_ID)

    assert azure.read(SETTING, setting) is not None
    make(azure, ENVIRONMENT)
    assert "cannot create already existing resource" in str(refusal(azure, SETTING))


def test_diagnostic_setting_change_is_updated_in_place_in_local_azure(azure: LocalAzure) -> None:
    setting, _ = make(azure, SETTING)
    logs = [CONSOLE, {"category": "ContainerAppSystemLogs", "enabled": True}]

    assert azure.update(SETTING, setting, {**SAMPLES[SETTING].inputs, "logs": logs})["logs"] == logs
    assert azure.read(WORKSPACE, SAMPLES[SETTING].inputs["workspaceId"]) is not None
