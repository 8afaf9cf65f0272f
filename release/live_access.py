"""Access in Azure compared with what a stack has deployed: assignments that are missing, and access nobody declared.

Owns the comparison of the two answers alone; `access` proves and finds. Access that a change of network.yaml is about
to remove is deployed and no longer declared: it counts only if the state of the stack does not have it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.azure.catalogue import guid_of
from access.azure.scopes import key, shown
from access.findings import Finding
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Assignment, Graph
from access.questions.proof import prove

__all__ = ["LiveAccess", "live_access"]

_Key = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class LiveAccess:
    """Difference of the access in Azure from the state of a stack."""

    undeclared: tuple[str, ...] = ()
    """Sentences about access in Azure that nobody declared."""
    missing: tuple[str, ...] = ()
    """Sentences about assignments of the stack that Azure does not return."""
    findings: tuple[Finding, ...] = ()
    """Findings about Azure that the state of the stack does not have."""

    @property
    def is_equal(self) -> bool:
        """Return True if Azure has every assignment of the stack, and no access that nobody declared."""
        return not self.undeclared and not self.missing

    def document(self) -> dict[str, Any]:
        """Return the difference as a JSON object."""
        return {
            "undeclared": list(self.undeclared),
            "missing": list(self.missing),
            "findings": [one.document() for one in self.findings],
        }


def live_access(state: Graph, live: Graph, declared: Declared, today: date) -> LiveAccess:
    """Return how the access in Azure differs from the state of a stack.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure.
        declared: the network that network.yaml declares.
        today: the day for which exceptions count.
    """
    findings = added_findings(state, live, today=today, declared=declared)
    known = {one.what for one in prove(state, declared, today=today).failures}
    failures = [one.what for one in prove(live, declared, today=today).failures if one.grows]
    errors = [one.what for one in findings if one.rule.severity == "error" and one.exception is None]
    undeclared = tuple(dict.fromkeys(each for each in (*failures, *errors) if each not in known))
    return LiveAccess(undeclared=undeclared, missing=tuple(_missing(state, live)), findings=tuple(findings))


def _missing(state: Graph, live: Graph) -> Iterator[str]:
    found = {_key(one) for one in live.assignments}
    for one in state.assignments:
        if one.system != "settings" and not one.copy_of and _key(one) not in found:
            yield f"{one.name}: Azure does not return {one.role_text} at {shown(one.scope)}"


def _key(one: Assignment) -> _Key:
    return one.principal.lower(), key(one.scope), guid_of(one.role_id).lower()
