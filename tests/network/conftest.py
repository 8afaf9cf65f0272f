"""Fixtures that run the console command on a copy of Fabrikam's project."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run as main
from tests.fabrikam import FILES, copy_project
from tests.network.fabrikam import Run

_FIRST: dict[tuple[str | bytes, ...], tuple[str, dict[str, bytes]]] = {}
"""Output of the first command with given arguments and project files, and the local Azure state files it wrote."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a copy of Fabrikam's project and change to its folder."""
    copy_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a console command with `--json` and returns the parsed output.

    The first command on equal files is run once per process; its output and the state files it wrote are kept.
    """
    assert project.is_dir()

    def command(*arguments: str, code: int = 0) -> dict[str, Any]:
        worlds = project / ".localazure"
        files = (*arguments, *((project / name).read_bytes() for name in FILES))
        if worlds.exists() or files not in _FIRST:
            is_first = not worlds.exists()
            assert main([*arguments, "--json"]) == code, capsys.readouterr()
            printed = capsys.readouterr().out
            if is_first and code == 0:
                _FIRST[files] = (printed, {path.name: path.read_bytes() for path in worlds.glob("*.json")})
            return json.loads(printed)
        printed, left = _FIRST[files]
        for name, world in left.items():
            worlds.mkdir(exist_ok=True)
            (worlds / name).write_bytes(world)
        return json.loads(printed)

    return command
