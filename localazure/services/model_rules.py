"""Checks that a region of Azure has a model in an SKU, when a deployment of the model is made or changed.

Part of the service `cognitiveservices.py`. The facts are those of `manifest.model_availability`, a dated table. Codes
and messages as reported in microsoft/microsoft-foundry-for-vscode#644, 2026-05 (InvalidResourceProperties).

Differences from Azure: a model or version that the table does not have is possible everywhere, and models never retire.
"""

from collections.abc import Iterator

from localazure.arm.property_paths import parse, value_at
from localazure.arm.resource_type import Request
from localazure.arm.world import Values
from localazure.errors import AzureError
from manifest.model_availability import ModelVersion, model_table

__all__ = ["region_has_the_model"]

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
