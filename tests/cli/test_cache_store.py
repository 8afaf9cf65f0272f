"""Tests of the cache on disk: only complete, recent and unmodified entries of the same user are used."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.cache.reads import Reads
from cli.cache.store import load, save

DOCUMENTS = {"declared": {"network": "contoso"}, "deployed": {"resources": []}}
PRINT = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "cache" / "answers"
    save(found, PRINT, DOCUMENTS, {})
    return found


def entry(folder: Path) -> Path:
    return folder / f"{PRINT}.json"


def test_answer_cache_loads_the_documents_that_were_saved(folder: Path) -> None:
    assert load(folder, PRINT) == DOCUMENTS


def test_answer_cache_has_no_entry_for_another_fingerprint(folder: Path) -> None:
    assert load(folder, "cd" * 32) is None


def change_body(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"contoso", b"fabrika"))


def change_mac(path: Path) -> None:
    path.write_bytes(b"0" * 64 + path.read_bytes()[64:])


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def renew_key(path: Path) -> None:
    (path.parent / "key").write_bytes(b"1" * 32)


def remove_key(path: Path) -> None:
    (path.parent / "key").unlink()


def rename(path: Path) -> None:
    save(path.parent, "cd" * 32, {"declared": {}, "deployed": {}}, {})
    (path.parent / f"{'cd' * 32}.json").replace(path)


def make_writable(path: Path) -> None:
    path.chmod(0o620)


def make_key_writable(path: Path) -> None:
    (path.parent / "key").chmod(0o602)


def make_folder_writable(path: Path) -> None:
    path.parent.chmod(0o770)


@pytest.mark.parametrize(
    "tamper",
    [
        change_body,
        change_mac,
        truncate,
        empty,
        renew_key,
        remove_key,
        rename,
        make_writable,
        make_key_writable,
        make_folder_writable,
    ],
)
def test_tampered_or_too_widely_writable_answer_cache_entry_is_ignored(
    folder: Path, tamper: Callable[[Path], None]
) -> None:
    tamper(entry(folder))

    assert load(folder, PRINT) is None


@pytest.mark.parametrize(("seconds", "is_used"), [(-60, False), (60, True), (23 * 3600, True), (25 * 3600, False)])
def test_answer_cache_entry_expires_after_a_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, *, is_used: bool
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)

    assert (load(folder, PRINT) is not None) is is_used


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have numbers on POSIX alone")
def test_answer_cache_entry_of_another_user_is_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)

    assert load(folder, PRINT) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are POSIX's")
def test_answer_cache_entries_are_readable_by_their_user_only(folder: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}


def test_answer_cache_entry_is_ignored_after_a_file_that_the_program_read_changes(tmp_path: Path) -> None:
    read = tmp_path / "prices.csv"
    read.write_text("1")
    reads = Reads(tmp_path / "project")
    reads.see("open", (str(read), "r", 0))
    folder = tmp_path / "cache"
    save(folder, PRINT, DOCUMENTS, reads.digests())

    assert load(folder, PRINT) == DOCUMENTS
    read.write_text("2")
    assert load(folder, PRINT) is None


def test_answer_cache_folder_that_cannot_be_created_raises_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    save(tmp_path / "file" / "answers", PRINT, DOCUMENTS, {})

    assert load(tmp_path / "file" / "answers", PRINT) is None


def test_answer_cache_keeps_only_the_newest_entries(folder: Path) -> None:
    for number in range(40):
        save(folder, f"{number:064}", DOCUMENTS, {})

    assert len(list(folder.glob("*.json"))) <= 32
    assert load(folder, f"{39:064}") == DOCUMENTS
