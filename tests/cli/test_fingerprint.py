"""Tests that a project's fingerprint changes with everything that determines the program's result."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest

from cli.cache import fingerprint as module
from cli.cache.fingerprint import TooLargeError, covers, fingerprint
from tests.cli.projects import quick_project

Change = Callable[[Path, pytest.MonkeyPatch], object]


class Tomorrow(datetime):
    """A clock that is days ahead."""

    DAY: ClassVar[datetime] = datetime.fromisoformat("2099-01-02T00:00:00+00:00")

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        del tz
        return cls.DAY


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a project, with a copy of this package's source that a test can change."""
    source = tmp_path / "source"
    (source / "access").mkdir(parents=True)
    (source / "access" / "__init__.py").write_text("")
    (source / "access" / "roles.jsonl").write_text("{}")
    monkeypatch.setattr(module, "_SOURCE", source)
    installed = tmp_path / "site-packages"
    (installed / "pulumi-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(installed)])
    root = quick_project(tmp_path / "project")
    (root / "prices.csv").write_text("1")
    (root / "lib").mkdir()
    (root / "lib" / "helper.py").write_text("")
    return root


def write(name: str, text: str) -> Change:
    def change(root: Path, _: pytest.MonkeyPatch) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


CHANGES: dict[str, Change] = {
    "network.yaml": write("network.yaml", "name: other\n"),
    "stack file": write("Pulumi.dev.yaml", "config: {}\n"),
    "another stack file": write("Pulumi.prod.yaml", "config: {}\n"),
    "Pulumi.yaml": write("Pulumi.yaml", "name: other\n"),
    "program": write("__main__.py", "print()\n"),
    "module of the program": write("lib/helper.py", "x = 1\n"),
    "new module": write("lib/new.py", ""),
    "data file": write("prices.csv", "2"),
    "removed file": lambda root, _: (root / "prices.csv").unlink(),
    "renamed file": lambda root, _: (root / "prices.csv").rename(root / "prices2.csv"),
    "world of local Azure": write(".localazure/dev.json", "{}"),
    "module of this package": write("../source/access/__init__.py", "x = 1\n"),
    "data of this package": write("../source/access/roles.jsonl", ""),
    "installed version": lambda root, _: (root / "../site-packages/pulumi-1.0.dist-info").rename(
        root / "../site-packages/pulumi-1.1.dist-info"
    ),
    "interpreter": lambda _, patch: patch.setattr(sys, "version", "4.0"),
    "path of the interpreter": lambda _, patch: patch.setattr(sys, "executable", "/elsewhere/python"),
    "module search path": lambda _, patch: patch.setattr(sys, "path", ["/elsewhere", *sys.path]),
    "environment variable": lambda _, patch: patch.setenv("PULUMI_CONFIG", "{}"),
    "unknown environment variable": lambda _, patch: patch.setenv("CONTOSO_REGION", "westeurope"),
    "removed environment variable": lambda _, patch: patch.delenv("PATH"),
    "day": lambda _, patch: patch.setattr(module, "datetime", Tomorrow),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_project_fingerprint_changes_with_each_input_of_the_program(
    project: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    before = fingerprint(project, "dev")
    assert fingerprint(project, "dev") == before

    change(project, monkeypatch)

    assert fingerprint(project, "dev") != before


def test_project_fingerprint_differs_between_stacks_and_folders(project: Path, tmp_path: Path) -> None:
    other = quick_project(tmp_path / "other")
    same = quick_project(tmp_path / "same")

    prints = {fingerprint(project, "dev"), fingerprint(project, "prod"), fingerprint(other, "dev")}
    assert len({*prints, fingerprint(same, "dev")}) == 4


def test_project_fingerprint_ignores_the_terminal_and_generated_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(project, "dev")
    monkeypatch.setenv("COLUMNS", "77")
    monkeypatch.setenv("SHLVL", "9")
    for name in (".git/index", "__pycache__/x.pyc", "report/dev.html", ".localazure/prod.json"):
        write(name, "x")(project, monkeypatch)

    assert fingerprint(project, "dev") == before


def test_project_fingerprint_covers_source_files_but_no_hidden_or_documentation_files(project: Path) -> None:
    root = project.resolve()

    assert covers(root / "lib" / "helper.py", root)
    assert not covers(root / ".env", root)
    assert not covers(root / "docs" / "list.csv", root)
    assert not covers(root.parent / "elsewhere.csv", root)


def test_project_fingerprint_of_a_too_large_project_raises_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 3)

    with pytest.raises(TooLargeError):
        fingerprint(project, "dev")


def test_project_fingerprint_does_not_read_a_named_pipe(project: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("named pipes are POSIX's")
    os.mkfifo(project / "pipe")

    assert fingerprint(project, "dev")
