"""Parsed form of a condition: its tests, and a postfix program that combines them.

Negations are already pushed into the tests, so the program contains only AND and OR, of any number of operands. Being
postfix, it is run by a loop, however deep or long the condition is.
"""

from dataclasses import dataclass
from enum import Enum

from access.model.attributes import Value


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the resource, request, principal or environment, by its canonical key."""

    key: str
    """`resource[microsoft.storage/…/containers:name]`"""


@dataclass(frozen=True, slots=True)
class ActionTest:
    """ActionMatches: one of the patterns covers the operation."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SubOperationTest:
    """SubOperationMatches: the requested sub-operation is one of these, in lower case."""

    names: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExistsTest:
    """Exists: the attribute is present."""

    attribute: Attribute
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Quantifier:
    """Quantifier of a comparison: any or all values of the left, with any or all of the right."""

    all_left: bool
    all_right: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison; `operator` in lower case without the quantifier, `inverse` for the Not operators."""

    left: Attribute | Value
    operator: str
    right: Attribute | Value
    quantifier: Quantifier | None = None
    inverse: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """`true` or `false` as a whole operand."""

    value: bool


Test = ActionTest | SubOperationTest | ExistsTest | Comparison | Constant


class Join(Enum):
    """Operator that combines operands."""

    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Combine:
    """Instruction that replaces the last `count` results by one."""

    join: Join
    count: int


Instruction = Test | Combine


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A parsed condition; compared by identity, as `parse` returns the same object for the same text."""

    text: str
    program: tuple[Instruction, ...]
    ambiguous: bool
    """True where AND and OR are mixed without parentheses, which Microsoft's documentation requires."""

    @property
    def tests(self) -> tuple[Test, ...]:
        """The tests, in the order of the text."""
        return tuple(step for step in self.program if not isinstance(step, Combine))

    @property
    def attributes(self) -> frozenset[str]:
        """The keys of all attributes in the condition."""
        found: set[str] = set()
        for test in self.tests:
            if isinstance(test, ExistsTest):
                found.add(test.attribute.key)
            elif isinstance(test, Comparison):
                found.update(side.key for side in (test.left, test.right) if isinstance(side, Attribute))
        return frozenset(found)
