"""Interrupted runs of the reconciler: a second run finishes them, and nothing is lost between."""

import pytest

from release.errors import ReleaseError
from release.foundry.stack import LocalStack
from tests.release.foundry_project import EVERY_IDENTITY, Again, Project, Setting, applications_again, gone_of, watched


@EVERY_IDENTITY
def test_wherever_it_is_interrupted_a_second_run_finishes_it(
    project: Project, identity: Setting, again: Again, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity(project)
    project.up()
    before = project.held()
    project.beside(again)
    start, moving = project.path.read_bytes(), gone_of(project.held())

    for done in range(1, 2 * moving):
        project.path.write_bytes(start)
        with monkeypatch.context() as patched:
            watched(patched, refused_from=done)
            code, told = project.reconcile("--apply")
        held = project.held()

        assert (code, "not any more" in told) == (2, True)
        # Until all that is new is there, nothing old has gone.
        assert gone_of(held) == moving - max(0, done - moving)
        assert held.total() - gone_of(held) == before.total() - moving + min(done, moving)
        assert project.reconcile("--apply")[0] == 0
        assert project.held() == before
        if done in {1, moving}:  # a run takes its time
            assert project.up() == []


def test_interrupted_before_the_stack_is_written_it_is_remembered_the_next_time(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.up()
    before = project.held()
    project.beside(applications_again)

    def interrupted(*_: object) -> None:
        raise ReleaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(LocalStack, "rename", interrupted)
        assert project.reconcile("--apply")[0] == 2
    assert project.held() == before

    code, told = project.reconcile()
    assert (code, "remember it in the stack" in told, "+ grant" in told) == (3, True, False)
    assert project.reconcile("--apply")[0] == 0
    assert project.up() == []
