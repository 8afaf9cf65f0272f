"""Result types of the access evaluation: decision, reasons and effective access.

Owns their shape; `access.evaluate.decisions` computes them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from access.model.graph import Assignment, DenyAssignment


class Decision(StrEnum):
    """Outcome of an authorization check: allowed, denied or conditional."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    """The decision depends on the request or on something unknown, which `because` states."""


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """Outcome for one operation of a principal (allowed, denied or conditional), with the reason."""

    decision: Decision
    by: tuple[Assignment, ...]
    """The role assignments that allow the operation, certainly or perhaps."""
    denied_by: tuple[DenyAssignment, ...]
    """The deny assignments that forbid the operation, certainly or perhaps."""
    because: str


class Reasons(Mapping[str, tuple[Assignment, ...]]):
    """Lazy mapping of each operation to the role assignments that allow the operation."""

    __slots__ = ("_find", "_principal", "_sets")

    def __init__(self, sets: "OperationSets", find: "Finder", principal: str) -> None:
        """Create the reasons of one principal; `sets` and `find` are shared by all that hold the same."""
        self._sets = sets
        self._find = find
        self._principal = principal

    @property
    def shared(self) -> object:
        """Return an object that is the same for all principals whose operations come from the same roles and scopes."""
        return self._find

    def __contains__(self, operation: object) -> bool:
        return any(operation in names for names in self._sets)

    def __getitem__(self, operation: str) -> tuple[Assignment, ...]:
        if operation not in self:
            raise KeyError(operation)
        return self._find(self._principal, operation)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(frozenset[str]().union(*self._sets)))

    def __len__(self) -> int:
        return len(frozenset[str]().union(*self._sets))


OperationSets = tuple[frozenset[str], ...]
Finder = Callable[[str, str], tuple[Assignment, ...]]
"""Function that returns the role assignments of a principal that allow an operation."""


_NONE: frozenset[str] = frozenset()


def _no_reasons() -> Mapping[str, tuple[Assignment, ...]]:
    return {}


@dataclass(frozen=True, slots=True)
class EffectiveAccess:
    """All operations that a principal may perform at a resource, by control plane and data plane."""

    allowed: frozenset[str] = _NONE
    """Control-plane operations that are certainly allowed."""
    conditional: frozenset[str] = _NONE
    data_allowed: frozenset[str] = _NONE
    """Data-plane operations that are certainly allowed, by roles or by access keys."""
    data_conditional: frozenset[str] = _NONE
    via_keys: frozenset[str] = _NONE
    """Data operations that readable access keys allow; included in `data_allowed`."""
    perhaps_via_keys: frozenset[str] = _NONE
    """Data operations that access keys may allow; never in `via_keys`."""
    data_by_roles: frozenset[str] = _NONE
    """Data operations that roles allow without access keys."""
    control_via_keys: frozenset[str] = _NONE
    """Control-plane operations that no role allows and access keys allow, since the service itself performs them."""
    control_perhaps_via_keys: frozenset[str] = _NONE
    """Control-plane operations that no role allows for certain and access keys perhaps allow."""
    detours: tuple[str, ...] = field(default=(), compare=False)
    """Steps by which operations that keys perhaps allow become possible, in words after `may`."""
    by: Mapping[str, tuple[Assignment, ...]] = field(default_factory=_no_reasons, compare=False, repr=False)
    """The assignments behind each operation, on either plane."""

    def __bool__(self) -> bool:
        """Return True if any operation is allowed, with or without conditions."""
        return bool(self.allowed or self.conditional or self.data_allowed or self.data_conditional)

    @property
    def sets(self) -> OperationSets:
        """Return the operations: of the control plane certainly and perhaps, then of the data plane."""
        return self.allowed, self.conditional, self.data_allowed, self.data_conditional

    def because_of(self, by: Mapping[str, tuple[Assignment, ...]]) -> "EffectiveAccess":
        """Return the same access with the assignments behind each operation."""
        # A third of the time of `dataclasses.replace`, and called for every pair of a principal and a resource.
        return EffectiveAccess(
            self.allowed,
            self.conditional,
            self.data_allowed,
            self.data_conditional,
            self.via_keys,
            self.perhaps_via_keys,
            self.data_by_roles,
            self.control_via_keys,
            self.control_perhaps_via_keys,
            self.detours,
            by,
        )
