"""The files at the root of the repository that belong to the user, and a hook that catches tests that open them.

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
"""Names a file in which every such opening is noted, by whichever process it was."""
IN_CHANGED_COPY = "AGENT_NETWORK_TESTS_IN_CHANGED_COPY"
"""Set where the suite runs in a copy with another network (`tests/contracts/test_changed_network.py`)."""

_NAME = re.compile(r"(network\.yaml|Pulumi(\.[^/]+)?\.yaml|__main__\.py)$")

allowed: list[str] = []
"""The tests that may open them right now, in this process."""


def is_users(path: object) -> bool:
    """Return True if a path, in any spelling, is one of the user's files."""
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, (str, os.PathLike)) or not _NAME.search(text := os.fspath(path)):
        return False
    real = Path(os.path.realpath(text))
    return real.parent == ROOT and _NAME.fullmatch(real.name) is not None


def watch() -> None:
    """Install an audit hook that refuses to open the user's files for the rest of this process."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or allowed or _is_in_other_folder(arguments) or not is_users(arguments[0]):
        return
    journal = os.environ.get(JOURNAL)
    if journal:
        # the code under test may swallow the error below: the note stays
        with Path(journal).open("a", encoding="utf-8") as file:
            file.write(f"{arguments[0]}\n")
    raise AssertionError(f"a test opens {arguments[0]}, which is the user's; tests have networks of their own")


def _is_in_other_folder(arguments: tuple[object, ...]) -> bool:
    """Return True for `os.open` of a bare name, as by `shutil.rmtree`: the hook cannot see the folder of the name.

    Whatever reads a file by `open` or `pathlib` gives a mode.
    """
    return arguments[1] is None and isinstance(arguments[0], str) and Path(arguments[0]).name == arguments[0]
