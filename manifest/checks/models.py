"""Check of model deployments: the region of each has its model in that SKU, and `model_locations` names accounts."""

from collections.abc import Iterator

from manifest.check_input import CheckInput, Violation
from manifest.declared_models import DeclaredModel, declared_models
from manifest.environment import MODEL_PARENTS
from manifest.message_formatting import join_choices, quote_value, unknown_name_message
from manifest.model_availability import SKUS, ModelTable, ModelVersion, model_table

__all__ = ["UNAVAILABLE", "check_models", "unavailable_message"]

UNAVAILABLE = "unavailable-model"
"""Id of the finding about a model that its region does not have in its SKU; an exception from it lifts the error."""

_FEW = 4


def check_models(inputs: CheckInput) -> Iterator[Violation]:
    """Yield the violations in the SKU and region of every model deployment, and in the regions of single accounts."""
    yield from _locations(inputs)
    if not all(map(inputs.environment.is_valid, ("location", "model_locations", "suffix"))):
        return
    network, table = inputs.network.model, model_table()
    excused = {one.on for one in network.exceptions if one.finding == UNAVAILABLE}
    for model in declared_models(network, inputs.environment.model):
        found = model.in_table(table)
        is_valid = inputs.network.is_valid(model.section, model.owner, "deployments")
        if is_valid and found is not None and model.owner not in excused:
            message = unavailable_message(model, found, table)
            if message:
                yield Violation(model.path(inputs.raw), message)


def unavailable_message(model: DeclaredModel, found: ModelVersion, table: ModelTable) -> str:
    """Return the error of a model that its region does not have in its SKU; an empty text for an available one."""
    sku, region = model.deployment.sku, model.region
    if found.availability(sku, region) != "unavailable":
        return ""
    ways: list[str] = []
    if others := found.skus_in(region):
        ways.append(f"set the SKU {' or '.join(map(quote_value, others))}")
    if regions := _near(table.nearest(region, found.regions.get(sku, ()))):
        ways.append(f"set another region for {quote_value(model.account)} in 'model_locations', such as {regions}")
    if not ways:
        where = {one: table.nearest(region, found.regions[one]) for one in SKUS if found.regions.get(one)}
        ways += [f"set the SKU {quote_value(one)} and a region such as {_near(each)}" for one, each in where.items()]
    return (
        f"the model {quote_value(model.label)} is not available with the SKU {quote_value(sku)} in"
        f" {quote_value(region)}, by the table of {table.date}; {', or '.join(ways) or 'choose another model'}"
    )


def _near(regions: tuple[str, ...]) -> str:
    return join_choices(regions[:_FEW]) if regions else ""


def _locations(inputs: CheckInput) -> Iterator[Violation]:
    parents = [one for one in inputs.parents() if one.parent_kind in MODEL_PARENTS]
    created = sorted({one.parent for one in parents if not one.existing})
    for base in inputs.environment.model.model_locations:
        path = ("model_locations", base)
        if base in created:
            continue
        if base in {one.parent for one in parents}:
            message = f"{quote_value(base)} exists already and is not moved; remove this line"
            yield Violation(path, message, "environment")
        elif all(map(inputs.network.is_valid, ("resources", "hosts"))):
            there = "the accounts of models that the network creates are"
            message = unknown_name_message("account of models", base, created, there=there)
            yield Violation(path, message, "environment")
