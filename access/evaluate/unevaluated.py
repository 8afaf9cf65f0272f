"""Lists the parts of a graph that the evaluation could not take into account.

Owns finding it: unknown roles, unreadable conditions, and everything that the graph and the readers noted. Each also
makes the affected decisions undecided; this list states it for the whole graph, with the principals whose access it can
concern. A deny assignment that cannot be read concerns none: it never adds access.
"""

from collections.abc import Iterator

from access.azure.catalogue import Permission
from access.evaluate.verdicts import parsed_condition
from access.model.graph import Assignment, DenyAssignment, Graph, Unread


def unevaluated(graph: Graph) -> tuple[Unread, ...]:
    """Return every part of a graph that could not be evaluated, each once, in the graph's order."""
    found = [*graph.unread]
    for one in graph.assignments:
        found.extend(Unread(one.location or one.id, what, about=(one.principal,)) for what in _of_assignment(one))
    for deny in graph.denies:
        found.extend(Unread(deny.id, what, about=()) for what in _conditions(deny, deny.permissions))
    return tuple(dict.fromkeys(found))


def unevaluated_reason(one: Assignment) -> str | None:
    """Return the reason why a role assignment cannot be evaluated; None if it can be evaluated."""
    return "; ".join(_of_assignment(one)) or None


def _of_assignment(one: Assignment) -> Iterator[str]:
    if one.role is None:
        role = f"role {one.role_id!r}" if one.role_id else "the assigned role"
        yield f"{role} is not known{'' if one.role_id else ' yet'}, and neither are its operations"
    yield from _conditions(one, one.role.permissions if one.role else ())


def _conditions(own: Assignment | DenyAssignment, blocks: tuple[Permission, ...]) -> Iterator[str]:
    for each in (own, *blocks):
        text = each.condition or ""
        if text.strip() and isinstance(why := parsed_condition(text, each.condition_version), str):
            yield f"its condition cannot be read: {why}"
