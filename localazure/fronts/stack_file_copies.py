"""What the real CLI is given instead of the project's stack files: run as `pulumi`, before the CLI itself.

Owns the copy of `Pulumi.<stack>.yaml` that a run works on. The CLI writes into the stack file how the stack's secrets
are encrypted, and rewrites the rest of the file on the way. How local runs encrypt concerns nobody else, so they get a
copy that says it, and the file of the project stays as it was written. `pulumi config` still edits the project's file.
Imports nothing of this package: it starts before every run of the CLI.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

CLI = "LOCALAZURE_PULUMI"
"""The environment variable that holds the path of the real CLI."""

COPIES = "LOCALAZURE_STACK_FILES"
"""The environment variable that holds the folder of the copies."""

SALTS = "salts"
"""The folder in it that has, under the same names, how each stack is encrypted in local runs."""

# The commands that take `--config-file`: pkg/cmd/pulumi/operations of pulumi/pulumi, version 3.259.
_RUNS = frozenset({"destroy", "dn", "down", "import", "pre", "preview", "refresh", "up", "update", "watch"})

_ENCRYPTION = re.compile(r"^(?:encryptedkey|encryptionsalt|secretsprovider):.*\n?", re.MULTILINE)


def copied(project: Path, copies: Path, stack: str) -> Path | None:
    """Write the copy of the stack's file and answer its path; None where the project has no such file."""
    name = f"Pulumi.{stack}.yaml"
    try:
        text = (project / name).read_text("utf-8")
        salt = (copies / SALTS / name).read_text("utf-8")
    except FileNotFoundError:
        return None
    text = _ENCRYPTION.sub("", text)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=copies, delete=False) as file:
        file.write(f"{text.rstrip()}\n{''.join(_ENCRYPTION.findall(salt))}")
    return Path(file.name).replace(copies / name)


def stack_named(arguments: Sequence[str]) -> str | None:
    """The stack that the command line names, without organization and project."""
    for place, argument in enumerate(arguments):
        if argument in {"-s", "--stack"} and place + 1 < len(arguments):
            return arguments[place + 1].rpartition("/")[2]
        flag, equals, value = argument.partition("=")
        if equals and flag in {"-s", "--stack"}:
            return value.rpartition("/")[2]
    return None


def main(arguments: Sequence[str]) -> None:
    """Become the CLI, with the copy in place of the stack file where the command is a run of the program."""
    cli = os.environ[CLI]
    if _RUNS.intersection(arguments) and not {"-C", "--cwd"}.intersection(arguments):
        stack = stack_named(arguments) or _selected(cli)
        copy = copied(Path.cwd(), Path(os.environ[COPIES]), stack) if stack else None
        if copy is not None:
            os.environ["PULUMI_OPTION_CONFIG_FILE"] = str(copy)
    os.execv(cli, ["pulumi", *arguments])  # noqa: S606 (becomes the command that the user typed)


def _selected(cli: str) -> str | None:
    if "PULUMI_STACK" in os.environ:
        return os.environ["PULUMI_STACK"].rpartition("/")[2]
    asked = subprocess.run([cli, "stack", "--show-name"], capture_output=True, text=True, check=False)  # noqa: S603 (as above)
    return asked.stdout.strip() or None


if __name__ == "__main__":
    main(sys.argv[1:])
