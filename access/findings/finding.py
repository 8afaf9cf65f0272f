"""Data types of findings: `Rule`, the kind of a finding, and `Finding`, one problem at one location."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from access.model.declared import Exemption

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""All severities, the highest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Kind of finding: id, severity, and the texts about criteria, reason and fix."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    help: str
    """Exact criteria of the rule: cases that count and cases that do not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Security problem at one location, found by one rule."""

    rule: Rule
    what: str
    """Sentence that states the problem; never contains the value of a credential."""
    location: str
    """File and line of the problem, or else a URN or an id."""
    agent: str = ""
    resource: str = ""
    assignment: str = ""
    """Id of the role assignment that the finding is about."""
    about: tuple[str, ...] = ()
    """Further names by which an exception can refer to the finding: principals, apps, accounts."""
    part: str = ""
    """Property that the finding is about, where an exception must name the property and not the whole resource."""
    exception: Exemption | None = None
    """The exception in `network.yaml` that accepts the finding."""

    def is_about(self, name: str) -> bool:
        """Return True if an exception for a name, such as an agent or a resource, applies to the finding.

        Where a finding is about both an agent and a resource, either name alone covers it, as does `agent/resource`. A
        finding about a part needs the part as well, as `agent/part` or `resource/part`.
        """
        if self.part:
            owners = [each for each in (self.agent, self.resource, *self.about) if each]
            return name in ({f"{each}/{self.part}" for each in owners} if owners else {self.part})
        things = (self.resource, *self.about)
        # Where several agents share the identity, each of their names counts.
        pairs = (f"{who}/{thing}" for who in (self.agent, *self.about) for thing in things)
        names = {self.agent, self.assignment, self.location, *things, *pairs}
        return bool(name) and name.lower() in {each.lower() for each in names}  # ids have no case

    def document(self) -> Mapping[str, Any]:
        """Return the finding as a JSON object for the report."""
        return {
            "id": self.rule.id,
            "severity": self.rule.severity,
            "what": self.what,
            "why": self.rule.why,
            "fix": self.rule.fix,
            "location": self.location,
            "agent": self.agent,
            "resource": self.resource,
            "exception": None if self.exception is None else self.exception.document(),
        }
