"""Previews the program of a git revision on local Azure, in a separate process without credentials.

Code of another revision cannot be imported next to this one, and it is not trusted with this process: it is written
into a temporary folder, and an interpreter that starts there runs it and prints the document of a preview. That process
gets no credentials in its environment, but it runs as the same user, which standard error reports. No worktree is
registered, and the folder and the process are removed when this process is terminated.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, cast

from cli.environment import without_credentials
from cli.errors import CommandError
from cli.working_tree import report_run

__all__ = ["deployment_at", "file_at", "is_revision"]

_COMMAND = "agent_network"
_COMMAND_BEFORE = "localazure"
"""The module that printed the document in older revisions, which have no `agent_network`."""


def deployment_at(root: Path, revision: str, stack: str) -> Mapping[str, Any]:
    """Preview the program of a git revision on local Azure, and return the document of the result.

    Raises:
        CommandError: there is no such revision, or its program failed.
    """
    with _cleaned_up_when_terminated(), _checked_out(root, revision) as (folder, home):
        document = _previewed(folder, home, revision, stack)
    errors = cast("list[dict[str, str]]", document.get("errors") or [])
    if errors:
        raise CommandError(f"{revision}: " + "; ".join(error["message"] for error in errors))
    return document


def file_at(root: Path, revision: str, name: str) -> str:
    """Return the text of a file in the project's folder at a git revision; empty if there is no such file."""
    try:
        return _git(root, revision, "show", f"{revision}:./{name}")
    except CommandError:
        return ""


def is_revision(root: Path, name: str) -> bool:
    """Return True if a name is a git revision of the project's repository; False without git."""
    if name.startswith("-"):
        return False
    command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)  # noqa: S603 (the user's git)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _previewed(folder: Path, home: Path, revision: str, stack: str) -> Mapping[str, Any]:
    report_run(
        f"the program of {revision} for stack {stack!r}",
        note=f"{revision}: the code of this revision runs on this machine as your user, without the credentials in your"
        " environment; compare only with revisions whose code you trust",
    )
    is_old = (folder / _COMMAND_BEFORE / "__main__.py").exists()
    command = [sys.executable, "-m", _COMMAND_BEFORE if is_old else _COMMAND, "preview", "--stack", stack, "--json"]
    code, output, errors = _run(command, folder, without_credentials(os.environ, home))
    try:
        document: Any = json.loads(output)
    except ValueError:
        reason = errors.strip().removeprefix("error: ")
        raise CommandError(
            f"{revision}: {reason or f'the program of this revision ended with exit code {code} and without a message'}"
        ) from None
    return cast("Mapping[str, Any]", document)


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a command in its own process group; return exit code, output and errors, and leave no process behind."""
    process = subprocess.Popen(  # noqa: S603 (this interpreter)
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate()
    except BaseException:
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        raise
    return process.returncode, output, errors


@contextmanager
def _checked_out(root: Path, revision: str) -> Generator[tuple[Path, Path]]:
    """Write the project at a git revision into a temporary folder; return the project's folder and an empty home."""
    if revision.startswith("-"):
        raise CommandError(f"{revision}: is not a file and not a git revision")
    commit = _git(root, revision, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").strip()
    inside = _git(root, revision, "rev-parse", "--show-prefix").strip()
    repository = _git(root, revision, "rev-parse", "--absolute-git-dir").strip()
    with TemporaryDirectory(prefix="revision-") as name:
        tree, home = Path(name) / "tree", Path(name) / "home"
        tree.mkdir()
        home.mkdir()
        # An index of its own: the repository's index and its list of worktrees stay as they are, whatever happens.
        own = {"GIT_DIR": repository, "GIT_WORK_TREE": str(tree), "GIT_INDEX_FILE": f"{name}/index"}
        command = ("-c", "core.sparseCheckout=false", "read-tree", "--reset", "-u", commit)
        _git(tree, revision, *command, environment=os.environ | own)
        yield tree / inside, home


def _git(root: Path, revision: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (the user's git)
            ["git", *arguments],  # noqa: S607 (likewise)
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise CommandError(f"{revision}: is not a file, and git is not installed to look for a revision") from None
    if done.returncode:
        reason = done.stderr.strip()
        raise CommandError(f"{revision}: is not a file and not a git revision here{f' ({reason})' if reason else ''}")
    return done.stdout


class _Terminated(BaseException):
    """Exception for a signal that ends this process, with the signal's number."""


@contextmanager
def _cleaned_up_when_terminated() -> Generator[None]:
    """Raise an exception in the block for a signal that ends this process; end by the signal afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # the clean-up itself is not interrupted
        raise _Terminated(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    ended_by = 0
    try:
        yield
    except _Terminated as terminated:
        ended_by = terminated.args[0]
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    if ended_by:
        signal.raise_signal(ended_by)
