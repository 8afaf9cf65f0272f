"""Tests that a second run completes an interrupted run of the reconcile command without losing roles."""

import pytest

from release.errors import ReleaseError
from release.foundry.stack import LocalStack
from tests.release.foundry_project import (
    EVERY_IDENTITY,
    Again,
    Project,
    Setting,
    orphaned_in,
    republish_compliance,
    watched,
)


@EVERY_IDENTITY
def test_reconcile_interrupted_at_any_write_is_completed_by_a_second_run(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.outside_the_program(again)
    start, moving = project.path.read_bytes(), orphaned_in(project.held())

    for done in range(1, 2 * moving):
        project.path.write_bytes(start)
        with monkeypatch.context() as patched:
            watched(patched, refused_from=done)
            code, printed = project.reconcile("--apply")
        held = project.held()

        assert (code, "not any more" in printed) == (2, True)
        # No old role assignment is deleted before all new ones exist.
        assert orphaned_in(held) == moving - max(0, done - moving)
        assert held.total() - orphaned_in(held) == before.total() - moving + min(done, moving)
        assert project.reconcile("--apply")[0] == 0
        assert project.held() == before
        if done in {1, moving}:  # a deployment takes long, so only two are run
            assert project.up() == []


def test_reconcile_interrupted_before_writing_the_stack_updates_the_stack_in_the_next_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.up()
    before = project.held()
    project.outside_the_program(republish_compliance)

    def interrupted(*_: object) -> None:
        raise ReleaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(LocalStack, "replace_guids", interrupted)
        assert project.reconcile("--apply")[0] == 2
    assert project.held() == before

    code, printed = project.reconcile()
    assert (code, "update the ids in the stack's state" in printed, "+ create" in printed) == (3, True, False)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []
