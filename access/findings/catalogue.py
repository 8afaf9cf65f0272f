"""All kinds of findings, one row each, and the page of documentation that is made of them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from access.findings import rules_of_exposure, rules_of_grants, rules_of_network
from access.findings.rule import SEVERITIES, Rule, Severity

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*rules_of_grants.RULES, *rules_of_exposure.RULES, *rules_of_network.RULES),
        key=lambda rule: (SEVERITIES.index(rule.severity), rule.id),
    )
)
"""The worst first."""
OF_ANY_PROGRAM: tuple[Rule, ...] = tuple(rule for rule in RULES if rule not in rules_of_network.RULES)
"""Those that follow from a graph alone, whatever network it is of."""
BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in RULES}

_HEAD = """# Findings

What `agent-network access` finds wrong, one section a kind. Made by `agent-network reference findings`; edit the
catalogue in `access/findings`, not this page.

A finding can be accepted for a while, in `network.yaml`:

```yaml
exceptions:
  - finding: unused-resource
    on: documents
    because: the compliance team starts in February
    expires: 2027-01-31
```

`on` is the name of an agent or a resource, both (`report/reports`), or another name that the finding is about.
"""
_HEADINGS: Mapping[Severity, str] = {"error": "Errors", "warning": "Warnings", "note": "Notes"}


def nearest(rule_id: str) -> str:
    """The id that was probably meant; empty where none is near."""
    return next(iter(get_close_matches(rule_id, BY_ID, n=1, cutoff=0.5)), "")


def reference() -> str:
    """The page of the documentation."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    for severity in SEVERITIES:
        rules = [rule for rule in RULES if rule.severity == severity]
        yield f"## {_HEADINGS[severity]}\n"
        yield "| Id | What |"
        yield "| --- | --- |"
        yield from (f"| [`{rule.id}`](#{rule.id}) | {rule.title} |" for rule in rules)
        yield ""
        for rule in rules:
            yield f"### {rule.id}\n"
            yield f"{rule.title}. {rule.why}\n"
            yield f"**To mend it:** {rule.mend}\n"
            yield f"**What counts:** {rule.help}\n"


__all__ = ["BY_ID", "RULES", "SEVERITIES", "Rule", "Severity", "nearest", "reference"]
