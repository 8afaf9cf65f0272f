"""Tests of the reconcile command with agent identity ids configured in the stack file."""

import re
from typing import Any

import pytest

from localazure.azure import LocalAzure
from localazure.fronts.rest import Reply, RestApi
from tests.release.foundry_project import ASSIGNMENT, GIVEN, Project, recreate_compliance, with_a_given_id


def test_reconcile_fails_if_the_configured_identity_id_is_not_the_one_the_agent_runs_as(project: Project) -> None:
    with_a_given_id(project)
    project.outside_the_program(recreate_compliance)

    code, printed = project.reconcile("--apply")

    assert code == 1
    assert re.search(rf"{GIVEN}, but the agent runs as [0-9a-f-]{{36}}", printed)
    assert "correct 'agent_identities'" in printed


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            Reply(200, {"properties": {"agentIdentity": {"agentIdentityId": GIVEN.upper()}}}),
            "which all unpublished agents of its project share; set the agent's own id in 'agent_identities'",
        ),
        (Reply(403, {}), "may not read project"),
    ],
    ids=["shared identity", "project not readable"],
)
def test_reconcile_refuses_a_configured_identity_id_that_is_or_may_be_the_shared_project_identity(
    project: Project, monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    with_a_given_id(project)
    answer = RestApi.handle

    def of_the_project(
        rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None
    ) -> Reply:
        if target.partition("?")[0].endswith("/projects/research"):
            return reply
        if "/agents/compliance" in target:
            return Reply(404, {})
        return answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", of_the_project)

    code, printed = project.reconcile()
    assert code == 1
    assert why in printed


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(403, {}), "the deploying identity may not read agent 'compliance' (403)"),
        (Reply(200, {"name": "compliance"}), "agent 'compliance' has no identity of its own"),
        (Reply(404, {}), "its Foundry project has no such agent yet"),
    ],
    ids=["agent not readable", "no own identity", "agent not found"],
)
def test_reconcile_accepts_a_configured_identity_id_if_foundry_does_not_report_the_agents_identity(
    project: Project, monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    with_a_given_id(project)
    answer = RestApi.handle

    def silent(rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        return reply if "/agents/compliance" in target else answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", silent)

    code, printed = project.reconcile()
    assert code == 0
    assert re.search(rf"\? compliance: the id {GIVEN} of the stack file is used, .*: {re.escape(why)}", printed)

    def taken(azure: LocalAzure) -> None:
        held = [one.id for one in azure.world.resources.values() if one.outputs.get("principalId") == GIVEN]
        azure.delete(ASSIGNMENT, held[0])

    project.outside_the_program(taken)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []
