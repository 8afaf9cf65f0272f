"""Nodes of a syntax tree, as Cosmic Ray walks it: their text, and what surrounds them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from parso.tree import Leaf

__all__ = [
    "Node",
    "Raw",
    "above",
    "children",
    "in_annotation",
    "in_declaration",
    "in_function",
    "in_public_list",
    "rows",
    "text",
]

Node: TypeAlias = Any  # `parso` writes its types for an older Python

_FUNCTIONS = frozenset({"funcdef", "lambdef"})
_COMPREHENSIONS = frozenset({"comp_for", "sync_comp_for"})


class Raw(Leaf):
    """A text that is written as it is, whatever it means."""

    type = "raw"


def text(node: Node) -> str:
    """The code of a node, without the blanks and comments before it."""
    return node.get_code(include_prefix=False)


def children(node: Node) -> list[Node]:
    """The nodes directly below a node."""
    return list(getattr(node, "children", ()))


def above(node: Node) -> Iterator[Node]:
    """The nodes that contain a node, from the inside out."""
    parent: Node | None = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def in_function(node: Node) -> bool:
    """Inside a function rather than at the level of a module or a class."""
    return any(one.type in _FUNCTIONS for one in above(node))


def in_annotation(node: Node) -> bool:
    """Inside the type of a variable, a parameter or a result."""
    inner = node
    for outer in above(node):
        siblings = children(outer)
        if outer.type == "annassign" and siblings[1] is inner:
            return True
        if outer.type == "tfpdef":
            return True
        if outer.type == "funcdef" and any(
            text(before) == "->" and after is inner for before, after in pairwise(siblings)
        ):
            return True
        inner = outer
    return False


def in_declaration(node: Node) -> bool:
    """Inside a decorator, such as `@dataclass(frozen=True)`, or in the `strict=` of a `zip`: nothing that decides."""
    return any(
        one.type == "decorator" or (one.type == "argument" and text(one).startswith("strict=")) for one in above(node)
    )


def in_public_list(node: Node) -> bool:
    """Inside `__all__`."""
    return any(one.type == "expr_stmt" and text(one).startswith("__all__") for one in above(node))


def rows(node: Node) -> list[list[Node]]:
    """The elements of a display, each with its comma; none for a comprehension."""
    found: list[list[Node]] = [[]]
    for child in children(node):
        if child.type in _COMPREHENSIONS:
            return []
        found[-1].append(child)
        if text(child) == ",":
            found.append([])
    return [row for row in found if row]
