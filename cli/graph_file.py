"""Reads an access graph from a file: a stack export, a preview, a document or a state file of local Azure."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from access.model.graph import Graph
from access.model.state_log import FORMAT, parse
from access.readers import export, local, preview
from cli.errors import CommandError, os_error_text

__all__ = ["graph_of_file", "read_document"]

_LARGEST = 512 * 1024 * 1024
"""Maximum size of a source file in bytes."""
_DEEPEST = 200
"""Maximum number of levels in a source file."""


def graph_of_file(path: Path) -> Graph:
    """Return the access graph of a file, whichever supported format it has; raise CommandError for any other.

    Raises:
        CommandError: it is not a file of any known form.
        UnreadableSource: it is damaged.
    """
    document = read_document(path)
    if document.get("format") == FORMAT:
        return local.read_world(path)
    if "deployment" in document:
        return export.read(document)
    if "steps" in document:
        return preview.read(document)
    if "resources" in document:
        return local.read(document)
    raise CommandError(
        f"{path}: is not a stack export, not an output of `pulumi preview --json`, and not a document or world of"
        " local Azure"
    )


def read_document(path: Path) -> Mapping[str, Any]:
    """Return the JSON object in a file; raise CommandError for any other content.

    Raises:
        CommandError: there is none.
    """
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise CommandError(f"{path}: has {size:,} bytes, and files of at most {_LARGEST:,} bytes are read")
        document: Any = parse(path.read_bytes()).content
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: cannot be read: {error}") from None
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {os_error_text(error)}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: is not complete JSON: {error}") from None
    if _is_deep(document):
        raise CommandError(f"{path}: is nested in more than {_DEEPEST} levels; name a file that Pulumi wrote")
    if not isinstance(document, dict):
        raise CommandError(f"{path}: is JSON of type {type(document).__name__}, not an object")
    return cast("Mapping[str, Any]", document)


def _is_deep(document: object) -> bool:
    """Return True if a JSON document has more levels than are read, level by level and without recursion."""
    level = [document]
    for _ in range(_DEEPEST):
        inner: list[Iterable[object]] = []
        for each in level:
            if isinstance(each, dict):
                inner.append(cast("dict[str, object]", each).values())
            elif isinstance(each, list):
                inner.append(cast("list[object]", each))
        if not inner:
            return False
        level = [child for children in inner for child in children]
    return True
