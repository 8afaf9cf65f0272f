"""The records that the ways are made of: where one can get, what from, and how a sentence says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from access.azure.scopes import shown
from access.model.graph import Assignment, Resource
from access.model.results import Reach


class Node(NamedTuple):
    """Something that an attacker holds: an agent's code, an identity, everything at a scope, or all data there."""

    kind: Literal["agent", "identity", "scope", "data"]
    id: str


PLACES = frozenset({"scope", "data"})


@dataclass(frozen=True, eq=False)
class Step:
    """One step from what is held to what is held then."""

    to: Node
    phrase: str
    """After `may`: `push an image to 'fabrikam', from which analysis runs`."""
    operation: str
    reach: Reach
    conditional: bool = False

    @cached_property
    def by(self) -> tuple[Assignment, ...]:
        """The assignments behind it; none where a step before gave the right to it."""
        return self.reach.by.get(self.operation, ())

    @cached_property
    def how(self) -> str:
        """The phrase with what makes it possible: `… (AcrPush at 'fabrikam')`."""
        roles = (f"{one.role.name if one.role else 'an unknown role'} at {shown(one.scope)}" for one in self.by)
        keys = ", with keys that it may read" if self.operation in self.reach.via_keys else ""
        # Of a right that a step before gave there is nothing to name but the operation.
        return f"{self.phrase} ({', '.join(dict.fromkeys(roles)) or self.operation}{keys})"


@dataclass(frozen=True)
class Held:
    """What is held at one resource, as far as it may lead on."""

    resource: Resource
    name: str
    """What people call the resource."""
    operations: Mapping[str, str]
    """The operations that any way asks for: lower case → as Azure spells them."""
    reach: Reach

    def first(self, wanted: Iterable[str]) -> str | None:
        """The first of the wanted operations that is held; one that no condition restricts comes before the others."""
        found = [self.operations[name] for name in wanted if name in self.operations]
        return min(found, key=self.perhaps, default=None)

    def perhaps(self, operation: str) -> bool:
        """Whether a condition decides about an operation."""
        return operation not in self.reach.allowed and operation not in self.reach.data_allowed

    def step(self, to: Node, phrase: str, operation: str, *, conditional: bool = False) -> Step:
        """The step that an operation makes possible."""
        return Step(to, phrase, operation, self.reach, conditional or self.perhaps(operation))
