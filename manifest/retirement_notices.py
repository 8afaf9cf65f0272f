"""Notices about declared model deployments on one day: retired, deprecated and soon retiring models, and unknown ones.

Pure: the day is an argument. It is not known here if a deployment exists already, and so may keep a deprecated model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from manifest.declared_models import DeclaredModel, declared_models
from manifest.environment import Environment
from manifest.message_formatting import quote_value
from manifest.model_availability import ModelTable, ModelVersion, model_table
from manifest.network import Network

__all__ = ["ModelNotice", "model_notices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNotice:
    """Notice about one declared model deployment, with the message for the user."""

    model: DeclaredModel
    kind: Literal["retired", "deprecated", "retiring", "unknown"]
    """Reason of the notice; Azure refuses new deployments of retired and deprecated models."""
    message: str

    @property
    def refuses_new(self) -> bool:
        """Return True if Azure refuses new deployments of the model."""
        return self.kind in {"retired", "deprecated"}


def model_notices(network: Network, environment: Environment, today: date) -> Iterator[ModelNotice]:
    """Yield the notices about the model deployments that a network declares, on a day."""
    table = model_table()
    for model in declared_models(network, environment):
        found = model.in_table(table)
        stage = "current" if found is None else found.stage(today)
        if found is not None and stage != "current":
            message = f"the model {quote_value(model.label)} {_reason(found, today, table)}{_replacement(found)}"
            yield ModelNotice(model=model, kind=stage, message=message)
        elif gap := _gap(found, quote_value(model.label)):
            message = f"the table of models of {table.date} has {gap}"
            yield ModelNotice(model=model, kind="unknown", message=message)


def _reason(found: ModelVersion, today: date, table: ModelTable) -> str:
    source = f"by the table of {table.date}"
    match found.stage(today):
        case "retired":
            since = f" on {found.retires}" if found.retires else ""
            return f"was retired{since}, {source}; Azure refuses new deployments of it"
        case "deprecated":
            until = f", and retires on {found.retires}" if found.retires else ""
            return f"is deprecated{until}, {source}; Azure refuses new deployments of it"
        case _:
            left = (found.retires - today).days if found.retires else 0
            return f"retires on {found.retires}, in {left} days, {source}"


def _replacement(found: ModelVersion) -> str:
    named = f", such as {quote_value(found.replacement)}" if found.replacement else ""
    return f"; deploy another model{named}"


def _gap(found: ModelVersion | None, label: str) -> str:
    """Return the words for what the table lacks about a model; empty if it has the regions and the lifecycle."""
    if found is None:
        return f"no entry of {label}, so neither its region nor its retirement is checked"
    if not found.regions:
        return f"no regions of {label}, so its region is not checked"
    return "" if found.lifecycle else f"no lifecycle of {label}, so its retirement is not checked"
