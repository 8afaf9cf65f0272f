"""The order of the reconciler: it grants before it takes away, and the proof holds again afterwards."""

import pytest

from tests.release.foundry_project import EVERY_IDENTITY, Again, Project, Setting, watched


@EVERY_IDENTITY
def test_until_then_the_proof_of_what_there_is_fails(project: Project, identity: Setting, again: Again) -> None:
    identity(project)
    project.up()
    assert project.proof() == 0

    project.beside(again)
    assert project.proof() == 1

    project.reconcile("--apply")
    assert project.proof() == 0


@EVERY_IDENTITY
def test_everything_is_granted_before_anything_is_taken_away(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    project.beside(again)
    written = watched(monkeypatch)

    project.reconcile("--apply")

    methods = [method for method, _ in written]
    grants = methods.count("PUT")
    assert grants >= 5
    assert methods == ["PUT"] * grants + ["DELETE"] * grants
    assert any("/sqlRoleAssignments/" in path for _, path in written)
