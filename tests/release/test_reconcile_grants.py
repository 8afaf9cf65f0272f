"""Grants that were changed outside the program."""

import pytest

from localazure.azure import LocalAzure
from localazure.services.foundry import APPLICATION
from tests.release.foundry_project import (
    ASSIGNMENT,
    GIVEN,
    Again,
    Project,
    agent_again,
    applications_again,
    callers,
    with_callers,
    with_what_is_given_at_it,
)


def test_a_grant_that_somebody_took_away_is_given_again(project: Project) -> None:
    project.up()
    before = project.held()

    def taken(azure: LocalAzure) -> None:
        (one,) = (
            one.id for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT
        )
        azure.delete(ASSIGNMENT, one)

    project.beside(taken)
    assert project.proof() == 1

    code, told = project.reconcile()
    assert (code, "not every grant is there" in told) == (3, True)
    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.up() == []


@pytest.mark.parametrize(("again", "gone"), [(applications_again, 0), (with_what_is_given_at_it, 4)])
def test_whoever_could_call_an_agent_can_after_it_was_made_again(project: Project, again: Again, gone: int) -> None:
    project.edit("network.yaml", with_callers)
    people = {"agent-network:people": {"analysts": GIVEN}}
    project.edit("Pulumi.prod.yaml", lambda stack: stack["config"].update(people))
    project.up()
    everybody = callers(project.world)
    assert everybody == {
        "analysts",
        "fabrikam-notifier-prod",
        "fabrikam-report-prod",
        "fabrikam-market-analysis-prod",
    }
    project.beside(again)

    code, told = project.reconcile()
    assert (code, told.count("+ grant  Foundry User")) == (3, gone)
    assert project.reconcile("--apply")[0] == 0
    assert callers(project.world) == everybody
    assert project.reconcile()[0] == 0
    assert project.up() == []


def test_what_somebody_granted_by_hand_is_not_taken_over_silently(project: Project) -> None:
    project.up()
    project.beside(applications_again)

    def by_hand(azure: LocalAzure) -> None:
        (old,) = (one for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT)
        application = next(
            one for one in azure.world.resources.values() if one.id.endswith("/fabrikam-compliance-prod")
        )
        who = application.outputs["properties"]["defaultInstanceIdentity"]["principalId"]
        azure.create(ASSIGNMENT, {**old.inputs, "principalId": who, "roleAssignmentName": GIVEN})

    project.beside(by_hand)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert f"roleAssignments/{GIVEN}, which this stack did not make" in told
    assert "delete that one" in told


def test_a_plan_that_would_change_something_is_code_3_whatever_else_is_in_the_way(project: Project) -> None:
    project.up()

    def one_again_and_one_gone(azure: LocalAzure) -> None:
        applications_again(azure)
        resources = azure.world.resources.values()
        azure.delete(APPLICATION, next(o.id for o in resources if o.token == APPLICATION and "market" in o.id))

    project.beside(one_again_and_one_gone)

    code, told = project.reconcile()
    assert (code, "its application is gone" in told, "+ grant" in told) == (3, True, True)
    code, told = project.reconcile("--apply")
    assert (code, "its application is gone" in told) == (1, True)
    assert project.reconcile()[0] == 1


def test_an_application_that_is_gone_is_the_programs_to_make(project: Project) -> None:
    project.up()

    def gone(azure: LocalAzure) -> None:
        (one,) = (one.id for one in azure.world.resources.values() if one.token == APPLICATION and "compl" in one.id)
        azure.delete(APPLICATION, one)

    project.beside(gone)

    code, told = project.reconcile("--apply")

    assert (code, "compliance: its application is gone; run `pulumi up --refresh`" in told) == (1, True)


def test_an_agent_that_has_an_identity_of_its_own_now_shares_none(project: Project) -> None:
    project.stack = "dev"
    project.up()
    project.beside(agent_again)

    code, told = project.reconcile("--apply")

    assert code == 1
    assert "agent 'compliance' does not share the project's identity, but has its own" in told
