"""Tests of the access diff between two graphs."""

from dataclasses import replace

import pytest

from access.azure.roles import by_name
from access.questions.diff import difference
from tests.access import fabrikam
from tests.fabrikam import LEGACY

GRAPH = fabrikam.graph()
GRANTS = {one.name: one for one in GRAPH.assignments}


def without(*names: str) -> "fabrikam.Graph":
    return fabrikam.changed(GRAPH, [one for one in GRAPH.assignments if one.name not in names])


def test_access_diff_of_publishing_foundry_agents_removes_only_access_of_the_shared_identity() -> None:
    found = difference(fabrikam.graph(root=LEGACY), fabrikam.graph("prod", LEGACY))

    assert [str(change) for change in found.changes] == [
        "- compliance may use models",
        "- market-analysis may read documents",
    ]
    assert not found.grows


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report-may-write-reports", "report may write reports"),
        ("analysis-may-use-models", "analysis may use models"),
        ("notifier-may-receive-review-done", "notifier may receive review-done"),
        ("report-may-read-findings", "report may read findings"),
        ("ingestion-may-pull-fabrikam", "ingestion may pull fabrikam"),
    ],
)
def test_access_diff_counts_an_added_role_assignment_as_growth_and_a_removed_one_not(name: str, words: str) -> None:
    grown, shrunk = difference(without(name), GRAPH), difference(GRAPH, without(name))

    assert [str(change) for change in grown.changes] == [f"+ {words}"]
    assert [str(change) for change in shrunk.changes] == [f"- {words}"]
    assert (grown.grows, shrunk.grows) == (True, False)


def test_access_diff_describes_a_wider_role_by_its_added_operations() -> None:
    name = "analysis-may-read-code-uploads"
    wider = replace(GRANTS[name], role=by_name("Storage Blob Data Contributor"))

    (change,) = difference(GRAPH, fabrikam.changed(GRAPH, [*without(name).assignments, wider])).changes

    assert (change.agent, change.resource, change.grows) == ("analysis", "code-uploads", True)
    assert "write" in change.words
    assert "delete" in change.words
    assert "read" not in change.words


def test_access_diff_counts_the_removal_of_a_condition_as_growth() -> None:
    name = "analysis-may-read-code-uploads"
    blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
    restricted = replace(GRANTS[name], condition=f"(@Request[{blobs}:prefix] StringStartsWith 'in/')")
    before = fabrikam.changed(GRAPH, [*without(name).assignments, restricted])

    assert difference(before, GRAPH).grows
    assert not difference(GRAPH, before).grows


def test_access_diff_is_empty_if_a_role_assignment_is_replaced_by_an_equal_one() -> None:
    renamed = [replace(one, id=f"other {one.id}", name="other", location="elsewhere") for one in GRAPH.assignments]

    assert difference(GRAPH, fabrikam.changed(GRAPH, renamed)).changes == ()
