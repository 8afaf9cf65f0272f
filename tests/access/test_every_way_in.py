"""Tests that proof, diff or check reports one extra way in of any kind, and none a change that gives no access."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.azure.roles import by_name
from access.evaluate.foreign_actors import actor_sentence, foreign_actors
from access.findings import check
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from access.readers import export, local, preview
from access.readers.stack_outputs import stack_texts
from components.conditions import under_paths
from tests import fabrikam as files
from tests.access import fabrikam
from tests.access.acting_changes import ACTING, HARMLESS_IN_CLUSTERS, application_credential
from tests.access.program_changes import ASSIGNMENT, HARMLESS, WAYS_IN, Change, Row, of_type, put, secret_in_output
from tests.access.readers.sources import deployed, exported, previewed, rows
from tests.derandomized import derandomized

TODAY = date(2026, 11, 28)
READERS: dict[str, Callable[[list[Row]], Graph]] = {
    "export": lambda found: export.read(exported(found)),
    "preview": lambda found: preview.read(previewed(found)),
    "document": lambda found: local.read({"operation": "up", "resources": found}),
    "world": lambda found: local.graph_of_world(world_of(found), "world", source="a world"),
}
PATHS = ("incoming/",)
WITH_OUTPUTS = ("export", "document")


def world_of(found: list[Row]) -> dict[str, Any]:
    """Return the state file of local Azure in which the resources of a program are, and nothing else is."""
    there = [{**row, "token": row["type"]} for row in found if row.get("id") and row.get("custom") is not False]
    principals = [{"id": row["outputs"].get("principalId", ""), "owner": row["id"]} for row in there]
    for row in found:
        if row["type"] == "pulumi-python:dynamic/foundry:AgentIdentity":
            project, agents, shared = (row["inputs"].get(name) for name in ("project_id", "agents", "identity"))
            own = bool(agents) and shared != "shared"
            owner = f"{project}/agents/{agents[0]}" if own else f"{project}/sharedAgentIdentity"
            principals.append({"id": row["outputs"]["principal_id"], "owner": owner})
    return {"resources": there, "stack": found, "principals": principals}


@cache
def _resources() -> list[Row]:
    found = rows(deployed(files.network(), files.environment("dev"), "dev")[0])
    # One agent may write below one path only, so that there is a condition to weaken.
    (limited,) = (
        row for row in of_type(found, ASSIGNMENT) if row["urn"].endswith("::ingestion-may-write-code-uploads")
    )
    condition = under_paths(by_name("Storage Blob Data Contributor"), PATHS)
    put(limited, condition=condition, conditionVersion="2.0")
    return found


def resources() -> list[Row]:
    return copy.deepcopy(_resources())


@cache
def declared() -> Declared:
    found = fabrikam.declared()
    agent = found.agents["ingestion"]
    access = tuple(replace(one, paths=PATHS) if one.resource == "code-uploads" else one for one in agent.access)
    return replace(found, agents={**found.agents, "ingestion": replace(agent, access=access)})


@cache
def before(source: str) -> Graph:
    return READERS[source](resources())


@cache
def errors_before(source: str) -> frozenset[str]:
    return errors(before(source))


def errors(graph: Graph, texts: Mapping[str, str] | None = None) -> frozenset[str]:
    found = check(graph, declared(), today=TODAY, texts=texts)
    return frozenset(one.what for one in found if one.rule.severity == "error")


def seen(graph: Graph, source: str) -> set[str]:
    """Return the questions that report access or doubts that the program before the change does not have."""
    found = difference(before(source), graph)
    by_check = errors(graph) - errors_before(source)
    answers = {
        "proof": not prove(graph, declared()).holds,
        "diff": found.grows or bool(found.new_unread),
        "check": bool(by_check),
    }
    return {name for name, reports in answers.items() if reports}


@st.composite
def programs(draw: st.DrawFn, way: Change | None) -> list[Row]:
    found = resources()
    for change in draw(st.lists(st.sampled_from([*HARMLESS, *HARMLESS_IN_CLUSTERS]), max_size=2, unique=True)):
        change(draw, found)
    if way is not None:
        way(draw, found)
    return found


@pytest.mark.parametrize("source", READERS)
def test_unchanged_network_is_reported_by_neither_access_proof_check_nor_diff(source: str) -> None:
    assert seen(before(source), source) == set()


@pytest.mark.parametrize("way", [*WAYS_IN, application_credential], ids=lambda way: way.__name__)
@given(data=st.data())
@derandomized(3)
def test_every_added_way_to_get_access_is_reported_by_access_proof_check_or_diff(
    way: Change, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(sorted(READERS)))
    graph = READERS[source](data.draw(programs(way)))

    assert seen(graph, source)


@pytest.mark.parametrize("way", ACTING, ids=lambda way: way.__name__)
@given(data=st.data())
@derandomized(4)
def test_every_added_way_to_act_as_a_network_identity_is_reported_by_proof_and_check_and_diff(
    way: Change, data: st.DataObject
) -> None:
    # A preview does not know the ids of identities that are still to be created.
    source = data.draw(st.sampled_from(["document", "export", "world"]))
    graph = READERS[source](data.draw(programs(way)))

    (actor, *_) = foreign_actors(graph)
    sentence = actor_sentence(graph, actor)
    assert any(sentence in failure.what for failure in prove(graph, declared()).failures)
    assert sentence in errors(graph) - errors_before(source)
    assert difference(before(source), graph).grows


@given(data=st.data())
@derandomized(6)
def test_every_credential_in_an_output_of_the_stack_is_reported_by_check(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(WITH_OUTPUTS))
    found = data.draw(programs(secret_in_output))
    document = exported(found) if source == "export" else {"operation": "up", "resources": found}

    reported = errors(READERS[source](found), stack_texts(document)) - errors_before(source)
    assert any(what.startswith("output login") for what in reported), reported


@given(data=st.data())
@derandomized(12)
def test_change_that_gives_no_access_is_reported_by_neither_access_proof_check_nor_diff(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(sorted(READERS)))
    graph = READERS[source](data.draw(programs(None)))

    assert seen(graph, source) == set()
    assert not [one for one in added_findings(before(source), graph, today=TODAY) if one.rule.severity == "error"]
