"""Tests of Azure AI services accounts in local Azure: subdomains and model deployments."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from tests.localazure.samples import (
    DEPLOYMENT,
    MODELS,
    MODELS_ID,
    RESOURCE_GROUP,
    SAMPLES,
    SETTING,
    make,
    with_needs,
)
from tests.localazure.services.refusals import refusal, update_refusal

_PROPERTIES: dict[str, Any] = SAMPLES[MODELS].inputs["properties"]
_MODEL: dict[str, Any] = SAMPLES[DEPLOYMENT].inputs["properties"]["model"]
_LONE = {"disableLocalAuth": True}


def test_ai_services_account_endpoint_contains_its_subdomain_in_local_azure(azure: LocalAzure) -> None:
    account, outputs = make(azure, MODELS)
    _, other = make(azure, MODELS, accountName="other", kind="AIServices", properties={"customSubDomainName": "Other"})
    _, lone = make(azure, MODELS, accountName="lone", properties=_LONE)

    assert account == MODELS_ID
    assert outputs["properties"]["endpoint"] == "https://network-openai-dev7.openai.azure.com/"
    assert other["properties"]["endpoint"] == "https://other.cognitiveservices.azure.com/"
    assert other["properties"]["endpoints"]["AI Foundry API"] == "https://other.services.ai.azure.com/"
    assert lone["properties"]["endpoint"] == "https://westeurope.api.cognitive.microsoft.com/"


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"accountName": "-network"}, "InvalidResourceName"),
        ({"kind": "AzureOpenAI"}, "InvalidApiSetId"),
        ({"kind": None}, "InvalidApiSetId"),
        ({"sku": {"name": "F0"}}, "InvalidSkuId"),
        ({"sku": None}, "InvalidSkuId"),
        ({"properties": {"networkAcls": {"defaultAction": "Deny"}}}, "CustomDomainRequired"),
    ],
)
def test_invalid_ai_services_account_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], code: str
) -> None:
    assert refusal(azure, MODELS, **inputs).code == code


def test_ai_services_subdomain_is_unique_globally_and_account_name_in_its_group_in_local_azure(
    azure: LocalAzure,
) -> None:
    account, _ = make(azure, MODELS)
    azure.create(RESOURCE_GROUP, {"resourceGroupName": "other", "location": "westeurope"})
    shouted = {"customSubDomainName": "NETWORK-OPENAI-dev7"}

    taken = refusal(azure, MODELS, resourceGroupName="other", properties=shouted)
    azure.delete(MODELS, account)
    still_taken = refusal(azure, MODELS, resourceGroupName="other", properties=shouted)
    elsewhere, _ = make(azure, MODELS, resourceGroupName="other", properties={"customSubDomainName": "another"})

    assert (taken.code, taken.status) == ("CustomDomainInUse", 409)
    assert still_taken.code == "CustomDomainInUse"
    assert elsewhere != account


def test_ai_services_subdomain_change_is_refused_by_local_azure(azure: LocalAzure) -> None:
    account, _ = make(azure, MODELS, properties=_LONE)
    inputs = SAMPLES[MODELS].inputs

    given = azure.update(MODELS, account, inputs)
    left_out = azure.update(MODELS, account, {**inputs, "properties": _LONE})
    changed = update_refusal(azure, MODELS, account, properties={"customSubDomainName": "another"})

    assert given["properties"]["endpoint"] == "https://network-openai-dev7.openai.azure.com/"
    assert left_out["properties"]["customSubDomainName"] == "network-openai-dev7"
    assert "cannot be changed to 'another'" in changed.message
    assert refusal(azure, MODELS, accountName="thief").code == "CustomDomainInUse"


def test_ai_services_account_kind_changes_only_from_openai_to_aiservices_in_local_azure(azure: LocalAzure) -> None:
    account, before = make(azure, MODELS)
    inputs = SAMPLES[MODELS].inputs

    refused = update_refusal(azure, MODELS, account, kind="SpeechServices")
    after = azure.update(MODELS, account, {**inputs, "kind": "AIServices"})

    assert azure.diff(MODELS, inputs, {**inputs, "kind": "SpeechServices"}).replaces == ()
    assert refused.code == "UpdateKindNotAllowed"
    assert after["properties"]["endpoint"] == before["properties"]["endpoint"]
    assert after["etag"] != before["etag"]


def test_recovered_ai_services_account_has_no_model_deployments_in_local_azure(azure: LocalAzure) -> None:
    deployment, _ = make(azure, DEPLOYMENT)
    azure.delete(MODELS, MODELS_ID)

    taken = refusal(azure, MODELS)
    _, outputs = make(azure, MODELS, properties={**_PROPERTIES, "restore": True})

    assert taken.code == "FlagMustBeSetForRestore"
    assert "restore" not in outputs["properties"]
    assert azure.read(DEPLOYMENT, deployment) is None
    assert refusal(azure, MODELS, accountName="new", properties={"restore": True}).code == "ResourceNotFound"


def test_model_deployment_outputs_contain_capacity_and_rate_limits_in_local_azure(azure: LocalAzure) -> None:
    _, outputs = make(azure, DEPLOYMENT)
    regional = {"model": {"format": "OpenAI", "name": "text-embedding-ada-002", "version": "2"}}
    _, plain = make(azure, DEPLOYMENT, deploymentName="plain", sku=None, properties=regional)

    assert outputs["properties"]["rateLimits"] == [{"key": "token", "renewalPeriod": 60, "count": 10_000}]
    assert outputs["properties"]["currentCapacity"] == 10
    assert plain["sku"] == {"name": "Standard"}


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"deploymentName": "s"}, "InvalidResourceName"),
        ({"properties": {"model": {**_MODEL, "format": None}}}, "DeploymentModelNotSupported"),
        ({"properties": {}}, "DeploymentModelNotSupported"),
        ({"properties": {"model": {**_MODEL, "format": "Meta"}}}, "DeploymentModelNotSupported"),
        ({"sku": {"name": "S0"}}, "InvalidResourceProperties"),
        ({"sku": {"name": "Standard", "capacity": 0}}, "InvalidCapacity"),
    ],
)
def test_invalid_model_deployment_is_refused_by_local_azure(
    azure: LocalAzure, inputs: dict[str, object], code: str
) -> None:
    assert refusal(azure, DEPLOYMENT, **inputs).code == code


def test_model_deployment_outside_openai_or_aiservices_account_is_refused_by_local_azure(azure: LocalAzure) -> None:
    make(azure, MODELS, kind="SpeechServices")

    refused = refusal(azure, DEPLOYMENT)

    assert "an account of kind 'SpeechServices' cannot have model deployments" in refused.message


def test_ai_services_account_log_categories_are_accepted_in_diagnostic_settings_in_local_azure(
    azure: LocalAzure,
) -> None:
    make(azure, MODELS)
    logs = [{"category": name, "enabled": True} for name in ("Audit", "RequestResponse", "Trace")]

    assert len(make(azure, SETTING, resourceUri=MODELS_ID, logs=logs)[1]["logs"]) == 3


def test_ai_services_account_created_outside_the_stack_has_endpoint_and_accepts_deployments_in_local_azure(
    azure: LocalAzure,
) -> None:
    outputs = azure.adopt(MODELS, MODELS_ID)

    assert outputs["properties"]["endpoint"] == "https://network-openai-dev7.openai.azure.com/"
    assert azure.create(DEPLOYMENT, with_needs(azure, DEPLOYMENT))[1]["name"] == "small"
