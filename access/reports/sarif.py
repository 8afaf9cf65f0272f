"""Renders findings as SARIF 2.1.0, the format that code hosts show next to source lines.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", 2020; GitHub, "SARIF support for
code scanning", 2025, for the required properties.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from access.findings.finding import Finding, Rule
from safe_text.display import visible_values

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FILE = re.compile(r"(?!urn:)(?P<file>[^/\s:][^\s:]*\.\w+)(?::(?P<line>[1-9][0-9]*))?")


def sarif(findings: Iterable[Finding], rules: Sequence[Rule], *, tool_version: str) -> dict[str, Any]:
    """Return findings as a SARIF log of one run."""
    index = {rule.id: position for position, rule in enumerate(rules)}
    driver = {
        "name": "agent-network access",
        "version": tool_version,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder of network.yaml."}}},
        "results": [visible_values(_result(each, index[each.rule.id])) for each in findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    text = f"{rule.why} {rule.fix}"
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{text} {rule.help}",
            "markdown": f"{rule.why}\n\n**Fix:** {rule.fix}\n\n**Details:** {rule.help}",
        },
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["security", "access"]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.rule.severity,
        "message": {"text": f"{finding.what}. {finding.rule.why} {finding.rule.fix}"},
        "locations": [_location(finding)],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }
    if finding.exception is not None:
        because = finding.exception.because or "accepted in network.yaml"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": because}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    found = _FILE.fullmatch(finding.location)
    if found is None:
        name = finding.resource or finding.agent or finding.location
        return {"logicalLocations": [{"name": name, "fullyQualifiedName": finding.location, "kind": "resource"}]}
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(found["file"]), "uriBaseId": "SRCROOT"}}
    if found["line"]:
        location["region"] = {"startLine": int(found["line"])}
    return {"physicalLocation": location}


def _fingerprint(finding: Finding) -> str:
    """Return a fingerprint that stays the same when the line of a finding changes."""
    location = "" if _FILE.fullmatch(finding.location) else finding.location
    parts = (finding.rule.id, finding.agent, finding.resource, finding.assignment, location, finding.what)
    return sha256("\0".join(parts).encode()).hexdigest()
