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
from tests.mutants.copies import copy_checkout
from tests.mutants.covering import MAP, Covering, measure, test_files
from tests.mutants.forks import KILLED, SURVIVED, Job, warm_up
from tests.mutants.judging import Judging
from tests.mutants.results import Result, Results, share_killed, table

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".mutants"
FEWEST_KILLED = 0.9


def main() -> int:
    """Run what the command line requests: 0 enough mutants are killed, 1 too few, 2 the tests fail without a change."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument(
        "--renew", nargs="*", metavar="TEST_FILE", help="measure again which functions all test files call, or these"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the results of earlier runs")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth mutant, for a try")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="runs at a time")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        copies = _copies(Path(scratch), options.processes)
        if options.renew is not None or not MAP.is_file():
            return _renew(copies, options.renew or ())
        return _judge(copies, options.every)


def _copies(scratch: Path, processes: int) -> list[Path]:
    first = copy_checkout(ROOT, scratch / "0")
    warm_up(first)
    more = [scratch / str(number) for number in range(1, processes)]
    for copy in more:
        shutil.copytree(first, copy)
    return [first, *more]


def _renew(copies: Sequence[Path], names: Sequence[str]) -> int:
    """Write the map from a traced run of every test file, or of some."""
    outcomes = measure(names or test_files(copies[0]), copies)
    failing = [one for one in outcomes if one.state != SURVIVED]
    for one in failing:
        print(f"{one.job.name} is left out: {one.by} fails without a change", file=sys.stderr)
    found = Covering.of(one for one in outcomes if one.state == SURVIVED)
    MAP.write_text(
        (Covering.read(MAP.read_text("utf-8")).merged(found) if names else found).written(), encoding="utf-8"
    )
    return 2 if failing else 0


def _judge(copies: Sequence[Path], every: int) -> int:
    """Run the sample, print the table and write the survivors."""
    checkout = copies[0]
    covering = Covering.read(MAP.read_text("utf-8")).existing(checkout)
    sample = draw(candidates(checkout), partial(is_change, checkout))[::every]
    judging = Judging({one: _job(covering, checkout, one) for one in sample}, Results(KEPT / "results.jsonl"), copies)
    judging.run()
    if judging.failing:
        for name, test in judging.failing.items():
            print(f"{name}: {test} fails without a change", file=sys.stderr)
        return 2
    drawn = [(one, judging.found[one.name]) for one in sample]
    (KEPT / "survivors.md").write_text(_survivors(checkout, drawn), encoding="utf-8")
    print(table(drawn))
    print(f"\nThe survivors are in {KEPT.name}/survivors.md.")
    return 0 if share_killed(result for _, result in drawn) >= FEWEST_KILLED else 1


def _job(covering: Covering, checkout: Path, one: Candidate) -> Job:
    source = (checkout / one.path).read_text("utf-8")
    return covering.job(one, source, mutated(source, one))


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
