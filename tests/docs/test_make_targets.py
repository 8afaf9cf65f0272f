"""Runs the `make` targets shown in the documentation on Fabrikam, unless they need an installation or the CLI."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.commands import commands
from tests.fabrikam import REPOSITORY, copy_project

# Targets that are not run here, and why.
NOT_RUN = {
    "make setup": "installs packages",
    "make test": "runs this test",
    "make check test": "runs this test",
    "make fix": "changes the files of the repository",
    "make lock": "reads the package index",
    "make bench": "takes minutes, and measures",
    "make mutants": "takes half an hour, and measures",
    "make mutants MUTANTS=--renew": "takes minutes, and measures",
    "make engine": "needs the Pulumi CLI: tests/engine runs it",
    'make engine CMD="pulumi up"': "needs the Pulumi CLI: tests/engine runs it",
    "make preview STACK=dev": "the same as `make preview`",
    "make up STACK=prod": "`make up` is run, and `make preview` for both stacks",
    "make deployer": "a sentence names it; the whole command is run below",
}
SHOWN = [command for command in commands() if command.startswith("make ")]
RUN = [command for command in SHOWN if command not in NOT_RUN]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create Fabrikam's project with the Makefile of the repository."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    return copy_project(tmp_path)


def test_every_make_target_exempt_from_being_run_is_shown_in_the_documentation() -> None:
    assert set(NOT_RUN) - set(SHOWN) == set()


@pytest.mark.parametrize("command", RUN)
def test_make_target_shown_in_the_documentation_succeeds_unless_listed_as_not_run(project: Path, command: str) -> None:
    words = command.split(" > ", maxsplit=1)[0].split()[1:]
    # the environment is there already, and the command is that of the copy
    line = ["make", "-o", "setup", f"COMMAND={sys.executable} -m agent_network", *words]

    done = subprocess.run(line, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603 (ours)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
