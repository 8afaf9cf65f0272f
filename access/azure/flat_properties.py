"""Merges the properties of a resource, flat as in a program or nested under `properties` as in Azure, in one mapping.

Owns the precedence, which every reading of a setting shares. What the values mean is up to the caller.
"""

from collections.abc import Mapping
from typing import Any, cast

__all__ = ["SIGNATURE", "flattened"]

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which Pulumi's engine marks an object that represents something else, such as a secret (sig/sig.go, 2026)."""


def flattened(*sources: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of a resource in one mapping, without those that are null.

    Args:
        sources: properties of the resource, the most reliable source first. In each, a property at the top counts
            before one of the same name under `properties`.
    """
    found: dict[str, Any] = {}
    for source in sources:
        inner = source.get("properties")
        nested = cast("Mapping[str, Any]", inner if isinstance(inner, Mapping) and SIGNATURE not in inner else {})
        for values in (source, nested):
            for name, value in values.items():
                if value is not None:
                    found.setdefault(name, value)
    return found
