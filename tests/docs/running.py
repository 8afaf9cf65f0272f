"""Runs a command of the documentation in this process: its arguments, what precedes it, and its exit code."""

import re
import shlex

from cli.main import run
from tests.docs.commands import commands

__all__ = ["NOT_RUN", "RUN", "exit_code", "expected_exit_code", "reason"]

GUID = "00000000-0000-0000-0000-000000000000"

# Beginnings of commands that are not run here, and why.
NOT_RUN = {
    "az ": "needs an Azure subscription",
    "export ": "sets a variable of the shell",
    "cd ": "changes the folder of the shell",
    "jq ": "another program, on the output of another command",
    "pip install ": "tests/packaging installs the package",
    "pipx install ": "tests/packaging installs the package",
    "pulumi ": "needs the Pulumi CLI: tests/engine runs it on local Azure",
    "agent-network engine -- ": "needs the Pulumi CLI: tests/engine runs it on local Azure",
    "agent-network release foundry reconcile --stack prod": "needs the Pulumi CLI: tests/engine runs it",
    "agent-network release approve --stack prod --digest": "needs a plan: tests/release does it on another machine",
    "agent-network release workflow github --stacks": "writes the file of the line above: tests/release does it",
    "agent-network release plan": "needs the Pulumi CLI: tests/engine runs it",
    "agent-network access check --of live": "reads a subscription: tests/access/readers does it on a server",
    "agent-network access proof --of live ": "reads a subscription: tests/access/readers does it on a server",
    "agent-network access refresh-roles ": "reads a subscription: tests/cli/test_refresh_roles.py does it",
    "agent-network permissions ": "reads a subscription: tests/cli/test_permissions.py does it on a server",
    "python -m sigstore ": "needs a bundle: tests/release/test_signed_statements.py runs it on a signed statement",
    "make ": "tests/docs/test_make_targets.py runs the targets",
}
# Commands that a sentence only names, without their arguments: their help is printed.
NAMED = (
    "agent-network access",
    "agent-network access blast-radius",
    "agent-network deployer",
    "agent-network engine",
    "agent-network init",
    "agent-network permissions",
    "agent-network release",
    "agent-network --debug …",
)
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
    text = text.replace("--object-id …", f"--object-id {GUID}")
    return shlex.split(text)[1:]


RUN = [command for command in commands() if reason(command) is None]


def exit_code(command: str) -> int:
    """Run the commands that the documentation shows before a command, then the command; return its exit code."""
    for before in BEFORE.get(command, ()):
        assert run(words(before)) == 0
    return run(words(command))


def expected_exit_code(command: str) -> int:
    """Return the exit code that the documentation gives for a command."""
    return CODES.get(command, 0)
