"""Fixture with a copy of Fabrikam's project for tests of the reconcile command."""

from pathlib import Path

import pytest

from tests.fabrikam import LEGACY, copy_project
from tests.release.foundry_project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """Create a copy of Fabrikam's project, for its stack prod, where both Foundry agents are published."""
    copy_project(tmp_path, LEGACY)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, "prod", capsys)
