"""Checks permissions in local Azure, from the role assignments of its simulated subscription.

Owns one check, which a service makes when Azure would: is a principal allowed an operation? Roles and conditions are
`access`'s; without an assignment the operation is denied. Azure RBAC only: Cosmos DB has assignments of its own.
"""

from dataclasses import dataclass

from access.azure.actions import covered, covers
from access.azure.roles import Permission, by_id
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.model.attributes import Attributes
from localazure.arm.world import Resource, World


def principal_index_key(principal_id: str) -> str:
    """Return the index key under which local Azure stores the role assignments of a principal."""
    return f"held by {principal_id}".lower()


@dataclass(frozen=True, kw_only=True)
class RequestedOperation:
    """An operation on one resource, such as `Microsoft.Storage/storageAccounts/read`, that a principal requests."""

    operation: str
    data: bool
    """True for a data-plane operation, False for a control-plane operation."""
    place: str
    attributes: Attributes
    """Values of the attributes that role assignment conditions can test."""


def is_allowed(world: World, principal_id: str, act: RequestedOperation) -> bool:
    """Return True if a role assignment in local Azure, at the resource or above it, allows the operation."""
    return any(
        _reaches(assignment, act.place) and _allows(assignment, act)
        for assignment in world.find_indexed(principal_index_key(principal_id))
    )


def _reaches(assignment: Resource, place: str) -> bool:
    scope = str(assignment.outputs["scope"]).rstrip("/").lower()
    return f"{place.lower()}/".startswith(f"{scope}/")


def _allows(assignment: Resource, act: RequestedOperation) -> bool:
    role = by_id(str(assignment.outputs["roleDefinitionId"]))
    if role is None or not any(_permits(block, act) for block in role.permissions):
        return False
    condition = assignment.outputs.get("condition")
    return condition is None or _holds(str(condition), act)


def _permits(block: Permission, act: RequestedOperation) -> bool:
    granted = block.data_actions if act.data else block.actions
    excluded = block.not_data_actions if act.data else block.not_actions
    return covered(granted, act.operation) and not covered(excluded, act.operation, granting=False)


def _holds(condition: str, act: RequestedOperation) -> bool:
    """Return True if a role assignment's condition is certainly true for an operation."""

    def matches(pattern: str) -> tuple[int, int]:
        return int(covers(pattern, act.operation, granting=False)), int(covers(pattern, act.operation))

    return evaluate(parse(condition), ConditionQuery(operations=1, covered=matches), act.attributes).true == 1
