"""Managed identities of resources: the `identity` block, which is the same for every resource type.

Owns how the block is answered: a list of user-assigned ids goes in, a mapping from id to client and principal id
comes out; a system-assigned principal begins and ends with its resource ("Managed identities for Azure resources",
Microsoft Learn, 2025-05; azure-native 3.29.0 for the list).
"""

from collections.abc import Iterator
from typing import Any, cast

from localazure.arm.resource_type import UNKNOWN, Request
from localazure.arm.world import Values, World
from localazure.errors import AzureError

_USER_ASSIGNED = "azure-native:managedidentity:UserAssignedIdentity"


def has_system_assigned(inputs: Values) -> bool:
    """Return True if the inputs of a resource request a system-assigned identity."""
    return "SystemAssigned" in str(_block(inputs).get("type", ""))


def user_assigned_ids(inputs: Values) -> list[str]:
    """Return the ids of the user-assigned identities in a resource's inputs."""
    listed = cast("Any", _block(inputs).get("userAssignedIdentities"))
    return [str(each) for each in cast("list[Any]", listed or [])] if isinstance(listed, list | dict) else []


def identity_refusals(request: Request) -> Iterator[AzureError]:
    """Yield Azure's errors for an `identity` block whose identities do not exist or do not agree with its type."""
    kind = str(_block(request.inputs).get("type", "None"))
    ids = user_assigned_ids(request.inputs)
    if bool(ids) != ("UserAssigned" in kind):
        found = f"{len(ids)} user-assigned identities are listed" if ids else "no user-assigned identity is listed"
        yield AzureError(
            "InvalidIdentityValues", f"identity.type is {kind!r} and {found}; make the type and the list agree"
        )
    for each in ids:
        found = request.world.get(each)
        if found is None or found.token != _USER_ASSIGNED:
            yield AzureError("FailedIdentityOperation", f"the user-assigned identity '{each}' was not found")


def identity_output(request: Request) -> Values:
    """Return the entry `identity` of a resource's outputs; empty if its inputs have no `identity` block."""
    # The dynamic resource for an agent's identity has an input of that name that is a text.
    if not isinstance(request.inputs.get("identity"), dict):
        return {}
    block: Values = {"type": _block(request.inputs).get("type")}
    if has_system_assigned(request.inputs):
        block |= {"principalId": request.principal.id, "tenantId": request.world.tenant_id}
    ids = user_assigned_ids(request.inputs)
    if ids:
        block["userAssignedIdentities"] = {each: _ids_of(request.world, each) for each in ids}
    return {"identity": block}


def preview_identity(inputs: Values, known: Values) -> Values:
    """Return the entry `identity` of a preview's outputs, from the inputs and the last run's outputs in `known`."""
    if not isinstance(inputs.get("identity"), dict):
        return {}
    before = cast("Values", known.get("identity") or {})
    block: Values = {"type": _block(inputs).get("type")}
    if has_system_assigned(inputs):
        block |= {name: before.get(name, UNKNOWN) for name in ("principalId", "tenantId")}
    ids = user_assigned_ids(inputs)
    if ids:
        had = cast("Values", before.get("userAssignedIdentities") or {})
        block["userAssignedIdentities"] = had if set(had) == set(ids) else UNKNOWN
    return {"identity": block}


def _block(inputs: Values) -> Values:
    block = inputs.get("identity")
    return cast("Values", block) if isinstance(block, dict) else {}


def _ids_of(world: World, identity: str) -> Values:
    principal = world.find_owned_principal(identity)
    return {} if principal is None else {"clientId": principal.client_id, "principalId": principal.id}
