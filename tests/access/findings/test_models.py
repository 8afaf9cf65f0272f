"""Tests of the findings about declared model deployments: retired, retiring, unavailable and unknown models."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.findings import Finding, check
from access.model.declared import Declared
from tests.access.findings.small import SMALL

TODAY = date(2026, 11, 29)
KNOWN = {"lifecycle": "GA", "retires": "2030-01-01", "notice": "2029-10-03", "availability": "available"}


def findings(facts: dict[str, str], today: date = TODAY, *exceptions: dict[str, Any]) -> list[Finding]:
    row = {
        "owner": "models",
        "deployment": "small",
        "model": "gpt",
        "version": "1",
        "sku": "Standard",
        "region": "westeurope",
        "table": "2026-10-05",
        "line": 21,
        **facts,
    }
    declared = Declared.from_json({**SMALL.declared, "models": [row], "exceptions": [*exceptions]})
    return [one for one in check(SMALL.graph(), declared, today=today) if one.rule.id.endswith("-model")]


@pytest.mark.parametrize(
    ("facts", "ids"),
    [
        (KNOWN, []),
        ({**KNOWN, "lifecycle": "Retired"}, ["retired-model"]),
        ({**KNOWN, "retires": "2026-11-29"}, ["retired-model"]),
        ({**KNOWN, "retires": "2026-11-30", "notice": "2026-09-01"}, ["retiring-model"]),
        ({**KNOWN, "lifecycle": "Deprecated"}, ["retiring-model"]),
        ({**KNOWN, "availability": "unavailable"}, ["unavailable-model"]),
        ({}, ["unknown-model"]),
        ({"lifecycle": "GA"}, ["unknown-model"]),
        ({"lifecycle": "Retired"}, ["retired-model"]),
    ],
)
def test_findings_about_a_declared_model_follow_from_the_facts_of_the_table(
    facts: dict[str, str], ids: list[str]
) -> None:
    found = findings(facts)

    assert [one.rule.id for one in found] == ids
    for one in found:
        assert (one.location, one.resource) == ("network.yaml:21", "models")
        assert "2026-10-05" in one.what


@given(st.dates(date(2029, 1, 1), date(2031, 1, 1)))
def test_finding_about_a_retirement_date_follows_from_the_given_day(today: date) -> None:
    ids = [one.rule.id for one in findings(KNOWN, today)]

    retired, warned = today >= date(2030, 1, 1), today >= date(2029, 10, 3)
    assert ids == (["retired-model"] if retired else ["retiring-model"] if warned else [])


def test_finding_about_a_retired_model_is_accepted_by_an_exception_until_it_expires() -> None:
    row = {"finding": "retired-model", "on": "models", "because": "moving", "expires": "2026-12-31", "line": 30}
    facts = {**KNOWN, "lifecycle": "Retired"}

    (before,), (after,) = (findings(facts, day, row) for day in (TODAY, date(2027, 1, 1)))

    assert before.exception is not None
    assert after.exception is None
