"""Tests of the findings catalogue, its reference page and the SARIF output."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from access.findings import RULES, reference
from access.findings.finding import Finding
from access.reports.sarif import sarif
from tests.access.findings.small import SMALL, app, held

REPOSITORY = Path(__file__).parents[3]
DOCUMENT = {"id", "severity", "what", "why", "fix", "location", "agent", "resource", "exception"}


def some_findings() -> tuple[Finding, ...]:
    row = {"finding": "public-access", "on": "report", "because": "a test", "expires": "2027-01-01", "line": 30}
    world = SMALL.having(app(configuration={"ingress": {"external": True}}), held("AcrPull", principal="who"))
    return world.declaring(exceptions=[row]).findings()


def test_findings_reference_page_matches_the_catalogue() -> None:
    page = REPOSITORY / "docs" / "reference" / "findings.md"

    assert page.read_text("utf-8") == reference(), "run: agent-network reference findings > docs/reference/findings.md"


def test_every_finding_rule_has_a_unique_id_a_title_without_full_stop_and_other_texts_that_end_with_one() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
        assert not rule.title.endswith(".")
        assert all(text.endswith(".") for text in (rule.why, rule.fix, rule.help))


def test_finding_document_has_the_documented_keys() -> None:
    for found in some_findings():
        document = found.document()
        assert set(document) == DOCUMENT
        assert json.loads(json.dumps(document)) == document


def test_sarif_output_has_the_fields_that_the_standard_and_code_hosts_require() -> None:
    log = sarif(some_findings(), RULES, tool_version="1.2.3")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]

    assert log["version"] == "2.1.0"
    assert log["$schema"].startswith("https://")
    assert driver["name"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    for rule in driver["rules"]:
        assert rule["help"]["text"]
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert all(re.fullmatch("[0-9a-f]{64}", value) for value in result["partialFingerprints"].values())
        for location in result["locations"]:
            check_location(location, run["originalUriBaseIds"])
    assert json.loads(json.dumps(log)) == log


def check_location(location: dict[str, Any], bases: dict[str, Any]) -> None:
    assert set(location) in ({"physicalLocation"}, {"logicalLocations"})
    if "physicalLocation" in location:
        artifact = location["physicalLocation"]["artifactLocation"]
        assert not re.match(r"/|[a-z]+:", artifact["uri"])
        assert artifact["uriBaseId"] in bases
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    else:
        assert all(each["fullyQualifiedName"] for each in location["logicalLocations"])


def test_only_accepted_findings_are_suppressed_in_sarif() -> None:
    results = sarif(some_findings(), RULES, tool_version="1")["runs"][0]["results"]

    suppressed = {each["ruleId"]: each.get("suppressions") for each in results}
    assert suppressed.pop("public-access") == [{"kind": "external", "status": "accepted", "justification": "a test"}]
    assert suppressed == {"unauthenticated-ingress": None, "unknown-principal": None}


@pytest.mark.parametrize(
    "location", ["urn:pulumi:dev::p::t::name:12", "/subscriptions/0/resourceGroups/a.b:3", "package azure"]
)
def test_finding_without_file_has_a_logical_location_in_sarif(location: str) -> None:
    found = Finding(rule=RULES[0], what="x", location=location)

    (result,) = sarif([found], RULES, tool_version="1")["runs"][0]["results"]
    assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == location
