"""Tests that a container app may pull its images only with a role at the registry."""

from typing import Any

import pytest

from localazure.arm.world import Resource
from localazure.azure import LocalAzure
from tests.localazure.samples import APP, GROUP, IDENTITY, IDENTITY_ID, ROLE_ASSIGNMENT, SAMPLES, make, role_id
from tests.localazure.services.refusals import refusal

REGISTRY = "azure-native:containerregistry:Registry"
REGISTRY_ID = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/networkdev7"
SERVER = "networkdev7.azurecr.io"
CODE = "ContainerAppOperationError"
REPOSITORY = (
    "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})) OR"
    " (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEquals 'report'))"
)


def registry(azure: LocalAzure, *, adopted: bool = False, **inputs: object) -> None:
    """Create a container registry in local Azure with the settings that affect image pulls."""
    azure.world.put(
        Resource(
            id=REGISTRY_ID,
            token=REGISTRY,
            parent=GROUP,
            inputs=dict(inputs),
            outputs={"loginServer": SERVER},
            claims=(f"{REGISTRY} networkdev7".lower(),),
            adopted=adopted,
        )
    )


def pulling(identity: str | None, image: str = f"{SERVER}/report:1", **entry: object) -> dict[str, Any]:
    listed = [{"server": SERVER, "identity": identity, **entry}] if identity or entry else []
    return {
        "configuration": {
            "registries": listed,
            "secrets": [{"name": "given", "value": "not-answered"}],
        },
        "template": {"containers": [{"name": "report", "image": image}]},
    }


def grant(azure: LocalAzure, role: str, scope: str = REGISTRY_ID, **inputs: object) -> None:
    make(azure, ROLE_ASSIGNMENT, scope=scope, roleDefinitionId=role_id(role), **inputs)


# Reader holds `*/read`, and a pull is `registries/pull/read` of the control plane ("Azure Container Registry roles and
# permissions", Microsoft Learn; MicrosoftDocs/azure-docs#41131).
@pytest.mark.parametrize("role", ["AcrPull", "Reader"])
def test_container_app_identity_with_acr_pull_or_reader_can_pull_its_image_in_local_azure(
    azure: LocalAzure, role: str
) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, role)

    _, app = make(azure, APP, **pulling(IDENTITY_ID))

    assert app["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("scope", [GROUP, GROUP.rpartition("/resourceGroups")[0]])
def test_acr_pull_on_the_resource_group_or_subscription_allows_the_image_pull_in_local_azure(
    azure: LocalAzure, scope: str
) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, "AcrPull", scope)

    assert make(azure, APP, **pulling(IDENTITY_ID))[1]["runningStatus"] == "Running"


@pytest.mark.parametrize("role", ["Storage Blob Data Reader", "Container Registry Repository Reader"])
def test_role_without_pull_permission_does_not_allow_the_image_pull_in_local_azure(
    azure: LocalAzure, role: str
) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, role)

    refused = refusal(azure, APP, **pulling(IDENTITY_ID))

    assert refused.code == CODE
    assert f"unable to pull image using Managed identity {IDENTITY_ID}" in refused.message
    assert "agent-pull" in refused.message


def test_image_pull_by_identity_without_role_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)

    assert "assign AcrPull" in str(refusal(azure, APP, **pulling(IDENTITY_ID)))


def test_acr_pull_on_another_resource_does_not_allow_the_image_pull_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, "AcrPull", scope=IDENTITY_ID)

    assert refusal(azure, APP, **pulling(IDENTITY_ID)).code == CODE


def test_first_image_pull_with_system_assigned_identity_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)

    refused = refusal(azure, APP, **pulling("system"))

    assert refused.code == CODE
    assert "form a circle" in refused.message
    assert "that identity begins with the app" in refused.message


def test_later_image_pulls_with_system_assigned_identity_are_allowed_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)
    app, outputs = make(azure, APP, **pulling(None, "images.example/report:1"))
    grant(azure, "AcrPull", principalId=outputs["identity"]["principalId"])

    updated = azure.update(APP, app, {**SAMPLES[APP].inputs, **pulling("system")})

    assert updated["latestRevisionName"] != outputs["latestRevisionName"]


def test_image_pull_from_registry_missing_in_the_app_configuration_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, "AcrPull")

    assert f"does not list the registry {SERVER}" in str(refusal(azure, APP, **pulling(None)))


def test_image_pull_with_password_is_refused_if_the_registry_admin_user_is_disabled_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, IDENTITY)
    registry(azure, adminUserEnabled=False)
    login = {"username": "networkdev7", "passwordSecretRef": "given"}

    assert "admin user is disabled" in str(refusal(azure, APP, **pulling(None, **login)))
    registry(azure, adminUserEnabled=True)
    assert make(azure, APP, **pulling(None, **login))[1]["provisioningState"] == "Succeeded"


def test_image_pull_is_refused_if_the_registry_disables_arm_tokens_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure, policies={"azureADAuthenticationAsArmPolicy": {"status": "disabled"}})
    grant(azure, "AcrPull")

    assert "refuses ARM tokens" in str(refusal(azure, APP, **pulling(IDENTITY_ID)))


def test_image_pull_from_anonymous_registry_needs_no_identity_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure, anonymousPullEnabled=True)

    assert make(azure, APP, **pulling(None))[1]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(("repository", "allowed"), [("report", True), ("reports", False)])
def test_role_assignment_condition_limits_image_pull_to_one_repository_in_local_azure(
    azure: LocalAzure,
    repository: str,
    allowed: bool,  # noqa: FBT001 (what the case expects)
) -> None:
    make(azure, IDENTITY)
    registry(azure, adopted=True)
    grant(azure, "Container Registry Repository Reader", condition=REPOSITORY, conditionVersion="2.0")
    inputs = pulling(IDENTITY_ID, f"{SERVER}/{repository}:1")

    if allowed:
        assert make(azure, APP, **inputs)[1]["provisioningState"] == "Succeeded"
    else:
        assert "'reports'" in str(refusal(azure, APP, **inputs))


def test_app_update_without_template_change_does_not_check_the_image_pull_in_local_azure(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    registry(azure)
    grant(azure, "AcrPull")
    app, _ = make(azure, APP, **pulling(IDENTITY_ID))
    name = SAMPLES[ROLE_ASSIGNMENT].inputs["roleAssignmentName"]
    azure.delete(ROLE_ASSIGNMENT, f"{REGISTRY_ID}/providers/Microsoft.Authorization/roleAssignments/{name}")

    updated = azure.update(APP, app, {**SAMPLES[APP].inputs, **pulling(IDENTITY_ID), "tags": {"owner": "platform"}})

    assert updated["tags"] == {"owner": "platform"}


@pytest.mark.parametrize("identity", [IDENTITY_ID, None])
def test_app_update_with_an_image_that_cannot_be_pulled_leaves_the_old_revision_ready_in_local_azure(
    azure: LocalAzure, identity: str | None
) -> None:
    make(azure, IDENTITY)
    registry(azure)
    app, first = make(azure, APP, **pulling(None, "images.example/report:1"))
    unready = {**SAMPLES[APP].inputs, **pulling(identity)}

    updated = azure.update(APP, app, unready)

    assert updated["provisioningState"] == "Succeeded"
    assert updated["latestRevisionName"] != first["latestRevisionName"]
    assert updated["latestReadyRevisionName"] == first["latestReadyRevisionName"] == first["latestRevisionName"]
    read = azure.read(APP, app)
    assert read is not None
    assert read[1]["latestReadyRevisionName"] == first["latestReadyRevisionName"]

    grant(azure, "AcrPull")
    ready = azure.update(APP, app, {**SAMPLES[APP].inputs, **pulling(IDENTITY_ID)})
    assert ready["latestReadyRevisionName"] == ready["latestRevisionName"]


def test_new_app_with_an_image_from_an_unlisted_registry_is_refused_by_local_azure(azure: LocalAzure) -> None:
    registry(azure)

    refused = refusal(azure, APP, **pulling(None))

    assert refused.code == "InvalidParameterValueInContainerTemplate"
    assert "UNAUTHORIZED" in refused.message
