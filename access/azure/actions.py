"""Matches the action patterns of Azure roles, such as `Microsoft.Storage/*/read`, with operation names.

Owns matching of names alone; planes, blocks and conditions are the callers' business. Source: Microsoft, "Understand
Azure role definitions" (2022-08-19): a wildcard covers any run of characters, and names compare without regard
to case.

One reading is an inference: roles say `userAssignedIdentities/*/assign/action` where the operation is
`userAssignedIdentities/assign/action`, and they exist for that operation. So in what is granted `/*/` also covers `/`;
in what is excluded it does not. Both err towards reporting access, never towards hiding it.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise


@lru_cache(maxsize=65536)
def _pieces(pattern: str) -> tuple[str, ...]:
    """Split a pattern at its wildcards into literal parts; the first and the last part may be empty."""
    first, *rest = pattern.lower().split("*")
    if not rest:
        return (first,)
    *middle, last = rest
    return (first, *(piece for piece in middle if piece), last)


def covers(pattern: str, operation: str, *, granting: bool = True) -> bool:
    """Return True if a role's action pattern covers an operation; `granting` is False for patterns in notActions."""
    text = operation.lower()
    pieces = _pieces(pattern)
    if len(pieces) == 1:
        return text == pieces[0]
    if not text.startswith(pieces[0]):
        return False
    # The leftmost place for each piece leaves the most room for the next: no backtracking, whatever the pattern.
    end = len(pieces[0])
    for before, piece in pairwise(pieces[:-1]):
        found = text.find(piece, end - _shared(before, piece, granting=granting))
        if found < 0:
            return False
        end = found + len(piece)
    last = pieces[-1]
    return text.endswith(last) and len(text) - len(last) >= end - _shared(pieces[-2], last, granting=granting)


def covered(patterns: Iterable[str], operation: str, *, granting: bool = True) -> bool:
    """Return True if any of a role's action patterns covers an operation."""
    return any(covers(pattern, operation, granting=granting) for pattern in patterns)


def _shared(before: str, after: str, *, granting: bool) -> int:
    """Return the number of characters that two neighbouring parts may share: the `/` around a wildcard in a grant."""
    return 1 if granting and before.endswith("/") and after.startswith("/") else 0
