"""A mutant is killed by a failing test alone: one that passes without the change."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CODE = "def low(x):\n    return x < 3\n"
TESTS = {
    "tests/test_low.py": "from access.evaluate.a import low\n\n\ndef test_low():\n    assert low(2)\n",
    "tests/test_high.py": "from access.evaluate.a import low\n\n\ndef test_high():\n    assert not low(4)\n",
    "tests/test_broken.py": "def test_broken():\n    assert False\n",
}
CHANGES = {
    "killed": (CODE.replace("<", ">="), ["tests/test_low.py", "tests/test_high.py"]),
    "killed by the second": (CODE.replace("x < 3", "True"), ["tests/test_low.py", "tests/test_high.py"]),
    "killed by its import": ("low = [][0]\n", ["tests/test_low.py"]),
    "survived": (CODE.replace("<", "<="), ["tests/test_low.py", "tests/test_high.py"]),
    "timed out": (CODE.replace("return", "__import__('time').sleep(60)\n    return"), ["tests/test_low.py"]),
    "broken": (CODE.replace("<", "<="), ["tests/test_broken.py"]),
}
SCRIPT = """
import json, sys
from pathlib import Path
from tests.mutants.candidates import Candidate
from tests.mutants.forks import Job
from tests.mutants.judging import Judging
from tests.mutants.results import Results
copy, kept, changes = Path(sys.argv[1]), Results(Path(sys.argv[2])), json.loads(sys.argv[3])
path, limits = "access/evaluate/a.py", dict.fromkeys(sys.argv[4:], 5.0)
jobs = {
    Candidate(path, 2, 0, name, 0): Job(name, tests, limits, path, text) for name, (text, tests) in changes.items()
}
judging = Judging(jobs, kept, [copy])
judging.run()
found = {name: [one.state, one.by] for name, one in judging.found.items()}
print(json.dumps([found, judging.failing, (copy / path).read_text()]))
"""


def judged(folder: Path, changes: dict[str, tuple[str, list[str]]]) -> tuple[dict[str, Any], dict[str, str], str, str]:
    copy = folder / "copy"
    files = {"access/evaluate/a.py": CODE, "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n', **TESTS}
    for name, text in files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT, str(copy), str(folder / "kept.jsonl"), json.dumps(changes), *TESTS]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own script
    found, failing, code = json.loads(run.stdout)
    return found, failing, code, run.stderr


def test_mutation_run_reports_mutants_as_killed_survived_or_timed_out_with_the_killing_test(tmp_path: Path) -> None:
    found, failing, code, _ = judged(tmp_path, CHANGES)

    assert found == {
        "killed": ["killed", "tests/test_low.py::test_low"],
        "killed by the second": ["killed", "tests/test_high.py::test_high"],
        "killed by its import": ["killed", "tests/test_low.py"],
        "survived": ["survived", ""],
        "timed out": ["timed out", ""],
        "broken": ["killed", "tests/test_broken.py::test_broken"],
    }
    assert failing == {"tests/test_broken.py": "tests/test_broken.py::test_broken"}
    assert code == CODE


def test_mutation_run_reuses_earlier_results_except_from_tests_that_fail_without_a_change(tmp_path: Path) -> None:
    both = {name: CHANGES[name] for name in ("killed", "survived", "broken")}
    judged(tmp_path, both)
    found, failing, _, progress = judged(tmp_path, both)

    assert [line.split()[-1] for line in progress.splitlines()] == ["broken"]
    assert (found["killed"][0], found["survived"][0], list(failing)) == ("killed", "survived", ["tests/test_broken.py"])
