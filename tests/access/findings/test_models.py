"""Tests of the findings about declared model deployments: retired, retiring, unavailable and unknown models."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.findings import Finding, check
from access.model.declared import Declared
from manifest import ManifestError
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.findings.small import SMALL
from tests.projects import any_role, write_project

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


def of_project(root: Path, deployment: dict[str, str], today: date, **exception: str) -> list[Finding]:
    """Return the findings about models of a project with one deployment, and one exception for its account."""
    models = {"kind": "model-account", "account": "contoso-ai", "deployments": [{"name": "small", **deployment}]}
    network = {
        "name": "contoso",
        "registry": {"name": "contoso"},
        "resources": {"models": models},
        "agents": {"report": {"image": "report", "access": {"models": "use"}}},
        "exceptions": [{"on": "models", "because": "moving", "expires": "2026-12-31", **exception}]
        if exception
        else [],
    }
    environment = {"location": "westeurope", "resource_group": "contoso", "suffix": "dev7", "production": False}
    write_project(root, network, environment)
    loaded = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
    declared = Declared.from_json(json.loads(json.dumps(declared_document(*loaded))))
    return [one for one in check(SMALL.graph(), declared, today=today) if one.rule.id.endswith("-model")]


def test_findings_about_declared_models_have_their_line_and_the_date_of_the_table(tmp_path: Path) -> None:
    gpt_5 = {"model": "gpt-5", "version": "2025-08-07"}

    found = [of_project(tmp_path, gpt_5, day) for day in (date(2026, 11, 1), TODAY, date(2027, 2, 9))]

    assert [[one.rule.id for one in each] for each in found] == [[], ["retiring-model"], ["retired-model"]]
    assert {(one.location, one.resource) for each in found for one in each} == {("network.yaml:9", "models")}
    assert "retires on 2027-02-09, by the table of 2026-10-05" in found[1][0].what


def test_exception_turns_the_error_about_an_unavailable_model_into_a_finding_until_it_expires(tmp_path: Path) -> None:
    regional = {"model": "gpt-5.6-sol", "version": "2026-07-09", "sku": "Standard"}

    with pytest.raises(ManifestError, match="is not available with the SKU 'Standard' in 'westeurope'"):
        of_project(tmp_path, regional, TODAY)
    with pytest.raises(ManifestError, match="is not available with the SKU 'Standard' in 'westeurope'"):
        of_project(tmp_path, regional, TODAY, finding="retired-model")
    (before,), (after,) = (
        of_project(tmp_path, regional, day, finding="unavailable-model") for day in (TODAY, date(2027, 1, 1))
    )

    assert (before.rule.id, after.rule.id) == ("unavailable-model", "unavailable-model")
    assert before.exception is not None
    assert after.exception is None
