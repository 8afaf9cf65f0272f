"""Syntax tree types of a parsed condition: tests, and a postfix program that combines them.

Negations are already pushed into the tests, so the program contains only AND and OR, of any number of operands. Being
postfix, it is run by a loop, however deep or long the condition is.
"""

from dataclasses import dataclass
from enum import Enum

from access.model.attributes import Value


@dataclass(frozen=True, slots=True)
class Attribute:
    """Attribute in a condition (of resource, request, principal or environment), by canonical name."""

    key: str
    """Canonical name: `resource[microsoft.storage/…/containers:name]`"""


@dataclass(frozen=True, slots=True)
class ActionTest:
    """An `ActionMatches` test: true if one of the patterns covers the operation."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SubOperationTest:
    """A `SubOperationMatches` test: true if the requested sub-operation is in the list."""

    names: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExistsTest:
    """`Exists` test of a condition: true if the attribute is present."""

    attribute: Attribute
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Quantifier:
    """Quantifier of a comparison in a condition: any or all values on the left, with any or all on the right."""

    all_left: bool
    all_right: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of two operands in a condition; `inverse` is True for negated ones such as StringNotEquals."""

    left: Attribute | Value
    operator: str
    right: Attribute | Value
    quantifier: Quantifier | None = None
    inverse: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """Literal `true` or `false` as an operand of a condition."""

    value: bool


Test = ActionTest | SubOperationTest | ExistsTest | Comparison | Constant


class Join(Enum):
    """Logical operators that combine the tests of a condition: AND and OR."""

    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Combine:
    """Instruction of a condition's postfix program that combines the last `count` results into one."""

    join: Join
    count: int


Instruction = Test | Combine


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Parsed condition of a role assignment: its text, and a postfix program of tests and operators."""

    text: str
    program: tuple[Instruction, ...]
    ambiguous: bool
    """True if AND and OR are mixed without parentheses, which Microsoft's documentation requires."""

    @property
    def tests(self) -> tuple[Test, ...]:
        """Return the tests of a condition, in the order of the text."""
        return tuple(step for step in self.program if not isinstance(step, Combine))

    @property
    def attributes(self) -> frozenset[str]:
        """Return the canonical names of all attributes in a condition."""
        found: set[str] = set()
        for test in self.tests:
            if isinstance(test, ExistsTest):
                found.add(test.attribute.key)
            elif isinstance(test, Comparison):
                found.update(side.key for side in (test.left, test.right) if isinstance(side, Attribute))
        return frozenset(found)
