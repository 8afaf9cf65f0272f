"""Judges mutants: runs their tests, and trusts a failing test only after it has passed without a change."""

import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutants.candidates import Candidate
from tests.mutants.copies import digest
from tests.mutants.forks import KILLED, SURVIVED, Job, Outcome, run
from tests.mutants.results import Result, Results

__all__ = ["Judging"]


class Judging:
    """One run over a sample."""

    def __init__(self, jobs: Mapping[Candidate, Job], kept: Results, copies: Sequence[Path]) -> None:
        self._jobs = {job.name: job for job in jobs.values()}
        self._kept, self._copies = kept, copies
        self._unproven: dict[str, list[Result]] = {}
        self._proven = set[str]()
        self.found: dict[str, Result] = {}
        """Results by the mutant's name."""
        self.failing: dict[str, str] = {}
        """Test files that fail without a change, with their first failing test."""

    def run(self) -> None:
        """Run what no earlier run of the same code and tests has decided."""
        for name, job in self._jobs.items():
            result = self._kept.get(name)
            if result is not None and result.inputs == self._inputs(job, result.state, result.by):
                self.found[name] = result
        self._waiting = deque(job for name, job in self._jobs.items() if name not in self.found)
        run(self._waiting, self._copies, self._done)

    def _inputs(self, job: Job, state: str, by: str) -> str:
        """The fingerprint of what decides: the changed file, and the test that failed or all that passed."""
        names = [by.partition("::")[0]] if state == KILLED else job.tests
        return digest(self._copies[0], [job.path, *names])

    def _done(self, outcome: Outcome) -> None:
        if not outcome.job.path:
            self._proved(outcome)
            return
        name, test_file = outcome.job.name, outcome.by.partition("::")[0]
        result = Result(name, outcome.state, outcome.by, self._inputs(outcome.job, outcome.state, outcome.by))
        self.found[name] = result
        sys.stderr.write(f"{len(self.found):3}/{len(self._jobs)} {result.state:9} {name}\n")
        if result.state != KILLED or test_file in self._proven:
            self._kept.add(result)
        elif test_file in self._unproven:
            self._unproven[test_file].append(result)
        else:
            self._unproven[test_file] = [result]
            self._waiting.appendleft(Job(test_file, (test_file,), outcome.job.limits))

    def _proved(self, outcome: Outcome) -> None:
        """A test file has run without a change."""
        if outcome.state != SURVIVED:
            self.failing[outcome.job.name] = outcome.by
            return
        self._proven.add(outcome.job.name)
        for result in self._unproven.pop(outcome.job.name):
            self._kept.add(result)
