"""Ids of agents that a person wrote into the stack file."""

from typing import Any

import pytest

from localazure.azure import LocalAzure
from localazure.fronts.rest import Reply, RestApi
from tests.release.foundry_project import ASSIGNMENT, GIVEN, Project, agent_again, with_a_given_id


def test_reconcile_asks_to_correct_a_configured_identity_id_that_the_agent_does_not_run_as(project: Project) -> None:
    with_a_given_id(project)
    project.beside(agent_again)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert f"its id stands in the stack's file as {GIVEN}, and it runs as " in told
    assert "correct 'agent_identities'" in told


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            Reply(200, {"properties": {"agentIdentity": {"agentIdentityId": GIVEN.upper()}}}),
            "which all unpublished agents of its project share; give its own in 'agent_identities' there",
        ),
        (Reply(403, {}), "may not read project"),
    ],
    ids=["the shared one", "may not ask"],
)
def test_an_id_that_is_the_shared_one_or_might_be_is_not_believed(
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

    code, told = project.reconcile()
    assert code == 1
    assert why in told


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(403, {}), "the deploying identity may not read agent 'compliance' (403)"),
        (Reply(200, {"name": "compliance"}), "agent 'compliance' has no identity of its own"),
        (Reply(404, {}), "its project has no such agent yet"),
    ],
    ids=["may not ask", "has none", "is not there"],
)
def test_an_id_that_was_given_is_believed_where_foundry_does_not_tell_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, reply: Reply, why: str
) -> None:
    with_a_given_id(project)
    answer = RestApi.handle

    def silent(rest: RestApi, method: str, target: str, token: str, body: dict[str, Any] | None = None) -> Reply:
        return reply if "/agents/compliance" in target else answer(rest, method, target, token, body)

    monkeypatch.setattr(RestApi, "handle", silent)

    code, told = project.reconcile()
    assert code == 0
    assert f"? compliance: taken to be {GIVEN}, as the stack's file says: {why}" in told

    def taken(azure: LocalAzure) -> None:
        held = [one.id for one in azure.world.resources.values() if one.outputs.get("principalId") == GIVEN]
        azure.delete(ASSIGNMENT, held[0])

    project.beside(taken)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []
