"""Represents sets of Azure operations as bit sets, one bit per part that a condition can distinguish.

Reading a blob has three parts (plain, listing, reading with tag conditions), so that two assignments that each allow
one part add up as they do in Azure. Owns the mapping from names to bits and back; `access.evaluate.verdicts` computes
what is granted.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache

from access.azure.actions import covers
from access.azure.planes import is_cosmos, relevant_to
from access.evaluate.conditions.suboperations import BY_OPERATION


class OperationSet:
    """A numbered list of operations of one plane, whose subsets are bit sets."""

    def __init__(self, operations: tuple[str, ...], *, data: bool) -> None:
        self.operations = operations
        self.data = data
        self._masks: list[int] = []
        self.of_part: dict[str | None, int] = {None: 0}
        """Bits by name of a sub-operation; None for the rest of an operation."""
        bit = 1
        for name in operations:
            mask = 0
            for part in (None, *(BY_OPERATION.get(name.lower(), ()) if data else ())):
                self.of_part[part] = self.of_part.get(part, 0) | bit
                mask |= bit
                bit <<= 1
            self._masks.append(mask)
        self.all = bit - 1
        self._covered: dict[tuple[str, bool], int] = {}
        self._names: dict[tuple[int, int], tuple[frozenset[str], frozenset[str]]] = {}

    @cached_property
    def of_cosmos(self) -> int:
        """Return the subset of operations that only Cosmos DB roles can allow."""
        return self.bits(name for name in self.operations if is_cosmos(name)) if self.data else 0

    @cached_property
    def _mask_of(self) -> dict[str, int]:
        return {name.lower(): mask for name, mask in zip(self.operations, self._masks, strict=True)}

    def bits(self, names: Iterable[str]) -> int:
        """Return the bit set of some operations; unknown operations are ignored."""
        found = 0
        for name in names:
            found |= self._mask_of.get(name.lower(), 0)
        return found

    def covered(self, pattern: str, *, granting: bool) -> int:
        """Return the bit set of the operations that an action pattern covers."""
        known = self._covered.get((pattern, granting))
        if known is None:
            known = 0
            for name, mask in zip(self.operations, self._masks, strict=True):
                if covers(pattern, name, granting=granting):
                    known |= mask
            self._covered[pattern, granting] = known
        return known

    def names(self, certain: int, perhaps: int) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of operations allowed in full, and of those allowed in part or perhaps."""
        found = self._names.get((certain, perhaps))
        if found is None:
            pairs = list(zip(self.operations, self._masks, strict=True))
            allowed = frozenset(name for name, mask in pairs if mask & certain == mask)
            conditional = frozenset(name for name, mask in pairs if mask & (certain | perhaps)) - allowed
            found = self._names[certain, perhaps] = (allowed, conditional)
        return found


@lru_cache(maxsize=4096)
def operation_set_of_type(kind: str, *, data: bool) -> OperationSet:
    """Return the operation set for resources of an ARM type."""
    return OperationSet(relevant_to(kind, data=data), data=data)


@lru_cache(maxsize=4096)
def operation_set_of(operations: tuple[str, ...], *, data: bool) -> OperationSet:
    """Return an operation set with exactly these operations."""
    return OperationSet(operations, data=data)
