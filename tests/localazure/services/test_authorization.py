"""Tests of role assignments in local Azure: validation and conflicts."""

import pytest

from access.azure.principal_types import AGENT_IDENTITY_TYPES
from localazure.arm.world import DEPLOYER_OBJECT_ID, SUBSCRIPTION_ID, TENANT_ID, Principal
from localazure.azure import LocalAzure
from tests.localazure.samples import (
    AGENT_IDENTITY,
    APP,
    GROUP,
    IDENTITY,
    IDENTITY_ID,
    PRINCIPAL_ID,
    ROLE_ASSIGNMENT,
    SAMPLES,
    make,
    role_id,
    with_needs,
)
from tests.localazure.services.refusals import refusal, update_refusal

OTHER_NAME = "0b1f2c3d-0000-4000-8000-00000000000c"
CONDITION = "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'c'"
NOBODY = "0b1f2c3d-0000-4000-8000-00000000000d"


def test_role_assignment_id_is_below_its_scope_in_local_azure(azure: LocalAzure) -> None:
    assignment, outputs = make(azure, ROLE_ASSIGNMENT)

    name = SAMPLES[ROLE_ASSIGNMENT].inputs["roleAssignmentName"]
    assert assignment == f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert (outputs["scope"], outputs["principalId"]) == (GROUP, PRINCIPAL_ID)


@pytest.mark.parametrize("scope", ["{group}", "/subscriptions/{subscription}", "{identity}"])
def test_subscription_resource_group_and_resource_are_valid_role_assignment_scopes_in_local_azure(
    azure: LocalAzure, scope: str
) -> None:
    scope = scope.format(group=GROUP, subscription=SUBSCRIPTION_ID, identity=IDENTITY_ID)

    _, outputs = make(azure, ROLE_ASSIGNMENT, scope=scope)

    assert outputs["scope"] == scope


@pytest.mark.parametrize("spelling", ["{}", "{}/", "/{}/"])
def test_role_assignment_scope_without_the_first_slash_is_the_same_scope_in_local_azure(
    azure: LocalAzure, spelling: str
) -> None:
    assignment, outputs = make(azure, ROLE_ASSIGNMENT, scope=spelling.format(GROUP.strip("/")))

    assert assignment.startswith(f"{GROUP}/providers/")
    assert outputs["scope"] == GROUP
    twin = refusal(azure, ROLE_ASSIGNMENT, scope=GROUP, roleAssignmentName=OTHER_NAME)
    assert twin.code == "RoleAssignmentExists"
    missing = refusal(azure, ROLE_ASSIGNMENT, scope=f"{GROUP.strip('/')}-2", roleAssignmentName=OTHER_NAME)
    assert missing.code == "ResourceGroupNotFound"


def test_role_assignment_at_missing_scope_is_refused_by_local_azure(azure: LocalAzure) -> None:
    missing = f"{IDENTITY_ID}-2"

    assert (
        refusal(azure, ROLE_ASSIGNMENT, scope=missing).code,
        missing in str(refusal(azure, ROLE_ASSIGNMENT, scope=missing)),
    ) == (
        "ResourceNotFound",
        True,
    )
    assert refusal(azure, ROLE_ASSIGNMENT, scope=f"{GROUP}-2").code == "ResourceGroupNotFound"


def test_role_assignment_of_unknown_principal_without_principal_type_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    refused = refusal(azure, ROLE_ASSIGNMENT, principalId=NOBODY, principalType=None)

    assert (refused.code, refused.status) == ("PrincipalNotFound", 400)
    assert NOBODY in str(refused)


@pytest.mark.parametrize("kind", ["Group", "User", "ServicePrincipal"])
def test_role_assignment_of_unknown_principal_with_principal_type_is_accepted_by_local_azure(
    azure: LocalAzure, kind: str
) -> None:
    """Groups of people and agents with a copied id are principals that no Pulumi program creates."""
    make(azure, ROLE_ASSIGNMENT, principalId=NOBODY, principalType=kind)

    found = azure.world.find_principal(NOBODY)
    assert found is not None
    assert (found.type, found.owner) == (kind, "")
    other = "User" if kind != "User" else "Group"
    refused = refusal(azure, ROLE_ASSIGNMENT, principalId=NOBODY, principalType=other, roleAssignmentName=OTHER_NAME)
    assert "UnmatchedPrincipalType" in str(refused)


def test_role_assignment_principal_id_that_is_not_a_guid_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert refusal(azure, ROLE_ASSIGNMENT, principalId="report").code == "InvalidPrincipalId"


def test_role_assignment_with_wrong_principal_type_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert refusal(azure, ROLE_ASSIGNMENT, principalType="User").code == "UnmatchedPrincipalType"
    azure.world.add_principal(Principal(id=NOBODY, client_id=NOBODY, owner="", type="Group"))
    assert refusal(azure, ROLE_ASSIGNMENT, principalId=NOBODY).code == "UnmatchedPrincipalType"


@pytest.mark.parametrize("kind", AGENT_IDENTITY_TYPES)
def test_role_assignment_of_an_agent_identity_is_accepted_with_either_type_of_a_service_principal_by_local_azure(
    azure: LocalAzure, kind: str
) -> None:
    _, found = make(azure, AGENT_IDENTITY)
    given = {"principalId": found["principal_id"], "principalType": kind}

    if kind.endswith("ServicePrincipal"):
        assert make(azure, ROLE_ASSIGNMENT, **given)[1]["principalType"] == kind
    else:
        refused = refusal(azure, ROLE_ASSIGNMENT, **given)
        assert refused.code == "UnmatchedPrincipalType"
        assert "set 'agent_principal_type' in the stack file" in refused.message


def test_role_assignment_of_a_managed_identity_with_the_type_of_an_agent_identity_is_refused_by_local_azure(
    azure: LocalAzure,
) -> None:
    assert refusal(azure, ROLE_ASSIGNMENT, principalType="AgentServicePrincipal").code == "UnmatchedPrincipalType"


def test_role_assignment_of_an_application_is_refused_by_local_azure_with_the_cause(azure: LocalAzure) -> None:
    azure.world.add_principal(Principal(id=NOBODY, client_id=NOBODY, owner="", type="Application"))

    refused = refusal(azure, ROLE_ASSIGNMENT, principalId=NOBODY)

    assert refused.code == "PrincipalTypeNotSupported"
    assert "create the agent again" in refused.message


def test_role_assignment_of_the_deployer_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, ROLE_ASSIGNMENT, principalId=DEPLOYER_OBJECT_ID)

    assert outputs["principalId"] == DEPLOYER_OBJECT_ID


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        (
            f"/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/{NOBODY}",
            "RoleDefinitionDoesNotExist",
        ),
        (role_id("Reader").rpartition("/")[2], "InvalidRoleDefinitionId"),
        ("Reader", "InvalidRoleDefinitionId"),
    ],
)
def test_role_assignment_of_unknown_role_is_refused_by_local_azure(
    azure: LocalAzure, definition: str, code: str
) -> None:
    assert refusal(azure, ROLE_ASSIGNMENT, roleDefinitionId=definition).code == code


def test_role_assignment_of_cosmos_data_plane_role_is_refused_by_local_azure(azure: LocalAzure) -> None:
    cosmos = role_id("Reader").rpartition("/")[0] + "/00000000-0000-0000-0000-000000000001"

    assert refusal(azure, ROLE_ASSIGNMENT, roleDefinitionId=cosmos).code == "RoleDefinitionDoesNotExist"


def test_role_definition_id_in_outputs_contains_the_subscription_in_local_azure(azure: LocalAzure) -> None:
    short = role_id("Reader").removeprefix(f"/subscriptions/{SUBSCRIPTION_ID}")

    _, outputs = make(azure, ROLE_ASSIGNMENT, roleDefinitionId=short)

    assert outputs["roleDefinitionId"] == role_id("Reader")


def test_role_assignment_name_that_is_not_a_guid_is_refused_by_local_azure(azure: LocalAzure) -> None:
    refused = refusal(azure, ROLE_ASSIGNMENT, roleAssignmentName="report-may-read")

    assert refused.code == "InvalidRoleAssignmentId"
    assert "report-may-read" in refused.message


def test_second_role_assignment_with_same_scope_role_and_principal_is_refused_by_local_azure(azure: LocalAzure) -> None:
    first, _ = make(azure, ROLE_ASSIGNMENT)

    refused = refusal(
        azure,
        ROLE_ASSIGNMENT,
        roleAssignmentName=OTHER_NAME,
        scope=GROUP.upper().replace("/SUBSCRIPTIONS", "/subscriptions"),
        roleDefinitionId=role_id("Reader").removeprefix(f"/subscriptions/{SUBSCRIPTION_ID}"),
    )

    assert (refused.code, refused.status) == ("RoleAssignmentExists", 409)
    assert first in refused.message


def test_role_assignment_name_used_twice_in_the_subscription_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, ROLE_ASSIGNMENT)

    refused = refusal(azure, ROLE_ASSIGNMENT, scope=IDENTITY_ID)

    assert (refused.code, refused.status) == ("RoleAssignmentUpdateNotPermitted", 400)


def test_role_assignment_of_another_role_at_the_same_scope_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    make(azure, ROLE_ASSIGNMENT)

    _, outputs = azure.create(
        ROLE_ASSIGNMENT,
        {**SAMPLES[ROLE_ASSIGNMENT].inputs, "roleAssignmentName": OTHER_NAME, "roleDefinitionId": role_id("AcrPull")},
    )

    assert outputs["name"] == OTHER_NAME


def test_updating_role_of_a_role_assignment_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, ROLE_ASSIGNMENT)
    inputs = SAMPLES[ROLE_ASSIGNMENT].inputs

    refused = update_refusal(azure, ROLE_ASSIGNMENT, assignment, roleDefinitionId=role_id("AcrPull"))

    assert azure.diff(ROLE_ASSIGNMENT, inputs, {**inputs, "roleDefinitionId": role_id("AcrPull")}).replaces == ()
    assert (refused.code, refused.status) == ("RoleAssignmentUpdateNotPermitted", 400)
    assert "roleDefinitionId" in refused.message


def test_updating_principal_of_a_role_assignment_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, ROLE_ASSIGNMENT)

    refused = update_refusal(azure, ROLE_ASSIGNMENT, assignment, principalId=DEPLOYER_OBJECT_ID)

    assert refused.code == "RoleAssignmentUpdateNotPermitted"


def test_updating_description_and_condition_of_a_role_assignment_is_accepted_by_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, ROLE_ASSIGNMENT)
    condition = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'in'"
    inputs = {
        **SAMPLES[ROLE_ASSIGNMENT].inputs,
        "description": "why",
        "condition": condition,
        "conditionVersion": "2.0",
    }

    outputs = azure.update(ROLE_ASSIGNMENT, assignment, inputs)

    assert (outputs["description"], outputs["condition"]) == ("why", condition)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"condition": CONDITION, "conditionVersion": "1.0"}, "InvalidCondition"),
        ({"condition": CONDITION}, "InvalidCondition"),
        ({"conditionVersion": "2.0"}, "InvalidCondition"),
        ({"condition": "the container is 'in'", "conditionVersion": "2.0"}, "InvalidCondition"),
    ],
)
def test_invalid_condition_or_condition_version_of_role_assignment_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, str], code: str
) -> None:
    assert refusal(azure, ROLE_ASSIGNMENT, **inputs).code == code


def test_deleting_container_app_orphans_its_role_assignments_in_local_azure(azure: LocalAzure) -> None:
    app, outputs = make(azure, APP)
    who = outputs["identity"]["principalId"]
    assignment, _ = make(azure, ROLE_ASSIGNMENT, principalId=who)

    azure.delete(APP, app)

    left = azure.read(ROLE_ASSIGNMENT, assignment)
    assert left is not None
    assert left[1]["principalId"] == who
    assert azure.world.find_principal(who) is None
    assert refusal(azure, ROLE_ASSIGNMENT, principalId=who, roleAssignmentName=OTHER_NAME, scope=IDENTITY_ID).code == (
        "PrincipalNotFound"
    )


def test_recreated_container_app_has_another_principal_id_in_local_azure(azure: LocalAzure) -> None:
    app, before = make(azure, APP)
    azure.delete(APP, app)

    _, after = make(azure, APP)

    assert after["identity"]["principalId"] != before["identity"]["principalId"]
    assert set(azure.world.principals) == {PRINCIPAL_ID, after["identity"]["principalId"]}


def test_role_assignment_of_deleted_principal_can_be_deleted_in_local_azure(azure: LocalAzure) -> None:
    assignment, _ = make(azure, ROLE_ASSIGNMENT)
    azure.delete(IDENTITY, IDENTITY_ID)

    azure.delete(ROLE_ASSIGNMENT, assignment)

    assert azure.read(ROLE_ASSIGNMENT, assignment) is None


def test_invalid_role_assignment_reports_all_errors_at_once_in_local_azure(azure: LocalAzure) -> None:
    refused = refusal(
        azure,
        ROLE_ASSIGNMENT,
        roleAssignmentName="one",
        principalId=NOBODY,
        principalType=None,
        roleDefinitionId="Reader",
    )

    assert [
        code
        for code in ("InvalidRoleAssignmentId", "PrincipalNotFound", "InvalidRoleDefinitionId")
        if code in str(refused)
    ] == [
        "InvalidRoleAssignmentId",
        "PrincipalNotFound",
        "InvalidRoleDefinitionId",
    ]


def test_get_client_config_of_local_azure_returns_its_tenant_subscription_and_deployer(azure: LocalAzure) -> None:
    returned = azure.invoke("azure-native:authorization:getClientConfig", {})

    assert (returned["subscriptionId"], returned["tenantId"], returned["objectId"]) == (
        SUBSCRIPTION_ID,
        TENANT_ID,
        DEPLOYER_OBJECT_ID,
    )
    assert with_needs(azure, APP)["resourceGroupName"] == "rg"
