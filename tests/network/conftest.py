"""The console command on a copy of Fabrikam's project, for the tests of its network."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import run as main
from tests.fabrikam import FILES, copy_project
from tests.network.fabrikam import Run

_FIRST: dict[tuple[str | bytes, ...], tuple[str, dict[str, bytes]]] = {}
"""Arguments and files of a project -> what the first command on them printed, and the worlds that it left."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project to change at will; the packages are the repository's."""
    copy_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with `--json` and read what it prints.

    The first command on equal files is run once per process: what it printed and the worlds that it left are kept.
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
