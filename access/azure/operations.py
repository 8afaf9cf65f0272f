"""Lists the operation names that Azure providers publish, for the control plane and the data plane.

Owns the packed lists in `data/`, of all providers. An operation that a role names and no list has exists
nevertheless: `access.azure.unlisted_names` adds the operations of the roles in question.
"""

from bisect import bisect_left
from functools import cache

from access.azure.catalogue import DATA

CONTROL_LIST, DATA_LIST = DATA / "azure_actions.txt", DATA / "azure_data_actions.txt"


@cache
def listed(*, data: bool) -> tuple[str, ...]:
    """Return all published operations of one plane, sorted without regard to case."""
    return _lines(DATA_LIST.name if data else CONTROL_LIST.name)


@cache
def cosmos_data_actions() -> tuple[str, ...]:
    """Return the data actions that only Cosmos DB's own roles can allow."""
    return _lines("cosmos_data_actions.txt")


@cache
def entra_data_actions() -> tuple[str, ...]:
    """Return the operations that only app roles of Entra ID can allow; the names are of this project."""
    return _lines("entra_data_actions.txt")


def beginning_with(prefix: str, operations: tuple[str, ...]) -> tuple[str, ...]:
    """Return the operations that begin with a lower-case prefix, from a list sorted without regard to case."""
    start = bisect_left(operations, prefix, key=str.lower)
    end = bisect_left(operations, f"{prefix}\U0010ffff", lo=start, key=str.lower) if prefix else len(operations)
    return operations[start:end]


def _lines(name: str) -> tuple[str, ...]:
    return tuple((DATA / name).read_text(encoding="utf-8").splitlines())
