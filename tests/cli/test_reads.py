"""Tests of recording the files that a program reads outside its project."""

import py_compile
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from cli.cache.reads import recorded, unchanged


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "prices.csv").write_text("1")
    return folder


def test_file_the_program_reads_outside_the_project_is_recorded_and_counts_as_changed_after_an_edit(
    tmp_path: Path, outside: Path
) -> None:
    with recorded(tmp_path / "project") as reads:
        (outside / "prices.csv").read_text()
    digests = reads.digests()

    assert set(digests) == {str((outside / "prices.csv").resolve())}
    assert unchanged(digests)
    (outside / "prices.csv").write_text("2")
    assert not unchanged(digests)


def test_archive_that_python_looks_for_once_a_process_is_not_recorded(tmp_path: Path) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    archive = library.with_name(f"python{sys.version_info.major}{sys.version_info.minor}.zip")
    assert str(archive) in sys.path

    with recorded(tmp_path / "project") as reads, suppress(OSError):
        archive.read_bytes()

    assert reads.digests() == {}


def test_missing_file_the_program_looks_for_outside_the_project_is_recorded(tmp_path: Path, outside: Path) -> None:
    with recorded(tmp_path / "project") as reads, pytest.raises(FileNotFoundError):
        (outside / "missing.csv").read_text()
    digests = reads.digests()

    assert unchanged(digests)
    (outside / "missing.csv").write_text("")
    assert not unchanged(digests)


def test_folder_the_program_lists_outside_the_project_is_recorded(tmp_path: Path, outside: Path) -> None:
    with recorded(tmp_path / "project") as reads:
        list(outside.iterdir())
    digests = reads.digests()

    assert unchanged(digests)
    (outside / "new.csv").write_text("")
    assert not unchanged(digests)


def test_imported_module_outside_the_project_is_recorded_by_its_source_file(tmp_path: Path, outside: Path) -> None:
    source = outside / "prices_of_contoso.py"
    source.write_text("X = 1\n")
    compiled = Path(py_compile.compile(str(source), doraise=True) or "")

    with recorded(tmp_path / "project") as reads:
        compiled.read_bytes()

    assert set(reads.digests()) == {str(source.resolve())}


def test_visible_files_below_the_project_folder_and_written_files_are_not_recorded_as_read(
    tmp_path: Path, outside: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "network.yaml").write_text("")

    with recorded(project) as reads:
        (project / "network.yaml").read_text()
        (outside / "log.txt").write_text("")

    assert reads.digests() == {}


def test_hidden_project_file_read_by_the_program_is_recorded(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / ".env").write_text("")

    with recorded(project) as reads:
        (project / ".env").read_text()

    assert set(reads.digests()) == {str((project / ".env").resolve())}


def connect() -> None:
    with socket.socket() as one:
        one.settimeout(0.1)
        one.connect_ex(("127.0.0.1", 9))


def start_process() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.parametrize("action", [connect, start_process])
def test_network_access_or_subprocess_of_the_program_prevents_caching(
    tmp_path: Path, action: Callable[[], None]
) -> None:
    with recorded(tmp_path) as reads:
        action()

    assert reads.depends_on_more
