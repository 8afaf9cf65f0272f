"""Runs every command shown in the documentation on Fabrikam's project, except commands with a reason in `NOT_RUN`."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from cli.main import run
from tests.docs.commands import commands
from tests.fabrikam import copy_project

GUID = "00000000-0000-0000-0000-000000000000"

# Beginnings of commands that are not run here, and why.
NOT_RUN = {
    "az ": "needs an Azure subscription",
    "export ": "sets a variable of the shell",
    "cd ": "changes the folder of the shell",
    "jq ": "another program, on the output of `make deployer`",
    "pip install ": "tests/packaging installs the package",
    "pipx install ": "tests/packaging installs the package",
    "pulumi ": "needs the Pulumi CLI: tests/engine runs it on local Azure",
    "agent-network engine -- ": "needs the Pulumi CLI: tests/engine runs it on local Azure",
    "agent-network release foundry reconcile --stack prod": "needs the Pulumi CLI: tests/engine runs it",
    "agent-network access proof --of live ": "reads a subscription: tests/access/readers does it on a server",
    "agent-network access refresh-roles ": "reads a subscription: tests/cli/test_refresh_roles.py does it",
    "make ": "tests/docs/test_make_targets.py runs the targets",
}
# Commands that a sentence only names, without their arguments: their help is printed.
NAMED = ("agent-network access", "agent-network access blast-radius", "agent-network engine", "agent-network --debug …")
# Exit codes other than 0, as docs/reference/exit-codes.md has them.
CODES = {
    "agent-network access why report code-uploads read": 1,  # denied
    "agent-network release foundry reconcile --local --stack prod": 3,  # there is something to do
}
# What must be run before a command, where the documentation shows it on the lines above.
BEFORE = {
    "agent-network republish compliance --stack prod": ("agent-network up --stack prod",),
    "agent-network release foundry reconcile --local --stack prod": (
        "agent-network up --stack prod",
        "agent-network republish compliance --stack prod",
    ),
}


def reason(command: str) -> str | None:
    """Return the key of `NOT_RUN` with which a command begins."""
    return next((start for start in NOT_RUN if command.startswith(start)), None)


def words(command: str) -> list[str]:
    """Return the arguments of a command for the test's process, without the shell's redirections."""
    text = re.split(r" > | \|\| ", command)[0]
    if command in NAMED:
        return [*shlex.split(text.replace(" --debug …", ""))[1:], "--help"]
    text = text.replace("--subscription …", f"--subscription {GUID}").replace("--group …", "--group agents")
    return shlex.split(text)[1:]


RUN = [command for command in commands() if reason(command) is None]


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create Fabrikam's project, committed on `main`; the commands of a page run one after another in its folder."""
    root = copy_project(tmp_path_factory.mktemp("documentation"))
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@e"]
    for line in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *line], cwd=root, check=True)  # noqa: S603 (the git of this machine)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "main"], cwd=root, check=True)  # noqa: S607
    return root


@pytest.fixture
def project(committed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Change to the committed project, with a separate cache."""
    monkeypatch.chdir(committed)
    monkeypatch.setenv("XDG_CACHE_HOME", str(committed.parent / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return committed


def test_documentation_contains_commands() -> None:
    assert len(commands()) > 40
    assert len(RUN) > 10


@pytest.mark.parametrize("start", NOT_RUN)
def test_every_reason_not_to_run_a_command_is_used(start: str) -> None:
    assert any(reason(command) == start for command in commands())


@pytest.mark.parametrize("command", RUN)
def test_every_command_shown_in_the_documentation_succeeds(
    project: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.is_dir()
    for before in BEFORE.get(command, ()):
        assert run(words(before)) == 0

    code = run(words(command))

    assert code == CODES.get(command, 0), (command, capsys.readouterr().err)
