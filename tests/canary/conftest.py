"""Fixture that runs a test file with this project's pytest settings, for the tests of the test harness."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Outcome", "Run"]

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a pytest run."""

    code: int
    text: str

    def failed_with(self, *words: str) -> bool:
        """Report if a test failed or could not start, and the output contains all given texts."""
        return self.code in {1, 2, 4} and all(word in self.text for word in words)


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run one test file with this project's pytest settings and conftest, in another process."""

    def on(text: str, **environment: str) -> Outcome:
        path = tmp_path / "test_canary.py"
        path.write_text(text, encoding="utf-8")
        settings = ["-c", str(REPOSITORY / "pyproject.toml"), "--rootdir", str(REPOSITORY), "-p", "tests.conftest"]
        done = subprocess.run(  # noqa: S603 - this interpreter
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *settings, str(path)],
            cwd=REPOSITORY,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr)

    return on
