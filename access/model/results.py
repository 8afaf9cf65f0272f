"""Result types of the access evaluator.

Owns their shape; `access.evaluate.effective` computes them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from access.model.graph import Assignment, DenyAssignment


class Decision(StrEnum):
    """The outcome of an authorization check before a request is made."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    """The request decides, or something that cannot be evaluated; `because` states which."""


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """The decision about one operation of a principal, with its reason."""

    decision: Decision
    by: tuple[Assignment, ...]
    """The role assignments that allow it, certainly or perhaps."""
    denied_by: tuple[DenyAssignment, ...]
    """The deny assignments that forbid it, certainly or perhaps."""
    because: str


class Reasons(Mapping[str, tuple[Assignment, ...]]):
    """By operation, the assignments that allow it certainly or perhaps; computed on access."""

    def __init__(self, sets: tuple[frozenset[str], ...], find: Callable[[str], tuple[Assignment, ...]]) -> None:
        self._sets = sets
        self._find = find

    def __contains__(self, operation: object) -> bool:
        return any(operation in names for names in self._sets)

    def __getitem__(self, operation: str) -> tuple[Assignment, ...]:
        if operation not in self:
            raise KeyError(operation)
        return self._find(operation)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(frozenset[str]().union(*self._sets)))

    def __len__(self) -> int:
        return len(frozenset[str]().union(*self._sets))


_NONE: frozenset[str] = frozenset()


def _no_reasons() -> Mapping[str, tuple[Assignment, ...]]:
    return {}


@dataclass(frozen=True)
class EffectiveAccess:
    """All operations that a principal may perform at a resource, by plane, of those relevant to its type."""

    allowed: frozenset[str] = _NONE
    """Control plane, certainly."""
    conditional: frozenset[str] = _NONE
    data_allowed: frozenset[str] = _NONE
    """Data plane, through roles or keys."""
    data_conditional: frozenset[str] = _NONE
    via_keys: frozenset[str] = _NONE
    """Data operations that readable keys allow; `data_allowed` has them, too."""
    perhaps_via_keys: frozenset[str] = _NONE
    """The same where a condition decides or the state of key access is unknown; never in `via_keys`."""
    data_by_roles: frozenset[str] = _NONE
    """Data operations that roles allow without keys."""
    by: Mapping[str, tuple[Assignment, ...]] = field(default_factory=_no_reasons, compare=False, repr=False)
    """The assignments behind each operation, on either plane."""

    def __bool__(self) -> bool:
        """True where any operation is allowed, certainly or perhaps."""
        return bool(self.allowed or self.conditional or self.data_allowed or self.data_conditional)
