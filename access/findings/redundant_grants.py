"""Finds redundant role assignments, whose operations another assignment already allows."""

from collections.abc import Iterator
from functools import cache

from access.azure.catalogue import Role
from access.azure.planes import every
from access.azure.scopes import covering, key
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.evaluate.verdicts import granted_by_role
from access.findings.context import CheckContext, assignment_text
from access.findings.finding import Finding
from access.model.graph import Assignment


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every role assignment that can be removed without any effect on access."""
    for principal_id in context.graph.assigned_principals():
        gone: set[str] = set()
        for one in context.graph.assignments_of(principal_id):
            other = _other(context, one, gone)
            if other is not None:
                gone.add(one.id)
                same = _identity_of(one) == _identity_of(other)
                does = "is assigned twice" if same else f"adds nothing to {assignment_text(other)}"
                what = f"{context.principal_text(one.principal)}: {assignment_text(one)} {does}"
                yield context.assignment_finding("duplicate-grant" if same else "redundant-grant", one, what)


def _other(context: CheckContext, one: Assignment, gone: set[str]) -> Assignment | None:
    """Return another role assignment that makes this one redundant; None if there is none."""
    if one.role is None:
        return None
    others = [
        each
        for each in context.graph.held_at_or_above(one.principal, covering(one.scope))
        if each.id != one.id and each.id not in gone and each.role and each.system == one.system
    ]
    twin = next((each for each in others if _identity_of(each) == _identity_of(one)), None)
    return twin or next((each for each in others if _covers(each, one)), None)


def _identity_of(one: Assignment) -> tuple[str, str, str]:
    return (one.role.id if one.role else one.role_id), key(one.scope), (one.condition or "").strip()


def _covers(wide: Assignment, narrow: Assignment) -> bool:
    if wide.role is None or narrow.role is None or (wide.condition or "").strip():
        return False
    if wide.role.permissions == narrow.role.permissions:
        return True
    planes = [(_granted(wide.role, data=data), _granted(narrow.role, data=data)) for data in (False, True)]
    return any(all_of for _, (_, all_of) in planes) and all(not most & ~surely for (surely, _), (_, most) in planes)


@cache
def _granted(role: Role, *, data: bool) -> tuple[int, int]:
    """Return two sets: the operations that a role certainly allows, and those that it may allow."""
    certain, perhaps = granted_by_role(role, _all_operations(data=data), {})
    return certain, certain | perhaps


@cache
def _all_operations(*, data: bool) -> OperationSet:
    return operation_set_of(every(data=data), data=data)
