"""Differences between graphs where an agent has more than one identity."""

from access.model.graph import Assignment, Graph, Principal
from access.questions.diff import difference
from tests.access.graphs import UPLOADS, held, resource

READER, OWNER = "Storage Blob Data Reader", "Storage Blob Data Owner"


def graph_of(*assignments: Assignment) -> Graph:
    return Graph(
        principals=[Principal(id=each, name=each, agent="a") for each in ("first", "second")],
        resources=[resource(UPLOADS)],
        assignments=assignments,
    )


def gives(identity: str, role: str) -> Assignment:
    return held(role, UPLOADS, id=f"{identity} {role}", principal=identity)


def changes(before: Graph, after: Graph) -> list[tuple[str, bool]]:
    return [(one.agent, one.grows) for one in difference(before, after).changes]


def test_access_diff_is_empty_if_an_agent_gets_a_second_identity_with_the_same_access() -> None:
    one, both = graph_of(gives("first", READER)), graph_of(gives("first", READER), gives("second", READER))

    assert changes(one, both) == []
    assert changes(both, one) == []


def test_access_diff_counts_more_access_of_an_agents_second_identity_as_growth() -> None:
    one, both = graph_of(gives("first", READER)), graph_of(gives("first", READER), gives("second", OWNER))

    assert changes(one, both) == [("a", True)]
    assert changes(both, one) == [("a", False)]
    assert changes(both, both) == []
