"""Difference between a property of a resource in the program and in Azure."""

from dataclasses import dataclass

__all__ = ["PropertyDifference"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PropertyDifference:
    """Property of a resource that has another value in Azure than in the program; values as they are shown."""

    property: str
    """Path of the property, such as `networkAcls.defaultAction`."""
    declared: str
    live: str
