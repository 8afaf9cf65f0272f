"""Action patterns of Azure roles: which operation names a pattern covers.

Owns matching of names alone; planes, blocks and conditions are the callers' business. Source: Microsoft, "Understand
Azure role definitions" (role-definitions.md): a wildcard covers any run of characters, and names compare without regard
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
    """The literal runs between wildcards; first and last may be empty, a run of wildcards counts as one."""
    first, *rest = pattern.lower().split("*")
    if not rest:
        return (first,)
    *middle, last = rest
    return (first, *(piece for piece in middle if piece), last)


def covers(pattern: str, operation: str, *, granting: bool = True) -> bool:
    """Whether the pattern covers the operation; `granting` is false where the pattern excludes (see the module)."""
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
    """Whether any of the patterns covers the operation."""
    return any(covers(pattern, operation, granting=granting) for pattern in patterns)


def _shared(before: str, after: str, *, granting: bool) -> int:
    """How many characters two neighbouring pieces may share: the `/` on both sides of a wildcard in a grant."""
    return 1 if granting and before.endswith("/") and after.startswith("/") else 0
