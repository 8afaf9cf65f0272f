"""State file of local Azure: versioned JSON, written atomically.

Owns the envelope, and the errors of a file with another form. The content is `world.py`'s.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from localazure.errors import WorldFileError

FORMAT = "local-azure-world"
VERSION = 1


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON values and their format version to a state file atomically: a reader sees the old or the new file.

    Raises:
        WorldFileError: nothing can be written there; what was there stays.
    """
    text = json.dumps({"format": FORMAT, "version": VERSION, **content}, separators=(",", ":"))
    try:
        _replace(path, text)
    except OSError as error:
        raise WorldFileError(
            f"{path}: the state file cannot be written ({error.strerror}) and stays unchanged"
        ) from None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def read(path: Path) -> Mapping[str, Any] | None:
    """Return the JSON values in local Azure's state file at `path`; None if the file is missing.

    Raises:
        WorldFileError: the file is not a world, or has a later version; it is left as it is.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(
            f"{path}: cannot be read as a state file of local Azure ({error}); move it away to start again"
        ) from None
    try:
        content: Any = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or cast("dict[str, Any]", content).get("format") != FORMAT:
        raise WorldFileError(f"{path}: is not a complete state file of local Azure; move it away to start again")
    found = cast("dict[str, Any]", content)
    if found.get("version") != VERSION:
        raise WorldFileError(
            f"{path}: the state file has version {found.get('version')!r}, this program reads {VERSION};"
            " use the program that wrote it, or move the file away"
        )
    return found
