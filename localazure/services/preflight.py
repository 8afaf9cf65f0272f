"""Dynamic resource that a program makes only if the deployer has the data actions of its network: `DataPermissions`.

The program reads the permissions of the signed-in identity from Azure Resource Manager ("Permissions - List For
Resource Group", REST reference, Microsoft Learn, 2026) while the engine checks the resource's inputs; local Azure
checks each data action of the inputs. Neither checks an identity that only plans, which sets a variable of the engine.

Differences from Azure: the first missing data action is an error of local Azure; the program lists all of them.
"""

import os
from collections.abc import Iterator
from typing import cast

from localazure.arm.permissions import RequestedOperation
from localazure.arm.required_operations import no_operations
from localazure.arm.resource_type import ResourceType
from localazure.arm.world import Values, World

_PLANNING = "AGENT_NETWORK_PLANNING"
"""Variable that the program reads, too, in the environment of the same engine."""
_TOKEN = "pulumi-python:dynamic/preflight:DataPermissions"  # noqa: S105 - a type token


def _needed(world: World, inputs: Values) -> Iterator[RequestedOperation]:
    """Return the operation of reading permissions, and each data action of the inputs, in the resource group."""
    if os.environ.get(_PLANNING):
        return
    place = f"/subscriptions/{world.subscription_id}/resourceGroups/{inputs.get('resource_group')}"
    yield RequestedOperation(operation="Microsoft.Authorization/permissions/read", data=False, place=place)
    for action in cast("list[str]", inputs.get("data_actions") or []):
        yield RequestedOperation(operation=action, data=True, place=place)


TYPES = (
    ResourceType(
        _TOKEN,
        "subscriptions/{subscriptionId}/dataPermissions/{resource_group}",
        check_operations=_needed,
        data_plane=no_operations,
        inherits_location=False,
        adoptable=False,
        known_inputs=("subscription_id", "resource_group", "data_actions"),
    ),
)
