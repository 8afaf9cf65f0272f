"""Computes the set of names, such as paths of blobs, for which a condition is true.

A set is a union of exact names and of all names with a prefix; such sets are closed under AND and OR, so that they are
compared exactly and no name is tried. Any other test on the name, and any test on something else that only a request
shows, gives no set: the condition cannot be compared then, and is never taken for a narrower one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from access.evaluate.conditions.evaluation import ConditionQuery, verdict_of_test
from access.evaluate.conditions.syntax import Attribute, Combine, Comparison, Condition, Join, Test
from access.model.attributes import Attributes, Known

_WHOLE = {"stringequals": True, "stringstartswith": False}
"""Operators that give a set: lower-case name → True if the whole name is compared."""


@dataclass(frozen=True, slots=True)
class NameSet:
    """A set of names: those with one of the prefixes, and some exact names."""

    prefixes: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()

    def covers(self, other: "NameSet") -> bool:
        """Return True if this set contains every name of another set."""
        return all(self._has_prefix(each) for each in other.prefixes) and all(
            each in self.exact or self._has_prefix(each) for each in other.exact
        )

    def union(self, other: "NameSet") -> "NameSet":
        """Return the names in either set."""
        return NameSet(self.prefixes | other.prefixes, self.exact | other.exact)

    def intersection(self, other: "NameSet") -> "NameSet":
        """Return the names in both sets."""
        # Of two prefixes, one is the beginning of the other or no name has both.
        longer = {
            max(one, another, key=len)
            for one in self.prefixes
            for another in other.prefixes
            if one.startswith(another) or another.startswith(one)
        }
        exact = {each for each in self.exact if other.covers(NameSet(exact=frozenset({each})))}
        exact |= {each for each in other.exact if self.covers(NameSet(exact=frozenset({each})))}
        return NameSet(frozenset(longer), frozenset(exact))

    def _has_prefix(self, name: str) -> bool:
        return name.startswith(tuple(self.prefixes))


EVERY_NAME = NameSet(frozenset({""}))
NO_NAME = NameSet()


def union_of(sets: Iterable[NameSet | None]) -> NameSet | None:
    """Return the names in any of the sets; None if that cannot be computed."""
    found, is_complete = NO_NAME, True
    for each in sets:
        if each is None:
            is_complete = False
        else:
            found = found.union(each)
    return found if is_complete or found.covers(EVERY_NAME) else None


def intersection_of(sets: Iterable[NameSet | None]) -> NameSet | None:
    """Return the names in all of the sets; None if that cannot be computed."""
    found, is_complete = EVERY_NAME, True
    for each in sets:
        if each is None:
            is_complete = False
        else:
            found = found.intersection(each)
    return found if is_complete or found == NO_NAME else None


def names_allowed_by(
    condition: Condition, query: ConditionQuery, attributes: Attributes, name: Attribute
) -> NameSet | None:
    """Return the names for which a condition is true; None if a set cannot express them.

    Args:
        condition: a parsed condition.
        query: the one operation in question.
        attributes: attribute values that do not depend on the request.
        name: the attribute whose value is the name.
    """
    # Without parentheses, the documentation leaves open how AND and OR bind.
    if condition.ambiguous:
        return None
    stack: list[NameSet | None] = []
    for step in condition.program:
        if isinstance(step, Combine):
            parts = stack[-step.count :]
            del stack[-step.count :]
            stack.append((intersection_of if step.join is Join.AND else union_of)(parts))
        else:
            stack.append(_names_of_test(step, query, _without(attributes, name), name))
    return stack[0]


def _names_of_test(test: Test, query: ConditionQuery, attributes: Attributes, name: Attribute) -> NameSet | None:
    verdict = verdict_of_test(test, query, attributes)
    if verdict.true == query.operations:
        return EVERY_NAME
    if verdict.false == query.operations:
        return NO_NAME
    if not isinstance(test, Comparison) or test.left != name or not isinstance(test.right, str):
        return None
    is_plain = not (test.negated or test.inverse or test.quantifier or "\\" in test.right)
    whole = _WHOLE.get(test.operator) if is_plain else None
    one = frozenset({test.right})
    return None if whole is None else NameSet(exact=one) if whole else NameSet(prefixes=one)


def _without(attributes: Attributes, name: Attribute) -> Mapping[str, Known]:
    return {each: value for each, value in attributes.items() if each != name.key}
