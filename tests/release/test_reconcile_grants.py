"""Tests that the reconcile command handles role assignments changed outside the program."""

import pytest

from localazure.azure import LocalAzure
from localazure.services.foundry import APPLICATION
from tests.release.foundry_project import (
    ASSIGNMENT,
    GIVEN,
    Again,
    Project,
    callers,
    recreate_compliance,
    republish_compliance,
    republish_without_callers_roles,
    with_callers,
    with_reachable_agents,
)


def test_reconcile_recreates_a_role_assignment_deleted_outside_the_program(project: Project) -> None:
    project.up()
    before = project.held()

    def taken(azure: LocalAzure) -> None:
        (one,) = (
            one.id for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT
        )
        azure.delete(ASSIGNMENT, one)

    project.outside_the_program(taken)
    assert project.proof() == 1

    code, printed = project.reconcile()
    assert (code, "role assignments are missing in Azure" in printed) == (3, True)
    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.up() == []


@pytest.mark.parametrize(("again", "gone"), [(republish_compliance, 0), (republish_without_callers_roles, 4)])
def test_reconcile_keeps_or_recreates_the_roles_of_all_earlier_callers_of_a_republished_agent(
    project: Project, again: Again, gone: int
) -> None:
    project.edit("network.yaml", with_callers)
    project.edit("Pulumi.prod.yaml", with_reachable_agents)
    project.up()
    everybody = callers(project.world)
    assert everybody == {
        "analysts",
        "fabrikam-notifier-prod",
        "fabrikam-report-prod",
        "fabrikam-market-analysis-prod",
    }
    project.outside_the_program(again)

    code, printed = project.reconcile()
    assert (code, printed.count("+ create  Foundry User")) == (3, gone)
    assert project.reconcile("--apply")[0] == 0
    assert callers(project.world) == everybody
    assert project.reconcile()[0] == 0
    assert project.up() == []


def test_reconcile_refuses_to_take_over_a_role_assignment_created_by_hand(project: Project) -> None:
    project.up()
    project.outside_the_program(republish_compliance)

    def by_hand(azure: LocalAzure) -> None:
        (old,) = (one for one in azure.world.resources.values() if "/documents/" in one.id and one.token == ASSIGNMENT)
        application = next(
            one for one in azure.world.resources.values() if one.id.endswith("/fabrikam-compliance-prod")
        )
        who = application.outputs["properties"]["defaultInstanceIdentity"]["principalId"]
        azure.create(ASSIGNMENT, {**old.inputs, "principalId": who, "roleAssignmentName": GIVEN})

    project.outside_the_program(by_hand)

    code, printed = project.reconcile("--apply")

    assert code == 1
    assert f"roleAssignments/{GIVEN}, which this stack did not create" in printed
    assert "delete that assignment" in printed


def test_reconcile_plan_with_changes_exits_with_3_even_if_another_agent_cannot_be_reconciled(project: Project) -> None:
    project.up()

    def one_again_and_one_gone(azure: LocalAzure) -> None:
        republish_compliance(azure)
        resources = azure.world.resources.values()
        azure.delete(APPLICATION, next(o.id for o in resources if o.token == APPLICATION and "market" in o.id))

    project.outside_the_program(one_again_and_one_gone)

    code, printed = project.reconcile()
    assert (code, "the agent's application was deleted" in printed, "+ create" in printed) == (3, True, True)
    code, printed = project.reconcile("--apply")
    assert (code, "the agent's application was deleted" in printed) == (1, True)
    assert project.reconcile()[0] == 1


def test_reconcile_fails_for_a_deleted_agent_application_and_recommends_pulumi_up_refresh(project: Project) -> None:
    project.up()

    def gone(azure: LocalAzure) -> None:
        (one,) = (one.id for one in azure.world.resources.values() if one.token == APPLICATION and "compl" in one.id)
        azure.delete(APPLICATION, one)

    project.outside_the_program(gone)

    code, printed = project.reconcile("--apply")

    assert (code, "compliance: the agent's application was deleted in Azure; run `pulumi up --refresh`" in printed) == (
        1,
        True,
    )


def test_reconcile_fails_for_an_agent_that_was_recreated_with_its_own_in_place_of_the_shared_identity(
    project: Project,
) -> None:
    project.stack = "dev"
    project.up()
    project.outside_the_program(recreate_compliance)

    code, printed = project.reconcile("--apply")

    assert code == 1
    assert "agent 'compliance' does not share the project's identity, but has its own" in printed
