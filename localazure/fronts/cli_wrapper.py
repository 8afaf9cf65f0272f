"""A wrapper of the Pulumi CLI: it runs the real CLI with a temporary copy of the stack file for local Azure.

Owns the copy of `Pulumi.<stack>.yaml` that an engine run works on. The CLI writes the encryption of the stack's secrets
into the stack file, and rewrites the rest of the file on the way. Local runs have an encryption of their own, so they
get a copy with it, and the project's file stays as it was written. `pulumi config` still edits the project's file.
Imports nothing of this package, because it starts before every run of the CLI. Untested on Windows.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CLI = "LOCALAZURE_PULUMI"
"""Environment variable with the path of the real Pulumi CLI."""

COPIES = "LOCALAZURE_STACK_FILES"
"""Environment variable with the folder of the copies of stack files."""

SALTS = "salts"
"""Name of the folder with the encryption settings of each stack in local runs, in files of the same names."""

# The commands that take `--config-file`: pkg/cmd/pulumi/operations of pulumi/pulumi, version 3.259.
_RUNS = frozenset({"destroy", "dn", "down", "import", "pre", "preview", "refresh", "up", "update", "watch"})

_ENCRYPTION = re.compile(r"^(?:encryptedkey|encryptionsalt|secretsprovider):.*\n?", re.MULTILINE)

_SIGNAL_EXIT = 128
"""Added to the number of the signal that ended a command: the exit code that a shell reports."""


def run_in_foreground(command: Sequence[str] | str, environment: Mapping[str, str] | None = None) -> int:
    """Run a command, given as words or as a line for the system's shell, and return its exit code.

    Ctrl-C reaches the command from the terminal; this process only waits for it to end. SIGTERM is passed on.
    """
    sys.stdout.flush()
    processes: list[subprocess.Popen[bytes]] = []

    def wait(_number: int, _frame: object) -> None:
        """Ignore Ctrl-C while the command runs. A handler, unlike SIG_IGN, is not inherited by the command."""

    def forward(_number: int, _frame: object) -> None:
        for process in processes:
            process.terminate()

    handlers = {signal.SIGINT: wait, signal.SIGTERM: forward}
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        with subprocess.Popen(command, env=environment, shell=isinstance(command, str)) as process:  # noqa: S603 (typed by the user)
            processes.append(process)
            code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return _SIGNAL_EXIT - code if code < 0 else code


def write_copy(project: Path, copies: Path, stack: str) -> Path | None:
    """Copy the stack file with the encryption settings of local runs; return None if either file is missing."""
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


def stack_argument(arguments: Sequence[str]) -> str | None:
    """Return the stack that the option `--stack` names, without organization and project; None without option."""
    for position, argument in enumerate(arguments):
        if argument in {"-s", "--stack"} and position + 1 < len(arguments):
            return arguments[position + 1].rpartition("/")[2]
        flag, equals, value = argument.partition("=")
        if equals and flag in {"-s", "--stack"}:
            return value.rpartition("/")[2]
    return None


def main(arguments: Sequence[str]) -> int:
    """Run the real Pulumi CLI, on a copy of the stack file if the command runs the program; return its exit code."""
    cli = os.environ[CLI]
    if _RUNS.intersection(arguments) and not {"-C", "--cwd"}.intersection(arguments):
        stack = stack_argument(arguments) or _selected_stack(cli)
        copy = write_copy(Path.cwd(), Path(os.environ[COPIES]), stack) if stack else None
        if copy is not None:
            os.environ["PULUMI_OPTION_CONFIG_FILE"] = str(copy)
    return run_in_foreground([cli, *arguments])


def _selected_stack(cli: str) -> str | None:
    if "PULUMI_STACK" in os.environ:
        return os.environ["PULUMI_STACK"].rpartition("/")[2]
    done = subprocess.run([cli, "stack", "--show-name"], capture_output=True, text=True, check=False)  # noqa: S603 (as above)
    return done.stdout.strip() or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
