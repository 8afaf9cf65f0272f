"""Determines if the access keys of a resource are on, with which data is accessible without a role.

Owns reading a type's key switch, which is in the row of the type, from the properties of a resource. Roles do not
show who has a key: where keys work, a list of roles is not the whole access.
"""

from collections.abc import Mapping
from typing import Any

from access.azure.booleans import boolean
from access.azure.flat_properties import flattened
from access.azure.key_switches import SWITCHES
from access.azure.scopes import ancestors, key
from access.azure.types import BY_ARM_TYPE
from access.azure.types.row import KeySwitch


def local_auth(arm_type: str, *sources: Mapping[str, Any], complete: bool = True) -> bool | None:
    """Return True if access keys open a resource of an ARM type; None if unknown or the type has no keys.

    Args:
        arm_type: in any case.
        sources: the properties of the resource, the most reliable source first: inputs of a program, or properties as
            ARM returns them, at the top or below `properties`.
        complete: True if these are all properties, so that a missing property is not set.
    """
    switch = key_switch(arm_type)
    if switch is None:
        return None
    value = boolean(flattened(*sources).get(switch.property))
    if value is None:
        return switch.absent if complete else None
    return value is switch.on if isinstance(value, bool) else None


def switch_of(arm_type: str) -> str:
    """Return the property that turns a type's access keys on or off; empty if the type has none."""
    switch = key_switch(arm_type)
    return switch.property if switch else ""


def key_switch(arm_type: str) -> KeySwitch | None:
    """Return the setting that turns a type's access keys on or off; None if the type has none, or is not known."""
    row = BY_ARM_TYPE.get(arm_type.lower())
    if row is None:
        return SWITCHES.get(arm_type.lower())
    return row.keys if isinstance(row.keys, KeySwitch) else None


def inherited(resource_id: str, by_account: Mapping[str, bool | None]) -> bool | None:
    """Return True if access keys open a resource inside an account, as the nearest account above it sets."""
    for around in reversed(ancestors(key(resource_id))):
        if around in by_account:
            return by_account[around]
    return None
