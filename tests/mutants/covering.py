"""The tests that can notice a change: a measured map from functions to the test files that call them.

The map is generated and committed, `covering.json`; `make mutants MUTANTS=--renew` measures it again. A function that
it does not have yet is judged by every test file that calls something of its module.
"""

import ast
import json
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.mutants.candidates import Candidate
from tests.mutants.forks import Job, Outcome, run
from tests.mutants.tracing import instrument

__all__ = ["BUDGET", "LEFT_OUT", "MAP", "Covering", "enclosing", "measure", "test_files"]

MAP = Path(__file__).with_name("covering.json")
LEFT_OUT = (
    *(f"tests/{folder}/" for folder in ("contracts", "docs", "engine", "mutants", "network", "packaging", "release")),
    "tests/access/reports/test_page_in_browser.py",
)
"""Too slow, with another program or the whole of ours in other processes, or about the code rather than running it."""
BUDGET = 45
"""Seconds of tests for one mutant. One that only later tests would notice counts as a survivor."""
_LONGEST = 600
_FLOOR = 60
_FACTOR = 10


@dataclass(frozen=True)
class Covering:
    """Seconds of each test file, and the numbers of the test files that call each function."""

    tests: Mapping[str, float]
    functions: Mapping[str, Sequence[int]]

    @classmethod
    def read(cls, text: str) -> "Covering":
        """The map from its file."""
        found: dict[str, Any] = json.loads(text)
        return cls(found["tests"], found["functions"])

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Covering":
        """The map from one traced run of each test file."""
        runs = sorted((one for one in outcomes if one.functions), key=lambda one: one.job.name)
        functions: dict[str, list[int]] = {}
        for number, one in enumerate(runs):
            for name in one.functions:
                functions.setdefault(name, []).append(number)
        return cls({one.job.name: one.seconds for one in runs}, dict(sorted(functions.items())))

    def merged(self, newer: "Covering") -> "Covering":
        """The map with the test files of a newer one in the place of their old rows."""
        calls: dict[str, list[str]] = {}
        for one in (self, newer):
            names = list(one.tests)
            for name in names:
                calls[name] = []
            for function, numbers in one.functions.items():
                for number in numbers:
                    calls[names[number]].append(function)
        order = sorted(calls)
        functions: dict[str, list[int]] = {}
        for number, name in enumerate(order):
            for function in calls[name]:
                functions.setdefault(function, []).append(number)
        seconds = {**self.tests, **newer.tests}
        return Covering({name: seconds[name] for name in order}, dict(sorted(functions.items())))

    def existing(self, checkout: Path) -> "Covering":
        """The map without test files that have been renamed or removed since it was measured."""
        names = list(self.tests)
        gone = {number for number, name in enumerate(names) if not (checkout / name).is_file()}
        return Covering(
            self.tests,
            {name: [number for number in numbers if number not in gone] for name, numbers in self.functions.items()},
        )

    def written(self) -> str:
        """The text of the map's file."""
        tests = ",\n".join(f"  {json.dumps(name)}: {seconds}" for name, seconds in self.tests.items())
        functions = ",\n".join(f"  {json.dumps(name)}: {list(numbers)}" for name, numbers in self.functions.items())
        about = "Renew with `make mutants MUTANTS=--renew`."
        return f'{{\n"about": "{about}",\n"tests": {{\n{tests}\n}},\n"functions": {{\n{functions}\n}}\n}}\n'

    def job(self, one: Candidate, source: str, mutated: str) -> Job:
        """The run of one candidate: the test files that call what it changes, the most specific first."""
        names = self._calling(one.path, enclosing(source, one.line))
        ordered = sorted(names, key=lambda name: self._order(one, name))
        sums = accumulate(self.tests[name] for name in ordered)
        affordable = [name for name, seconds in zip(ordered, sums, strict=True) if seconds <= BUDGET] or ordered[:1]
        return Job(one.name, affordable, self.limits, one.path, mutated)

    @cached_property
    def limits(self) -> dict[str, float]:
        """The seconds that each test file gets: ten times what it takes, or a minute on a busy machine."""
        return {name: max(_FLOOR, _FACTOR * seconds) for name, seconds in self.tests.items()}

    def _calling(self, path: str, function: str) -> set[str]:
        every = list(self.tests)
        numbers = self.functions.get(f"{path}::{function}") or {
            number for name, found in self.functions.items() if name.startswith(f"{path}::") for number in found
        }
        return {every[number] for number in numbers}

    def _order(self, one: Candidate, test: str) -> tuple[bool, float]:
        """First the file that is named after the module; then what is fast and calls little else."""
        return Path(one.path).stem not in Path(test).stem, self.tests[test] * self._calls[test]

    @cached_property
    def _calls(self) -> dict[str, int]:
        counts = dict.fromkeys(self.tests, 0)
        names = list(self.tests)
        for numbers in self.functions.values():
            for number in numbers:
                counts[names[number]] += 1
        return counts


def test_files(checkout: Path) -> list[str]:
    """The test files that a map is measured over."""
    names = (path.relative_to(checkout).as_posix() for path in sorted((checkout / "tests").rglob("test_*.py")))
    return [name for name in names if not name.startswith(LEFT_OUT)]


def measure(names: Sequence[str], copies: Sequence[Path]) -> list[Outcome]:
    """A run of each test file by itself in instrumented copies. A file that fails has its state `killed`."""
    for copy in copies:
        instrument(copy)
    limits = dict.fromkeys(names, float(_LONGEST))
    outcomes: list[Outcome] = []

    def done(outcome: Outcome) -> None:
        outcomes.append(outcome)
        sys.stderr.write(f"{len(outcomes):3}/{len(names)} {outcome.seconds:6.1f} s {outcome.job.name} {outcome.by}\n")

    run(deque(Job(name, (name,), limits, trace=True) for name in names), copies, done)
    return outcomes


def enclosing(source: str, line: int) -> str:
    """The name of the outermost function around a line, with its class; `""` at the level of a module or a class."""

    def search(body: Sequence[ast.stmt], prefix: str) -> str:
        for node in body:
            first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            if first <= line <= (node.end_lineno or node.lineno):
                if isinstance(node, ast.ClassDef):
                    return search(node.body, f"{prefix}{node.name}.")
                return f"{prefix}{node.name}" if isinstance(node, ast.FunctionDef) else ""
        return ""

    return search(ast.parse(source).body, "")
