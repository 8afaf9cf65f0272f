"""What a principal may do in local Azure, by the role assignments of the world alone.

Owns one question, which a service asks where Azure would try: may this principal do this here? Roles and conditions are
`access`'s; without an assignment the answer is no. Azure RBAC only: Cosmos DB has assignments of its own.
"""

from dataclasses import dataclass

from access.azure.actions import covered, covers
from access.azure.roles import Permission, by_id
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.model.attributes import Attributes
from localazure.arm.world import Resource, World


def principal_index_key(principal_id: str) -> str:
    """The mark by which a principal's role assignments are found."""
    return f"held by {principal_id}".lower()


@dataclass(frozen=True, kw_only=True)
class RequestedOperation:
    """One operation at one place."""

    operation: str
    data: bool
    """Of the data plane, or of the control plane."""
    place: str
    attributes: Attributes
    """What conditions can ask about it."""


def is_allowed(world: World, principal_id: str, act: RequestedOperation) -> bool:
    """Whether an assignment at the place, or above it, lets the principal do this."""
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
    """Whether a condition certainly holds for an act."""

    def matches(pattern: str) -> tuple[int, int]:
        return int(covers(pattern, act.operation, granting=False)), int(covers(pattern, act.operation))

    return evaluate(parse(condition), ConditionQuery(operations=1, covered=matches), act.attributes).true == 1
