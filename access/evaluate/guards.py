"""Finds data operations that a role assignment condition leaves unrestricted, or that bypass the condition.

A condition that names operations restricts those and lets all others pass: `!(ActionMatches{'…/tags/write'}) OR …` on
a role for all blob operations restricts writing tags, but not reading, writing and deleting blobs. Owns the list of
operations that count as the data itself. Source: Microsoft, "Azure role assignment conditions"
(conditions-format.md, 2023-11-15): a part whose action does not match evaluates to true.
"""

from access.azure.actions import covered
from access.azure.catalogue import Role
from access.azure.operations import cosmos_data_actions, entra_data_actions, listed
from access.azure.substitutes import SUBSTITUTES
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.evaluate.verdicts import condition_verdict, granted_by_blocks, granted_by_role
from access.evaluate.wording import word

_ITSELF = frozenset({"read", "write", "delete", "send", "receive", "pull", "push", "use"})


def unrestricted_operations(
    condition: str | None, role: Role, operations: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """Return a role's data operations that pass all conditions at every resource and for every request.

    The conditions are that of the assignment and those in the role's own permissions.
    """
    operation_set, mine = _granted(role, operations)
    certain = granted_by_role(role, operation_set, {}).certain
    true = condition_verdict(condition, operation_set, {}).true
    return tuple(sorted(operation_set.names(certain & true, 0)[0] & operation_set.names(mine, 0)[0], key=str.lower))


def no_restriction_reason(condition: str | None, role: Role, operations: tuple[str, ...] | None = None) -> str | None:
    """Return the reason why a condition restricts no operation on the data itself; None if it restricts one.

    Relevant operations are those on the data itself: reading, writing and deleting, at the shallowest level of the
    role's operations, not those on tags or lifetimes. `operations` limits the check to those of a resource.
    """
    if not _is_restricted(condition, role):
        return None
    operation_set, mine = _granted(role, operations)
    allowed = operation_set.names(mine, 0)[0]
    free = frozenset(unrestricted_operations(condition, role, operations))
    guarded = sorted(allowed - free, key=str.lower)
    matters = _on_the_data_itself(allowed)
    if not allowed or not matters <= free or not (matters or not guarded):
        return None
    if not guarded:
        return f"every data operation of role {role.name!r} passes the condition on every resource"
    listed = ", ".join(guarded)
    return f"the condition guards only {listed}; all other data operations of role {role.name!r} pass on every resource"


def half_guarded_reason(condition: str | None, role: Role, *, hierarchical: bool | None = None) -> str | None:
    """Return the reason why a condition can be bypassed by an operation that it leaves out; None if it cannot be.

    Args:
        condition: a readable condition, or none.
        role: the role that the condition restricts; conditions in its own permissions count, too.
        hierarchical: True or False if the account has or lacks a hierarchical namespace; None if that is not known.
    """
    if not _is_restricted(condition, role):
        return None
    operation_set, mine = _granted(role, None)
    allowed = operation_set.names(mine, 0)[0]
    free = frozenset(unrestricted_operations(condition, role))
    lowered = {name.lower() for name in free}
    bypassed: dict[str, list[str]] = {}
    for each in sorted(SUBSTITUTES, key=lambda one: one.hierarchical):  # the certain ones first
        if each.operation.lower() in lowered and not (each.hierarchical and hierarchical is False):
            guarded = sorted((name for name in allowed - free if covered(each.gives, name)), key=str.lower)
            if guarded:
                bypassed.setdefault(", ".join(guarded), []).append(f"{each.operation}, which {each.effect}")
    found = (f"the condition guards {names}, and not {'; nor '.join(ways)}" for names, ways in bypassed.items())
    return "; ".join(found) or None


def _is_restricted(condition: str | None, role: Role) -> bool:
    """Return True if an assignment has a condition, or the data operations of its role have one of their own.

    Some built-in roles have a condition that limits which roles their holder may assign, and nothing else: "Azure
    built-in roles for AI + machine learning", Microsoft Learn, 2026.
    """
    blocks = (block.condition or "" for block in role.permissions if block.data_actions)
    own = (text for text in blocks if "microsoft.authorization/roleassignments" not in text.lower())
    return any(text.strip() for text in (condition or "", *own))


def _granted(role: Role, operations: tuple[str, ...] | None) -> tuple[OperationSet, int]:
    """Return the data operations that a role has, whatever its conditions."""
    own = {"cosmos": cosmos_data_actions, "entra": entra_data_actions}.get(role.system)
    names = operations or (listed(data=True) if own is None else own())
    operation_set = operation_set_of(names, data=True)
    return operation_set, granted_by_blocks(role, operation_set)


def _on_the_data_itself(operations: frozenset[str]) -> frozenset[str]:
    named = {name: _level(name) for name in operations if word(name) in _ITSELF}
    shallowest = min(named.values(), default=0)
    return frozenset(name for name, level in named.items() if level == shallowest)


def _level(operation: str) -> int:
    return operation.lower().removesuffix("/action").count("/")
