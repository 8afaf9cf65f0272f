"""Guards the user's own network and stack files: an audit hook fails every test that opens one of them.

Every interpreter that a test starts has the hook too, where it inherits the environment: `startup/sitecustomize.py`
loads this file by its path. It does not see programs that are not Python, and not what merely looks whether a file
exists.
"""

import os
import re
import sys
from pathlib import Path

__all__ = ["IN_CHANGED_COPY", "JOURNAL", "STARTUP", "allowed", "is_users", "watch"]

ROOT = Path(__file__).parents[1]
STARTUP = ROOT / "tests" / "startup"
JOURNAL = "AGENT_NETWORK_TESTS_JOURNAL"
"""Environment variable with the path of the file in which every process records the user's files that it opens."""
IN_CHANGED_COPY = "AGENT_NETWORK_TESTS_IN_CHANGED_COPY"
"""Environment variable that is set in a copy with another network (`tests/contracts/test_changed_network.py`)."""

_NAME = re.compile(r"(network\.yaml|Pulumi(\.[^/]+)?\.yaml|__main__\.py)$")

allowed: list[str] = []
"""Tests that may open the user's files at the moment, in this process."""


def is_users(path: object) -> bool:
    """Report if a path, in any notation, is the user's network file, a stack file or the program."""
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, (str, os.PathLike)) or not _NAME.search(text := os.fspath(path)):
        return False
    real = Path(os.path.realpath(text))
    return real.parent == ROOT and _NAME.fullmatch(real.name) is not None


def watch() -> None:
    """Install the audit hook that refuses to open the user's files in this process."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or allowed or _is_relative_to_descriptor(arguments) or not is_users(arguments[0]):
        return
    journal = os.environ.get(JOURNAL)
    if journal:
        # the code under test may swallow the error below: the note stays
        with Path(journal).open("a", encoding="utf-8") as file:
            file.write(f"{arguments[0]}\n")
    raise AssertionError(f"a test opens {arguments[0]}, which is the user's; tests have networks of their own")


def _is_relative_to_descriptor(arguments: tuple[object, ...]) -> bool:
    """Report if `os.open` opens a bare name: `shutil.rmtree` opens entries relative to the descriptor of their folder.

    The audit event does not contain the descriptor. Code that reads a file by `open` or `pathlib` passes a mode.
    """
    path, mode = arguments[:2]
    return mode is None and isinstance(path, (str, bytes)) and os.path.basename(path) == path  # noqa: PTH119 (bytes)
