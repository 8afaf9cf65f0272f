"""Stores cache entries on disk, and loads only complete, recent and unmodified entries of the same user.

Each is one file, written at once, readable by its user alone, and authenticated with a key that is next to the entries.
That guards against damage, and against files that anybody else put there; who can act as the user can change the
project itself.
"""

import hmac
import json
import os
import secrets
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from platformdirs import user_cache_path

from cli.cache.reads import unchanged

__all__ = ["cache_folder", "load", "save"]

_FORMAT = "agent-network-cache-1"
_LONGEST = 24 * 60 * 60
"""Maximum age of a cache entry in seconds."""
_KEPT = 32
"""Maximum number of cache entries; older ones are deleted."""
_WRITABLE_BY_OTHERS = 0o022


def cache_folder() -> Path:
    """Return the folder of the cache entries, below the user's cache folder."""
    return user_cache_path("agent-network", appauthor=False) / "answers"


def load(folder: Path, fingerprint: str) -> dict[str, Any] | None:
    """Return the documents of a cache entry; None if there is no valid entry."""
    try:
        key = _key(folder, create=False)
        path = folder / f"{fingerprint}.json"
        if key is None or not _is_private(path):
            return None
        mac, _, body = path.read_bytes().partition(b"\n")
        if not hmac.compare_digest(mac, _mac(key, body)):
            return None
        entry = cast("dict[str, Any]", json.loads(body))
        is_fresh = 0 <= time.time() - entry["made"] < _LONGEST
        if entry["format"] != _FORMAT or entry["fingerprint"] != fingerprint or not is_fresh:
            return None
        return cast("dict[str, Any]", entry["documents"]) if unchanged(entry["reads"]) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def save(folder: Path, fingerprint: str, documents: Mapping[str, Any], reads: Mapping[str, str]) -> None:
    """Write a signed cache entry; do nothing if the cache folder is not writable."""
    entry = {
        "format": _FORMAT,
        "fingerprint": fingerprint,
        "made": time.time(),
        "reads": dict(reads),
        "documents": documents,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = _key(folder, create=True)
        if key is None:
            return
        body = json.dumps(entry).encode()
        with NamedTemporaryFile("wb", dir=folder, suffix=".new", delete=False) as file:  # mode 0600
            file.write(_mac(key, body) + b"\n" + body)
        Path(file.name).replace(folder / f"{fingerprint}.json")
        _remove_old(folder)
    except (OSError, ValueError, TypeError, RecursionError):
        return


def _remove_old(folder: Path) -> None:
    entries = sorted(folder.glob("*.*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[_KEPT:]:
        path.unlink(missing_ok=True)


def _key(folder: Path, *, create: bool) -> bytes | None:
    """Return the key that signs this user's cache entries; None if missing or if other users could have written it."""
    path = folder / "key"
    if create and not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes() if _is_private(folder) and _is_private(path) else None


def _is_private(path: Path) -> bool:
    """Return True if only this user can write a file or folder; always True on Windows."""
    status = path.stat()
    user = getattr(os, "getuid", None)
    return user is None or (status.st_uid == user() and not status.st_mode & _WRITABLE_BY_OTHERS)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, sha256).hexdigest().encode()
