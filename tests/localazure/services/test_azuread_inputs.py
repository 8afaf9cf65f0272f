"""Tests that the schemas of azuread's inputs in local Azure agree with the installed SDK."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pulumi_azuread
import pytest

from access.readers.azuread_types import TYPES
from localazure.arm.resource_type import ResourceType
from localazure.services import catalogue

OF_ENTRA = {kind.label: kind for kind in catalogue() if kind.token.startswith("azuread:")}
LEFT_OUT = {"ServicePrincipal.features"}
"""Inputs of the SDK that local Azure does not have: the provider replaced it by `featureTags`."""
of_each_type = pytest.mark.parametrize("kind", OF_ENTRA.values(), ids=OF_ENTRA)


def args_class(kind: ResourceType) -> type:
    """Return the class of the SDK with the inputs of a type."""
    return getattr(importlib.import_module(f"pulumi_azuread.{snake(kind.label)}"), f"{kind.label}Args")


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def inputs_of(cls: type) -> Iterator[tuple[str, str]]:
    """Return the inputs of a class of the SDK, in the engine's spelling, with their types as written there."""
    for name, each in vars(cls).items():
        if isinstance(each, property) and each.fget is not None:
            spelled = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
            yield spelled, str(each.fget.__annotations__["return"])


def paths(cls: type, schema: dict[str, Any], where: str) -> Iterator[str]:
    """Return each property that only one of a class of the SDK and a schema has."""
    schema = schema.get("items", schema)
    of_sdk = dict(inputs_of(cls))
    yield from (f"{where}.{name}" for name in of_sdk.keys() ^ schema["properties"].keys())
    for name, annotation in of_sdk.items():
        nested, inside = re.search(r"'(\w+Args)'", annotation), schema["properties"].get(name)
        if nested is not None and inside:
            yield from paths(getattr(pulumi_azuread, nested[1]), inside, f"{where}.{name}")


@of_each_type
def test_schema_of_each_type_of_entra_has_exactly_the_inputs_of_the_sdk(kind: ResourceType) -> None:
    assert kind.schema is not None

    assert set(paths(args_class(kind), dict(kind.schema), kind.label)) <= LEFT_OUT


@of_each_type
def test_schema_of_each_type_of_entra_requires_exactly_what_the_sdk_requires(kind: ResourceType) -> None:
    assert kind.schema is not None
    of_sdk = dict(inputs_of(args_class(kind)))

    required = {name for name, each in kind.schema["properties"].items() if each.get("required")}

    assert required == {name for name, annotation in of_sdk.items() if "Optional" not in annotation}


def test_every_type_of_entra_in_local_azure_is_read_by_the_access_check() -> None:
    assert {kind.token for kind in OF_ENTRA.values()} <= TYPES
