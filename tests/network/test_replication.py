"""Tests that a network deploys although Azure finds new identities only after a while."""

import json
from pathlib import Path

import pytest

from components import replication
from localazure.arm.faults import VARIABLE
from tests.network.deploying import deploy, verbs
from tests.network.fabrikam import ACCESS
from tests.projects import load_project


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_fabrikam_deploys_with_identities_that_are_found_only_by_a_later_request(
    project: Path, monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps({"principalReplication": 2}))
    monkeypatch.setattr(replication, "_LONGEST_PAUSE", 0.0)

    result = deploy(*load_project(project, stack))

    assert verbs(result) >= ACCESS
    assert any("has not replicated the new identity" in one for one in result.messages)
