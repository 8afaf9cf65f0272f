"""Access in Azure compared with what a stack has deployed: access that is missing, and access nobody declared.

Owns which answers of `access` count for a release, and nothing about access itself. Access that a change of
network.yaml is about to remove is deployed and no longer declared: it counts only if the state of the stack does not
have it. What happens in the subscription outside of the network does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.findings import Finding, check
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.additional_grants import ReleaseRoles, additional_grants
from access.questions.missing_grants import missing_grants
from access.questions.proof import prove

__all__ = ["LiveAccess", "live_access"]


@dataclass(frozen=True, kw_only=True)
class LiveAccess:
    """Difference of the access in Azure from the state of a stack."""

    undeclared: tuple[str, ...] = ()
    """Sentences about access in Azure that nobody declared."""
    missing: tuple[str, ...] = ()
    """Sentences about access of the stack that Azure does not return."""
    unread: tuple[str, ...] = ()
    """Sentences about parts of Azure that were not read."""
    findings: tuple[Finding, ...] = ()
    """Findings about Azure that the state of the stack does not have."""

    @property
    def is_equal(self) -> bool:
        """Return True if Azure has all access of the stack, and no access that nobody declared."""
        return not self.undeclared and not self.missing

    def document(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return {
            "undeclared": list(self.undeclared),
            "missing": list(self.missing),
            "unread": list(self.unread),
            "findings": [one.document() for one in self.findings],
        }


def live_access(
    state: Graph, live: Graph, declared: Declared, today: date, release: ReleaseRoles | None = None
) -> LiveAccess:
    """Return how the access in Azure differs from the state of a stack.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure, with the network's names.
        declared: the network that network.yaml declares.
        today: the day for which exceptions count.
        release: the identities that release the network, whose own roles are declared elsewhere.
    """
    own = release or {}
    known = {one.what for one in prove(state, declared, today=today).failures}
    failures = [one.what for one in prove(live, declared, today=today).failures if one.grows and one.what not in known]
    grants = additional_grants(state, live, declared, today=today, release=own)
    findings = added_findings(state, live, today=today, declared=declared)
    concerned = tuple(one for one in findings if _concerns_network(live, one))
    errors = [one for one in concerned if one.rule.severity == "error" and one.exception is None]
    if errors:
        # A comparison of two sources knows no network.yaml, which can explain a finding.
        confirmed = {(one.rule.id, one.what) for one in check(live, declared, today=today)}
        errors = [one for one in errors if (one.rule.id, one.what) in confirmed and one.what not in known]
    undeclared = dict.fromkeys((*failures, *grants, *(one.what for one in errors)))
    return LiveAccess(
        undeclared=_without_repetitions(undeclared),
        missing=tuple(missing_grants(state, live)),
        unread=tuple(_unread(state, live)),
        findings=concerned,
    )


def _concerns_network(live: Graph, finding: Finding) -> bool:
    """Return True for a finding about an identity or a declared resource of the network."""
    one = (
        next((each for each in live.assignments if each.id == finding.assignment), None) if finding.assignment else None
    )
    if one is not None:
        principal = live.principal(one.principal)
        # What others hold is compared assignment by assignment.
        return principal is not None and principal.is_in_network
    names = {finding.resource, *finding.about}
    declared = any(each.declared and names & {each.name, each.id} for each in live.resources)
    people = any(each.is_in_network and names & {each.id, each.owner} for each in live.principals)
    return bool(finding.agent) or declared or people


def _without_repetitions(sentences: dict[str, None]) -> tuple[str, ...]:
    """Return sentences without those that are the beginning of another one."""
    return tuple(one for one in sentences if not any(each != one and each.startswith(one) for each in sentences))


def _unread(state: Graph, live: Graph) -> Iterator[str]:
    """Yield the notes about parts of Azure that nobody could read, without those that the state has, too."""
    # What may concern an identity of the network is a failure of the proof.
    known = {one.what for one in state.unread}
    notes = (one for one in live.unread if one.about == () and one.what not in known)
    yield from dict.fromkeys(f"{one.where}: {one.what}" for one in notes)
