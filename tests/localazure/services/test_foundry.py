"""Projects, their connections, and who the agents in them are."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.services.foundry import agent_identity, shared_agent_identity
from tests.localazure.samples import (
    ACCOUNT_CONNECTION,
    AGENT_APPLICATION,
    AGENT_DEPLOYMENT,
    FOUNDRY,
    MODELS,
    MODELS_ID,
    PROJECT,
    PROJECT_CONNECTION,
    PROJECT_ID,
    RESOURCE_GROUP,
    ROLE_ASSIGNMENT,
    SAMPLES,
    make,
)
from tests.localazure.services.refusals import refusal, update_refusal

_DEPLOYMENT: dict[str, Any] = SAMPLES[AGENT_DEPLOYMENT].inputs["properties"]


def test_a_project_has_an_endpoint_and_an_identity_if_it_asks_for_one(azure: LocalAzure) -> None:
    project, outputs = make(azure, PROJECT)
    _, plain = make(azure, PROJECT, projectName="plain", identity=None)

    endpoint = "https://network-openai-dev7.services.ai.azure.com/api/projects/network-dev"
    assert project == PROJECT_ID
    assert outputs["properties"]["endpoints"] == {"AI Foundry API": endpoint}
    assert azure.world.find_principal(outputs["identity"]["principalId"]) is not None
    assert "principalId" not in (plain.get("identity") or {})
    assert (outputs["properties"]["isDefault"], plain["properties"]["isDefault"]) == (True, False)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"kind": "OpenAI"}, "kind 'OpenAI' takes no projects"),
        ({"properties": {"customSubDomainName": "network"}}, "allowProjectManagement true"),
        ({"identity": None}, "it has no managed identity"),
    ],
)
def test_only_an_account_for_projects_takes_one(azure: LocalAzure, account: dict[str, object], words: str) -> None:
    make(azure, MODELS, **{**FOUNDRY, **account})

    assert words in refusal(azure, PROJECT).message


def test_an_existing_account_is_taken_to_manage_projects(azure: LocalAzure) -> None:
    azure.adopt(MODELS, MODELS_ID)

    assert make(azure, PROJECT)[0] == PROJECT_ID


def test_an_account_with_projects_stays_until_they_go(azure: LocalAzure) -> None:
    project, _ = make(azure, PROJECT)

    with pytest.raises(AzureError) as refused:
        azure.delete(MODELS, MODELS_ID)
    azure.delete(PROJECT, project)
    azure.delete(MODELS, MODELS_ID)

    assert (refused.value.code, refused.value.status) == ("CannotDeleteResource", 409)
    assert project in refused.value.message
    assert azure.read(MODELS, MODELS_ID) is None


def test_agents_share_an_identity_that_comes_and_goes_with_the_project(azure: LocalAzure) -> None:
    project, outputs = make(azure, PROJECT)
    shared = shared_agent_identity(azure.world, project.upper())

    azure.delete(PROJECT, project)
    gone = azure.world.find_principal(shared.id)
    make(azure, PROJECT)

    assert shared.type == "ServicePrincipal"
    assert shared.id not in str(outputs)
    assert gone is None
    assert shared_agent_identity(azure.world, project).id != shared.id


def test_an_agent_can_have_an_identity_of_its_own_as_long_as_its_project(azure: LocalAzure) -> None:
    project, _ = make(azure, PROJECT)
    report, other = (agent_identity(azure.world, project, name) for name in ("report", "other"))
    again = agent_identity(azure.world, project, "report")

    azure.delete(PROJECT, project)

    assert report == again
    assert report.id not in (other.id, shared_or_none(azure, project))
    assert azure.world.find_principal(report.id) is None
    assert azure.world.find_principal(other.id) is None


def test_without_a_project_nobody_is_an_agent(azure: LocalAzure) -> None:
    with pytest.raises(AzureError, match="was not found"):
        shared_agent_identity(azure.world, PROJECT_ID)
    with pytest.raises(AzureError, match="was not found"):
        agent_identity(azure.world, PROJECT_ID, "report")
    assert azure.world.principals == {}


@pytest.mark.parametrize("token", [ACCOUNT_CONNECTION, PROJECT_CONNECTION])
@pytest.mark.parametrize("kind", ["ApiKey", "AccountKey", "SAS", "PAT", "CustomKeys", "ServicePrincipal", "OAuth2"])
def test_a_connection_that_carries_credentials_is_refused(azure: LocalAzure, token: str, kind: str) -> None:
    refused = refusal(azure, token, properties={"authType": kind, "category": "CognitiveSearch"})

    assert f"authType '{kind}' carries credentials" in refused.message


@pytest.mark.parametrize("kind", ["AAD", "ManagedIdentity", "None"])
def test_a_connection_without_credentials_is_made(azure: LocalAzure, kind: str) -> None:
    _, outputs = make(azure, PROJECT_CONNECTION, properties={"authType": kind})

    assert outputs["properties"] == {"authType": kind, "isSharedToAll": False}


def test_an_application_has_an_identity_and_a_blueprint_until_it_goes(azure: LocalAzure) -> None:
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


def test_an_application_made_again_is_somebody_else_and_an_update_is_not(azure: LocalAzure) -> None:
    application, before = make(azure, AGENT_APPLICATION)
    inputs = SAMPLES[AGENT_APPLICATION].inputs
    described = {**inputs["properties"], "description": "reports"}

    updated = azure.update(AGENT_APPLICATION, application, {**inputs, "properties": described})
    azure.delete(AGENT_APPLICATION, application)
    _, after = make(azure, AGENT_APPLICATION)

    identities = [each["properties"]["defaultInstanceIdentity"]["principalId"] for each in (before, updated, after)]
    assert identities[0] == identities[1] != identities[2]


def test_an_application_says_how_it_is(azure: LocalAzure) -> None:
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
def test_an_application_without_agents_or_with_identities_is_refused(
    azure: LocalAzure, properties: dict[str, object], code: str
) -> None:
    assert refusal(azure, AGENT_APPLICATION, properties=properties).code == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agents": [{"agentName": "other", "agentVersion": "1"}]}, "AgentNotInApplication"),
        ({"agents": []}, "AgentRequired"),
        ({"protocols": [{"protocol": "A2A"}, {"protocol": "Responses"}]}, "TooManyProtocols"),
        ({"deploymentType": "Hosted", "minReplicas": 2, "maxReplicas": 1}, "InvalidReplicas"),
    ],
)
def test_a_deployment_is_of_the_applications_agents(azure: LocalAzure, changed: dict[str, object], code: str) -> None:
    assert refusal(azure, AGENT_DEPLOYMENT, properties={**_DEPLOYMENT, **changed}).code == code


def test_an_update_is_judged_like_a_creation(azure: LocalAzure) -> None:
    deployment, _ = make(azure, AGENT_DEPLOYMENT)
    other = {**_DEPLOYMENT, "agents": [{"agentName": "other"}]}

    assert update_refusal(azure, AGENT_DEPLOYMENT, deployment, properties=other).code == "AgentNotInApplication"


def test_no_principal_outlives_the_group(azure: LocalAzure) -> None:
    make(azure, AGENT_DEPLOYMENT)
    group, _ = make(azure, RESOURCE_GROUP)
    agent_identity(azure.world, PROJECT_ID, "report")

    azure.delete(RESOURCE_GROUP, group)

    assert azure.world.principals == {}


def shared_or_none(azure: LocalAzure, project: str) -> str | None:
    found = azure.world.owned_principal(f"{project}/sharedAgentIdentity")
    return None if found is None else found.id
