"""The records that answers are made of.

Owns their shape; who works them out is `access.evaluate.effective`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from access.model.graph import Assignment, DenyAssignment


class Decision(StrEnum):
    """What is known of a request before it is made."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    """It depends on the request, or on something that cannot be judged; the answer says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a principal may perform an operation, and why."""

    decision: Decision
    by: tuple[Assignment, ...]
    """What allows it, certainly or perhaps."""
    denied_by: tuple[DenyAssignment, ...]
    """What forbids it, certainly or perhaps."""
    because: str


class Reasons(Mapping[str, tuple[Assignment, ...]]):
    """By operation, the assignments that allow it certainly or perhaps; worked out when it is asked for."""

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
class Reach:
    """All that a principal may do at a resource, one set a plane, of the operations that are relevant there."""

    allowed: frozenset[str] = _NONE
    """Control plane."""
    conditional: frozenset[str] = _NONE
    data_allowed: frozenset[str] = _NONE
    """Data plane, by roles or by keys."""
    data_conditional: frozenset[str] = _NONE
    via_keys: frozenset[str] = _NONE
    """Data operations that keys open which the principal may read; in `data_allowed` too."""
    perhaps_via_keys: frozenset[str] = _NONE
    """Likewise where a condition decides, or nobody can say whether keys work; never in `via_keys`."""
    data_by_roles: frozenset[str] = _NONE
    """Data operations that roles allow without any key."""
    by: Mapping[str, tuple[Assignment, ...]] = field(default_factory=_no_reasons, compare=False, repr=False)
    """The assignments behind each operation, on whichever plane."""

    def __bool__(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.allowed or self.conditional or self.data_allowed or self.data_conditional)
