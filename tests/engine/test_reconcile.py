"""Tests of `release foundry reconcile` on the real Pulumi engine, which then finds no changes."""

from pathlib import Path

import pytest

from localazure.fronts.shared_world import SharedWorld
from tests.engine.projects import REASON, Project, cli_is_here
from tests.fabrikam import LEGACY

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PUBLISHED = ("AgentApplication", "AgentDeployment")
# Reads the stack, lets somebody else protect a resource, and only then writes another name of it.
MEANWHILE = """
import subprocess, sys
from pathlib import Path
from release.foundry.stack import EngineStack

stack = EngineStack("dev", Path.cwd())
(group,) = (row for row in stack.rows if row["urn"] == sys.argv[1])
protect = ["pulumi", "state", "protect", sys.argv[1], "--yes", "--stack", "dev", "--non-interactive"]
subprocess.run(protect, check=True)
stack.replace_guids({group["id"].rpartition("/")[2]: "renamed"})
"""
RECONCILE = "python -m agent_network release foundry reconcile --stack prod"


def publish_again(project: Project) -> None:
    """Delete the published application of the agent compliance and publish it again, outside the program."""
    with SharedWorld(project.world_file).writing() as azure:
        found = [
            one
            for kind in PUBLISHED
            for one in azure.world.resources.values()
            if one.token.endswith(f":{kind}") and "compliance" in one.id
        ]
        azure.delete(found[0].token, found[0].id)
        for one in found:
            azure.create(one.token, one.inputs)


def orphans(project: Project) -> int:
    world = project.world
    held = (one.outputs.get("principalId") for one in world.resources.values() if one.token.endswith("RoleAssignment"))
    return sum(world.find_principal(str(who)) is None for who in held)


def test_reconcile_assigns_roles_to_a_republished_agent_and_pulumi_up_then_changes_nothing(tmp_path: Path) -> None:
    project = Project.of_fabrikam(tmp_path, LEGACY).keep("compliance", "market-analysis")
    project.pulumi("up --yes --skip-preview --stack prod")
    nothing = project.run(RECONCILE)
    publish_again(project)

    planned = project.run(RECONCILE)
    assert orphans(project) == 1
    applied = project.run(f"{RECONCILE} --apply")

    assert (nothing.code, planned.code, applied.code) == (0, 3, 0), (nothing.err, planned.err, applied.err)
    assert "1 role assignment to create, 1 to delete" in planned.out
    assert orphans(project) == 0
    assert project.run(RECONCILE).code == 0
    project.pulumi("up --yes --skip-preview --expect-no-changes --stack prod")
    project.pulumi("refresh --yes --skip-preview --expect-no-changes --stack prod")


def test_reconcile_writing_ids_to_the_pulumi_stack_keeps_changes_others_made_since_reading_it(tmp_path: Path) -> None:
    """A reconcile run waits minutes for Azure, during which others may change the stack."""
    project = Project.of_fabrikam(tmp_path, LEGACY).keep("compliance", "market-analysis")
    project.pulumi("up --yes --skip-preview --stack dev")
    group = next(one["urn"] for one in project.state("dev") if one["type"].endswith(":ResourceGroup"))
    (project.root / "meanwhile.py").write_text(MEANWHILE)

    done = project.run(f"python meanwhile.py '{group}'")

    assert done.code == 0, done.err
    (after,) = (one for one in project.state("dev") if one["urn"] == group)
    assert after["protect"]
    assert after["id"].endswith("/renamed")


def test_reconcile_of_a_missing_stack_prints_one_error_without_traceback(tmp_path: Path) -> None:
    project = Project.of_fabrikam(tmp_path, LEGACY)

    refused = project.run("python -m agent_network release foundry reconcile --stack nowhere")

    assert refused.code == 2
    assert refused.err == "error: no stack 'nowhere'; the stacks are 'dev', 'prod'\n"
