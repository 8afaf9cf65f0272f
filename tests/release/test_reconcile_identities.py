"""Tests that the reconcile command gives the identity of a recreated agent the roles of the old one."""

from tests.release.foundry_project import EVERY_IDENTITY, Again, Project, Setting


@EVERY_IDENTITY
def test_reconcile_with_unchanged_identities_reports_nothing_to_do_and_writes_nothing(
    project: Project, identity: Setting, again: Again
) -> None:
    assert again
    identity(project)
    project.up()
    before = project.path.read_bytes()

    assert project.reconcile() == (0, "2 Foundry agents have the role assignments of this stack: nothing to do\n")
    assert project.reconcile("--apply")[0] == 0
    assert project.path.read_bytes() == before


@EVERY_IDENTITY
def test_reconcile_moves_the_roles_of_a_replaced_identity_to_the_new_one(
    project: Project, identity: Setting, again: Again
) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.outside_the_program(again)
    orphaned = project.held()

    code, printed = project.reconcile()
    assert code == 3
    assert "nothing was changed" in printed
    assert project.held() == orphaned, "a plan changes nothing"
    assert any(owner == "gone" for owner, _, _ in orphaned)

    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.reconcile()[0] == 0
    assert project.up() == [], "a deployment after reconcile changes nothing"
