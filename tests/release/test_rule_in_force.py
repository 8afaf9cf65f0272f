"""Tests that a commit which loosens its own approval is approved by the setting of the last release."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from release.apply import apply
from release.errors import ReleaseError
from release.last_release import last_approval_setting
from release.rule_in_force import ApprovalSetting, setting_in_force
from tests.release.planned_release import UNCHANGED, PlannedRelease

KEYS = {"a@example.com": "key a", "b@example.com": "key b"}
RELEASED = ApprovalSetting(when="growth", hours=24, by="keys", keys=KEYS, signed_by="{}")


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"when": "never"}, "approvals are needed 'never' instead of 'growth'"),
        ({"hours": 720}, "an approval is valid for 720 hours instead of 24"),
        ({"by": "github-review"}, "approvals are given by github-review instead of keys"),
        ({"by": ""}, "approvals are given by the platform instead of keys"),
        ({"environment": "open"}, "the environment is 'open' instead of ''"),
        ({"signed_by": ""}, "statements are signed by another identity, or not at all"),
        ({"keys": {**RELEASED.keys, "evil@example.com": "k"}}, "evil@example.com has a new key"),
        ({"keys": {"a@example.com": "another"}}, "a@example.com has a new key"),
        ({"keys": {"evil@example.com": "key a"}}, "evil@example.com has a new key"),
    ],
)
def test_commit_that_loosens_its_approval_is_approved_as_the_last_release_was(
    change: dict[str, object], clause: str
) -> None:
    committed = ApprovalSetting.of({**RELEASED.document(), **change})
    assert committed is not None

    setting, loosened = setting_in_force(RELEASED, committed)

    assert clause in " ".join(loosened)
    assert (setting.when, setting.hours, setting.by, setting.environment) == ("growth", 24, "keys", "")
    assert setting.keys.items() <= RELEASED.keys.items()


@pytest.mark.parametrize(
    "change", [{"when": "always"}, {"hours": 1}, {"keys": {"a@example.com": "key  a\n"}}, {}], ids=str
)
def test_commit_that_tightens_its_approval_is_approved_by_its_own_setting(change: dict[str, object]) -> None:
    committed = ApprovalSetting.of({**RELEASED.document(), **change})
    assert committed is not None
    assert setting_in_force(RELEASED, committed) == (committed, ())


@pytest.mark.parametrize("released", [None, ApprovalSetting(when="never", hours=24)])
def test_first_release_and_one_after_no_approval_are_approved_by_their_own_setting(
    released: ApprovalSetting | None,
) -> None:
    assert setting_in_force(released, RELEASED) == (RELEASED, ())


def test_deployment_records_its_setting_and_a_loosened_one_needs_an_approval_without_growth(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    around = replace(release.around(), approval_setting=RELEASED.document())
    apply(around, release.folder, release.rule, release.records)
    assert last_approval_setting(release.backend, "tiny", "dev") == RELEASED

    release.stack.shown = UNCHANGED
    release.now = release.now.replace(hour=13)
    release.evidence, release.records.found = release.plan("unchanged"), []
    loosened = replace(release.around(), loosened_approval=("approvals are needed 'never' instead of 'growth'",))
    with pytest.raises(ReleaseError, match="no approval was found"):
        apply(loosened, release.folder, release.rule, release.records)
    apply(release.around(), release.folder, release.rule, release.records)
    assert release.stack.deployments == 2


def test_setting_of_a_deployment_that_stopped_does_not_count(tmp_path: Path) -> None:
    release = PlannedRelease(tmp_path)
    place = release.backend.folder / "releases" / "tiny" / "dev" / "1"
    place.mkdir(parents=True)
    for moment, when, failure in (("2026-11-01T", "always", ""), ("2026-11-02T", "never", "stopped")):
        setting = replace(RELEASED, when=when).document()
        document = {"predicate": {"approval_setting": setting, "failure": failure}}
        (place / f"{moment}-result.intoto.json").write_text(json.dumps(document))

    found = last_approval_setting(release.backend, "tiny", "dev")

    assert found is not None
    assert found.when == "always"
