"""Review of the access that a release changes: the report with proof, findings and changes, and the verdict on it.

A plan writes the review into its evidence; the deployment makes it again, since the evidence alone proves nothing. Owns
what counts as growth, in `is_growth` alone: the verdict of a plan, the need for an approval, and the refusal of a
deployment without one follow from that answer. CONTRIBUTING.md has what another kind of growth needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from access.findings.additions import added_findings
from access.model.graph import Graph
from access.questions.diff import Difference, difference
from access.readers import preview as preview_reader
from access.reports.document import document
from access.reports.verdict import verdict
from release.surroundings import Surroundings

__all__ = ["AccessReview", "Verdict", "is_growth", "review_access"]


class Verdict(StrEnum):
    """Verdict on a plan, which decides if it needs an approval."""

    UNCHANGED = "unchanged"
    """Nobody gains access."""
    GROWTH = "growth"
    """Somebody gains access, or something can no longer be judged."""
    REFUSED = "refused"
    """The proof fails, a finding is an error, a policy is violated, or Azure has access that nobody declared."""


@dataclass(frozen=True, kw_only=True)
class AccessReview:
    """Report document about the access after a release, with the changes by it, and the verdict on it."""

    report: Mapping[str, Any]
    verdict: Verdict


def review_access(around: Surroundings, before: Graph, preview: Mapping[str, Any], commit: str) -> AccessReview:
    """Return the review of the access that a previewed deployment changes.

    Args:
        around: the stack and everything else outside.
        before: access graph of what is deployed.
        preview: document of the preview.
        commit: id of the commit that is deployed.
    """
    today, declared, after = around.origin.time.date(), around.declared, preview_reader.read(preview)
    access = difference(before, after)
    added = added_findings(before, after, today=today, declared=declared)
    names = ("the deployed stack", f"commit {commit[:12]}")
    report = document(
        after,
        declared,
        today=today,
        texts=around.texts(preview),
        difference=(*names, access, added),
        made=around.origin,
    )
    if verdict(report).level == "bad":
        found = Verdict.REFUSED
    else:
        found = Verdict.GROWTH if is_growth(access) else Verdict.UNCHANGED
    return AccessReview(report=report, verdict=found)


def is_growth(access: Difference) -> bool:
    """Return True if a change of access is growth: somebody gains access, or something can no longer be judged."""
    return access.grows or bool(access.new_unread)
