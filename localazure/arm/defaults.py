"""Adds the inputs that the azure-native provider fills in if they are omitted: a resource's name and location.

Owns both rules (azure-native 3.29.0, `AutoNamer` and `Check`). Where azure-native draws a name at random, this draws
the same one for the same logical name, so that a run can be repeated.
"""

import uuid

from localazure.arm.api_types import takes_location
from localazure.arm.resource_type import ResourceType
from localazure.arm.world import Values, World

_ALWAYS_GUIDS = frozenset({"roleAssignmentName", "roleDefinitionId"})


def with_defaults(kind: ResourceType, inputs: Values, world: World, name: str) -> Values:
    """Return the inputs with a default name, made from the logical name `name`, and the resource group's location."""
    found = dict(inputs)
    own = kind.name_input
    if own is not None and not found.get(own):
        found[own] = _auto_name(kind, own, name)
    if not found.get("location") and takes_location(kind):
        group = world.get(f"/subscriptions/{world.subscription_id}/resourceGroups/{inputs.get('resourceGroupName')}")
        if group is not None and "location" in group.inputs:
            found["location"] = group.inputs["location"]
    return found


def _auto_name(kind: ResourceType, own: str, name: str) -> str:
    seed = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind.token} {name}")
    if own in _ALWAYS_GUIDS:
        return str(seed)
    top_level = kind.path.rpartition("/providers/")[2].count("{") == 1
    return f"{name}{seed.hex[:8]}" if top_level else name
