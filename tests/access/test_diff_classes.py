"""Tests of each class of access change, and of the changes that count as growth."""

from itertools import permutations

import pytest

from access.azure.catalogue import Permission
from access.model.graph import Graph
from access.questions.diff import difference
from tests.access.graphs import GROUP, NAME, READ, REPORTS, TAGGED, UPLOADS, WRITE, custom, deny, graph_of, held

READER = custom(Permission(data_actions=(READ,)))
WRITER = custom(Permission(data_actions=(READ, WRITE)))
PERHAPS = TAGGED
"""A condition that depends on the request, so that it is undecided before."""

# One agent and one container: nothing, perhaps, or certainly.
GRAPHS: dict[str, Graph] = {
    "denied": graph_of(),
    "conditional": graph_of(held(READER, UPLOADS, condition=PERHAPS)),
    "allowed": graph_of(held(READER, UPLOADS)),
}
ORDER = list(GRAPHS)
NO_READ = deny(UPLOADS, Permission(data_actions=(READ,)))


def signs(before: Graph, after: Graph) -> list[str]:
    found = difference(before, after)
    assert found.grows is any(change.grows for change in found.changes)
    return [f"{change} ({', '.join(one.rpartition('/')[2] for one in change.operations)})" for change in found.changes]


@pytest.mark.parametrize(("before", "after"), list(permutations(GRAPHS, 2)))
def test_access_diff_counts_access_from_conditional_to_certain_as_growth_and_not_the_reverse(
    before: str, after: str
) -> None:
    found = difference(GRAPHS[before], GRAPHS[after])

    (change,) = found.changes
    grows = ORDER.index(after) > ORDER.index(before)
    assert (change.agent, change.resource, change.operations) == ("analysis", "uploads", (READ,))
    assert (change.grows, found.grows) == (grows, grows)


@pytest.mark.parametrize("state", GRAPHS)
def test_access_diff_of_equal_graphs_is_empty(state: str) -> None:
    assert difference(GRAPHS[state], GRAPHS[state]).changes == ()


def test_access_diff_counts_new_conditional_access_as_growth_and_words_name_the_condition() -> None:
    assert signs(GRAPHS["denied"], GRAPHS["conditional"]) == [
        "+ analysis may, under a condition, read in uploads (read)"
    ]
    assert signs(GRAPHS["conditional"], GRAPHS["denied"]) == [
        "- analysis may, under a condition, read in uploads (read)"
    ]


def test_access_diff_counts_conditional_access_added_to_certain_access_as_growth() -> None:
    before = graph_of(held(READER, UPLOADS))
    after = graph_of(held(READER, UPLOADS), held(WRITER, UPLOADS, condition=PERHAPS))

    assert signs(before, after) == ["+ analysis may, under a condition, write in uploads (write)"]
    assert not difference(after, before).grows


def test_access_diff_counts_one_operation_gained_and_another_lost_as_growth() -> None:
    writer = custom(Permission(data_actions=(WRITE,)))
    found = difference(GRAPHS["allowed"], graph_of(held(writer, UPLOADS)))

    assert [(change.grows, change.operations) for change in found.changes] == [(True, (WRITE,)), (False, (READ,))]
    assert found.grows


def test_access_diff_counts_access_that_moves_to_another_resource_as_growth() -> None:
    found = difference(GRAPHS["allowed"], graph_of(held(READER, REPORTS)))

    assert [(change.grows, change.resource) for change in found.changes] == [(True, "reports"), (False, "uploads")]


def test_access_diff_lists_no_access_to_a_resource_that_the_condition_excludes() -> None:
    elsewhere = graph_of(held(READER, GROUP, condition=f"{NAME} StringEquals 'reports'"))

    found = {change.resource for change in difference(graph_of(), elsewhere).changes}
    assert ("reports" in found, "uploads" in found) == (True, False)


@pytest.mark.parametrize("condition", [None, PERHAPS])
def test_access_diff_counts_the_removal_of_a_deny_assignment_as_growth(condition: str | None) -> None:
    allowed = held(READER, UPLOADS, condition=condition)
    denied, free = graph_of(allowed, denies=(NO_READ,)), graph_of(allowed)

    assert difference(denied, free).grows
    assert not difference(free, denied).grows


def test_access_diff_counts_a_new_assignment_of_an_unknown_role_as_growth() -> None:
    unknown = graph_of(held(None, UPLOADS))

    assert difference(graph_of(), unknown).grows
    assert not difference(unknown, graph_of()).grows
