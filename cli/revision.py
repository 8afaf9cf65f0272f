"""Deploys the program of a git revision to local Azure, in a separate process.

Code of another revision cannot be imported next to this one, and it is not trusted with this process: it is checked out
into a temporary folder, and an interpreter that starts there runs it and prints the document of a preview.
"""

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from cli.errors import CommandError
from cli.working_tree import report_run

__all__ = ["deployment_at"]

_COMMAND = "agent_network"
_COMMAND_BEFORE = "localazure"
"""The module that printed the document in older revisions, which have no `agent_network`."""


def deployment_at(root: Path, revision: str, stack: str) -> Mapping[str, Any]:
    """Return the deployment document of the program at a git revision.

    Raises:
        CommandError: there is no such revision, or its program failed.
    """
    with _checked_out(root, revision) as folder:
        document = _previewed(folder, revision, stack)
    errors = cast("list[dict[str, str]]", document.get("errors") or [])
    if errors:
        raise CommandError(f"{revision}: " + "; ".join(error["message"] for error in errors))
    return document


def _previewed(folder: Path, revision: str, stack: str) -> Mapping[str, Any]:
    report_run(f"the program of {revision} for stack {stack!r}")
    is_old = (folder / _COMMAND_BEFORE / "__main__.py").exists()
    command = [sys.executable, "-m", _COMMAND_BEFORE if is_old else _COMMAND, "preview", "--stack", stack, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (this interpreter)
    try:
        document: Any = json.loads(done.stdout)
    except ValueError:
        reason = done.stderr.strip().removeprefix("error: ")
        raise CommandError(
            f"{revision}: {reason or f'its program ended with code {done.returncode} and no message'}"
        ) from None
    return cast("Mapping[str, Any]", document)


@contextmanager
def _checked_out(root: Path, revision: str) -> Generator[Path]:
    """Check out the project at a git revision into a temporary folder."""
    if revision.startswith("-"):
        raise CommandError(f"{revision}: is not a file and not a git revision")
    commit = _git(root, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    inside = _git(root, revision, "rev-parse", "--show-prefix").strip()
    with TemporaryDirectory(prefix="revision-") as folder:
        _git(root, revision, "worktree", "add", "--quiet", "--detach", "--force", f"{folder}/tree", commit)
        try:
            yield Path(folder) / "tree" / inside
        finally:
            _git(root, revision, "worktree", "remove", "--force", f"{folder}/tree")


def _git(root: Path, revision: str, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607 (the user's git)
    except FileNotFoundError:
        raise CommandError(f"{revision}: is not a file, and git is not installed to look for a revision") from None
    if done.returncode:
        reason = done.stderr.strip()
        raise CommandError(f"{revision}: is not a file and not a git revision here{f' ({reason})' if reason else ''}")
    return done.stdout
