"""Comparison operators of role assignment conditions, such as `StringEquals`.

Owns the table of operators. Source: Microsoft, "Azure role assignment condition format and syntax"
(conditions-format.md, 2023-11-15). `…EndsWith`, `…Contains`, `…InRange`, `TimeOfDay…`, `Ip…` and `List…` are only in
Microsoft's own interpreter (GitHub microsoft/regorus, src/languages/azure_rbac, 2026-08-20) and follow it. For
`StringMatches` the supported regular expressions are not published, so it is never decided here.
"""

import operator as compare
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from access.evaluate.conditions import values
from access.evaluate.conditions.syntax import Quantifier
from access.model.attributes import Scalar

Reader = Callable[[Scalar], Any]
Relation = Callable[[Any, Any], bool | None]

QUANTIFIERS = {
    "foranyofanyvalues": Quantifier(all_left=False, all_right=False),
    "forallofanyvalues": Quantifier(all_left=True, all_right=False),
    "foranyofallvalues": Quantifier(all_left=False, all_right=True),
    "forallofallvalues": Quantifier(all_left=True, all_right=True),
}
_DOCUMENTED_ESCAPES = re.compile(r"\\[*?]")
_ANY_OF_ANY = QUANTIFIERS["foranyofanyvalues"]


@dataclass(frozen=True, slots=True)
class Operator:
    """Comparison operator of conditions: parsers of both sides and a comparison, or None if it is never decided."""

    name: str
    read_left: Reader
    read_right: Reader
    relation: Relation | None
    takes_range: bool = False


def _ordered(prefix: str, read: Reader) -> tuple[Operator, ...]:
    relations = {
        "Equals": compare.eq,
        "GreaterThan": compare.gt,
        "GreaterThanEquals": compare.ge,
        "LessThan": compare.lt,
        "LessThanEquals": compare.le,
    }
    in_range = Operator(f"{prefix}InRange", read, read, _within, takes_range=True)
    return (*(Operator(prefix + name, read, read, relation) for name, relation in relations.items()), in_range)


def _within(value: Any, bounds: tuple[Any, Any]) -> bool:  # noqa: ANN401 - numbers, times and addresses alike
    return bounds[0] <= value <= bounds[1]


def _strings() -> tuple[Operator, ...]:
    relations: dict[str, Relation] = {
        "Equals": compare.eq,
        "StartsWith": str.startswith,
        "EndsWith": str.endswith,
        "Contains": compare.contains,
        "Like": values.like,
    }
    return tuple(
        Operator(f"String{name}{suffix}", read, read, relation)
        for name, relation in relations.items()
        for suffix, read in (("", values.text), ("IgnoreCase", values.folded))
    )


_TABLE = (
    *_strings(),
    Operator("StringMatches", values.text, values.text, None),
    Operator("StringMatchesIgnoreCase", values.text, values.text, None),
    *_ordered("Numeric", values.number),
    *_ordered("DateTime", values.moment),
    *_ordered("TimeOfDay", values.clock),
    Operator("BoolEquals", values.boolean, values.boolean, compare.eq),
    Operator("GuidEquals", values.guid, values.guid, compare.eq),
    Operator("IpMatch", values.address, values.text, values.in_network),
    Operator("IpInRange", values.address, values.address, _within, takes_range=True),
    Operator("ListContains", values.text, values.text, compare.eq),
)
_BY_NAME = {entry.name.lower(): entry for entry in _TABLE}
_INVERSES = {
    # `StringNotEquals`, `IpNotMatch`: the Not follows the type of the value.
    entry.name[: len(kind)] + "Not" + entry.name[len(kind) :]: entry
    for entry in _TABLE
    for kind in ("String", "Numeric", "DateTime", "TimeOfDay", "Bool", "Guid", "Ip", "List")
    if entry.name.startswith(kind)
}
_INVERSE_BY_NAME = {name.lower(): entry for name, entry in _INVERSES.items()}
NAMES = {name.lower(): name for name in (*(entry.name for entry in _TABLE), *_INVERSES)}
"""Names of all operators: lower case → Microsoft's spelling."""


def find(name: str) -> tuple[Operator, bool] | None:
    """Return an operator of conditions by name, and True if the name is a negated one; None if unknown."""
    lowered = name.lower()
    if lowered in _BY_NAME:
        return _BY_NAME[lowered], False
    return (_INVERSE_BY_NAME[lowered], True) if lowered in _INVERSE_BY_NAME else None


def compare_values(
    name: str, left: Sequence[Scalar], right: Sequence[Scalar], *, quantifier: Quantifier | None, inverse: bool
) -> bool | None:
    """Return the result of comparing two sides with an operator; None if the values cannot be compared.

    Without a quantifier one value on the left must fit one on the right, and an inverse operator is the negation of
    that; with a quantifier the inverse is taken of each pair.
    """
    entry = _BY_NAME[name]
    if entry.relation is None or not left or not right or _has_unclear_escape(entry, right):
        return None
    lefts = [entry.read_left(value) for value in left]
    rights: list[Any] = [entry.read_right(value) for value in right]
    if None in lefts or None in rights:
        return None
    if entry.takes_range:
        if len(rights) != 2:  # noqa: PLR2004 - a lower and an upper bound
            return None
        rights = [tuple(rights)]
    return _quantified(entry.relation, lefts, rights, quantifier, inverse=inverse)


def _has_unclear_escape(entry: Operator, values_of_test: Sequence[Scalar]) -> bool:
    r"""Return True if a value has a backslash that is not before `*` or `?` of a Like operator."""
    texts = (value for value in values_of_test if isinstance(value, str) and "\\" in value)
    escapes = _DOCUMENTED_ESCAPES if entry.relation is values.like else None
    return any(escapes is None or "\\" in escapes.sub("", text) for text in texts)


def _quantified(
    relation: Relation, lefts: list[Any], rights: list[Any], quantifier: Quantifier | None, *, inverse: bool
) -> bool | None:
    each_inverse = inverse and quantifier is not None
    table: list[list[bool]] = []
    try:
        for left in lefts:
            row = [relation(left, right) for right in rights]
            if None in row:
                return None
            table.append([bool(cell) is not each_inverse for cell in row])
    except TypeError:  # an IPv4 address against an IPv6 range
        return None
    chosen = quantifier or _ANY_OF_ANY
    of_right = all if chosen.all_right else any
    of_left = all if chosen.all_left else any
    return of_left([of_right(row) for row in table]) is not (inverse and quantifier is None)
