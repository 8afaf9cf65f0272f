"""Tests that the real Pulumi engine finds no changes in stacks of an earlier version, and can destroy them."""

import json
import shutil
from pathlib import Path

import pytest

from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import LEGACY, REPOSITORY, restore_recorded_settings
from tests.golden.test_local_runs import LATER, OTHER_ARGUMENTS, OTHER_VARIABLES

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

GOLDEN = REPOSITORY / "tests" / "golden"


def with_recordings(root: Path) -> Project:
    """Create a project with its own Pulumi backend, both recorded stacks and their local Azure."""
    project = Project.of_fabrikam(root, LEGACY)
    restore_recorded_settings(root)
    for stack in ("dev", "prod"):
        exported = json.loads((GOLDEN / f"{stack}.export.json").read_text("utf-8"))
        # it holds no secret, and the passphrase of its salt is not known here
        del exported["deployment"]["secrets_providers"]
        (root / f"{stack}.json").write_text(json.dumps(exported), "utf-8")
        project.pulumi(f"stack import --file {stack}.json --stack {stack}")
    shutil.copy(GOLDEN / "engine-world.json", project.world_file)
    return project


def test_pulumi_engine_keeps_and_destroys_stacks_deployed_by_an_earlier_version(tmp_path: Path) -> None:
    project = with_recordings(tmp_path)

    for stack in ("dev", "prod"):
        added = project.pulumi(f"up --yes --skip-preview --json --stack {stack}").steps
        assert {op: {urn.rpartition("::")[2] for urn in urns} for op, urns in added.items()} == {
            "create": LATER,
            "update": OTHER_ARGUMENTS | OTHER_VARIABLES,
        }
        project.pulumi(f"refresh --yes --skip-preview --expect-no-changes --stack {stack}")
        project.pulumi(f"preview --expect-no-changes --stack {stack}")
    for stack in ("dev", "prod"):
        project.pulumi(f"destroy --yes --skip-preview --stack {stack}")
        assert project.state(stack) == []
    assert (project.world.resources, project.world.principals) == ({}, {})
