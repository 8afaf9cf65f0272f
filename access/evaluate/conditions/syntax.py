"""What a parsed condition is: its tests, and a postfix program that combines them.

Owns the parsed form. Negations are already pushed into the tests, so the program knows only AND and OR, of any number
of parts; being postfix, it is run by a loop, however deep or long the condition is.
"""

from dataclasses import dataclass
from enum import Enum

from access.model.attributes import Value


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the resource, the request, the principal or the environment, by its canonical key."""

    key: str
    """`resource[microsoft.storage/…/containers:name]`"""


@dataclass(frozen=True, slots=True)
class ActionTest:
    """ActionMatches: the operation is covered by one of the patterns."""

    patterns: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SubOperationTest:
    """SubOperationMatches: the part of the operation that is asked for is one of these, in lower case."""

    names: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExistsTest:
    """Exists: the attribute is there."""

    attribute: Attribute
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Quantifier:
    """How the values on both sides are combined: any or all of the left, with any or all of the right."""

    all_left: bool
    all_right: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`; `operator` in lower case and without the quantifier, `inverse` for the Not operators."""

    left: Attribute | Value
    operator: str
    right: Attribute | Value
    quantifier: Quantifier | None = None
    inverse: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """`true` or `false` on its own."""

    value: bool


Test = ActionTest | SubOperationTest | ExistsTest | Comparison | Constant


class Join(Enum):
    """How an instruction combines what stands before it."""

    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Combine:
    """Takes the results of the last `count` parts, leaves one."""

    join: Join
    count: int


Step = Test | Combine


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition that was read; compared by identity, as `parse` gives the same one for the same text."""

    text: str
    program: tuple[Step, ...]
    ambiguous: bool
    """AND and OR stand side by side without parentheses, which Microsoft's documentation asks for."""

    @property
    def tests(self) -> tuple[Test, ...]:
        """The tests, in the order of the text."""
        return tuple(step for step in self.program if not isinstance(step, Combine))

    @property
    def attributes(self) -> frozenset[str]:
        """The keys of all attributes that the condition looks at."""
        found: set[str] = set()
        for test in self.tests:
            if isinstance(test, ExistsTest):
                found.add(test.attribute.key)
            elif isinstance(test, Comparison):
                found.update(side.key for side in (test.left, test.right) if isinstance(side, Attribute))
        return frozenset(found)
