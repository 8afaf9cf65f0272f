"""Access to a resource with a key, next to access by role.

Owns reading a type's key switch, which is in the row of the type, from the properties of a resource. Roles say nothing
about who has a key: where keys work, a list of roles is not all the access that there is.
"""

from collections.abc import Mapping
from typing import Any, cast

from access.azure.scopes import ancestors, key
from access.azure.types import BY_ARM_TYPE
from access.azure.types.row import KeySwitch


def local_auth(arm_type: str, *told: Mapping[str, Any], complete: bool = True) -> bool | None:
    """Whether keys open a resource of this type; None where the type has none, or it is not known.

    Args:
        arm_type: in any case.
        told: what is said of it, the most reliable first: inputs of a program, or properties as ARM answers them, at
            the top or below `properties`.
        complete: whether they are all its properties, so that what is not there is not set.
    """
    switch = _switch(arm_type)
    if switch is None:
        return None
    for values in told:
        value = _value(values, switch.property)
        if value is not None:
            return value is switch.on if isinstance(value, bool) else None
    return switch.absent if complete else None


def switch_of(arm_type: str) -> str:
    """The property that turns keys of a type on or off; empty where it has none."""
    switch = _switch(arm_type)
    return switch.property if switch else ""


def _switch(arm_type: str) -> KeySwitch | None:
    row = BY_ARM_TYPE.get(arm_type.lower())
    return row.keys if row is not None and isinstance(row.keys, KeySwitch) else None


def inherited(resource_id: str, by_account: Mapping[str, bool | None]) -> bool | None:
    """The same for what lies within an account: that of the nearest account; `by_account` goes by `scopes.key`."""
    for around in reversed(ancestors(key(resource_id))):
        if around in by_account:
            return by_account[around]
    return None


def _value(values: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    inner: Any = values.get("properties")
    within = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else values
    found = values.get(name)
    return within.get(name) if found is None else found
