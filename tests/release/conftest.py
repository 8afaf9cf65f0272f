"""A copy of Fabrikam's project for each test of the reconciler."""

from pathlib import Path

import pytest

from tests.fabrikam import copy_project
from tests.release.foundry_project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """In prod: both agents are published."""
    copy_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, "prod", capsys)
