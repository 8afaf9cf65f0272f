"""Applies the exceptions of network.yaml, each of which accepts a finding until an expiry date.

Owns the rule for a match: kind of finding, context, and an expiry date that has not passed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from access.findings.catalogue import BY_ID, nearest
from access.findings.finding import Finding
from access.model.declared import Declared, Exemption


def apply_exceptions(findings: list[Finding], declared: Declared | None, today: date) -> list[Finding]:
    """Return the findings, those that network.yaml accepts marked, and more findings about invalid exceptions."""
    if declared is None:
        return findings
    return [*mark_accepted(findings, declared, today), *_exception_findings(findings, declared, today)]


def mark_accepted(findings: list[Finding], declared: Declared | None, today: date) -> list[Finding]:
    """Return the findings, those that an exception in network.yaml accepts marked with the exception."""
    if declared is None:
        return findings
    valid = [each for each in declared.exceptions if each.finding in BY_ID and not each.is_over(today)]
    return [replace(one, exception=next((each for each in valid if _covers(each, one)), None)) for one in findings]


def _covers(exemption: Exemption, finding: Finding) -> bool:
    return exemption.finding == finding.rule.id and finding.is_about(exemption.on)


def _exception_findings(findings: list[Finding], declared: Declared, today: date) -> Iterator[Finding]:
    for each in declared.exceptions:
        name = f"the exception for {each.finding!r} on {each.on!r}"
        if each.finding not in BY_ID:
            near = nearest(each.finding)
            hint = f"; did you mean {near!r}?" if near else ""
            rule, what = "unknown-finding", f"{name}: there is no finding of that id{hint}"
        elif each.is_over(today):
            rule, what = "expired-exception", f"{name} expired on {each.expires}"
        elif not any(_covers(each, one) for one in findings):
            rule, what = "unused-exception", f"{name} matches nothing"
        else:
            continue
        yield Finding(rule=BY_ID[rule], what=what, location=declared.location(each.line), about=(each.on,))
