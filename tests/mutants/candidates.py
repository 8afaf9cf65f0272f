"""The candidates: every mutant of three folders, and a sample of them that is the same for the same code."""

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.mutants.cosmic import mutate, nodes
from tests.mutants.nodes import in_annotation, in_declaration, in_function
from tests.mutants.operators import CLASSES, COMPARISON, NEGATION, OPERATORS, OTHER, TABLE_ROW

__all__ = ["FOLDERS", "QUOTAS", "SEED", "Candidate", "candidates", "draw", "in_source", "is_change", "mutated"]

FOLDERS = ("access/evaluate", "access/questions", "localazure/arm")
SEED = 14
QUOTAS = {NEGATION: 15, COMPARISON: 13, TABLE_ROW: 12, OTHER: 30}
"""Mutants of each class in each folder; a class with fewer candidates leaves its places to the others."""


@dataclass(frozen=True, order=True)
class Candidate:
    """One change to one file."""

    path: str
    line: int
    column: int
    operator: str
    occurrence: int
    """The number that Cosmic Ray gives it among the changes of this operator to this file."""
    code: str = ""
    """The line, without its indentation."""

    @property
    def location(self) -> tuple[str, int, int]:
        """File, line and column."""
        return self.path, self.line, self.column

    @property
    def kind(self) -> str:
        """The class of the operator."""
        return OPERATORS[self.operator][0]

    @property
    def folder(self) -> str:
        """The one of the three folders that the file is in."""
        return next(folder for folder in FOLDERS if self.path.startswith(f"{folder}/"))

    @property
    def name(self) -> str:
        """Location and operator, in one word each."""
        return f"{self.path}:{self.line}:{self.column} {self.operator}#{self.occurrence}"


def mutated(source: str, one: Candidate) -> str:
    """The source of a file with the change of a candidate in it."""
    text = mutate(source, OPERATORS[one.operator][1](), one.occurrence)
    assert text is not None, one.name
    return text


def in_source(path: str, source: str) -> Iterator[Candidate]:
    """The candidates of one file, without annotations, decorators and operators between types outside functions."""
    tree, lines = nodes(source), source.splitlines()
    for name, (_, factory) in OPERATORS.items():
        operator = factory()
        occurrence = 0
        for node in tree:
            for (line, column), _ in operator.mutation_positions(node):
                unfit = (
                    in_annotation(node) or in_declaration(node) or ("BinaryOperator" in name and not in_function(node))
                )
                if not unfit:
                    yield Candidate(path, line, column, name, occurrence, lines[line - 1].strip())
                occurrence += 1


def candidates(root: Path, folders: Iterable[str] = FOLDERS) -> list[Candidate]:
    """Every candidate of some folders, in the order of their files and lines."""
    files = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return sorted(
        one for file in files for one in in_source(file.relative_to(root).as_posix(), file.read_text("utf-8"))
    )


def draw(found: Sequence[Candidate], fit: Callable[[Candidate], bool], seed: int = SEED) -> list[Candidate]:
    """The sample: for each folder the quota of each class, at most one mutant at a location, all of them `fit`."""
    ordered = sorted(found)
    return [
        one for folder in FOLDERS for one in _of_folder([one for one in ordered if one.folder == folder], fit, seed)
    ]


def is_change(root: Path, one: Candidate) -> bool:
    """A module that still compiles and has another meaning than before."""
    source = (root / one.path).read_text("utf-8")
    try:
        return ast.dump(ast.parse(mutated(source, one))) != ast.dump(ast.parse(source))
    except SyntaxError:
        return False


def _of_folder(found: Sequence[Candidate], fit: Callable[[Candidate], bool], seed: int) -> list[Candidate]:
    queues = {kind: _in_order((one for one in found if one.kind == kind), seed) for kind in CLASSES}
    taken: dict[tuple[str, int, int], Candidate] = {}
    counts = Counter[str]()
    size = sum(QUOTAS.values())

    def take(kind: str, most: int) -> None:
        while queues[kind] and counts[kind] < most and len(taken) < size:
            one = queues[kind].pop()
            if one.location not in taken and fit(one):
                taken[one.location] = one
                counts[kind] += 1

    for kind, quota in QUOTAS.items():
        take(kind, quota)
    for kind in CLASSES:
        take(kind, size)
    return sorted(taken.values())


def _in_order(found: Iterable[Candidate], seed: int) -> list[Candidate]:
    """An order in which every location comes as early as any other, and which an edit elsewhere does not disturb."""

    def order(one: Candidate) -> tuple[bytes, bytes]:
        place = f"{seed} {one.path} {one.code} {one.column}"
        return sha256(place.encode()).digest(), sha256(f"{place} {one.operator}".encode()).digest()

    return sorted(found, key=order)
