"""Permissions of the deployer that an identity lacks, from the permissions that Azure returns for that identity.

Owns the comparison alone. `Owner` has every action and no data action: it would stop at the first Kubernetes namespace
and at the first Foundry agent, when most of the network exists already ("Hosted agent permissions", Microsoft Learn,
2026-04-21, and the role data of 2026-08-22).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from access.azure.actions import covered
from access.azure.roles import Permission
from access.azure.types.row import MANAGED
from components.deployer import DATA_ACTIONS, WILDCARDS, control_actions

__all__ = ["MissingPermissions", "lacking", "missing_permissions"]


class MissingPermissions(NamedTuple):
    """Operations that an identity would need to deploy a network, and has not, in the control plane and data planes."""

    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


def missing_permissions(
    held: Iterable[Permission], *, with_workspace: bool = True, existing_group: bool = False
) -> MissingPermissions:
    """Return the deployer's permissions that no block of permissions of an identity allows.

    A condition of a block is not evaluated: whether it allows a role assignment depends on the assignment.

    Args:
        held: the permissions of the identity in the resource group.
        with_workspace: False if the network sends its logs to a workspace outside the group.
        existing_group: True if the group is created outside the program.
    """
    blocks = tuple(held)
    actions = control_actions(with_workspace=with_workspace, existing_group=existing_group)
    needed = sorted({name for pattern in actions for name in _operations_of(pattern)}, key=str.lower)
    return MissingPermissions(lacking(blocks, needed, data=False), lacking(blocks, DATA_ACTIONS, data=True))


def lacking(held: Sequence[Permission], operations: Iterable[str], *, data: bool) -> tuple[str, ...]:
    """Return the operations of one plane that no block of permissions allows."""
    return tuple(each for each in operations if not any(_allows(block, each, data=data) for block in held))


def _operations_of(pattern: str) -> Iterator[str]:
    """Return the operations that an action of the deployer's role is for: several for a wildcard."""
    wildcard = next((each for each in WILDCARDS if each.pattern == pattern), None)
    if wildcard is None:
        yield pattern
        return
    yield wildcard.unpublished
    if pattern.endswith("/*"):
        yield from (f"{pattern.removesuffix('*')}{each}" for each in MANAGED)


def _allows(block: Permission, operation: str, *, data: bool) -> bool:
    granted, excluded = (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)
    return covered(granted, operation) and not covered(excluded, operation, granting=False)
