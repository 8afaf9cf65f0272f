"""Tests that the reconcile command creates role assignments before it deletes old ones."""

import pytest

from tests.release.foundry_project import EVERY_IDENTITY, Again, Project, Setting, watched


@EVERY_IDENTITY
def test_access_proof_fails_after_an_identity_is_replaced_and_holds_again_after_reconcile(
    project: Project, identity: Setting, again: Again
) -> None:
    identity(project)
    project.up()
    assert project.proof() == 0

    project.outside_the_program(again)
    assert project.proof() == 1

    project.reconcile("--apply")
    assert project.proof() == 0


@EVERY_IDENTITY
def test_reconcile_creates_all_new_role_assignments_before_deleting_old_ones(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    project.outside_the_program(again)
    written = watched(monkeypatch)

    project.reconcile("--apply")

    methods = [method for method, _ in written]
    grants = methods.count("PUT")
    assert grants >= 5
    assert methods == ["PUT"] * grants + ["DELETE"] * grants
    assert any("/sqlRoleAssignments/" in path for _, path in written)
