"""Identities of agents that were made again: each gets what the one before held."""

from tests.release.foundry_project import EVERY_IDENTITY, Again, Project, Setting


@EVERY_IDENTITY
def test_where_everybody_is_who_they_were_there_is_nothing_to_do(
    project: Project, identity: Setting, again: Again
) -> None:
    assert again
    identity(project)
    project.up()
    before = project.path.read_bytes()

    assert project.reconcile() == (0, "2 agents of Foundry hold what they are given, as who they are: nothing to do\n")
    assert project.reconcile("--apply")[0] == 0
    assert project.path.read_bytes() == before


@EVERY_IDENTITY
def test_whoever_an_agent_is_now_gets_what_it_held(project: Project, identity: Setting, again: Again) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.beside(again)
    orphaned = project.held()

    code, told = project.reconcile()
    assert code == 3
    assert "nothing was changed" in told
    assert project.held() == orphaned, "a plan changes nothing"
    assert any(owner == "gone" for owner, _, _ in orphaned)

    assert project.reconcile("--apply")[0] == 0
    assert project.held() == before
    assert project.reconcile()[0] == 0
    assert project.up() == [], "the program finds what it would have made"
