"""Tests that proof, diff or check reports one extra way in of any kind, and none a change that gives no access."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.roles import by_name
from access.findings import check
from access.findings.additions import added_findings
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from access.readers import export, preview
from components.conditions import under_paths
from tests import fabrikam as files
from tests.access import fabrikam
from tests.access.program_changes import ASSIGNMENT, HARMLESS, WAYS_IN, Change, Row, of_type, put
from tests.access.readers.sources import deployed, exported, previewed, rows

TODAY = date(2026, 11, 28)
READERS: dict[str, Callable[[list[Row]], Graph]] = {
    "export": lambda found: export.read(exported(found)),
    "preview": lambda found: preview.read(previewed(found)),
}
PATHS = ("incoming/",)


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


def errors(graph: Graph) -> frozenset[str]:
    return frozenset(one.what for one in check(graph, declared(), today=TODAY) if one.rule.severity == "error")


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
    for change in draw(st.lists(st.sampled_from(HARMLESS), max_size=2, unique=True)):
        change(draw, found)
    if way is not None:
        way(draw, found)
    return found


@pytest.mark.parametrize("source", READERS)
def test_unchanged_network_is_reported_by_neither_access_proof_check_nor_diff(source: str) -> None:
    assert seen(before(source), source) == set()


@pytest.mark.parametrize("way", WAYS_IN, ids=lambda way: way.__name__)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_every_added_way_to_get_access_is_reported_by_access_proof_check_or_diff(
    way: Change, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(sorted(READERS)))
    graph = READERS[source](data.draw(programs(way)))

    assert seen(graph, source)


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_change_that_gives_no_access_is_reported_by_neither_access_proof_check_nor_diff(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(sorted(READERS)))
    graph = READERS[source](data.draw(programs(None)))

    assert seen(graph, source) == set()
    assert not [one for one in added_findings(before(source), graph, today=TODAY) if one.rule.severity == "error"]
