"""Represents sets of Azure operations as bit sets, one bit per part that a condition can distinguish.

Reading a blob has three parts (plain, listing, reading with tag conditions), so that two assignments that each allow
one part add up as they do in Azure. Owns the mapping from names to bits and back; `access.evaluate.verdicts` computes
what is granted. A resource group has more than 20,000 operations, so no step may cost their square.
"""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import compress, pairwise

from access.azure.actions import covers
from access.azure.catalogue import System
from access.azure.operations import beginning_with
from access.azure.planes import relevant_to, system_of
from access.azure.unlisted_names import first_piece
from access.evaluate.conditions.suboperations import BY_OPERATION

_DIGITS = bytes.maketrans(b"01", b"\x00\x01")


class OperationSet:
    """Numbered list of operations of one plane; its subsets are represented as bit sets."""

    def __init__(
        self, operations: tuple[str, ...], *, data: bool, unlisted: tuple[str, ...] = (), foreign: tuple[str, ...] = ()
    ) -> None:
        """Number the operations of a plane.

        Args:
            operations: all of them, those of `unlisted` and `foreign` included.
            data: True for the data plane.
            unlisted: operations in no list, which belong only to roles that name them literally.
            foreign: operations of another provider, which belong only to roles that name this provider.
        """
        self.operations = operations
        self.data = data
        self._owners: list[str] = []
        """The operation of each bit."""
        self._several: list[tuple[str, int]] = []
        """Operations with several parts, each with its bits."""
        self._first_bits: dict[str, int] = {}
        parts: dict[str, int] = {}
        for name in operations:
            first = self._first_bits[name.lower()] = len(self._owners)
            self._owners.append(name)
            for part in BY_OPERATION.get(name.lower(), ()) if data else ():
                bit = 1 << len(self._owners)
                parts[part] = parts.get(part, 0) | bit
                self._owners.append(name)
            if len(self._owners) - first > 1:
                self._several.append((name, (1 << len(self._owners)) - (1 << first)))
        self.all = (1 << len(self._owners)) - 1
        self._masks = {name.lower(): mask for name, mask in self._several}
        self.of_part: dict[str | None, int] = {None: self.all & ~sum(parts.values()), **parts}
        """Bits by name of a sub-operation; None for the rest of an operation."""
        self._is_sorted = all(one <= other for one, other in pairwise(map(str.lower, operations)))
        self._covered: dict[tuple[str, bool], int] = {}
        self._names: dict[tuple[int, int], tuple[frozenset[str], frozenset[str]]] = {}
        self._unlisted, self._foreign = self.bits(unlisted), self.bits(foreign)

    @cached_property
    def _of_own_systems(self) -> dict[System, int]:
        """Return the bit sets of the operations that only the roles of a service's own system can allow."""
        found: dict[System, list[str]] = {"cosmos": [], "entra": []}
        for name in self.operations if self.data else ():
            if (system := system_of(name)) in found:
                found[system].append(name)
        return {system: self.bits(names) for system, names in found.items()}

    def of_system(self, system: System) -> int:
        """Return the bit set of the operations that roles of a system can allow."""
        own = self._of_own_systems
        # Grants in settings allow what Azure's roles allow.
        return own[system] if system in own else self.all & ~own["cosmos"] & ~own["entra"]

    def bits(self, names: Iterable[str]) -> int:
        """Return the bit set of some operations; unknown operations are ignored."""
        found = bytearray((len(self._owners) >> 3) + 1)
        several = 0
        for name in names:
            lowered = name.lower()
            if lowered in self._masks:
                several |= self._masks[lowered]
            elif (first := self._first_bits.get(lowered)) is not None:
                found[first >> 3] |= 1 << (first & 7)
        return int.from_bytes(found, "little") | several

    def covered(self, pattern: str, *, granting: bool) -> int:
        """Return the bit set of the operations that an action pattern covers."""
        known = self._covered.get((pattern, granting))
        if known is None:
            known = self.bits(name for name in self._candidates(pattern) if covers(pattern, name, granting=granting))
            self._covered[pattern, granting] = known
        return known

    def granted(self, pattern: str) -> int:
        """Return the bit set of the operations that a role's pattern grants."""
        found = self.covered(pattern, granting=True)
        if found & self._unlisted:
            found = found & ~self._unlisted | self.bits((pattern,)) & self._unlisted
        return found if "/" in first_piece(pattern) else found & ~self._foreign

    def names(self, certain: int, perhaps: int) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names of the operations allowed in full, and of those allowed in part or perhaps."""
        found = self._names.get((certain, perhaps))
        if found is None:
            partly = [name for name, mask in self._several if mask & certain != mask]
            allowed = frozenset(self._with_any_bit(certain)).difference(partly)
            touched = self._with_any_bit(certain | perhaps) if perhaps or partly else ()
            found = self._names[certain, perhaps] = (allowed, frozenset(touched) - allowed)
        return found

    def _with_any_bit(self, bits: int) -> Iterable[str]:
        digits = f"{bits & self.all:b}"[::-1].encode().translate(_DIGITS)
        return compress(self._owners, digits)

    def _candidates(self, pattern: str) -> tuple[str, ...]:
        """Return the operations that a pattern may cover, by the text before its first wildcard."""
        return beginning_with(first_piece(pattern).rstrip("/"), self.operations) if self._is_sorted else self.operations


@lru_cache(maxsize=4096)
def operation_set_of_type(
    kind: str, *, data: bool, unlisted: tuple[str, ...] = (), foreign: tuple[str, ...] = ()
) -> OperationSet:
    """Return the operation set for resources of an ARM type, with operations that its list lacks."""
    known = relevant_to(kind, data=data)
    if not (unlisted or foreign):
        return OperationSet(known, data=data)
    names = tuple(sorted((*known, *unlisted, *foreign), key=str.lower))
    return OperationSet(names, data=data, unlisted=unlisted, foreign=foreign)


@lru_cache(maxsize=4096)
def operation_set_of(operations: tuple[str, ...], *, data: bool) -> OperationSet:
    """Return an operation set with exactly these operations."""
    return OperationSet(operations, data=data)
