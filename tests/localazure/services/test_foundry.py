"""Tests of Foundry in local Azure: projects, connections, and the identities of agents."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.services.foundry import agent_identity, recreate_agent, shared_agent_identity
from tests.localazure.samples import (
    ACCOUNT_CONNECTION,
    AGENT_APPLICATION,
    AGENT_DEPLOYMENT,
    AGENT_IDENTITY,
    FOUNDRY,
    MODELS,
    MODELS_ID,
    PROJECT,
    PROJECT_CONNECTION,
    PROJECT_ID,
    RESOURCE_GROUP,
    ROLE_ASSIGNMENT,
    SAMPLES,
    TOOL_CONNECTION,
    make,
    with_needs,
)
from tests.localazure.services.refusals import refusal, update_refusal

_DEPLOYMENT: dict[str, Any] = SAMPLES[AGENT_DEPLOYMENT].inputs["properties"]


def test_foundry_project_has_endpoint_and_requested_identity_in_local_azure(azure: LocalAzure) -> None:
    project, outputs = make(azure, PROJECT)
    _, plain = make(azure, PROJECT, projectName="plain", identity=None)

    endpoint = "https://network-openai-dev7.services.ai.azure.com/api/projects/network-dev"
    assert project == PROJECT_ID
    assert outputs["properties"]["endpoints"] == {"AI Foundry API": endpoint}
    assert azure.world.find_principal(outputs["identity"]["principalId"]) is not None
    assert "principalId" not in (plain.get("identity") or {})
    assert (outputs["properties"]["isDefault"], plain["properties"]["isDefault"]) == (True, False)


def test_endpoints_of_a_foundry_project_have_the_name_and_not_the_subdomain_of_its_account_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, MODELS, **{**FOUNDRY, "properties": {**FOUNDRY["properties"], "customSubDomainName": "another"}})

    _, outputs = make(azure, PROJECT)

    assert outputs["properties"]["endpoints"]["AI Foundry API"].startswith("https://network-openai-dev7.services.")


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"kind": "OpenAI"}, "kind 'OpenAI' has no Foundry projects"),
        ({"properties": {"customSubDomainName": "network"}}, "allowProjectManagement true"),
        ({"identity": None}, "without a managed identity"),
    ],
)
def test_foundry_project_in_account_without_project_management_is_refused_by_local_azure(
    azure: LocalAzure, account: dict[str, object], words: str
) -> None:
    make(azure, MODELS, **{**FOUNDRY, **account})

    assert words in refusal(azure, PROJECT).message


def test_ai_services_account_created_outside_the_stack_accepts_foundry_projects_in_local_azure(
    azure: LocalAzure,
) -> None:
    azure.adopt(MODELS, MODELS_ID)

    assert make(azure, PROJECT)[0] == PROJECT_ID


def test_deleting_account_with_foundry_projects_is_refused_by_local_azure(azure: LocalAzure) -> None:
    project, _ = make(azure, PROJECT)

    with pytest.raises(AzureError) as refused:
        azure.delete(MODELS, MODELS_ID)
    azure.delete(PROJECT, project)
    azure.delete(MODELS, MODELS_ID)

    assert (refused.value.code, refused.value.status) == ("CannotDeleteResource", 409)
    assert project in refused.value.message
    assert azure.read(MODELS, MODELS_ID) is None


def test_shared_agent_identity_is_created_and_deleted_with_the_foundry_project_in_local_azure(
    azure: LocalAzure,
) -> None:
    project, outputs = make(azure, PROJECT)
    shared = shared_agent_identity(azure.world, project.upper())

    azure.delete(PROJECT, project)
    gone = azure.world.find_principal(shared.id)
    make(azure, PROJECT)

    assert shared.type == "ServicePrincipal"
    assert shared.id not in str(outputs)
    assert gone is None
    assert shared_agent_identity(azure.world, project).id != shared.id


def test_own_agent_identity_is_deleted_with_the_foundry_project_in_local_azure(azure: LocalAzure) -> None:
    project, _ = make(azure, PROJECT)
    report, other = (agent_identity(azure.world, project, name) for name in ("report", "other"))
    again = agent_identity(azure.world, project, "report")

    azure.delete(PROJECT, project)

    assert report == again
    assert report.id not in (other.id, shared_or_none(azure, project))
    assert azure.world.find_principal(report.id) is None
    assert azure.world.find_principal(other.id) is None


def test_agent_identity_in_missing_foundry_project_is_refused_by_local_azure(azure: LocalAzure) -> None:
    with pytest.raises(AzureError, match="was not found"):
        shared_agent_identity(azure.world, PROJECT_ID)
    with pytest.raises(AzureError, match="was not found"):
        agent_identity(azure.world, PROJECT_ID, "report")
    assert azure.world.principals == {}


@pytest.mark.parametrize("token", [ACCOUNT_CONNECTION, PROJECT_CONNECTION])
@pytest.mark.parametrize("kind", ["ApiKey", "AccountKey", "SAS", "PAT", "CustomKeys", "ServicePrincipal", "OAuth2"])
def test_foundry_connection_with_credentials_is_refused_by_local_azure(
    azure: LocalAzure, token: str, kind: str
) -> None:
    refused = refusal(azure, token, properties={"authType": kind, "category": "CognitiveSearch"})

    assert f"authType '{kind}' contains credentials" in refused.message


@pytest.mark.parametrize("kind", ["AAD", "ManagedIdentity", "None"])
def test_foundry_connection_without_credentials_is_created_in_local_azure(azure: LocalAzure, kind: str) -> None:
    _, outputs = make(azure, PROJECT_CONNECTION, properties={"authType": kind})

    assert outputs["properties"] == {"authType": kind, "isSharedToAll": False}


def test_identity_and_blueprint_of_foundry_application_are_deleted_with_it_in_local_azure(azure: LocalAzure) -> None:
    application, outputs = make(azure, AGENT_APPLICATION)
    instance, blueprint = (
        outputs["properties"][name] for name in ("defaultInstanceIdentity", "agentIdentityBlueprint")
    )
    grant, _ = make(azure, ROLE_ASSIGNMENT, principalId=instance["principalId"])
    known = [azure.world.find_principal(each["principalId"]) for each in (instance, blueprint)]

    azure.delete(AGENT_APPLICATION, application)

    assert (instance["kind"], instance["type"], instance["tenantId"]) == (
        "AgentInstance",
        "System",
        azure.world.tenant_id,
    )
    assert blueprint["kind"] == "AgentBlueprint"
    assert [each and each.client_id for each in known] == [instance["clientId"], blueprint["clientId"]]
    assert all(azure.world.find_principal(each["principalId"]) is None for each in (instance, blueprint))
    assert azure.read(ROLE_ASSIGNMENT, grant) is not None


def test_foundry_application_has_new_identity_if_recreated_and_same_identity_if_updated_in_local_azure(
    azure: LocalAzure,
) -> None:
    application, before = make(azure, AGENT_APPLICATION)
    inputs = SAMPLES[AGENT_APPLICATION].inputs
    described = {**inputs["properties"], "description": "reports"}

    updated = azure.update(AGENT_APPLICATION, application, {**inputs, "properties": described})
    azure.delete(AGENT_APPLICATION, application)
    _, after = make(azure, AGENT_APPLICATION)

    identities = [each["properties"]["defaultInstanceIdentity"]["principalId"] for each in (before, updated, after)]
    assert identities[0] == identities[1] != identities[2]


def test_foundry_application_outputs_contain_defaults_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, AGENT_APPLICATION)
    _, deployment = make(azure, AGENT_DEPLOYMENT)

    assert (outputs["properties"]["isEnabled"], outputs["properties"]["provisioningState"]) == (True, "Succeeded")
    assert outputs["properties"]["authorizationPolicy"] == {"type": "Default"}
    assert (deployment["properties"]["state"], deployment["properties"]["provisioningState"]) == (
        "Running",
        "Succeeded",
    )


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"displayName": "nobody"}, "AgentRequired"),
        ({"agents": [{"agentName": "report"}, {"agentId": "1"}]}, "AgentRequired"),
        (
            {
                "agents": [{"agentName": "report"}],
                "defaultInstanceIdentity": {
                    "clientId": "a",
                    "principalId": "b",
                    "tenantId": "c",
                    "kind": "AgentInstance",
                    "type": "System",
                },
            },
            "IdentityIsComputed",
        ),
    ],
)
def test_foundry_application_without_agents_or_with_given_identities_is_refused_by_local_azure(
    azure: LocalAzure, properties: dict[str, object], code: str
) -> None:
    assert refusal(azure, AGENT_APPLICATION, properties=properties).code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agents": [{"agentName": "other", "agentVersion": "1"}]}, "AgentNotInApplication"),
        ({"agents": []}, "AgentRequired"),
        ({"protocols": [{"protocol": "A2A"}, {"protocol": "Responses"}]}, "TooManyProtocols"),
        ({"deploymentType": "Hosted", "minReplicas": 1, "maxReplicas": 2}, "HostedDeploymentRetired"),
    ],
)
def test_invalid_foundry_agent_deployment_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], code: str
) -> None:
    assert refusal(azure, AGENT_DEPLOYMENT, properties={**_DEPLOYMENT, **changed}).code == code


def test_foundry_agent_deployment_update_is_validated_like_a_creation_in_local_azure(azure: LocalAzure) -> None:
    deployment, _ = make(azure, AGENT_DEPLOYMENT)
    other = {**_DEPLOYMENT, "agents": [{"agentName": "other"}]}

    assert update_refusal(azure, AGENT_DEPLOYMENT, deployment, properties=other).code == "AgentNotInApplication"


def test_deleting_resource_group_deletes_every_foundry_agent_principal_in_local_azure(azure: LocalAzure) -> None:
    make(azure, AGENT_DEPLOYMENT)
    group, _ = make(azure, RESOURCE_GROUP)
    agent_identity(azure.world, PROJECT_ID, "report")

    azure.delete(RESOURCE_GROUP, group)

    assert azure.world.principals == {}


def shared_or_none(azure: LocalAzure, project: str) -> str | None:
    found = azure.world.find_owned_principal(f"{project}/sharedAgentIdentity")
    return None if found is None else found.id


def test_agent_identity_resource_returns_principal_ids_in_local_azure(azure: LocalAzure) -> None:
    _, own = make(azure, AGENT_IDENTITY)
    _, shared = make(azure, AGENT_IDENTITY, identity="shared", agents=["clerk", "scribe"])

    assert own["principal_id"] == agent_identity(azure.world, PROJECT_ID, "report").id
    assert shared["principal_id"] == shared_agent_identity(azure.world, PROJECT_ID).id


def test_agent_identity_with_given_id_also_returns_the_shared_identity_in_local_azure(azure: LocalAzure) -> None:
    given = "5c1d0000-0000-4000-8000-000000000001"
    _, before = make(azure, AGENT_IDENTITY, given=given)
    shared = shared_agent_identity(azure.world, PROJECT_ID).id

    _, returned = make(azure, AGENT_IDENTITY, given=given, agents=["clerk"])

    assert (before["principal_id"], before["shared"]) == (given, [])
    assert (returned["principal_id"], returned["shared"]) == (given, [shared])


def test_foundry_agents_have_identities_of_their_own_and_a_new_project_has_no_shared_one_in_local_azure(
    azure: LocalAzure,
) -> None:
    project, _ = make(azure, PROJECT)
    _, report = make(azure, AGENT_IDENTITY)
    _, clerk = make(azure, AGENT_IDENTITY, agents=["clerk"])

    owners = {azure.world.principals[one["principal_id"]].owner for one in (report, clerk)}
    assert owners == {f"{project}/agents/report", f"{project}/agents/clerk"}
    assert shared_or_none(azure, project) is None


def test_shared_identity_of_a_foundry_agent_that_has_its_own_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, PROJECT)
    own = agent_identity(azure.world, PROJECT_ID, "report").id

    refused = refusal(azure, AGENT_IDENTITY, identity="shared", agents=["clerk", "report"])

    assert refused.code == "AgentHasOwnIdentity"
    assert f"'report' does not share the identity of its project, but has its own, {own}" in refused.message
    assert shared_or_none(azure, PROJECT_ID) is None


def test_deleting_an_agent_identity_resource_keeps_the_principal_in_local_azure(azure: LocalAzure) -> None:
    resource_id, returned = make(azure, AGENT_IDENTITY)

    azure.delete(AGENT_IDENTITY, resource_id)

    assert azure.world.find_principal(returned["principal_id"]) is not None
    assert make(azure, AGENT_IDENTITY)[1]["principal_id"] == returned["principal_id"]


def test_agent_identity_read_returns_the_new_identity_of_a_recreated_foundry_agent_in_local_azure(
    azure: LocalAzure,
) -> None:
    resource_id, before = make(azure, AGENT_IDENTITY)
    grant, _ = make(azure, ROLE_ASSIGNMENT, principalId=before["principal_id"])

    after = recreate_agent(azure.world, PROJECT_ID, "report")

    returned = azure.read(AGENT_IDENTITY, resource_id)
    assert returned is not None
    assert returned[1]["principal_id"] == after.id != before["principal_id"]
    assert azure.world.find_principal(before["principal_id"]) is None
    assert azure.read(ROLE_ASSIGNMENT, grant) is not None, "a deleted principal leaves its assignments behind"


def test_changing_agents_updates_a_shared_agent_identity_and_replaces_an_own_one_in_local_azure(
    azure: LocalAzure,
) -> None:
    inputs = with_needs(azure, AGENT_IDENTITY)
    shared = {**inputs, "identity": "shared"}

    assert azure.diff(AGENT_IDENTITY, shared, {**shared, "agents": ["report", "clerk"]}).replaces == ()
    own = azure.diff(AGENT_IDENTITY, inputs, {**inputs, "agents": ["clerk"]})
    assert (own.replaces, own.delete_before_replace) == (("agents[0]",), False)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agents": []}, "AgentRequired"),
        ({"agents": ["report", "clerk"]}, "AgentRequired"),
        ({"project_id": f"{PROJECT_ID}-2"}, "ResourceNotFound"),
    ],
)
def test_agent_identity_resource_with_invalid_agents_or_missing_project_is_refused_by_local_azure(
    azure: LocalAzure, changed: dict[str, object], code: str
) -> None:
    assert refusal(azure, AGENT_IDENTITY, **changed).code == code


@pytest.mark.parametrize("token", [PROJECT, PROJECT_CONNECTION, AGENT_APPLICATION, AGENT_DEPLOYMENT])
def test_foundry_resources_of_one_ai_services_account_share_an_exclusive_write_scope_in_local_azure(
    azure: LocalAzure, token: str
) -> None:
    inputs = with_needs(azure, token)

    assert azure.exclusive_scope(token, "", inputs) == (MODELS_ID.lower(), "RequestConflict")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, ""),
        ({"authType": "ApiKey"}, "ToolConnectionIncomplete"),
        ({"audience": ""}, "ToolConnectionIncomplete"),
        ({"target": None}, "ToolConnectionIncomplete"),
    ],
)
def test_connection_to_a_tool_of_foundry_agents_needs_their_identity_an_audience_and_a_target_in_local_azure(
    azure: LocalAzure, changed: dict[str, object], code: str
) -> None:
    properties = {**SAMPLES[TOOL_CONNECTION].inputs["properties"], **changed}

    if code:
        assert refusal(azure, TOOL_CONNECTION, properties=properties).code == code
    else:
        tool, outputs = make(azure, TOOL_CONNECTION, properties=properties)
        assert (tool, outputs["properties"]) == (f"{PROJECT_ID}/toolConnections/documents", properties)


def test_connection_to_a_tool_in_a_missing_foundry_project_is_refused_by_local_azure(azure: LocalAzure) -> None:
    assert refusal(azure, TOOL_CONNECTION, project_id=f"{PROJECT_ID}-2").code == "ResourceNotFound"
