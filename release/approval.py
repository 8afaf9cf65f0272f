"""Approvals of a plan: who may give one, for which evidence, and for how long.

Owns the rules that hold for every source of approvals. An approval names the digest of the evidence or the exact commit
that the evidence is about, is given by somebody who is not an author of what is deployed, after the plan was made, and
is valid for a limited time. A source derives approvals from records that the approved side cannot write: see
`release.approval_sources`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from unicodedata import normalize

from release import statements
from release.authors import Authors
from release.errors import NotApprovedError, ReleaseError
from release.evidence import Evidence
from release.times import zoned_time

__all__ = [
    "Approval",
    "ApprovalRule",
    "ApprovalSource",
    "When",
    "approval_statement",
    "check_approved",
    "clock_problem",
    "made_at",
]

_CLOCKS_DIFFER = timedelta(minutes=5)
"""Maximum difference between the clocks of two machines."""


class When(StrEnum):
    """Setting of an environment: the plans that need an approval."""

    GROWTH = "growth"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Approval of a plan by one person, as a source has read it."""

    by: str
    """Name of the approver at the source, such as a login."""
    source: str
    """Record that the approval is in, such as the address of a review."""
    at: datetime
    commit: str = ""
    """Commit that was approved; empty if the approval names the evidence."""
    digest: str = ""
    """Digest of the evidence that was approved; empty if the approval names a commit, or the run that made the plan."""
    run: str = ""
    """Run of the pipeline that was approved; empty if the approval names the evidence or a commit."""
    reviewed: str = ""
    """Commit that was reviewed, which has the same files as `commit`; empty if nothing was reviewed."""
    objections: tuple[str, ...] = ()
    """Reasons of the source for which it does not count, as clauses."""
    authors: Authors | None = None
    """Authors with whom the approver was compared; None before that."""


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """Approvals that an environment requires."""

    when: When
    hours: int = 24
    """Number of hours for which an approval is valid."""


class ApprovalSource(Protocol):
    """Interface of the records with approvals."""

    def approvals(self, evidence: Evidence) -> Iterable[Approval]:
        """Return the approvals that the records have for a plan."""
        ...

    def authors(self, evidence: Evidence) -> Authors:
        """Return the authors of the commits that a plan deploys, as the same source names them."""
        ...


def check_approved(
    rule: ApprovalRule, source: ApprovalSource, evidence: Evidence, now: datetime, *, grows: bool
) -> Approval | None:
    """Return the approval that covers a plan; None if the plan needs none.

    Args:
        rule: approvals that the environment requires.
        source: records with approvals.
        evidence: the evidence of the plan.
        now: the time.
        grows: True if somebody gains access, or something can no longer be judged. The evidence has a
            verdict, too, which anybody who can edit the evidence can edit.

    Raises:
        NotApprovedError: the plan needs an approval and has none that is valid, with the reason for each that is not.
        ReleaseError: the clock of this machine is set back.
    """
    wrong_clock = clock_problem(now, evidence)
    if wrong_clock:
        raise ReleaseError(wrong_clock)
    if rule.when is When.NEVER or (rule.when is When.GROWTH and not grows):
        return None
    authors, reasons = source.authors(evidence), list[str]()
    for one in source.approvals(evidence):
        problems = [*one.objections, *_problems(one, rule, evidence, authors, now)]
        if not problems:
            return replace(one, authors=authors)
        reasons.append(f"the approval of {one.by} ({one.source}) does not count: {'; '.join(problems)}")
    needed = "access grows" if rule.when is When.GROWTH else "this environment approves every plan"
    found = "\n".join(reasons) or "no approval was found"
    raise NotApprovedError(f"the plan {evidence.digest[:12]} needs an approval, since {needed}; {found}")


def approval_statement(approval: Approval, rule: ApprovalRule, evidence: Evidence) -> statements.Statement:
    """Return the statement that records an approval of the evidence."""
    until = approval.at + timedelta(hours=rule.hours)
    predicate: Mapping[str, Any] = {
        "by": approval.by,
        "source": approval.source,
        "at": approval.at.isoformat(timespec="seconds"),
        "expires": until.isoformat(timespec="seconds"),
        "commit": approval.commit,
        "reviewed": approval.reviewed,
        "digest": approval.digest,
        "run": approval.run,
        "authors": None if approval.authors is None else approval.authors.document(),
        "project": evidence.document["project"],
        "stack": evidence.document["stack"],
    }
    return statements.Statement(kind=statements.APPROVAL, subjects=evidence.subjects, predicate=predicate)


def made_at(evidence: Evidence) -> datetime:
    """Return the time at which the plan was made.

    Raises:
        ReleaseError: the evidence has no time with a time zone.
    """
    problem = "evidence.json: 'made' is not a time with a time zone; write the evidence again"
    return zoned_time(evidence.document.get("made"), problem)


def _problems(one: Approval, rule: ApprovalRule, evidence: Evidence, authors: Authors, now: datetime) -> Iterator[str]:
    made = made_at(evidence)
    if _person(one.by) in {_person(each) for each in authors.names}:
        yield f"they are an author ({authors.commits}), and nobody approves their own change"
    if authors.unknown:
        yield (
            f"an author has the address {' or '.join(authors.unknown)}, of no account, and may be the approver; add the"
            " address to the author's account"
        )
    if not (one.digest or one.commit or one.run):
        yield "it names neither this evidence, nor its commit, nor the run that made it"
    if one.digest and one.digest != evidence.digest:
        yield f"it is for the evidence {one.digest[:12]}"
    if one.commit and one.commit != evidence.inputs.commit:
        yield f"it is for the commit {one.commit[:12]}"
    run = str(evidence.document.get("run", {}).get("run_id", ""))
    if one.run and one.run != run:
        yield f"it is for the run {one.run}, and the plan was made in {run or 'no run'}"
    if one.at < made - _CLOCKS_DIFFER and not one.commit:
        yield "it is older than the plan"
    if one.at > now + _CLOCKS_DIFFER:
        yield f"it is from the future ({one.at.isoformat(timespec='seconds')}); the clock of this machine is wrong"
    if one.at + timedelta(hours=rule.hours) < now:
        yield f"it expired {rule.hours} hours after {one.at.isoformat(timespec='seconds')}"


def _person(name: str) -> str:
    """Return a login or an address without case, other forms of its letters, and the tag of an address.

    An address of GitHub has the login after the tag's sign: "Setting your commit email address", docs.github.com, 2026.
    """
    folded = normalize("NFKC", name).casefold().strip()
    local, at, domain = folded.partition("@")
    return folded if domain.startswith("users.noreply.") else f"{local.partition('+')[0]}{at}{domain}"


def clock_problem(now: datetime, evidence: Evidence) -> str:
    """Return a message if the clock of this machine is set back to before the plan; an empty text otherwise.

    Raises:
        ReleaseError: the evidence has no time with a time zone.
    """
    if now >= made_at(evidence) - _CLOCKS_DIFFER:
        return ""
    return (
        f"the clock of this machine ({now.isoformat(timespec='seconds')}) is before the time of the plan"
        f" ({evidence.document.get('made')}); set the clock"
    )
