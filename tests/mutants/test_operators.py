"""The operators change what they say, and the candidates leave out what decides nothing."""

import pytest

from tests.mutants.candidates import in_source, mutated
from tests.mutants.cosmic import mutate
from tests.mutants.operators import OPERATORS, TABLE_ROW, OwnOperator

OWN = [factory for _, factory in OPERATORS.values() if isinstance(factory, type) and issubclass(factory, OwnOperator)]


@pytest.mark.parametrize(
    ("operator", "before", "after", "occurrence"),
    [(factory, *example) for factory in OWN for example in factory.examples],
)
def test_mutation_operator_makes_its_example_change(
    operator: type[OwnOperator], before: str, after: str, occurrence: int
) -> None:
    assert mutate(before, operator(), occurrence) == after


def test_every_custom_mutation_operator_has_an_example() -> None:
    assert [factory.__name__ for factory in OWN if not factory.examples] == []


def test_examples_of_custom_mutation_operators_compile() -> None:
    for factory in OWN:
        for _, after, _ in factory.examples:
            compile(after, factory.__name__, "exec")


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: str | None, b: bool = x) -> int | None: ...",
        "class C:\n    a: frozenset[str] | None\n",
        "@dataclass(frozen=True)\nclass C: ...",
        "def f():\n    return zip(a, b, strict=True)",
        "__all__ = ['a', 'b']",
        'def f():\n    """Text."""\n',
        "Name = int | str",
    ],
)
def test_mutation_candidates_exclude_annotations_decorators_and_docstrings(source: str) -> None:
    assert list(in_source("access/evaluate/a.py", source)) == []


def test_mutation_candidate_changes_the_code_at_its_stated_line() -> None:
    source = "T = {\n    'a': 1,\n    'b': 2,\n}\n\n\ndef f(x):\n    if x in T:\n        raise E\n"
    found = list(in_source("access/evaluate/a.py", source))
    for one in found:
        before, after = source.splitlines(), mutated(source, one).splitlines()
        assert before[: one.line - 1] == after[: one.line - 1]
        assert mutated(source, one) != source
    assert sorted({(one.line, one.operator) for one in found}) == [
        (2, "ChangeTableText"),
        (2, "DropTableRow"),
        (2, "NumberReplacer"),
        (3, "ChangeTableText"),
        (3, "DropTableRow"),
        (3, "NumberReplacer"),
        (8, "InvertMembership"),
        (8, "NegateCondition"),
        (9, "RemoveStatement"),
    ]
    assert {one.operator for one in found if one.kind == TABLE_ROW} == {"ChangeTableText", "DropTableRow"}
