"""Access of a caller to the data of a simulated resource, by the role assignments that a program made.

Owns the translation of a request with a token into an operation that `localazure.arm.permissions` judges; Key Vault and
Blob Storage use it. Everything is denied that no role assignment allows.
"""

from collections.abc import Mapping

from access.model.attributes import Known
from localazure.arm.permissions import RequestedOperation, is_allowed
from localazure.arm.world import Resource, World
from localazure.endpoints.apis.bearer import Caller

__all__ = ["find_named", "may"]


def may(
    world: World, caller: Caller, operation: str, place: str, attributes: Mapping[str, Known] | None = None
) -> bool:
    """Return True if a role assignment allows the caller an operation on data at a place in local Azure."""
    requested = RequestedOperation(operation=operation, data=True, place=place, attributes=attributes or {})
    return is_allowed(world, caller.principal, requested)


def find_named(world: World, token: str, host: str) -> Resource | None:
    """Return the resource of a type whose unique name is the first label of a host; None if there is none."""
    return world.find_unique(f"{token} {host.partition('.')[0]}".lower())
