"""Cosmic Ray as a library: its parser, its walk over a tree and its operators, with types."""

from collections.abc import Iterable, Mapping
from typing import Protocol, cast

import cosmic_ray.ast as _ast  # pyright: ignore[reportMissingTypeStubs]
import cosmic_ray.mutating as _mutating  # pyright: ignore[reportMissingTypeStubs]
from cosmic_ray.operators.provider import OperatorProvider  # pyright: ignore[reportMissingTypeStubs]

from tests.mutants.nodes import Node

__all__ = ["PROVIDED", "Operator", "OperatorClass", "Positions", "mutate", "nodes"]

Positions = Iterable[tuple[tuple[int, int], tuple[int, int]]]


class Operator(Protocol):
    """An operator, as Cosmic Ray calls it."""

    def mutation_positions(self, node: Node) -> Positions:
        """The start and the end of every change that it can make to a node."""
        ...

    def mutate(self, node: Node, index: int) -> Node:
        """The node with one of these changes."""
        ...


class OperatorClass(Protocol):
    """The class of an operator."""

    __name__: str

    def __call__(self) -> Operator:
        """An operator."""
        ...


PROVIDED = cast("Mapping[str, OperatorClass]", OperatorProvider())
"""Cosmic Ray's own operators by name."""


def nodes(source: str) -> list[Node]:
    """The nodes of a source, in the order in which Cosmic Ray counts changes."""
    return list(cast("Iterable[Node]", _ast.ast_nodes(_ast.get_ast(source))))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def mutate(source: str, operator: Operator, occurrence: int) -> str | None:
    """The source with one change of an operator; none where it has no such change."""
    return cast("str | None", _mutating.mutate_code(source, operator, occurrence))  # pyright: ignore[reportUnknownMemberType]
