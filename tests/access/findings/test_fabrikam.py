"""The network of this repository."""

from datetime import date
from pathlib import Path

import pytest

from access.findings import check
from access.readers import local
from cli.working_tree import Project

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_fabrikam_has_no_error_and_no_warning(stack: str) -> None:
    project = Project(REPOSITORY, stack)
    found = check(local.read(project.deployed()), project.declared(), today=date(2026, 1, 1))

    assert [each.what for each in found if each.rule.severity != "note"] == []
