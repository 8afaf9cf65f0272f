"""What a question is asked of: the working tree, a git revision, a file, or live Azure.

Owns how each is brought to a graph. The program itself is run in a process of its own, on local Azure, and answers with
a document: this room imports neither Pulumi nor the program. Nothing here reaches a network but `live`.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from access.model.declared import Declared
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.readers import export, local, preview

WORKING_TREE = "."
LIVE = "live"

_LARGEST = 512 * 1024 * 1024
"""Bytes of a file that are read at most: an export of 200 MB is, something endless is not."""


def texts(source: str, project: "Project") -> dict[str, str]:
    """By place, what must hold no credential beside the resources: the stack's file, and the outputs where known."""
    name = f"Pulumi.{project.stack}.yaml"
    try:
        lines = (project.root / name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    found = {f"{name}:{number}": line for number, line in enumerate(lines, 1)}
    path = project.root / source
    document: Mapping[str, Any] = {}
    if source == WORKING_TREE:
        document = project.deployed()
    elif path.is_file():
        document = _loaded(path)
    outputs = cast("Mapping[str, Any]", document.get("outputs") or {})
    return found | {f"output {key}": json.dumps(value) for key, value in outputs.items()}


@dataclass(frozen=True)
class Project:
    """The folder of a program, and one of its stacks."""

    root: Path
    stack: str

    def declared(self) -> Declared:
        """What network.yaml and the stack's configuration say.

        Raises:
            UnreadableSource: with every mistake in them.
        """
        return Declared.from_json(self.asked("manifest", "--stack", self.stack))

    def deployed(self) -> Mapping[str, Any]:
        """The document of a deployment of this program on local Azure.

        Raises:
            UnreadableSource: the program failed; with its own words.
        """
        document = _previewed(self)
        errors = cast("list[dict[str, str]]", document.get("errors") or [])
        if errors:
            raise UnreadableSource(str(self.root), "; ".join(error["message"] for error in errors))
        return document

    def asked(self, module: str, *arguments: str) -> Mapping[str, Any]:
        """The document that a module of the project prints."""
        done = subprocess.run(  # noqa: S603 (this interpreter)
            [sys.executable, "-m", module, *arguments], cwd=self.root, capture_output=True, text=True, check=False
        )
        try:
            document: Any = json.loads(done.stdout)
        except ValueError:
            said = done.stderr.strip() or f"`python -m {module}` ended with code {done.returncode} and no word"
            raise UnreadableSource(str(self.root), said) from None
        return cast("Mapping[str, Any]", document)


@cache
def _previewed(project: Project) -> Mapping[str, Any]:
    """The program runs once, however often it is asked about."""
    return project.asked("localazure", "preview", "--stack", project.stack, "--json")


def graph(source: str, project: Project, live: Callable[[], Graph] | None = None) -> Graph:
    """The graph of a source as the command line names it.

    Args:
        source: `.` for the working tree, `live`, the path of a file, or a git revision.
        project: where relative sources are looked for.
        live: reads live Azure.

    Raises:
        UnreadableSource: it is none of these, or cannot be read.
    """
    if source == WORKING_TREE:
        return local.read(project.deployed())
    if source == LIVE:
        if live is None:
            raise UnreadableSource(LIVE, "no subscription is named; give --subscription")
        return live()
    path = project.root / source
    if path.is_file():
        return of_file(path)
    with _checked_out(project.root, source) as folder:
        return local.read(Project(folder, project.stack).deployed())


def of_file(path: Path) -> Graph:
    """The graph in a file: a stack export, a preview, a local document or the file of a local world.

    Raises:
        UnreadableSource: it is none of them.
    """
    document = _loaded(path)
    if document.get("format") == "local-azure-world":
        return local.read_world(path)
    if "deployment" in document:
        return export.read(document)
    if "steps" in document:
        return preview.read(document)
    if "resources" in document:
        return local.read(document)
    raise UnreadableSource(
        str(path),
        "is no stack export, no output of `pulumi preview --json`, and no document or world of local Azure",
    )


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise UnreadableSource(str(path), f"has {size:,} bytes; at most {_LARGEST:,} are read")
        document: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(str(path), f"cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(str(path), f"is not whole JSON: {error}") from None
    if not isinstance(document, dict):
        raise UnreadableSource(str(path), f"holds a {type(document).__name__}, not an object")
    return cast("Mapping[str, Any]", document)


@contextmanager
def _checked_out(root: Path, revision: str) -> Generator[Path]:
    """The project as it was at a git revision, in a folder that is gone afterwards."""
    if revision.startswith("-"):
        raise UnreadableSource(revision, "is no git revision and no file")
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
        raise UnreadableSource(revision, "is no file, and git is not installed to look for a revision") from None
    if done.returncode:
        said = done.stderr.strip()
        raise UnreadableSource(revision, f"is no file and no git revision here{f' ({said})' if said else ''}")
    return done.stdout
