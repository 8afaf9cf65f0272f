"""Tests of a release on the real Pulumi engine: planned, approved, applied, and stopped where a program deviates."""

import json
from pathlib import Path

import pytest

from localazure.fronts.shared_world import SharedWorld
from tests.engine.projects import REASON, cli_is_here
from tests.engine.releasing import NETWORK, Releasing

DRIVER = Path(__file__).with_name("forbidden_releases.py")

pytestmark = pytest.mark.skipif(not cli_is_here(), reason=REASON)

PROGRAM = '''
import os

import pulumi
from pulumi_azure_native import authorization

from agent_network.program import deploy

made = authorization.RoleAssignment.__init__
principals = []


def tampered(self, name, *args, **kwargs):
    """Swap a value of an assignment in the deployment alone, where no preview can show it."""
    principals.append(kwargs["principal_id"])
    if not pulumi.runtime.is_dry_run() and name == "auditor-may-read-archive":
        if os.environ.get("TAMPER") == "scope":
            group = kwargs["scope"].apply(lambda scope: scope.partition("/providers/")[0])
            kwargs["scope"] = group
        if os.environ.get("TAMPER") == "principal":
            kwargs["principal_id"] = principals[0]
    made(self, name, *args, **kwargs)


authorization.RoleAssignment.__init__ = tampered
deploy()
'''
AUDITOR = {"image": "auditor", "access": {"archive": "read"}}
WITH_AUDITOR = {**NETWORK, "agents": {**NETWORK["agents"], "auditor": AUDITOR}}
REFUSALS = {
    "clock set back": "the clock of this machine",
    "evidence of another stack": "since the plan, the stack is prod instead of dev",
    "edited evidence": "it is for the evidence ",
    "reused approval": "it is about other files than the evidence",
    "state moved on": "since the plan, the state of the stack changed",
    "changed program": "since the plan, the commit is ",
    "swapped plugin": "since the plan, the tool plugin resource-azure-native",
    "dirty tree": "the working tree differs from its commit in network.yaml",
    "file named as a git revision": "since the plan, the file HEAD is new",
}
"""Forbidden change → a part of the error that refuses the release after it."""


@pytest.fixture(scope="module")
def releasing(tmp_path_factory: pytest.TempPathFactory) -> Releasing:
    """A project whose first plan was refused without an approval, approved and applied."""
    made = Releasing(tmp_path_factory.mktemp("release"), program=PROGRAM, has_prod=True)
    planned, refused = made.plan(), made.apply()
    assert planned.code == 3, planned.err
    assert refused.code == 2
    assert "needs an approval, since access grows; no approval was found" in refused.err
    assert made.project.world.resources == {}
    approved = made.approve()
    assert approved.code == 0, approved.err
    applied = made.apply()
    assert applied.code == 0, applied.out + applied.err
    assert "Azure has every assignment of the plan" in applied.out
    assert made.grants == {"intake-may-write-uploads", "intake-may-pull-contosoimages"}
    return made


@pytest.fixture
def approved(releasing: Releasing) -> Releasing:
    """The project with a plan that gives another agent access, and an approval of the plan.

    A plan binds variables, and each test has its own: so the plan is of one test.
    """
    releasing.declare(WITH_AUDITOR)
    assert releasing.plan().code == 3
    assert releasing.approve().code == 0
    return releasing


def test_role_assignment_that_nobody_declared_refuses_the_plan(releasing: Releasing) -> None:
    with SharedWorld(releasing.project.world_file).writing() as azure:
        (one,) = (
            each
            for each in azure.world.resources.values()
            if each.inputs.get("description") == "intake may write uploads"
        )
        archive = str(one.inputs["scope"]).replace("uploads", "archive")
        more = {**one.inputs, "scope": archive, "roleAssignmentName": "99999999-0000-4000-8000-000000000000"}
        created = azure.create(one.token, more)

    planned = releasing.plan()

    with SharedWorld(releasing.project.world_file).writing() as azure:
        azure.delete(one.token, created[0])
    assert planned.code == 1, planned.out
    assert "Access in Azure that nobody declared:" in planned.out


def test_approved_release_is_refused_by_name_after_each_forbidden_change(approved: Releasing) -> None:
    done = approved.project.run(f"python '{DRIVER}'")

    assert done.code == 0, done.err
    refusals: dict[str, str] = json.loads(done.out)
    assert refusals.keys() == REFUSALS.keys()
    assert [name for name, reason in REFUSALS.items() if reason not in refusals[name]] == [], refusals
    assert "auditor-may-read-archive" not in approved.grants


def test_program_that_swaps_a_value_in_the_deployment_alone_is_stopped_before_the_assignment(
    approved: Releasing,
) -> None:
    """An update plan of the engine accepts any value that was unknown in the preview."""
    grant, releasing = "auditor-may-read-archive", approved
    for tamper, name in (("scope", "scope"), ("principal", "principalId")):
        stopped = releasing.apply(TAMPER=tamper)

        assert stopped.code == 1, stopped.out + stopped.err
        assert f"{grant}: {name} is " in " ".join(stopped.out.split())  # lines are wrapped
        assert "stopped: a mandatory policy is violated" in stopped.out
        assert grant not in releasing.grants
        result = json.loads((releasing.project.root / ".release/dev/result.intoto.json").read_text())
        assert result["predicate"]["violations"]
        assert releasing.plan().code == 3
        assert releasing.approve().code == 0

    applied = releasing.apply()
    assert applied.code == 0, applied.out + applied.err
    assert grant in releasing.grants
    planned = releasing.plan()
    assert planned.code == 0, planned.out + planned.err
    assert "resources: no changes" in planned.out
    assert "that differ from the state" not in planned.out
