"""Azure AI services accounts, including Azure OpenAI, and the models deployed in these accounts.

Facts, from Microsoft Learn, undated copies where no date is given: "Recover or purge deleted Azure AI services
resources" (names stay taken for 48 hours; an account can be deleted with its deployments); "Custom subdomain names for
Azure AI services" (one for good, unique in all of Azure); "Naming rules and restrictions for Azure resources", 2025-05
(an account's own name is unique in its group only); foundry/how-to/upgrade-azure-openai-auto (OpenAI becomes AIServices
and can go back; it keeps its endpoint). Codes as reported in Azure/azure-cli#18146 (FlagMustBeSetForRestore),
Azure-Samples/azuresandbox#164 (CustomDomainInUse), Azure/bicep#15446 (UpdateKindNotAllowed), Azure/azure-dev#6727 (a
deployment's SKU), microsoft/azurechat#447 (its model), hashicorp/terraform-provider-azurerm#22607 (RequestConflict),
Azure/bicep#16642 (Standard where it has no SKU); that azure-native updates `kind` in place,
Azure/azure-rest-api-specs#27777; that network rules need a subdomain, hashicorp/terraform-provider-azurerm#24239; that
an account with projects cannot be deleted, Azure/terraform-provider-azapi#894 (CannotDeleteResource). Log categories
from "Supported logs for Microsoft.CognitiveServices/accounts", Microsoft Learn, 2025-04-16.

The models are those of `model_rules.py`.

Differences from Azure: there is no quota; a version that is left out stays unknown, and a deployment may change its
model. A deleted
account is never purged, by time or by hand; a recovered one is as requested and has no deployments. `endpoints`
holds the best known only. An existing account is taken to have its name as subdomain. Free accounts are not counted.
The codes InvalidSkuId, SubDomainNameImmutable, CustomDomainRequired and InvalidCapacity are ours.
"""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from localazure.arm import ids
from localazure.arm.asynchronous import AsynchronousRequests, StatusUrls, regional
from localazure.arm.common_rules import all_of, constant, kept_from_creation, off, system_data
from localazure.arm.resource_type import (
    ComputedOutput,
    ExclusiveWrites,
    InvokeFunction,
    NameCheck,
    Request,
    ResourceType,
    SoftDeletion,
)
from localazure.arm.world import Resource, Values, World
from localazure.errors import AzureError
from localazure.services.model_rules import model_can_be_deployed, region_has_the_model
from manifest import azure_naming_rules

_ACCOUNT = (
    "subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.CognitiveServices/accounts/{accountName}"
)

_PROJECT = "azure-native:cognitiveservices:Project"

# Types and names
_ACCOUNT_NAME = NameCheck(azure_naming_rules.AI_SERVICES_ACCOUNT)
_DEPLOYMENT_NAME = NameCheck(azure_naming_rules.MODEL_DEPLOYMENT)
_MODEL_KINDS = ("OpenAI", "AIServices")
_KINDS = (
    *_MODEL_KINDS,
    *(
        "CognitiveServices",
        "ComputerVision",
        "ContentModerator",
        "ContentSafety",
        "ConversationalLanguageUnderstanding",
    ),
    *("CustomVision.Prediction", "CustomVision.Training", "Face", "FormRecognizer", "HealthInsights"),
    *("ImmersiveReader", "LUIS.Authoring", "Personalizer", "QnAMaker.v2", "SpeechServices", "TextAnalytics"),
    *("AnomalyDetector", "MetricsAdvisor", "TextTranslation"),
)
_DEPLOYMENT_SKUS = (
    *("Standard", "GlobalStandard", "DataZoneStandard", "DeveloperTier", "GlobalBatch", "DataZoneBatch"),
    *("ProvisionedManaged", "GlobalProvisionedManaged", "DataZoneProvisionedManaged"),
)


def _restores(inputs: Values) -> bool:
    return cast("Values", inputs.get("properties") or {}).get("restore") is True


# Reasons to refuse an account
def _kind_is_known(request: Request) -> Iterator[AzureError]:
    kind, sku = request.input("kind"), request.input("sku.name")
    if kind not in _KINDS:
        yield AzureError(
            "InvalidApiSetId",
            f"the account type '{kind}' is either invalid or unavailable in given region; known kinds are"
            f" {', '.join(sorted(_KINDS))}",
        )
    if sku is None or (kind in _MODEL_KINDS and sku != "S0"):
        yield AzureError("InvalidSkuId", f"the SKU '{sku}' is invalid for the account type '{kind}'; use S0")


def _kind_stays(request: Request) -> Iterator[AzureError]:
    if request.old is None or request.old.adopted:
        return
    before, kind = request.old.inputs.get("kind"), request.input("kind")
    if before != kind and not {before, kind} <= set(_MODEL_KINDS):
        yield AzureError(
            "UpdateKindNotAllowed",
            f"it's not allowed to update kind of API account: from '{before}' to '{kind}'; create another account",
        )


def _subdomain_is_free(request: Request) -> Iterator[AzureError]:
    for claim in _unique_keys(request):
        live = request.world.find_unique(claim)
        holders = [*request.world.soft_deleted.values(), *([live] if live else [])]
        if any(claim in each.claims and not ids.same(each.id, request.id) for each in holders):
            yield AzureError(
                "CustomDomainInUse",
                f"please pick a different name. The subdomain name '{_subdomain(request)}' is not available as it's"
                " already used by a resource, maybe a deleted one that can still be recovered",
                409,
            )


def _subdomain_stays(request: Request) -> Iterator[AzureError]:
    before, given = (
        request.previous_output("properties.customSubDomainName"),
        request.input("properties.customSubDomainName"),
    )
    if before and given and before.lower() != given.lower() and not (request.old and request.old.adopted):
        yield AzureError(
            "SubDomainNameImmutable",
            f"customSubDomainName is '{before}' and cannot be changed to '{given}'; create another account",
        )
    if request.input("properties.networkAcls") and not _subdomain(request):
        yield AzureError(
            "CustomDomainRequired", "networkAcls is given without customSubDomainName; give a customSubDomainName too"
        )


def _projects_are_gone(world: World, account: Resource) -> Iterator[AzureError]:
    projects = [each.id for each in world.children(account.id) if each.token == _PROJECT]
    if projects:
        yield AzureError(
            "CannotDeleteResource",
            f"cannot delete '{account.id}' while nested resources exist: {', '.join(projects)}; delete them first",
            409,
        )


# Reasons to refuse a deployment
def _account_takes_models(request: Request) -> Iterator[AzureError]:
    account = request.parent
    kind = None if account is None else account.inputs.get("kind")
    if account is not None and kind not in _MODEL_KINDS:
        yield AzureError(
            "InvalidResourceProperties",
            f"an account of kind '{kind}' cannot have model deployments; use the kind {' or '.join(_MODEL_KINDS)}",
        )
    if kind == "OpenAI" and request.input("properties.model.format") not in (None, "OpenAI"):
        yield AzureError(
            "DeploymentModelNotSupported",
            f"an account of kind OpenAI supports only models of format OpenAI, not {_model(request)}",
        )


def _model_is_named(request: Request) -> Iterator[AzureError]:
    if not request.input("properties.model.format") or not request.input("properties.model.name"):
        yield AzureError(
            "DeploymentModelNotSupported",
            f"the model '{_model(request)}' of account deployment is not supported;"
            " give properties.model.format and name",
        )


def _sku_is_known(request: Request) -> Iterator[AzureError]:
    sku, capacity = request.input("sku.name"), request.input("sku.capacity")
    if sku is not None and sku not in _DEPLOYMENT_SKUS:
        yield AzureError(
            "InvalidResourceProperties",
            f"the specified SKU '{sku}' of account deployment is not one that local Azure knows for models;"
            f" choose one of {', '.join(_DEPLOYMENT_SKUS)}",
        )
    if capacity is not None and capacity < 1:
        yield AzureError(
            "InvalidCapacity",
            f"the capacity of model deployment '{request.name}' is {capacity}; use a capacity of 1 or more",
        )


def _model(request: Request) -> str:
    return ", ".join(
        f"{label}: {request.input(f'properties.model.{label.lower()}') or ''}"
        for label in ("Format", "Name", "Version")
    )


# Outputs
def _subdomain(request: Request) -> str | None:
    """Return the custom subdomain of an AI services account, from the inputs or the last run; None if it has none."""
    named = request.input("properties.customSubDomainName") or request.previous_output("properties.customSubDomainName")
    return named or (request.name if request.adopted else None)


def _unique_keys(request: Request) -> tuple[str, ...]:
    subdomain = _subdomain(request)
    return (f"cognitive services subdomain {subdomain}".lower(),) if subdomain else ()


def _endpoint(request: Request) -> str:
    subdomain = _subdomain(request)
    if subdomain is None:
        return f"https://{request.location}.api.cognitive.microsoft.com/"
    domain = "openai" if request.input("kind") == "OpenAI" else "cognitiveservices"
    before = request.previous_output("properties.endpoint")
    # An account that was upgraded keeps the address that its clients know.
    if before and before.startswith(f"https://{subdomain.lower()}."):
        return before
    return f"https://{subdomain.lower()}.{domain}.azure.com/"


def _endpoints(request: Request) -> Values:
    subdomain, kind = _subdomain(request), request.input("kind")
    if subdomain is None or kind not in _MODEL_KINDS:
        return {}
    found = {"OpenAI Language Model Instance API": f"https://{subdomain.lower()}.openai.azure.com/"}
    if kind == "AIServices":
        found["AI Foundry API"] = f"https://{subdomain.lower()}.services.ai.azure.com/"
    return found


def _version(request: Request) -> str:
    """Return the etag of an AI services account or model deployment, which is new after every change."""
    return f'"{request.guid(json.dumps(request.inputs, sort_keys=True))}"'


def _rate_limits(request: Request) -> list[Values]:
    """Return rate limits of a model deployment: thousands of tokens a minute for each unit of capacity."""
    capacity, sku = request.input("sku.capacity"), str(request.input("sku.name"))
    if capacity is None or not sku.endswith("Standard"):
        return []
    return [{"key": "token", "renewalPeriod": 60, "count": 1000 * capacity}]


_ACCOUNT_OUTPUTS: Mapping[str, ComputedOutput] = {
    "properties": constant({}),
    "properties.customSubDomainName": _subdomain,
    "properties.endpoint": _endpoint,
    "properties.endpoints": _endpoints,
    "properties.provisioningState": constant("Succeeded"),
    "properties.dateCreated": kept_from_creation("properties.dateCreated", lambda request: request.now),
    "properties.internalId": lambda request: request.guid("internal").replace("-", ""),
    "properties.isMigrated": off,
    "properties.disableLocalAuth": off,
    "properties.publicNetworkAccess": constant("Enabled"),
    "properties.privateEndpointConnections": constant([]),
    "etag": _version,
    "systemData": system_data,
}
_DEPLOYMENT_OUTPUTS: Mapping[str, ComputedOutput] = {
    "sku": constant({"name": "Standard"}),
    "properties.provisioningState": constant("Succeeded"),
    "properties.versionUpgradeOption": constant("OnceNewDefaultVersionAvailable"),
    "properties.currentCapacity": lambda request: request.input("sku.capacity"),
    "properties.rateLimits": _rate_limits,
    "etag": _version,
    "systemData": system_data,
}

# Azure/azure-sdk-for-python#48096, 2026-07-16: a creation is answered with 202; "Azure permissions for AI + machine
# learning", Microsoft Learn, 2026-04-09, has the read of a result.
_RESULT = StatusUrls(result=regional("Microsoft.CognitiveServices", "operationResults"))
ASYNCHRONOUS = AsynchronousRequests(write=_RESULT, delete=_RESULT)
"""Asynchronous requests of accounts and of most resources in accounts."""
OF_APPLICATIONS = AsynchronousRequests(write=StatusUrls(_RESULT.result), delete=_RESULT)
"""Asynchronous requests of an agent's application: 201 with `Azure-AsyncOperation` (AgentApplication.tsp and
AgentDeployment.tsp of Azure/azure-rest-api-specs, 2025-10-01-preview)."""


def _deployment(world: World, args: Values) -> Values:
    """Return a model deployment, as the provider function `getDeployment` does."""
    path = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.CognitiveServices/accounts/{}/deployments/{}"
    names = (args.get(name) for name in ("resourceGroupName", "accountName", "deploymentName"))
    here = path.format(world.subscription_id, *names)
    found = world.get(here)
    if found is None:
        raise AzureError("ResourceNotFound", f"the resource '{here}' was not found", 404)
    return {"id": found.id, "name": ids.name_of(found.id), **found.outputs}


TYPES = (
    ResourceType(
        "azure-native:cognitiveservices:Account",
        _ACCOUNT,
        name_check=_ACCOUNT_NAME,
        soft_deletion=SoftDeletion(code="FlagMustBeSetForRestore", recovered_by=_restores),
        asynchronous=ASYNCHRONOUS,
        rules=all_of(_kind_is_known, _kind_stays, _subdomain_is_free, _subdomain_stays),
        unique_keys=_unique_keys,
        outputs=_ACCOUNT_OUTPUTS,
        volatile=("properties.endpoint", "properties.endpoints", "etag", "systemData"),
        write_only=("properties.restore",),
        deletion_refusals=_projects_are_gone,
        log_categories=("Audit", "AzureOpenAIRequestUsage", "RequestResponse", "Trace"),
        category_groups=("allLogs", "audit"),
        adopted_inputs={"location": "westeurope", "kind": "OpenAI", "sku": {"name": "S0"}},
    ),
    ResourceType(
        "azure-native:cognitiveservices:Deployment",
        f"{_ACCOUNT}/deployments/{{deploymentName}}",
        name_check=_DEPLOYMENT_NAME,
        asynchronous=ASYNCHRONOUS,
        rules=all_of(
            _account_takes_models, _model_is_named, _sku_is_known, region_has_the_model, model_can_be_deployed
        ),
        outputs=_DEPLOYMENT_OUTPUTS,
        volatile=("properties.currentCapacity", "properties.rateLimits", "etag", "systemData"),
        adopted_inputs={"sku": {"name": "Standard"}, "properties": {}},
        exclusive_writes=ExclusiveWrites(arm_type="microsoft.cognitiveservices/accounts", code="RequestConflict"),
    ),
)

FUNCTIONS: Mapping[str, InvokeFunction] = {"azure-native:cognitiveservices:getDeployment": _deployment}
