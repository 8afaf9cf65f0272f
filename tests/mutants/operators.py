"""Mutation operators: the small changes to the code that the tests must notice, each in one of four classes.

Half of them are Cosmic Ray's own. It does not have the others: negated conditions and operands, `in` against `not in`,
rows of tables, removed statements. Left out are changes that are not mistakes that anybody makes or that no test can
notice: `==` against `<=` or `is` where names are compared, removed decorators (most of ours only cache).
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar

from tests.mutants.cosmic import PROVIDED, OperatorClass, Positions
from tests.mutants.nodes import Node, Raw, above, children, in_annotation, in_function, in_public_list, rows, text

__all__ = ["CLASSES", "COMPARISON", "NEGATION", "OPERATORS", "OTHER", "TABLE_ROW", "OwnOperator"]

NEGATION = "negation"
COMPARISON = "comparison"
TABLE_ROW = "table row"
OTHER = "other"
CLASSES = (NEGATION, COMPARISON, TABLE_ROW, OTHER)


_STRING_MARK = "x"
_FEWEST_ROWS = 2
_CONDITIONAL = frozenset({"if_stmt", "while_stmt", "assert_stmt"})
_CONDITION_WORDS = frozenset({"if", "elif", "while", "assert"})


class OwnOperator:
    """An operator that replaces parts of one node, each by a text."""

    examples: ClassVar[tuple[tuple[str, str, int], ...]] = ()
    """Source before and after, and the number of the change; the tests prove them."""

    def parts(self, node: Node) -> Iterable[Node]:
        """The parts of a node that this operator changes, one mutant for each."""
        raise NotImplementedError

    def changed(self, part: Node) -> str:
        """The text in the place of a part, without the blanks before it."""
        raise NotImplementedError

    def mutation_positions(self, node: Node) -> Positions:
        """Start and end of every part, as Cosmic Ray counts them."""
        return [(part.start_pos, part.end_pos) for part in self.parts(node)]

    def mutate(self, node: Node, index: int) -> Node:
        """The node with one part changed."""
        part = list(self.parts(node))[index]
        raw = Raw(self.changed(part), part.start_pos, _prefix(part))
        if part is node:
            return raw
        node.children = [raw if child is part else child for child in node.children]
        return node


class NegateCondition(OwnOperator):
    """Negates a whole condition: of `if`, `elif`, `while`, `assert`, a conditional expression, a comprehension."""

    examples = (
        ("if a or b: c", "if not (a or b): c", 0),
        ("if a: b\nelif c: d", "if a: b\nelif not (c): d", 1),
        ("a if b else c", "a if not (b) else c", 0),
        ("[a for a in b if c]", "[a for a in b if not (c)]", 0),
        ("while a: b", "while not (a): b", 0),
        ("assert a", "assert not (a)", 0),
    )

    def parts(self, node: Node) -> Iterable[Node]:
        """The conditions of a statement or an expression."""
        inner = children(node)
        if node.type in _CONDITIONAL:
            return [after for word, after in pairwise(inner) if text(word) in _CONDITION_WORDS]
        if node.type == "ternary" or (node.type == "test" and len(inner) > _FEWEST_ROWS):
            return [inner[2]]
        return [inner[1]] if node.type == "comp_if" else ()

    def changed(self, part: Node) -> str:
        """The opposite of a condition."""
        return _negated(part)


class NegateOperand(OwnOperator):
    """Negates one operand of `and` or `or`."""

    examples = (("a and b == c", "a and not (b == c)", 1), ("a or b or c", "not (a) or b or c", 0))

    def parts(self, node: Node) -> Iterable[Node]:
        """The operands of `and` and `or`."""
        return children(node)[::2] if node.type in {"and_test", "or_test"} else ()

    def changed(self, part: Node) -> str:
        """The opposite of an operand."""
        return _negated(part)


class InvertMembership(OwnOperator):
    """Exchanges `in` and `not in`."""

    examples = (("a in b", "a not in b", 0), ("a not in b", "a in b", 0))

    def parts(self, node: Node) -> Iterable[Node]:
        """The `in` and `not in` of a comparison."""
        if node.type != "comparison":
            return ()
        return [part for part in children(node)[1::2] if text(part) in {"in", "not in"}]

    def changed(self, part: Node) -> str:
        """The other of the two."""
        return "not in" if text(part) == "in" else "in"


class DropTableRow(OwnOperator):
    """Drops one row of a table: an element of a display at module level, or of a list, set or dictionary anywhere."""

    examples = (
        ("T = {a: 1, b: 2}", "T = { b: 2,}", 0),
        ("T = (a, b)", "T = (a,)", 1),
        ("T = [a, b, c]", "T = [a, c,]", 1),
        ("def f():\n    return {a, b}", "def f():\n    return {a,}", 1),
        ("T = ((a, b), c)", "T = ( c,)", 0),
    )

    def parts(self, node: Node) -> Iterable[Node]:
        """The first nodes of the rows of a display."""
        if node.type not in {"testlist_comp", "dictorsetmaker"} or not _is_table(node):
            return ()
        every = rows(node)
        return [row[0] for row in every] if len(every) >= _FEWEST_ROWS else ()

    def mutate(self, node: Node, index: int) -> Node:
        """The rows of a display without one."""
        every = rows(node)
        rest = [one.get_code() for place, row in enumerate(every) if place != index for one in row]
        last = every[-1] if index != len(every) - 1 else every[-2]
        comma = "" if text(last[-1]) == "," else ","
        node.children = [Raw("".join(rest) + comma, node.start_pos)]
        return node


class ChangeTableText(OwnOperator):
    """Changes one text of a table, or of a constant of a module, by a letter."""

    examples = (
        ('T = {"a": 1}', 'T = {"xa": 1}', 0),
        ('T = ("a", "b")', 'T = ("a", "xb")', 1),
        ('NAME: str = "a"', 'NAME: str = "xa"', 0),
    )

    def parts(self, node: Node) -> Iterable[Node]:
        """A text at module level that is not documentation."""
        return (node,) if node.type == "string" and _is_constant(node) else ()

    def changed(self, part: Node) -> str:
        """The text with a letter more."""
        code = text(part)
        return code[0] + _STRING_MARK + code[1:]


class RemoveStatement(OwnOperator):
    """Replaces a `raise`, a call or a `yield` that is a statement by `pass`."""

    examples = (
        ("def f():\n    raise a\n", "def f():\n    pass\n", 0),
        ("def f():\n    yield a\n", "def f():\n    pass\n", 0),
        ("def f():\n    a.append(b)\n", "def f():\n    pass\n", 0),
    )

    def parts(self, node: Node) -> Iterable[Node]:
        """The statement of a line of its own."""
        if node.type != "simple_stmt" or not in_function(node):
            return ()
        first = children(node)[0]
        trailers = first.type in {"atom_expr", "power"} and text(children(first)[-1]).startswith("(")
        removable = first.type in {"raise_stmt", "yield_expr"} or trailers
        return (first,) if removable else ()

    def changed(self, part: Node) -> str:
        """No statement, whatever it was."""
        del part
        return "pass"


def _operators() -> dict[str, tuple[str, OperatorClass]]:
    own: dict[str, tuple[OperatorClass, ...]] = {
        NEGATION: (NegateCondition, NegateOperand, InvertMembership),
        TABLE_ROW: (DropTableRow, ChangeTableText),
        OTHER: (RemoveStatement,),
    }
    borrowed = {
        NEGATION: (
            "ReplaceUnaryOperator_Delete_Not",
            "ReplaceComparisonOperator_Is_IsNot",
            "ReplaceComparisonOperator_IsNot_Is",
        ),
        COMPARISON: tuple(
            f"ReplaceComparisonOperator_{pair}"
            for pair in (
                *("Eq_NotEq", "NotEq_Eq"),
                *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
            )
        ),
        OTHER: (
            *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
            *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop", "ExceptionReplacer"),
            *("NumberReplacer", "ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Invert"),
            *("ReplaceBinaryOperator_BitOr_BitAnd", "ReplaceBinaryOperator_BitAnd_BitOr"),
            *("ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add", "ReplaceBinaryOperator_Sub_BitAnd"),
        ),
    }
    found = {factory.__name__: (kind, factory) for kind, factories in own.items() for factory in factories}
    return found | {name: (kind, PROVIDED[name]) for kind, names in borrowed.items() for name in names}


OPERATORS = _operators()
"""Class and operator by the operator's name."""


def _prefix(node: Node) -> str:
    return node.get_code()[: len(node.get_code()) - len(text(node))]


def _negated(part: Node) -> str:
    return f"not ({text(part)})"


def _is_table(node: Node) -> bool:
    """A display. A tuple counts only outside functions, which return and unpack tuples of a fixed length."""
    display = node.parent
    if display is None or display.type != "atom" or in_public_list(display):
        return False
    return not in_function(node) if text(display)[0] == "(" else True


def _is_constant(node: Node) -> bool:
    """A text in the value of an assignment at module or class level."""
    assigned = any(one.type == "expr_stmt" for one in above(node))
    plain = text(node)[0] in "'\""
    return plain and assigned and not in_function(node) and not in_annotation(node) and not in_public_list(node)
