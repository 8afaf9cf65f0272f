"""Fixture of the tests that run the commands of the documentation: Fabrikam's project in a git repository."""

import subprocess
from pathlib import Path

import pytest

from tests.fabrikam import copy_project


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create Fabrikam's project, committed on `main`; the commands of a page run one after another in its folder."""
    root = copy_project(tmp_path_factory.mktemp("documentation"))
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@e"]
    for line in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *line], cwd=root, check=True)  # noqa: S603 (the git of this machine)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "main"], cwd=root, check=True)  # noqa: S607
    return root


@pytest.fixture
def project(committed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Change to the committed project, with a separate cache."""
    monkeypatch.chdir(committed)
    monkeypatch.setenv("XDG_CACHE_HOME", str(committed.parent / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return committed
