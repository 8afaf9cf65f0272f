"""Tests of the endpoints of Foundry agents in live Azure: their addresses and who may call them."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from access.findings import check
from access.model.graph import Graph
from access.questions.blast_radius import blast_radius
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.questions.why import why
from access.readers import live, local
from tests import fabrikam as fabrikam_files
from tests.access import fabrikam
from tests.access.readers.arm_server import SUBSCRIPTION, Arm, Signed, notes, of_stack, serving
from tests.access.readers.sources import deployed, printed, rows

ELSEWHERE = "https://gone.services.ai.azure.com/api/projects/research"


@pytest.fixture(scope="module")
def recorded() -> tuple[Arm, Graph]:
    result, _ = deployed(fabrikam_files.network(), fabrikam_files.environment("dev"), "dev")
    graph = local.read(printed(result))
    used = {one.role.name for one in graph.assignments if one.role}
    return of_stack(rows(result), [role for role in packed_roles() if role.name in used]), graph


@pytest.fixture
def arm(recorded: tuple[Arm, Graph]) -> Iterator[Arm]:
    found = copy.deepcopy(recorded[0])
    with serving(found):
        yield found


def reading(arm: Arm, like: Graph) -> Graph:
    names: dict[str, Any] = {"network": "fabrikam", "stack": "dev", "directory": arm.endpoint}
    return live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, like=like, **names)


def put(arm: Arm, agent: str, **settings: object) -> None:
    """Set the settings of a Foundry agent, as the API of its project returns them."""
    (path,) = (path for path in arm.lists if path.endswith("/projects/research/agents"))
    (row,) = (row for row in arm.lists[path] if row["name"] == agent)
    row |= settings


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, ""),
        ({"agent_endpoint": {"authorization_schemes": None}}, ""),
        ({"agent_endpoint": {"authorization_schemes": [{"type": "AzureRbac"}]}}, ""),
        ({"agent_endpoint": {"authorization_schemes": [{"type": "entra", "isolation_key_source": {}}]}}, ""),
        ({"agent_endpoint": {"authorization_schemes": [{"type": "AgentBlueprint"}]}}, "AgentBlueprint"),
        ({"agent_endpoint": {"authorization_schemes": [{"type": "BotServiceRbac"}]}}, "BotServiceRbac"),
        (
            {"agent_endpoint": {"authorization_schemes": [{"type": "AzureRbac"}, {"type": "BotServiceTenant"}]}},
            "BotServiceTenant",
        ),
        ({"authorization_schemes": [{"type": "BotService"}]}, "BotService"),
        ({"agent_endpoint": {"authorization_schemes": [{"type": "SomethingNew"}]}}, "SomethingNew"),
        ({"agent_endpoint": {"authorization_schemes": [{"kind": "AzureRbac"}]}}, "a scheme that is not known here"),
        ({"agent_endpoint": {"authorization_schemes": "AgentBlueprint"}}, "AgentBlueprint"),
        ({"agent_endpoint": "public"}, "a scheme that is not known here"),
    ],
)
def test_authorization_scheme_of_a_foundry_agent_that_is_not_decided_by_roles_is_a_way_in(
    arm: Arm, recorded: tuple[Arm, Graph], settings: dict[str, Any], named: str
) -> None:
    declared = fabrikam.declared()
    put(arm, "compliance", **settings)

    graph = reading(arm, recorded[1])

    found = [one.what for one in check(graph, declared, today=date(2026, 1, 1)) if one.rule.id == "public-access"]
    failures = [one.what for one in prove(graph, declared).failures if "may call compliance" in one.what]
    reasons = [one for one in blast_radius(graph, "compliance").notes if "without a role" in one]
    assert notes(graph) == ()
    assert (len(found), len(failures), len(reasons)) == ((1, 1, 1) if named else (0, 0, 0))
    assert all(named in text for text in (*found, *failures, *reasons))
    if named:
        assert "allowed" in {one.answer.decision for one in why(graph, declared, "report", "compliance", "use")}


def test_foundry_agents_are_read_at_the_subdomain_of_their_account_and_other_endpoints_are_reported(
    arm: Arm, recorded: tuple[Arm, Graph]
) -> None:
    for row in (row for several in arm.lists.values() for row in several):
        if "endpoints" in row.get("properties", {}) and "/projects/" in row["id"]:
            row["properties"]["endpoints"] = {"AI Foundry API": ELSEWHERE}

    graph = reading(arm, recorded[1])

    assert graph.principals_of_agent("compliance")
    (note,) = (one.what for one in notes(graph))
    assert f"has the address {ELSEWHERE} in its endpoints, but https://fabrikam-foundry-dev7.services" in note


def test_foundry_agents_are_read_at_the_endpoints_of_the_project_if_its_account_shows_no_subdomain(
    arm: Arm, recorded: tuple[Arm, Graph]
) -> None:
    for row in (row for several in arm.lists.values() for row in several):
        row.get("properties", {}).pop("customSubDomainName", None)

    graph = reading(arm, recorded[1])

    assert graph.principals_of_agent("compliance")
    assert notes(graph) == ()


@pytest.mark.parametrize(
    ("selector", "served"),
    [
        ([{"type": "FixedRatio", "agent_version": "1", "traffic_percentage": 100}], ""),
        ([{"type": "FixedRatio", "agent_version": "@latest", "traffic_percentage": 100}], "@latest"),
        ([{"type": "FixedRatio", "agent_version": "2", "traffic_percentage": 100}], "2"),
        ([{"agent_version": "1"}, {"agent_version": "2"}], "1, 2"),
        ([], "@latest"),
        (None, "@latest"),
    ],
)
def test_foundry_agent_that_serves_another_version_than_the_declared_one_is_a_finding(
    arm: Arm, recorded: tuple[Arm, Graph], selector: object, served: str
) -> None:
    put(arm, "compliance", agent_endpoint={"version_selector": {"version_selection_rules": selector}})

    graph = reading(arm, recorded[1])

    found = check(graph, fabrikam.declared(), today=date(2026, 1, 1))
    texts = [one.what for one in found if one.rule.id == "other-agent-version"]
    expected = f"the endpoint of agent 'compliance' serves version {served}, and network.yaml declares '1'"
    assert texts == ([expected] if served else [])
