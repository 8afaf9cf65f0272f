"""Checks that a region of Azure has a model in an SKU, and that new deployments of the model are still possible.

Part of the service `cognitiveservices.py`. The facts are those of `manifest.model_availability`, a dated table. Codes
and messages as reported in microsoft/microsoft-foundry-for-vscode#644, 2026-05 (InvalidResourceProperties),
Azure/azure-dev#7900, 2026-04 (ServiceModelDeprecating) and Azure-Samples/Azure-Functions-OpenAI-Demo#30, 2025-07
(ServiceModelDeprecated).

Differences from Azure: a model or version that the table does not have is possible everywhere. Every customer is a new
one, so a deprecated model is refused even if the subscription had it before. A deployment that exists is not stopped
at the retirement of its model.
"""

from collections.abc import Iterator

from localazure.arm.property_paths import parse, value_at
from localazure.arm.resource_type import Request
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest.model_availability import ModelVersion, model_table

__all__ = ["model_can_be_deployed", "region_has_the_model"]

_DEFAULT_SKU = "Standard"
"""SKU of a deployment that names none (Azure/bicep#16642)."""


def region_has_the_model(request: Request) -> Iterator[AzureError]:
    """Yield an error if the account's region does not have the requested model in the requested SKU."""
    found, account = _changed_model(request), request.parent
    # Local Azure knows the region of an account only if it has created it.
    if found is None or account is None or account.adopted:
        return
    sku, region = request.input("sku.name") or _DEFAULT_SKU, str(account.inputs.get("location") or "")
    region = region.replace(" ", "").lower()
    if region and found.availability(sku, region) == "unavailable":
        yield AzureError(
            "InvalidResourceProperties",
            f"the specified SKU '{sku}' for model '{found.model} {found.version}' is not supported in this region"
            f" '{region}'; local Azure's table of models is of {model_table().date}",
        )


def model_can_be_deployed(request: Request) -> Iterator[AzureError]:
    """Yield an error for a new deployment of a model that is deprecated or retired."""
    found = _changed_model(request)
    if found is None:
        return
    named = f"Format:OpenAI,Name:{found.model},Version:{request.input('properties.model.version')}"
    table = f"local Azure's table of models is of {model_table().date}"
    stage = found.stage(request.today)
    if stage == "retired":
        since = f" since {found.retires:%m/%d/%Y 00:00:00}" if found.retires else ""
        yield AzureError("ServiceModelDeprecated", f"the model '{named}' has been deprecated{since}; {table}")
    elif stage == "deprecated":
        yield AzureError(
            "ServiceModelDeprecating",
            f"the model '{named}' is in deprecating state and cannot be used for new deployments; {table}",
        )


def _changed_model(request: Request) -> ModelVersion | None:
    """Return the requested model in the table; None for an unknown model, or a deployment that keeps model and SKU."""
    old = None if request.old is None or request.old.adopted else request.old.inputs
    model, version = request.input("properties.model.name"), request.input("properties.model.version")
    if request.input("properties.model.format") != "OpenAI" or not model or not version:
        return None
    if old is not None and _model_and_sku(old) == _model_and_sku(request.inputs):
        return None
    return model_table().find(str(model), str(version))


def _model_and_sku(inputs: Values) -> list[object]:
    return [value_at(inputs, parse(path)) for path in ("properties.model", "sku.name")]
