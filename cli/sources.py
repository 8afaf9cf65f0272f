"""Reads an access graph from the source that `--of` names: working tree, git revision, file, or live Azure.

Owns the forms of a source, and how each becomes a graph. A plain name may mean a file or a git revision; a name that is
both is refused, since a change that adds a file called `main` would otherwise be compared with itself. Nothing here
reaches a network but `live`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.model.graph import Graph
from access.readers import local
from access.readers.stack_outputs import stack_texts
from cli.errors import CommandError
from cli.graph_file import graph_of_file, read_document
from cli.revision import deployment_at, is_revision
from cli.working_tree import Project

__all__ = ["LIVE", "WORKING_TREE", "LiveScope", "program_file", "read_source", "source_name", "texts", "texts_of"]

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


def read_source(source: str, project: Project, live: LiveScope) -> Graph:
    """Return the access graph of a source: the working tree, a git revision, a file, or live Azure.

    Raises:
        CommandError: it is not a source, is both a file and a git revision, or cannot be read.
        UnreadableSource: it is damaged.
    """
    if source == WORKING_TREE:
        return local.read(project.deployed())
    if source == LIVE:
        return _read_live(project, live)
    path = _file_of(source, project.root)
    if path is not None:
        return graph_of_file(path)
    return local.read(deployment_at(project.root, source.removeprefix(_REVISION), project.stack))


def source_name(source: str) -> str:
    """Return the name of a source in reports: `.` is the working tree."""
    return "the working tree" if source == WORKING_TREE else source


def texts(source: str, project: Project) -> dict[str, str]:
    """Return the texts of a source to search for credentials: lines of the stack file, and stack outputs."""
    document: Mapping[str, Any] = {}
    if source == WORKING_TREE:
        document = project.deployed()
    elif source != LIVE and (path := _file_of(source, project.root)) is not None:
        document = read_document(path)
    return texts_of(document, project.root, project.stack)


def texts_of(document: Mapping[str, Any], root: Path, stack: str) -> dict[str, str]:
    """Return texts to search for credentials: lines of the stack file, and stack outputs in a document."""
    name = f"Pulumi.{stack}.yaml"
    try:
        lines = (root / name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    found = {f"{name}:{number}": line for number, line in enumerate(lines, 1)}
    return found | stack_texts(document)


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
