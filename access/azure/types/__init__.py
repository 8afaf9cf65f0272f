"""The resource types that this project knows: one module a provider, one row a type.

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
"""Every row."""

BY_ARM_TYPE: Mapping[str, ArmType] = {row.key: row for row in TYPES}
"""ARM type in lower case → its row."""

BY_TOKEN: Mapping[str, ArmType] = {row.token: row for row in TYPES if row.token}
"""Pulumi's type token → its row."""

KINDS: tuple[str, ...] = tuple(sorted({row.kind for row in TYPES if row.kind}))
"""Every kind of a network, the agents and the registry that can be granted on among them."""


class MissingRowError(LookupError):
    """A type or kind has no row: the program is incomplete."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} has no row in access/azure/types; docs/howto/add-a-resource-kind.md says how to add it"
        )


def of_token(token: str) -> ArmType:
    """The row of a Pulumi type token.

    Raises:
        MissingRowError: there is none.
    """
    if token not in BY_TOKEN:
        raise MissingRowError(token)
    return BY_TOKEN[token]


def of_kind(kind: str) -> tuple[ArmType, ...]:
    """The rows of a kind: one, but for agents of Foundry, which are one of two types.

    Raises:
        MissingRowError: there is none.
    """
    found = tuple(row for row in TYPES if row.kind == kind)
    if not found:
        raise MissingRowError(kind)
    return found
