"""Tests that principals which hold the same share the computed access, whatever their number."""

import time
from datetime import date

from access.evaluate.decisions import all_access
from access.model.declared import Declared, DeclaredAgent, DeclaredResource
from access.model.graph import Graph, Principal, Resource
from access.questions.blast_radius import blast_radius
from access.reports.document import document
from tests.access.graphs import ACCOUNT, GROUP, UPLOADS, held, resource

AGENTS = [f"a{number}" for number in range(60)]


def contributors() -> tuple[Declared, Graph]:
    """Return a network whose agents are all Contributor on one resource group."""
    apps = {name: f"{GROUP}/providers/Microsoft.App/containerApps/{name}" for name in AGENTS}
    containers = [f"{ACCOUNT}/blobServices/default/containers/c{number}" for number in range(20)]
    graph = Graph(
        principals=[Principal(id=f"{name}-id", name=name, agent=name, owner=app) for name, app in apps.items()],
        resources=[
            *(resource(each) for each in (UPLOADS, *containers)),
            *(resource(app, declared=False) for app in apps.values()),
            Resource(id=ACCOUNT, name="acc", kind="", local_auth=False, declared=False),
            Resource(id=GROUP, name="rg", kind="", declared=False),
        ],
        assignments=[held("Contributor", GROUP, id=name, principal=f"{name}-id") for name in AGENTS],
    )
    resources = {"uploads": DeclaredResource(name="uploads", kind="blob-container")}
    agents = {name: DeclaredAgent(name=name, host="container-app") for name in AGENTS}
    return Declared(network="n", stack="dev", registry=None, resources=resources, agents=agents), graph


def test_agents_that_hold_the_same_share_every_set_of_operations() -> None:
    _, graph = contributors()
    sets: dict[str, set[int]] = {}
    for _, where, access in all_access(graph):
        for name in ("allowed", "data_conditional"):
            sets.setdefault(f"{name} at {where}", set()).add(id(getattr(access, name)))

    assert len(sets) == 2 * len(graph.resources)
    assert {len(each) for each in sets.values()} == {1}


def test_shared_access_names_each_principals_own_role_assignment() -> None:
    _, graph = contributors()
    write = "Microsoft.Storage/storageAccounts/blobServices/containers/write"

    for principal, where, access in all_access(graph):
        if where == UPLOADS:
            assert [one.principal for one in access.by[write]] == [principal]


def test_report_on_many_contributors_takes_little_time() -> None:
    declared, graph = contributors()
    start = time.process_time()
    report = document(graph, declared, today=date(2026, 1, 1))

    assert time.process_time() - start < 8
    assert {len(one["becomes"]) for one in report["blast"].values()} == {len(AGENTS) - 1}


def test_document_of_a_blast_radius_lists_no_influence_on_agents_that_are_taken_over() -> None:
    _, graph = contributors()
    outside = Principal(id="reader", name="reader", agent="reader", owner=f"{GROUP}x/providers/Microsoft.App/jobs/r")
    reads = held("Storage Blob Data Reader", UPLOADS, id="reads", principal="reader")
    graph = Graph(
        principals=[*graph.principals, outside], resources=graph.resources, assignments=[*graph.assignments, reads]
    )
    found = blast_radius(graph, "a0")

    assert {one.agent for one in found.influences} == {*AGENTS[1:], "reader"}
    assert {one["agent"] for one in found.document()["influences"]} == {"reader"}
    assert found.document()["influenced_by"] == []
