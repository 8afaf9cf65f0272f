"""Tests of container registries in local Azure: features of each tier, and outputs."""

import pytest

from localazure.azure import LocalAzure
from localazure.errors import InvalidInputs
from tests.localazure.samples import (
    APP,
    IDENTITY,
    IDENTITY_ID,
    REGISTRY,
    REGISTRY_ID,
    ROLE_ASSIGNMENT,
    SAMPLES,
    SETTING,
    make,
    role_id,
    with_needs,
)
from tests.localazure.services.refusals import refusal, update_refusal

BASIC, PREMIUM = {"name": "Basic"}, {"name": "Premium"}
ON, OFF = {"status": "enabled"}, {"status": "disabled"}
PULLING = {
    "configuration": {
        "registries": [{"server": "networkdev7.azurecr.io", "identity": IDENTITY_ID}],
        "secrets": [{"name": "given", "value": "not-answered"}],
    },
    "template": {"containers": [{"name": "report", "image": "networkdev7.azurecr.io/report:1"}]},
}


def test_container_registry_login_server_is_in_local_azure_outputs(azure: LocalAzure) -> None:
    registry, outputs = make(azure, REGISTRY, registryName="NetworkDev7")

    assert registry == f"{REGISTRY_ID.rpartition('/')[0]}/NetworkDev7"
    assert outputs["loginServer"] == "networkdev7.azurecr.io"
    assert outputs["sku"] == {"name": "Standard", "tier": "Standard"}
    assert outputs["status"]["displayStatus"] == "Ready"


def test_container_registry_defaults_are_arm_tokens_on_and_admin_user_off_in_local_azure(azure: LocalAzure) -> None:
    given = dict.fromkeys(("policies", "adminUserEnabled", "anonymousPullEnabled"))

    _, outputs = azure.create(REGISTRY, {**with_needs(azure, REGISTRY), **given})

    assert outputs["policies"]["azureADAuthenticationAsArmPolicy"] == ON
    assert outputs["policies"]["softDeletePolicy"] == {"status": "disabled", "retentionDays": 7}
    assert (outputs["adminUserEnabled"], outputs["anonymousPullEnabled"]) == (False, False)


@pytest.mark.parametrize("name", ["network-dev7", "net", "n" * 51])
def test_invalid_container_registry_name_is_refused_by_local_azure(azure: LocalAzure, name: str) -> None:
    assert refusal(azure, REGISTRY, registryName=name).code == "RegistryNameInvalid"


@pytest.mark.parametrize(
    ("inputs", "code", "expected"),
    [
        ({"sku": BASIC, "anonymousPullEnabled": True}, "BadRequest", "Anonymous pull is not supported for SKU Basic"),
        ({"publicNetworkAccess": "Disabled"}, "DisablingPublicNetworkAccessNotSupported", "for the SKU Standard"),
        ({"networkRuleSet": {"defaultAction": "Deny"}}, "BadRequest", "networkRuleSet.defaultAction 'Deny'"),
        ({"zoneRedundancy": "Enabled"}, "BadRequest", "choose the SKU Premium"),
        ({"policies": {"retentionPolicy": ON}}, "BadRequest", "choose the SKU Premium"),
        ({"sku": {"name": "Classic"}}, "BadRequest", "retired"),
        (
            {"sku": PREMIUM, "policies": {"retentionPolicy": ON, "softDeletePolicy": ON}},
            "BadRequest",
            "cannot both be enabled",
        ),
        (
            {"policies": {"softDeletePolicy": {**ON, "retentionDays": 91}}},
            "BadRequest",
            "allowed number of days is 1 to 90",
        ),
        ({"sku": PREMIUM, "policies": {"exportPolicy": OFF}}, "BadRequest", "publicNetworkAccess is 'Disabled'"),
    ],
)
def test_container_registry_setting_that_its_tier_or_other_settings_exclude_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], code: str, expected: str
) -> None:
    refused = refusal(azure, REGISTRY, **inputs)

    assert refused.code == code
    assert expected in refused.message


def test_premium_container_registry_can_disable_public_access_in_local_azure(azure: LocalAzure) -> None:
    closed = {"publicNetworkAccess": "Disabled", "dataEndpointEnabled": True, "policies": {"exportPolicy": OFF}}

    _, outputs = make(azure, REGISTRY, sku=PREMIUM, **closed)

    assert outputs["dataEndpointHostNames"] == ["networkdev7.westeurope.data.azurecr.io"]
    assert "cannot be changed" in str(
        update_refusal(azure, REGISTRY, REGISTRY_ID, sku=PREMIUM, encryption={"status": "enabled"})
    )


def test_container_registry_role_assignment_mode_is_refused_as_unknown_property_in_local_azure(
    azure: LocalAzure,
) -> None:
    with pytest.raises(InvalidInputs, match="roleAssignmentMode"):
        azure.check(
            REGISTRY, {**SAMPLES[REGISTRY].inputs, "roleAssignmentMode": "AbacRepositoryPermissions"}, name="sample"
        )


def test_container_app_can_pull_from_registry_of_the_stack_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry, _ = make(azure, REGISTRY)

    refused = refusal(azure, APP, **PULLING)
    make(azure, ROLE_ASSIGNMENT, scope=registry, roleDefinitionId=role_id("AcrPull"))

    assert "assign AcrPull" in refused.message
    assert make(azure, APP, **PULLING)[1]["provisioningState"] == "Succeeded"


def test_container_app_can_pull_from_registry_created_outside_the_stack_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    adopted = azure.adopt(REGISTRY, REGISTRY_ID)
    make(azure, ROLE_ASSIGNMENT, scope=REGISTRY_ID, roleDefinitionId=role_id("Container Registry Repository Reader"))

    assert adopted["loginServer"] == "networkdev7.azurecr.io"
    assert make(azure, APP, **PULLING)[1]["provisioningState"] == "Succeeded"


def test_container_registry_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, REGISTRY)
    logs = [{"category": f"ContainerRegistry{what}Events", "enabled": True} for what in ("Login", "Repository")]

    assert make(azure, SETTING, resourceUri=REGISTRY_ID, logs=logs)[1]["logs"] == logs
