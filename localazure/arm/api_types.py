"""Inputs against Azure's published API types.

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

from localazure.arm.api_schema import Check, Compiler
from localazure.arm.resource_type import ResourceType
from localazure.errors import Violation

DATA = Path(__file__).parent / "data" / "api_types"
"""One file a provider."""

# The provider fills these in, or they stand in the address.
_FILLED = frozenset({"name", "location", "id", "type", "apiVersion"})


@dataclass(frozen=True)
class ArmType:
    """The published type of one resource."""

    api_version: str
    has_location: bool
    """True if the type has a location."""
    judge: Check


def violations(kind: ResourceType, inputs: Mapping[str, Any]) -> list[Violation]:
    """Everything in `inputs` that the resource's type does not allow; unknown and secret values are not judged."""
    published = arm_type(kind)
    found: list[Violation] = []
    if published is not None:
        published.judge(inputs, None, found)
        return found
    known = {*kind.known_inputs, *kind.path_inputs}
    listed = ", ".join(sorted(known))
    return [Violation(name, f"no such property; known are {listed}") for name in inputs if name not in known]


def arm_type(kind: ResourceType) -> ArmType | None:
    """The published type of a resource; None where there is none, as for Entra ID."""
    return _arm_type(kind.token, frozenset(kind.path_inputs))


def takes_location(kind: ResourceType) -> bool:
    """Report if the provider adds a default location."""
    published = arm_type(kind)
    return published is not None and published.has_location and kind.inherits_location


def provider_of(token: str) -> str:
    """The provider in a type token, by which its file in `data/api_types` is called."""
    return token.split(":")[1].lower()


@cache
def _arm_type(token: str, arguments: frozenset[str]) -> ArmType | None:
    definition = _of_provider(provider_of(token)).get(token) if token.startswith("azure-native:") else None
    if definition is None:
        return None
    compiler, body = Compiler(definition["types"]), {"ref": definition["arm_type"]}
    return ArmType(
        api_version=cast("str", definition["api_version"]),
        has_location=compiler.takes(body, "location"),
        judge=compiler.body(body, arguments, _FILLED),
    )


@cache
def _of_provider(provider: str) -> dict[str, Any]:
    """The published types of one provider, read when one of them is needed."""
    path = DATA / f"{provider}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}
