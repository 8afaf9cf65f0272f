"""Validates inputs of resources against Azure's published API types.

Owns one question: what of a resource's inputs would the API's own type definitions refuse. Judges every property at
once; knows nothing of names, parents or any service's rules. The types are in `data/`, whose README names their
source.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from localazure.arm.resource_type import ResourceType
from localazure.arm.schema_compiler import Check, Compiler
from localazure.arm.sdk_names import with_sdk_names
from localazure.errors import Violation

DATA = Path(__file__).parent / "data" / "api_types"
"""Folder of the published API types, with one file for each resource provider."""

# The provider fills these in, or they stand in the address.
_FILLED = frozenset({"name", "location", "id", "type", "apiVersion"})


@dataclass(frozen=True)
class ArmType:
    """Published API type of one ARM resource type, with the check of inputs that is compiled from it."""

    api_version: str
    has_location: bool
    """True if resources of the type have a property `location`."""
    needs_location: bool
    """True if Azure creates no resource of the type without a `location`."""
    judge: Check


def violations(kind: ResourceType, inputs: Mapping[str, Any]) -> list[Violation]:
    """Return the violations in a resource's inputs: by its published API type, by its schema, or by its input names."""
    published = arm_type(kind)
    found: list[Violation] = []
    if published is not None:
        published.judge(inputs, None, found)
        return found
    if kind.schema is not None:
        _schema_check(kind)(inputs, None, found)
        return found
    known = {*kind.known_inputs, *kind.path_inputs}
    listed = ", ".join(sorted(known))
    return [Violation(name, f"no such property; known are {listed}") for name in inputs if name not in known]


def arm_type(kind: ResourceType) -> ArmType | None:
    """Return the published API type of a resource type; None if none is published, as for Entra ID."""
    return _arm_type(kind.token, frozenset(kind.path_inputs))


def takes_location(kind: ResourceType) -> bool:
    """Return True if the Pulumi provider adds a default location to resources of a type."""
    published = arm_type(kind)
    return published is not None and published.has_location and kind.inherits_location


def needs_location(kind: ResourceType) -> bool:
    """Return True if the Pulumi provider refuses resources of a type without a location."""
    published = arm_type(kind)
    return published is not None and published.needs_location


def provider_of(token: str) -> str:
    """Return the provider in a type token, such as `storage`, which names a file in `data/api_types`."""
    return token.split(":")[1].lower()


_SCHEMA_CHECKS: dict[str, Check] = {}
"""Check of the inputs of each type with a schema, by type token; each is compiled on first use."""


def _schema_check(kind: ResourceType) -> Check:
    if kind.token not in _SCHEMA_CHECKS:
        _SCHEMA_CHECKS[kind.token] = Compiler({}).body(dict(kind.schema or {}), frozenset(), frozenset())
    return _SCHEMA_CHECKS[kind.token]


@cache
def _arm_type(token: str, arguments: frozenset[str]) -> ArmType | None:
    definition = _of_provider(provider_of(token)).get(token) if token.startswith("azure-native:") else None
    if definition is None:
        return None
    compiler, body = Compiler(with_sdk_names(token, definition["types"])), {"ref": definition["arm_type"]}
    return ArmType(
        api_version=cast("str", definition["api_version"]),
        has_location=compiler.takes(body, "location"),
        needs_location=compiler.needs(body, "location"),
        judge=compiler.body(body, arguments, _FILLED),
    )


@cache
def _of_provider(provider: str) -> dict[str, Any]:
    """Return the published API types of one resource provider from its JSON file; empty without a file."""
    path = DATA / f"{provider}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}
