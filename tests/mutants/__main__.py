"""`make mutants`: changes the code in many small ways, and counts the changes that no test notices."""

import argparse
import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.mutants.candidates import Candidate, candidates, draw, is_change, mutated
from tests.mutants.copies import copy_checkout, digest
from tests.mutants.covering import MAP, Covering, failing, measure, test_files
from tests.mutants.forks import KILLED, Job, Outcome, run, warm_up
from tests.mutants.results import Result, Results, share_killed, table

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".mutants"
FEWEST_KILLED = 0.9


def main() -> int:
    """Run what the command line requests: 0 enough mutants are killed, 1 too few, 2 the tests fail without a change."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--renew", action="store_true", help="measure again which tests call which function")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="only every Nth mutant of the sample, for a try"
    )
    parser.add_argument(
        "--processes", type=int, default=os.cpu_count() or 1, help="runs at a time (default: one a core)"
    )
    options = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        first = copy_checkout(ROOT, Path(scratch) / "0")
        warm_up(first)
        copies = [first, *(Path(scratch) / str(number) for number in range(1, options.processes))]
        for copy in copies[1:]:
            shutil.copytree(first, copy)
        if options.renew or not MAP.is_file():
            return _renew(copies)
        return _judge(copies, options.every)


def _renew(copies: Sequence[Path]) -> int:
    """Write the map from a traced run of every test file."""
    outcomes = list(measure(test_files(copies[0]), copies, trace=True))
    for name, test in failing(outcomes).items():
        print(f"{name}: left out, {test} fails without a change", file=sys.stderr)
    MAP.write_text(Covering.of(outcomes).written(), encoding="utf-8")
    return 2 if failing(outcomes) else 0


def _judge(copies: Sequence[Path], every: int) -> int:
    checkout = copies[0]
    covering = Covering.read(MAP.read_text("utf-8"))
    sample = draw(candidates(checkout), partial(is_change, checkout))[::every]
    jobs = {one: _job(covering, checkout, one) for one in sample}
    needed = sorted({test for job in jobs.values() for test in job.tests})
    wrong = failing(measure(needed, copies, trace=False))
    if wrong:
        print(*(f"{name}: {test} fails without a change" for name, test in wrong.items()), sep="\n", file=sys.stderr)
        return 2
    kept = Results(KEPT / "results.jsonl")
    found = _run(jobs, kept, copies)
    drawn = [(one, found[one.name]) for one in sample]
    (KEPT / "survivors.md").write_text(_survivors(checkout, drawn), encoding="utf-8")
    print(table(drawn))
    print(f"\nThe survivors are in {KEPT.name}/survivors.md.")
    return 0 if share_killed(found.values()) >= FEWEST_KILLED else 1


def _job(covering: Covering, checkout: Path, one: Candidate) -> Job:
    source = (checkout / one.path).read_text("utf-8")
    return covering.job(one, source, mutated(source, one))


def _run(jobs: dict[Candidate, Job], kept: Results, copies: Sequence[Path]) -> dict[str, Result]:
    """Run what no earlier run of the same code and tests has decided."""
    inputs = {job.name: digest(copies[0], [job.path, *job.tests]) for job in jobs.values()}
    found = {name: result for name, value in inputs.items() if (result := kept.get(name, value))}

    def done(outcome: Outcome) -> None:
        name = outcome.job.name
        found[name] = Result(name, outcome.state, outcome.by, inputs[name])
        kept.add(found[name])
        print(f"{len(found):3}/{len(jobs)} {outcome.state:9} {name}", file=sys.stderr)

    run((job for job in jobs.values() if job.name not in found), copies, done)
    return found


def _survivors(checkout: Path, drawn: Sequence[tuple[Candidate, Result]]) -> str:
    """Each survivor with its change, as Markdown."""
    parts: list[str] = []
    for one, result in drawn:
        if result.state != KILLED:
            before = (checkout / one.path).read_text("utf-8")
            lines = difflib.unified_diff(before.splitlines(), mutated(before, one).splitlines(), n=0, lineterm="")
            change = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
            parts.append("\n".join([f"{one.name} ({result.state})", "", *(f"    {line}" for line in change), ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
