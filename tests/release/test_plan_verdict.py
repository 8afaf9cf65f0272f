"""Tests of the verdict of a plan, and that a deployment computes the verdict again."""

from pathlib import Path

import pytest

from release.access_review import Verdict
from release.apply import apply
from release.engine.stack import Pack, Violation
from release.errors import ReleaseError
from release.plan import plan
from release.summary import verdict_clause
from tests.release.planned_release import UNCHANGED, PlannedRelease

ACCOUNT_KEY = "AccountKey=" + "q" * 86 + "=="
"""Key of a storage account, as a connection string has it."""


@pytest.fixture
def release(tmp_path: Path) -> PlannedRelease:
    return PlannedRelease(tmp_path)


@pytest.mark.parametrize(
    ("is_unchanged", "texts", "expected"),
    [
        (True, {}, Verdict.UNCHANGED),
        (False, {}, Verdict.GROWTH),
        (True, {"Pulumi.dev.yaml:3": ACCOUNT_KEY}, Verdict.REFUSED),
        (False, {"Pulumi.dev.yaml:3": ACCOUNT_KEY}, Verdict.REFUSED),
    ],
)
def test_verdict_of_a_plan_is_growth_for_more_access_and_refused_for_any_error_among_its_findings(
    release: PlannedRelease, *, is_unchanged: bool, texts: dict[str, str], expected: Verdict
) -> None:
    release.stack.shown = UNCHANGED if is_unchanged else release.stack.shown
    release.texts = texts

    evidence, verdict = plan(release.around(), release.folder)

    errors = [one for one in evidence.document["findings"] if one["severity"] == "error" and not one["exception"]]
    assert (verdict, evidence.document["verdict"], bool(errors)) == (expected, expected.value, bool(texts))
    assert ACCOUNT_KEY not in "".join(path.read_text() for path in release.folder.iterdir())


def test_plan_that_violates_a_mandatory_policy_is_refused_with_evidence_that_has_the_messages(
    release: PlannedRelease,
) -> None:
    release.packs = (Pack(release.root),)
    release.stack.violated = (Violation("private", "open: [anybody] can read it"),)

    evidence, verdict = plan(release.around(), release.folder)

    assert (verdict, evidence.document["violations"]) == (Verdict.REFUSED, ["open: [anybody] can read it"])
    assert verdict_clause(evidence.document) == "refused, since a mandatory policy is violated"
    assert r"- open: \[anybody\] can read it" in evidence.text("summary.md")
    assert 'class="verdict bad"' in evidence.text("report.html")
    assert "open: [anybody] can read it" in evidence.text("report.html")


def test_new_plan_removes_the_statements_about_the_plan_before(release: PlannedRelease) -> None:
    earlier = release.folder / "signed-approval.intoto.json"
    earlier.write_text("{}")

    plan(release.around(), release.folder)

    assert not earlier.exists()
    assert (release.folder / "plan.intoto.json").exists()


def test_report_page_of_a_plan_has_its_changes_of_resources(release: PlannedRelease) -> None:
    evidence, _verdict = plan(release.around(), release.folder)

    assert "create somebody-may-read" in evidence.text("report.html")


def test_policy_for_a_finding_of_the_plan_is_not_reported_twice(release: PlannedRelease) -> None:
    release.packs, release.texts = (Pack(release.root),), {"Pulumi.dev.yaml:3": ACCOUNT_KEY}
    (finding,) = plan(release.around(), release.folder)[0].document["findings"]
    release.stack.violated = (Violation(finding["id"], "a secret"), Violation("private", "open to anybody"))

    evidence, _verdict = plan(release.around(), release.folder)

    assert evidence.document["violations"] == ["open to anybody"]
    assert (
        verdict_clause(evidence.document) == "refused, since a finding is an error, and a mandatory policy is violated"
    )
    assert evidence.text("summary.md").count(finding["what"]) == 1


def test_apply_refuses_a_plan_with_an_error_among_its_findings_although_its_evidence_has_the_verdict_growth(
    release: PlannedRelease,
) -> None:
    release.texts = {"Pulumi.dev.yaml:3": ACCOUNT_KEY}

    with pytest.raises(ReleaseError, match="a finding is an error"):
        apply(release.around(), release.folder, release.rule, release.records)
    assert release.stack.deployments == 0
