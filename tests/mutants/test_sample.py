"""The sample is the same for the same code, and has its share of every folder and class."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.mutants.candidates import FOLDERS, QUOTAS, Candidate, candidates, draw, is_change
from tests.mutants.covering import Covering, enclosing
from tests.mutants.operators import COMPARISON, NEGATION, TABLE_ROW
from tests.mutants.results import Result, share_killed, table

ROOT = Path(__file__).parents[2]
SOURCE = "LIMIT = 3\n\n\nclass C:\n    def low(self, x):\n        return x < LIMIT\n\n\ndef f():\n    def g(): ...\n"


def any_change(_one: Candidate) -> bool:
    return True


@cache
def found() -> list[Candidate]:
    return candidates(ROOT)


@cache
def sample() -> list[Candidate]:
    return draw(found(), any_change)


def test_mutant_sample_has_at_least_200_mutants_in_equal_shares_per_folder() -> None:
    assert len(sample()) >= 200
    assert Counter(one.folder for one in sample()) == dict.fromkeys(FOLDERS, sum(QUOTAS.values()))


def test_at_least_half_of_the_mutant_sample_are_negations_comparisons_or_table_rows() -> None:
    decisive = [one for one in sample() if one.kind in {NEGATION, COMPARISON, TABLE_ROW}]
    assert len(decisive) * 2 >= len(sample())
    assert {one.kind for one in sample()} == set(QUOTAS)


def test_mutant_sample_is_deterministic_and_depends_on_the_seed() -> None:
    assert draw(list(reversed(found())), any_change) == sample()
    assert draw(found(), any_change, seed=1) != sample()


def test_mutant_sample_stays_the_same_if_code_moves_to_other_lines() -> None:
    moved = [replace(one, line=one.line + 1) if one.path.endswith("/keys.py") else one for one in found()]
    after = {(one.path, one.code, one.operator) for one in draw(moved, any_change)}
    assert after == {(one.path, one.code, one.operator) for one in sample()}


def test_no_two_sampled_mutants_share_a_location() -> None:
    locations = [one.location for one in sample()]
    assert len(locations) == len(set(locations))


def test_mutant_without_effect_on_the_code_is_not_a_candidate(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("for x in []:\n    pass\nfor x in y:\n    pass\n", encoding="utf-8")
    assert not is_change(tmp_path, Candidate("a.py", 1, 9, "ZeroIterationForLoop", 0))
    assert is_change(tmp_path, Candidate("a.py", 3, 9, "ZeroIterationForLoop", 1))


@pytest.mark.parametrize(("line", "name"), [(1, ""), (4, ""), (5, "C.low"), (6, "C.low"), (9, "f"), (10, "f")])
def test_line_of_a_mutant_is_mapped_to_its_outermost_function_or_method(line: int, name: str) -> None:
    assert enclosing(SOURCE, line) == name


def test_mutant_runs_the_tests_that_call_its_function_with_the_most_specific_first() -> None:
    path = "access/evaluate/keys.py"
    covering = Covering(
        {"tests/test_wide.py": 1.0, "tests/test_narrow.py": 1.0, "tests/test_keys.py": 9.0, "tests/test_other.py": 1.0},
        {f"{path}::C.low": [0, 1, 2], f"{path}::f": [0, 2], "access/evaluate/guards.py::h": [3]},
    )
    one = Candidate(path, 6, 17, "NumberReplacer", 0)
    assert covering.job(one, SOURCE, "").tests == ["tests/test_keys.py", "tests/test_narrow.py", "tests/test_wide.py"]
    table_row = Candidate(path, 1, 8, "NumberReplacer", 0)
    assert sorted(covering.job(table_row, SOURCE, "").tests) == sorted(list(covering.tests)[:3])
    assert covering.limits["tests/test_keys.py"] == 90


def test_mutant_that_times_out_counts_as_survived() -> None:
    one = sample()[0]
    results = [Result(one.name, state, "", "") for state in ("killed", "survived", "timed out", "killed")]
    assert share_killed(results) == 0.5
    printed = table([(one, result) for result in results])
    assert printed.splitlines()[-1].split() == ["all", "all", "4", "2", "1", "1", "50.0"]
    assert max(len(line) for line in printed.splitlines()) <= 80
