"""Reads an access graph from the source that `--of` names: working tree, git revision, file, or live Azure.

Owns the forms of a source, and how each becomes a graph. A plain name may mean a file or a git revision; a name that is
both is refused, since a change that adds a file called `main` would otherwise be compared with itself. Nothing here
reaches a network but `live`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from access.model.graph import Graph
from access.readers import local
from access.readers.stack_outputs import stack_texts
from cli.errors import CommandError
from cli.grant_ids import without_grant_ids
from cli.graph_file import graph_of_file, read_document
from cli.revision import deployment_at, file_at, is_revision
from cli.working_tree import Project

__all__ = ["LIVE", "WORKING_TREE", "LiveScope", "Source", "program_file", "source_name", "texts_of"]

WORKING_TREE = "."
LIVE = "live"
_FILE, _REVISION = "file:", "git:"
_PATHS = ("./", "../", ".\\", "..\\", "~/")
"""Beginnings of a source that is a path, and never a git revision."""


@dataclass(frozen=True)
class LiveScope:
    """Subscription and resource group to read from live Azure."""

    subscription: str | None = None
    resource_group: str | None = None


@dataclass(frozen=True)
class Source:
    """Source of access that a command names: the working tree, a git revision, a file, or live Azure."""

    name: str
    project: Project
    live: LiveScope

    @cached_property
    def graph(self) -> Graph:
        """Return the access graph of the source.

        Raises:
            CommandError: it is not a source, is both a file and a git revision, or cannot be read.
            UnreadableSource: it is damaged.
        """
        if self.name == LIVE:
            return _read_live(self.project, self.live)
        return local.read(self._document) if self._path is None else graph_of_file(self._path)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Return the texts of the source to search for credentials: lines of the stack file, and stack outputs.

        Raises:
            CommandError: it is not a source, is both a file and a git revision, or cannot be read.
        """
        document: Mapping[str, Any] = {} if self.name == LIVE else self._document
        if not self._is_revision:
            return texts_of(document, self.project.root, self.project.stack)
        name = _stack_file(self.project.stack)
        return _lines(name, file_at(self.project.root, self._revision, name)) | stack_texts(document)

    @cached_property
    def _document(self) -> Mapping[str, Any]:
        if self.name == WORKING_TREE:
            return self.project.deployed()
        if self._path is not None:
            return read_document(self._path)
        return deployment_at(self.project.root, self._revision, self.project.stack)

    @cached_property
    def _path(self) -> Path | None:
        return None if self.name in {WORKING_TREE, LIVE} else _file_of(self.name, self.project.root)

    @property
    def _is_revision(self) -> bool:
        return self.name not in {WORKING_TREE, LIVE} and self._path is None

    @property
    def _revision(self) -> str:
        return self.name.removeprefix(_REVISION)


def source_name(source: str) -> str:
    """Return the name of a source in reports: `.` is the working tree."""
    return "the working tree" if source == WORKING_TREE else source


def texts_of(document: Mapping[str, Any], root: Path, stack: str) -> dict[str, str]:
    """Return texts to search for credentials: lines of the stack file, and stack outputs in a document."""
    name = _stack_file(stack)
    try:
        text = (root / name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    return _lines(name, text) | stack_texts(document)


def _stack_file(stack: str) -> str:
    return f"Pulumi.{stack}.yaml"


def _lines(name: str, text: str) -> dict[str, str]:
    """Return the lines of a stack's file by location, such as `Pulumi.dev.yaml:3`, without the ids of grants."""
    return {f"{name}:{number}": line for number, line in enumerate(without_grant_ids(text).splitlines(), 1)}


def program_file(source: str) -> Path:
    """Return the path of the file that a source names; raise CommandError for every other source.

    Raises:
        CommandError: the source is not a file.
    """
    path = Path(source.removeprefix(_FILE)).expanduser()
    if source in {WORKING_TREE, LIVE} or source.startswith(_REVISION):
        raise CommandError(f"{source}: without a manifest only a file is read; name an export or a preview with --of")
    return path


def _file_of(source: str, root: Path) -> Path | None:
    """Return the path of a source that is a file; None for a git revision; raise for a name that is both.

    Raises:
        CommandError: the name is both.
    """
    if source.startswith(_FILE):
        return Path(source.removeprefix(_FILE)).expanduser()
    if source.startswith(_REVISION):
        return None
    path = Path(source).expanduser()
    if source.startswith(_PATHS) or path.is_absolute():
        return path
    if not path.is_file():
        return None
    if is_revision(root, source):
        raise CommandError(f"{source}: is both a file and a git revision; write {_FILE}{source} or {_REVISION}{source}")
    return path


def _read_live(project: Project, scope: LiveScope) -> Graph:
    from access.readers import live  # noqa: PLC0415 (a second to import, and only live Azure needs it)

    if not scope.subscription:
        raise CommandError(f"{LIVE}: the subscription to read is missing; give --subscription")
    declared = project.declared()
    return live.read(
        scope.subscription,
        live.signed_in(),
        resource_group=scope.resource_group,
        network=declared.network,
        stack=declared.stack,
        like=local.read(project.deployed()),
    )
