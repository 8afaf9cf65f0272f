"""What no answer about a graph could take into account.

Owns finding it: roles that nobody knows, conditions that cannot be read, and what the readers noted already. Each is
also undecided where it matters; this list says so for the whole.
"""

from collections.abc import Iterator

from access.azure.catalogue import Permission
from access.evaluate.verdicts import read
from access.model.graph import Assignment, Graph, Unread


def unjudged(graph: Graph) -> tuple[Unread, ...]:
    """Everything that could not be judged, each once, in the order of the graph."""
    found = [*graph.unread]
    for one in graph.assignments:
        found.extend(Unread(one.place or one.id, what) for what in _of_assignment(one))
    for deny in graph.denies:
        found.extend(Unread(deny.id, what) for what in _conditions(deny.condition, deny.permissions))
    return tuple(dict.fromkeys(found))


def why_unjudged(one: Assignment) -> str | None:
    """Why an assignment cannot be judged, in one sentence; None where it can."""
    return "; ".join(_of_assignment(one)) or None


def _of_assignment(one: Assignment) -> Iterator[str]:
    if one.role is None:
        yield f"role {one.role_id!r} is not known, so what it grants is not"
    yield from _conditions(one.condition, one.role.permissions if one.role else ())


def _conditions(condition: str | None, blocks: tuple[Permission, ...]) -> Iterator[str]:
    for text in (condition, *(block.condition for block in blocks)):
        if text and text.strip() and isinstance(why := read(text), str):
            yield f"its condition cannot be read: {why}"
