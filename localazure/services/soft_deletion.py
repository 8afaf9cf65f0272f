"""Dynamic resource that finds soft-deleted resources whose names a program needs: `deletion:DeletedResources`.

The program reads them from Azure Resource Manager ("Deleted Vaults - Get", "Deleted Accounts - Get" and "Configuration
Stores - Get Deleted", Microsoft Learn, 2026) while the engine checks the resource's inputs; local Azure answers from
its own soft-deleted resources.

Differences from Azure: they stay for ever.
"""

from collections.abc import Iterator
from typing import cast

from localazure.arm import ids
from localazure.arm.permissions import RequestedOperation
from localazure.arm.required_operations import no_operations
from localazure.arm.resource_type import ResourceType
from localazure.arm.world import Resource, Values, World
from localazure.errors import InvalidInputs, Violation

_TOKEN = "pulumi-python:dynamic/deletion:DeletedResources"  # noqa: S105 - a type token


def _find(world: World, inputs: Values) -> Iterator[Resource]:
    """Yield the soft-deleted resources of the wanted types, names and region; the group can be another one."""
    names = cast("dict[str, dict[str, str]]", inputs.get("names") or {})
    wanted = {
        (arm_type.lower(), name.lower(), location)
        for arm_type, listed in names.items()
        for name, location in listed.items()
    }
    for one in world.soft_deleted.values():
        if (ids.arm_type_of(one.id), ids.name_of(one.id).lower(), one.outputs.get("location")) in wanted:
            yield one


def _with_found(world: World, inputs: Values) -> Values:
    """Return the inputs with the ids of the soft-deleted resources to recover; raise for those that block a name."""
    start = f"/subscriptions/{world.subscription_id}/resourceGroups/{inputs.get('resource_group')}/".lower()
    every = sorted(one.id for one in _find(world, inputs))
    here = [one for one in every if one.lower().startswith(start)]
    blocking = every if inputs.get("handling") == "report" else [one for one in every if one not in here]
    if blocking:
        message = (
            f"deleted resources still have names that this network needs: {', '.join(blocking)}; set 'deleted: recover'"
            " in the stack's file to recover those of its own group, or choose another suffix"
        )
        raise InvalidInputs(_TOKEN, (Violation("names", message),))
    return {**inputs, "found": here}


# "Azure permissions" for each of the services, Microsoft Learn, 2026-04-09: the reads have operations of their own.
_READS = {
    "microsoft.appconfiguration/configurationstores": (
        "Microsoft.AppConfiguration/locations/deletedConfigurationStores/read"
    ),
    "microsoft.cognitiveservices/accounts": (
        "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts/read"
    ),
    "microsoft.keyvault/vaults": "Microsoft.KeyVault/locations/deletedVaults/read",
}


def _reads(world: World, inputs: Values) -> Iterator[RequestedOperation]:
    """Return the operations of looking for soft-deleted resources, which are in no resource group any more."""
    for arm_type in cast("dict[str, object]", inputs.get("names") or {}):
        place = f"/subscriptions/{world.subscription_id}"
        yield RequestedOperation(operation=_READS[arm_type.lower()], data=False, place=place)


TYPES = (
    ResourceType(
        _TOKEN,
        "subscriptions/{subscriptionId}/deletedResources/{resource_group}",
        check_operations=_reads,
        checked_inputs=_with_found,
        data_plane=no_operations,
        inherits_location=False,
        adoptable=False,
        known_inputs=("subscription_id", "resource_group", "names", "handling", "found"),
    ),
)
