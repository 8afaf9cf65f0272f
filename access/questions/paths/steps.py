"""Data types of escalation paths: nodes, steps, and access at one resource."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from sys import intern
from typing import Literal, NamedTuple

from access.azure.scopes import shown
from access.model.graph import Assignment, Resource
from access.model.results import EffectiveAccess


class Node(NamedTuple):
    """Something that an attacker controls: an agent's code, an identity, a scope, or the data in a scope."""

    kind: Literal["agent", "identity", "scope", "data"]
    id: str


SCOPE_KINDS = frozenset({"scope", "data"})


@dataclass(frozen=True, eq=False, slots=True)
class EscalationStep:
    """Escalation step to another identity or scope, with a phrase and the operation that allows the step."""

    to: Node
    phrase: str
    """Words after `may`: `push an image to 'fabrikam', from which analysis runs`."""
    operation: str
    reach: EffectiveAccess
    conditional: bool = False

    def held_by(self, reach: EffectiveAccess) -> "EscalationStep":
        """Return the step for another holder of the same access."""
        return EscalationStep(self.to, self.phrase, self.operation, reach, self.conditional)

    @property
    def by(self) -> tuple[Assignment, ...]:
        """Return the role assignments that allow the step; empty if an earlier step gave the right."""
        return self.reach.by.get(self.operation, ())

    @property
    def how(self) -> str:
        """Return the phrase for a step with its roles: `… (AcrPush at 'fabrikam')`."""
        roles = (f"{one.role_name if one.role else 'an unknown role'} at {shown(one.scope)}" for one in self.by)
        by_keys = self.operation in self.reach.via_keys or self.operation in self.reach.control_via_keys
        keys = ", with keys that it may read" if by_keys else ""
        # For a right from an earlier step there is no role to name, only the operation.
        return f"{self.phrase} ({', '.join(dict.fromkeys(roles)) or self.operation}{keys})"


@dataclass(frozen=True)
class ResourceAccess:
    """Access of an attacker at one resource, limited to operations that allow an escalation."""

    resource: Resource
    name: str
    """Display name of the resource."""
    operations: Mapping[str, str]
    """Operations that any escalation needs: lower case → Azure's spelling."""
    reach: EffectiveAccess

    @cached_property
    def control(self) -> list[str]:
        """The operations on the control plane, in lower case."""
        sets = (self.reach.allowed, self.reach.conditional)
        return [name for name, written in self.operations.items() if any(written in names for names in sets)]

    def first(self, wanted: Iterable[str]) -> str | None:
        """Return the first of the wanted operations that is allowed, unconditional ones first; None if none is."""
        found = [self.operations[name] for name in wanted if name in self.operations]
        return min(found, key=self.is_conditional, default=None)

    def is_conditional(self, operation: str) -> bool:
        """Return True if an operation is allowed only under a condition."""
        return operation not in self.reach.allowed and operation not in self.reach.data_allowed

    def step(self, to: Node, phrase: str, operation: str, *, conditional: bool = False) -> EscalationStep:
        """Return the escalation step to a node that an operation at this resource allows."""
        # Hundreds of identities may have the same steps: their nodes and phrases exist once.
        shown, doubtful = intern(phrase), conditional or self.is_conditional(operation)
        return EscalationStep(_same_node(to), shown, operation, self.reach, doubtful)


@lru_cache(maxsize=1 << 16)
def _same_node(node: Node) -> Node:
    """Return the first of several equal nodes."""
    return node
