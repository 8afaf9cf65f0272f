"""What a condition leaves unguarded, whatever the request and the resource.

A condition that names operations guards those and lets all others pass: `!(ActionMatches{'…/tags/write'}) OR …` beside
a role for all of a blob's operations restricts writing tags, and nothing of reading, writing and deleting blobs. Owns
which operations count as the data itself. Source: Microsoft, "Azure role assignment conditions" (conditions-format.md,
2023-11-15): a part whose action does not match evaluates to true.
"""

from access.azure.catalogue import Role
from access.azure.operations import cosmos_data_actions, known
from access.evaluate.operation_sets import Universe, universe_of
from access.evaluate.operation_words import word
from access.evaluate.verdicts import granted, holds

_ITSELF = frozenset({"read", "write", "delete", "send", "receive", "pull", "push", "use"})


def unguarded(condition: str, role: Role, operations: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """The data operations that the role grants and that pass the condition on every resource, for every request."""
    universe, mine = _granted(role, operations)
    true = holds(condition, universe, {}).true
    return tuple(sorted(universe.names(mine & true, 0)[0] & universe.names(mine, 0)[0], key=str.lower))


def restricts_nothing(condition: str | None, role: Role, operations: tuple[str, ...] | None = None) -> str | None:
    """Why a condition restricts nothing that matters; None where it does, or where there is nothing to restrict.

    What matters are the operations on the data itself: reading, writing and deleting, at the shallowest level of what
    the role grants, not those on its tags or its lifetime. `operations` narrows the question, to those of a resource.
    """
    if condition is None or not condition.strip():
        return None
    universe, mine = _granted(role, operations)
    allowed = universe.names(mine, 0)[0]
    free = frozenset(unguarded(condition, role, operations))
    guarded = sorted(allowed - free, key=str.lower)
    matters = _on_the_data_itself(allowed)
    if not allowed or not matters <= free or not (matters or not guarded):
        return None
    if not guarded:
        return f"every data operation of role {role.name!r} passes the condition on every resource"
    listed = ", ".join(guarded)
    return f"the condition guards only {listed}; all other data operations of role {role.name!r} pass on every resource"


def _granted(role: Role, operations: tuple[str, ...] | None) -> tuple[Universe, int]:
    names = operations or (cosmos_data_actions() if role.system == "cosmos" else known(data=True))
    universe = universe_of(names, data=True)
    return universe, granted(role, universe, {}).certain


def _on_the_data_itself(operations: frozenset[str]) -> frozenset[str]:
    named = {name: _level(name) for name in operations if word(name) in _ITSELF}
    shallowest = min(named.values(), default=0)
    return frozenset(name for name, level in named.items() if level == shallowest)


def _level(operation: str) -> int:
    return operation.lower().removesuffix("/action").count("/")
