"""What a finding's kind is made of, and the finding itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from access.model.declared import Exemption

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One kind of finding, in words for whoever is on call."""

    id: str
    severity: Severity
    title: str
    why: str
    mend: str
    help: str
    """How it is judged: what counts, and what does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is wrong, at one place."""

    rule: Rule
    what: str
    """One sentence; never the value of a credential."""
    place: str
    """File and line, else a URN or an id."""
    agent: str = ""
    resource: str = ""
    assignment: str = ""
    """Id of the role assignment that it is about."""
    about: tuple[str, ...] = ()
    """What else it can be called by in an exception: names of principals, apps, accounts."""
    excused: Exemption | None = None

    def is_about(self, name: str) -> bool:
        """Whether an exception `on` this name means it: an agent, a resource, `agent/resource`, or what else is named.

        Where it is about an agent and a resource, either alone means it too.
        """
        things = (self.resource, *self.about)
        # Of an identity that several agents have, each of them is meant.
        pairs = (f"{who}/{thing}" for who in (self.agent, *self.about) for thing in things)
        return bool(name) and name in {self.agent, self.assignment, self.place, *things, *pairs}

    def document(self) -> Mapping[str, Any]:
        """The finding as the report document has it."""
        excused = self.excused
        expires = excused.expires.isoformat() if excused and excused.expires else None
        return {
            "id": self.rule.id,
            "severity": self.rule.severity,
            "what": self.what,
            "why": self.rule.why,
            "mend": self.rule.mend,
            "place": self.place,
            "agent": self.agent,
            "resource": self.resource,
            "excused": None if excused is None else {"because": excused.because, "expires": expires},
        }
