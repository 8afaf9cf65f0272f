"""Influence between agents: through data, messages and calls, in both directions and along a chain."""

from access.model.graph import Assignment, Graph, Principal
from access.questions.blast_radius import BlastRadius, blast_radius
from tests.access.graphs import BLOBS, GROUP, NAME, QUEUE, REPORTS, TAGGED, UPLOADS, held, resource

READER, WRITER = "Storage Blob Data Reader", "Storage Blob Data Contributor"
SENDER, RECEIVER = "Azure Service Bus Data Sender", "Azure Service Bus Data Receiver"
AGENTS = ("a", "b", "c")


def gives(agent: str, scope: str, role: str, condition: str | None = None) -> Assignment:
    return held(role, scope, id=f"{agent} {role} {scope}", principal=agent, condition=condition)


def radius(agent: str, *assignments: Assignment) -> BlastRadius:
    owner = f"{GROUP}/providers/Microsoft.App/containerApps"
    graph = Graph(
        principals=[Principal(id=each, name=f"net-{each}", agent=each, owner=f"{owner}/{each}") for each in AGENTS],
        resources=[resource(each) for each in (UPLOADS, REPORTS, QUEUE)],
        assignments=assignments,
    )
    return blast_radius(graph, agent)


def influences(found: BlastRadius) -> list[tuple[str, str, str, bool]]:
    return [(one.agent, one.through, one.how, one.conditional) for one in found.influences]


def influenced(found: BlastRadius) -> list[tuple[str, str, str, bool]]:
    return [(one.agent, one.through, one.how, one.conditional) for one in found.influenced_by]


def test_blast_radius_lists_influence_of_a_data_writer_on_its_readers_but_not_on_itself() -> None:
    given = (gives("a", UPLOADS, WRITER), gives("b", UPLOADS, READER), gives("c", REPORTS, READER))

    assert influences(radius("a", *given)) == [("b", "uploads", "a writes what b reads", False)]
    assert influenced(radius("b", *given)) == [("a", "uploads", "b reads what a writes", False)]
    assert (influences(radius("b", *given)), influenced(radius("a", *given))) == ([], [])
    assert (influences(radius("c", *given)), influenced(radius("c", *given))) == ([], [])


def test_blast_radius_lists_influence_of_a_message_sender_on_its_receivers() -> None:
    given = (gives("a", QUEUE, SENDER), gives("b", QUEUE, RECEIVER))

    assert influences(radius("a", *given)) == [("b", "done", "a sends what b receives", False)]
    assert influenced(radius("b", *given)) == [("a", "done", "b receives what a sends", False)]


def test_blast_radius_marks_influence_under_a_condition_as_conditional() -> None:
    given = (gives("a", UPLOADS, WRITER), gives("b", UPLOADS, READER, TAGGED))

    assert influences(radius("a", *given)) == [("b", "uploads", "a writes what b reads", True)]
    assert influenced(radius("b", *given)) == [("a", "uploads", "b reads what a writes", True)]
    excluded = gives("b", UPLOADS, READER, f"!(ActionMatches{{'{BLOBS}/read'}}) OR {NAME} StringEquals 'another'")
    assert influences(radius("a", given[0], excluded)) == []


def test_blast_radius_follows_a_chain_of_influence_over_several_agents() -> None:
    given = (
        gives("a", UPLOADS, WRITER),
        gives("b", UPLOADS, READER),
        gives("b", QUEUE, SENDER),
        gives("c", QUEUE, RECEIVER),
        gives("c", REPORTS, WRITER),
    )
    chain = [(one.agent, one.through, one.how) for one in radius("a", *given).influence_chain]

    assert chain == [
        ("b", "uploads", "a writes what b reads"),
        ("c", "done", "a writes what b reads; b sends what c receives"),
    ]
    assert [one[0] for one in influences(radius("b", *given))] == ["c"]
    assert [one[0] for one in influenced(radius("c", *given))] == ["b"]
