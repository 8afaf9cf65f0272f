"""Tests that a deployment is refused, before the engine runs, if anything differs from the approved plan."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from release.apply import apply, approve
from release.approval import When
from release.errors import ReleaseError
from tests.release.planned_release import AUTHOR, UNCHANGED, PlannedRelease, git, refusal


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


def deployed(release: PlannedRelease) -> bool:
    apply(release.around(), release.folder, release.rule, release.records)
    return release.stack.deployments == 1


def test_approved_plan_is_deployed_and_its_statements_are_kept_next_to_the_state(release: PlannedRelease) -> None:
    assert deployed(release)
    kept = [path.name.partition("-")[2] for path in (release.backend.folder / "releases").rglob("*.json")]
    assert [name for name in kept if name.endswith("result.intoto.json")]


@pytest.mark.parametrize("step", [apply, approve])
def test_evidence_of_another_plan_than_the_pipelines_is_refused_by_its_digest(
    release: PlannedRelease, step: Callable[..., object]
) -> None:
    planned = release.evidence.digest
    release.now += timedelta(minutes=1)
    release.evidence = release.plan()
    release.approve()

    with pytest.raises(ReleaseError, match=planned):
        step(release.around(), release.folder, release.rule, release.records, digest=planned)
    assert release.stack.deployments == 0
    step(release.around(), release.folder, release.rule, release.records, digest=release.evidence.digest)


def edit_evidence(release: PlannedRelease) -> None:
    path = release.folder / "evidence.json"
    path.write_text(path.read_text().replace('"growth"', '"unchanged"'))


def edit_approved_access(release: PlannedRelease) -> None:
    (release.folder / "approved-access.json").write_text('[{"urn": "x", "type": "y"}]\n')


def reuse_the_approval_of_another_plan(release: PlannedRelease) -> None:
    release.now += timedelta(minutes=2)
    release.evidence = release.plan()


def add_a_file(release: PlannedRelease) -> None:
    (release.folder / "more.json").write_text("{}")


def move_the_state_on(release: PlannedRelease) -> None:
    release.stack.state["deployment"]["resources"].append({"urn": "urn:x", "type": "t"})


def change_the_program(release: PlannedRelease) -> None:
    (release.root / "network.yaml").write_text("name: other\n")
    git(release.root, "commit", "--quiet", "--all", "--message", "two")


def swap_the_plugin(release: PlannedRelease) -> None:
    release.plugin.write_text("another plugin")


def add_a_plugin(release: PlannedRelease) -> None:
    (release.plugin.parent / "pulumi-resource-azuread").write_text("a new plugin")


def dirty_the_tree(release: PlannedRelease) -> None:
    (release.root / "network.yaml").write_text("name: other\n")


def add_an_untracked_file(release: PlannedRelease) -> None:
    (release.root / "sitecustomize.py").write_text("")


def hide_a_change(release: PlannedRelease) -> None:
    git(release.root, "update-index", "--assume-unchanged", "network.yaml")
    (release.root / "network.yaml").write_text("name: other\n")


def skip_a_change(release: PlannedRelease) -> None:
    git(release.root, "update-index", "--skip-worktree", "network.yaml")
    (release.root / "network.yaml").write_text("name: other\n")


def change_an_ignored_file(release: PlannedRelease) -> None:
    (release.root / ".git" / "info" / "exclude").write_text("settings.json\n")
    (release.root / "settings.json").write_text("{}")


def use_the_evidence_of_another_stack(release: PlannedRelease) -> None:
    release.stack.name = "prod"


def set_the_clock_back(release: PlannedRelease) -> None:
    release.now -= timedelta(hours=1)


def let_the_approval_expire(release: PlannedRelease) -> None:
    release.now += timedelta(hours=25)


def show_another_preview(release: PlannedRelease) -> None:
    release.stack.shown = UNCHANGED


def switch_the_policy_pack_off(release: PlannedRelease) -> None:
    release.stack.calls_policy = False


def leave_an_interrupted_operation(release: PlannedRelease) -> None:
    release.stack.state["deployment"]["pending_operations"] = [{"type": "creating", "resource": {"urn": "a::b"}}]


def lock_the_stack(release: PlannedRelease) -> None:
    place = release.backend.folder / ".pulumi/locks/organization/tiny/dev"
    place.mkdir(parents=True)
    (place / "1.json").write_text(json.dumps({"username": "sam", "hostname": "desk", "timestamp": "now", "pid": 1}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (edit_evidence, "it is for the evidence"),
        (reuse_the_approval_of_another_plan, "it is for the evidence"),
        (edit_approved_access, "was edited after the plan"),
        (add_a_file, "more.json is not part of the evidence"),
        (move_the_state_on, "the state of the stack changed"),
        (change_the_program, "the commit is "),
        (swap_the_plugin, "the tool plugin bin/pulumi-resource-azure-native changed"),
        (add_a_plugin, "the tool plugin bin/pulumi-resource-azuread is new"),
        (dirty_the_tree, "the working tree differs from its commit in network.yaml"),
        (add_an_untracked_file, "the working tree differs from its commit in sitecustomize.py"),
        (hide_a_change, "git ignores changes in network.yaml"),
        (skip_a_change, "git ignores changes in network.yaml"),
        (change_an_ignored_file, "the file settings.json is new"),
        (use_the_evidence_of_another_stack, "the stack is prod instead of dev"),
        (set_the_clock_back, "is before the time of the plan"),
        (let_the_approval_expire, "it expired 24 hours after"),
        (show_another_preview, "the preview differs from the plan in somebody-may-read"),
        (switch_the_policy_pack_off, "the policy pack is switched off"),
        (leave_an_interrupted_operation, "has an interrupted operation on b"),
        (lock_the_stack, "is locked by sam on desk at now"),
    ],
)
def test_apply_refuses_a_release_after_a_change_and_names_the_change(
    release: PlannedRelease, change: Callable[[PlannedRelease], None], reason: str
) -> None:
    change(release)

    assert reason in refusal(release)


def test_apply_reports_all_differences_at_once(release: PlannedRelease) -> None:
    swap_the_plugin(release)
    move_the_state_on(release)
    lock_the_stack(release)
    dirty_the_tree(release)

    message = refusal(release)

    expected = ("azure-native changed", "the state of the stack", "is locked by", "the working tree differs")
    assert [each for each in expected if each not in message] == []


def test_evidence_with_edited_verdict_and_the_old_approval_names_another_digest(release: PlannedRelease) -> None:
    path = release.folder / "evidence.json"
    path.write_text(path.read_text().replace('"run_id": "7"', '"run_id": "8"'))

    assert "it is for the evidence" in refusal(release)


@pytest.mark.parametrize(
    ("approval", "reason"),
    [
        ({"digest": "0" * 64}, "it is for the evidence 000000000000"),
        ({"digest": "", "commit": "0" * 40}, "it is for the commit 000000000000"),
        ({"digest": "", "run": "8"}, "it is for the run 8, and the plan was made in 7"),
        ({"digest": ""}, "it names neither this evidence, nor its commit, nor the run"),
        ({"by": AUTHOR.upper()}, "nobody approves their own change"),
    ],
)
def test_approval_of_something_else_or_by_the_author_does_not_count(
    release: PlannedRelease, approval: dict[str, str], reason: str
) -> None:
    release.approve(**approval)

    assert reason in refusal(release)


@pytest.mark.parametrize(("minutes", "reason"), [(-6, "it is older than the plan"), (10, "it is from the future")])
def test_approval_from_before_the_plan_or_from_the_future_does_not_count(
    release: PlannedRelease, minutes: int, reason: str
) -> None:
    release.approve(at=release.now + timedelta(minutes=minutes))

    assert reason in refusal(release)


def test_plan_that_was_refused_is_not_deployed_with_an_approval(release: PlannedRelease) -> None:
    release.evidence = release.plan("refused")
    release.approve()

    assert "no approval changes that" in refusal(release)


@pytest.mark.parametrize(
    ("when", "verdict", "needs"),
    [
        (When.GROWTH, "growth", True),
        (When.GROWTH, "unchanged", False),
        (When.ALWAYS, "unchanged", True),
        (When.NEVER, "growth", False),
    ],
)
def test_setting_of_the_environment_decides_which_plans_need_an_approval(
    release: PlannedRelease, when: When, verdict: str, *, needs: bool
) -> None:
    release.stack.shown = UNCHANGED if verdict == "unchanged" else release.stack.shown
    release.evidence = release.plan(verdict)
    release.records.found = []
    rule = release.rule.__class__(when=when)

    if needs:
        with pytest.raises(ReleaseError, match="no approval was found"):
            apply(release.around(), release.folder, rule, release.records)
    else:
        apply(release.around(), release.folder, rule, release.records)
    assert release.stack.deployments == (0 if needs else 1)


def test_file_named_like_a_git_revision_changes_neither_commit_nor_refusal(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    commit = git(release.root, "rev-parse", "HEAD").strip()
    for name in ("HEAD", "main", commit):
        (release.root / name).write_text("x")
    git(release.root, "add", "--all")
    git(release.root, "commit", "--quiet", "--message", "two")

    message = refusal(release)

    assert f"instead of {commit}" in message
    assert "the file HEAD is new" in message


def test_evidence_in_another_folder_is_the_same_evidence(release: PlannedRelease, tmp_path: Path) -> None:
    release.folder = Path(shutil.copytree(release.folder, tmp_path / "downloaded"))

    assert deployed(release)
