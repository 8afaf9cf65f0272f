"""Reads JSON from a folder that somebody may have edited between two jobs: ordinary files alone, each value once.

Owns the refusals. Two readers can see two values of a member that occurs twice, and a link or a folder is another thing
the next time that it is read.
"""

import json
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from release.errors import ReleaseError

__all__ = ["check_members", "irregular_names", "json_object"]

_MOST_BYTES = 64 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("project", "stack", "made", "verdict")
_VERDICTS = frozenset({"unchanged", "growth", "refused"})


def irregular_names(folder: Path) -> tuple[str, ...]:
    """Return the names in a folder that are not ordinary files, such as links and folders."""
    return tuple(sorted(each.name for each in folder.iterdir() if not stat.S_ISREG(each.lstat().st_mode)))


def json_object(path: Path) -> tuple[str, Mapping[str, Any]]:
    """Return the text and the JSON object of a file.

    Raises:
        OSError: the file cannot be read.
        ReleaseError: the file is too large, or no JSON object that has each member once.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise ReleaseError(f"{path}: is larger than evidence can be; write the evidence again")
    try:
        text = path.read_text("utf-8")
        found: object = json.loads(text, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        raise ReleaseError(
            f"{path}: is not a JSON document that has each member once; write the evidence again"
        ) from None
    if not isinstance(found, dict):
        raise ReleaseError(f"{path}: is not a JSON object; write the evidence again")
    return text, cast("Mapping[str, Any]", found)


def check_members(path: Path, document: Mapping[str, Any]) -> None:
    """Raise an error for members of evidence that have another type than a plan writes.

    Raises:
        ReleaseError: members have other types; with their names.
    """
    wrong = sorted(_wrong(document))
    if wrong:
        raise ReleaseError(f"{path}: {', '.join(map(repr, wrong))} has another form; write the evidence again")


def _wrong(document: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in _TEXTS if not isinstance(document.get(name), str) or not document[name])
    if isinstance(document.get("verdict"), str) and document["verdict"] not in _VERDICTS:
        yield "verdict"
    run, rows, files = document.get("run"), document.get("resources"), document.get("files")
    if not isinstance(run, dict) or not all(isinstance(each, str) for each in cast("dict[str, object]", run).values()):
        yield "run"
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in cast("list[object]", rows)):
        yield "resources"
    digests = cast("dict[str, object]", files).values() if isinstance(files, dict) else [None]
    if not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in digests):
        yield "files"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member occurs twice")
    return found
