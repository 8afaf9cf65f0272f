"""Registry of the supported Azure resource types: one module per provider, one `ArmType` row per type.

Owns finding the rows: every module of this folder that has `TYPES` is one provider's, so that a new provider is a new
file and nothing else. What is derived from the rows is with the code that uses it.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from access.azure.types.row import ArmType

_PROVIDERS: tuple[Any, ...] = tuple(import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__))

TYPES: tuple[ArmType, ...] = tuple(row for provider in _PROVIDERS for row in getattr(provider, "TYPES", ()))
"""All supported resource types."""

BY_ARM_TYPE: Mapping[str, ArmType] = {row.key: row for row in TYPES}
"""ARM type in lower case → resource type."""

BY_TOKEN: Mapping[str, ArmType] = {row.token: row for row in TYPES if row.token}
"""Pulumi type token → resource type."""

KINDS: tuple[str, ...] = tuple(sorted({row.kind for row in TYPES if row.kind}))
"""All kinds of resource in network.yaml on which access can be granted, agents and the registry included."""


class MissingRowError(LookupError):
    """Error of a resource type or kind without a row in the registry, which is a bug in this program."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} has no row in access/azure/types; docs/howto/add-a-resource-kind.md describes how to add one"
        )


def of_token(token: str) -> ArmType:
    """Return the registry's row of the resource type with a Pulumi type token; raise if there is none.

    Raises:
        MissingRowError: there is none.
    """
    if token not in BY_TOKEN:
        raise MissingRowError(token)
    return BY_TOKEN[token]


def of_kind(kind: str) -> tuple[ArmType, ...]:
    """Return the registry's rows of a kind in network.yaml: one, or two for Foundry agents; raise if there is none.

    Raises:
        MissingRowError: there is none.
    """
    found = tuple(row for row in TYPES if row.kind == kind)
    if not found:
        raise MissingRowError(kind)
    return found
