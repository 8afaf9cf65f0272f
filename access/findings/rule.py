"""Data types of findings: the kind (`Rule`) and a single finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from access.model.declared import Exemption

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Severities, the worst first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One kind of finding, with the texts that an on-call engineer reads."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    help: str
    """Exact criteria: cases that count and cases that do not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem at one location."""

    rule: Rule
    what: str
    """One sentence that states the problem; never the value of a credential."""
    location: str
    """File and line, or else a URN or an id."""
    agent: str = ""
    resource: str = ""
    assignment: str = ""
    """Id of the role assignment that the finding is about."""
    about: tuple[str, ...] = ()
    """Further names that an exception can use for it: principals, apps, accounts."""
    exception: Exemption | None = None
    """The exception in `network.yaml` that covers it."""

    def is_about(self, name: str) -> bool:
        """True where an exception `on` this name covers the finding: an agent, a resource or another name of it.

        Where a finding is about both an agent and a resource, either name alone covers it, as does `agent/resource`.
        """
        things = (self.resource, *self.about)
        # Where several agents share the identity, each of their names counts.
        pairs = (f"{who}/{thing}" for who in (self.agent, *self.about) for thing in things)
        return bool(name) and name in {self.agent, self.assignment, self.location, *things, *pairs}

    def document(self) -> Mapping[str, Any]:
        """The finding as a JSON object of the report document."""
        exemption = self.exception
        expires = exemption.expires.isoformat() if exemption and exemption.expires else None
        return {
            "id": self.rule.id,
            "severity": self.rule.severity,
            "what": self.what,
            "why": self.rule.why,
            "fix": self.rule.fix,
            "location": self.location,
            "agent": self.agent,
            "resource": self.resource,
            "exception": None if exemption is None else {"because": exemption.because, "expires": expires},
        }
