"""Set operations on Azure operations that are computed once for equal operands.

Many identities hold the same operations, of which a resource group has more than 20,000.
"""

from functools import lru_cache

Operations = frozenset[str]

_SIZE = 1 << 14


@lru_cache(maxsize=_SIZE)
def union(*sets: Operations) -> Operations:
    """Return the operations that are in any of several sets."""
    return frozenset[str]().union(*sets)


@lru_cache(maxsize=_SIZE)
def intersection(names: Operations, others: Operations) -> Operations:
    """Return the operations that are in both of two sets."""
    return names & others


@lru_cache(maxsize=_SIZE)
def difference(names: Operations, others: Operations) -> Operations:
    """Return the operations of a set that are not in another."""
    return names - others


@lru_cache(maxsize=_SIZE)
def least(names: Operations) -> str:
    """Return the first operation of a set in the order of names."""
    return min(names)


@lru_cache(maxsize=_SIZE)
def sorted_list(names: Operations) -> list[str]:
    """Return a set as a list, sorted without regard to case; equal sets have the same list, not to be changed."""
    return sorted(names, key=str.lower)
