"""Adds the inputs that the azure-native provider fills in if they are omitted: a resource's name and location.

Owns both rules (azure-native 3.29.0, `AutoNamer` and `getDefaultLocation`). Where azure-native draws a name at random,
this draws the same one for the same logical name, so that a run can be repeated.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from localazure.arm.api_types import takes_location
from localazure.arm.resource_type import UNKNOWN, ResourceType
from localazure.arm.world import Values, World

_ALWAYS_GUIDS = frozenset({"roleAssignmentName", "roleDefinitionId"})


@dataclass(frozen=True)
class ProviderDefaults:
    """Values from which azure-native fills in omitted inputs: the resource's old inputs, and the configured region."""

    location: str = ""
    """Setting `azure-native:location` of the stack, or `location` of an explicit provider."""
    old: Values = field(default_factory=dict[str, Any])
    """Inputs of the resource in its last deployment; empty for a new one."""


NO_DEFAULTS = ProviderDefaults()


def with_defaults(
    kind: ResourceType, inputs: Values, world: World, name: str, defaults: ProviderDefaults = NO_DEFAULTS
) -> Values:
    """Return the inputs with a default name, made from the logical name `name`, and a default location."""
    found = dict(inputs)
    own = kind.name_input
    if own is not None and not found.get(own):
        found[own] = _auto_name(kind, own, name)
    if not found.get("location") and takes_location(kind):
        location = defaults.old.get("location") or defaults.location or _location_of_group(inputs, world)
        if location:
            found["location"] = location
    return found


def _location_of_group(inputs: Values, world: World) -> object:
    """Return the location of the resource's group: unknown with its name, None if local Azure has no such group."""
    named = inputs.get("resourceGroupName")
    if named == UNKNOWN:
        return UNKNOWN
    group = world.get(f"/subscriptions/{world.subscription_id}/resourceGroups/{named}")
    return None if group is None else group.inputs.get("location")


def _auto_name(kind: ResourceType, own: str, name: str) -> str:
    seed = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind.token} {name}")
    if own in _ALWAYS_GUIDS:
        return str(seed)
    top_level = kind.path.rpartition("/providers/")[2].count("{") == 1
    return f"{name}{seed.hex[:8]}" if top_level else name
