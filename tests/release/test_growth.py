"""Tests that everything which counts as growth needs an approval, whatever kind of growth it is."""

from pathlib import Path

import pytest

from release import access_review
from release.apply import apply
from release.errors import ReleaseError
from tests.release.planned_release import UNCHANGED, PlannedRelease


@pytest.mark.parametrize("grows", [True, False])
def test_growth_of_any_kind_needs_an_approval_at_the_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, grows: bool
) -> None:
    release = PlannedRelease(tmp_path)
    release.stack.shown = UNCHANGED
    release.evidence = release.plan("unchanged")
    release.records.found = []
    monkeypatch.setattr(access_review, "is_growth", lambda _access: grows)

    if grows:
        with pytest.raises(ReleaseError, match="no approval was found"):
            apply(release.around(), release.folder, release.rule, release.records)
    else:
        apply(release.around(), release.folder, release.rule, release.records)

    assert release.stack.deployments == (0 if grows else 1)
