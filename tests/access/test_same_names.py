"""Tests that things with one name stay apart: in the matrix, in the diff and in questions.

Ids decide which principal or resource is meant; names are only shown, and each shown name means one thing.
"""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.azure.distinct_names import distinct_names
from access.model.errors import AmbiguousName
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.assignment_rows import assignment_rows
from access.questions.diff import difference
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.why import why
from access.readers import local
from tests.access import fabrikam
from tests.access.graphs import held
from tests.access.readers.programs import SUBSCRIPTION, Row, assignment, graph_of, row

READER = "Storage Blob Data Reader"
READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


def store(account: str, group: str = "agents") -> tuple[str, list[Row]]:
    """Return the id of the container `data` of an account, with the rows of both."""
    where = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}"
    )
    data = f"{where}/blobServices/default/containers/data"
    return data, [
        row("azure-native:storage:StorageAccount", account, where, inputs={"allowSharedKeyAccess": False}),
        row("azure-native:storage:BlobContainer", f"{account}-data", data, inputs={"containerName": "data"}),
    ]


def app(group: str, name: str = "web") -> Row:
    where = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.App/containerApps/{name}"
    identity = {"type": "SystemAssigned", "principalId": f"principal-{group}"}
    kind = "azure-native:app:ContainerApp"
    return row(kind, f"{name}-{group}", where, inputs={"identity": identity}, outputs={"identity": identity})


PUBLIC, PUBLIC_ROWS = store("public1")
PAYROLL, PAYROLL_ROWS = store("payroll1")
PROGRAM = [*PUBLIC_ROWS, *PAYROLL_ROWS, app("g1"), app("g2")]


def program(*grants: tuple[str, str]) -> Graph:
    """Return a program with these grants: group of the app, and id of the container that it may read."""
    rows = (assignment(f"{index}", f"principal-{group}", scope) for index, (group, scope) in enumerate(grants))
    return graph_of(*PROGRAM, *rows)


ONE = program(("g1", PUBLIC))


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (program(("g1", PUBLIC), ("g1", PAYROLL)), {"+ g1/web may read payroll1/data"}),
        (program(("g1", PUBLIC), ("g2", PUBLIC)), {"+ g2/web may read public1/data"}),
        (program(("g1", PAYROLL)), {"+ g1/web may read payroll1/data", "- g1/web may read public1/data"}),
        (program(("g2", PUBLIC)), {"+ g2/web may read public1/data", "- g1/web may read public1/data"}),
        (ONE, set[str]()),
    ],
)
def test_access_diff_distinguishes_two_apps_and_two_containers_of_one_name(after: Graph, changes: set[str]) -> None:
    found = difference(ONE, after)

    assert {f"{'+' if one.grows else '-'} {one.agent} may read {one.resource}" for one in found.changes} == changes


def test_access_matrix_and_role_assignment_rows_distinguish_two_apps_of_one_name() -> None:
    graph = program(("g1", PUBLIC), ("g2", PAYROLL))

    assert set(AccessMatrix(graph).entries) == {("g1/web", "public1/data"), ("g2/web", "payroll1/data")}
    rows = {(one.agent, one.resource) for one in assignment_rows(graph)}
    assert rows == {("g1/web", "public1/containers data"), ("g2/web", "payroll1/containers data")}


def test_access_why_refuses_an_ambiguous_name_and_lists_the_names_to_use() -> None:
    graph = program(("g1", PUBLIC))

    with pytest.raises(AmbiguousName, match="2 agents are called 'web'; name one of g1/web, g2/web"):
        why(graph, None, "web", PUBLIC, READ)
    with pytest.raises(AmbiguousName, match="2 resources are called 'data'; name one of payroll1/data, public1/data"):
        why(graph, None, "g1/web", "data", READ)
    answers = {
        (who, what): why(graph, None, who, what, READ)[0].answer.decision.value
        for who in ("g1/web", "g2/web", "principal-g1")
        for what in ("public1/data", "payroll1/data", PUBLIC)
    }
    assert {pair for pair, decision in answers.items() if decision == "allowed"} == {
        (who, what) for who in ("g1/web", "principal-g1") for what in ("public1/data", PUBLIC)
    }


def world_with_a_stranger(*, holds: bool) -> Graph:
    """Return Fabrikam with somebody's container app that has an agent's name, and perhaps the agent's own access."""
    document = fabrikam.document()
    rows: list[dict[str, Any]] = document["resources"]
    agent = next(one for one in rows if one["id"].endswith("containerApps/fabrikam-analysis-dev"))
    principal = "99999999-0000-4000-8000-000000000001"
    where = agent["id"].replace("fabrikam-agents-dev", "other").replace("fabrikam-analysis-dev", "analysis")
    identity = {"type": "SystemAssigned", "principalId": principal}
    stranger = {**agent, "id": where, "urn": "urn:pulumi:dev::fabrikam::azure-native:app:ContainerApp::analysis"}
    stranger |= {"parent": "", "inputs": {"identity": identity}, "outputs": {"identity": identity}}
    mine = agent["outputs"]["identity"]["principalId"]
    grants = [one for one in rows if (one.get("inputs") or {}).get("principalId") == mine]
    copies = deepcopy(grants) if holds else []
    for number, one in enumerate(copies):
        one |= {"id": f"{one['id'][:-4]}{number:04}", "urn": f"{one['urn']}-{number}", "parent": ""}
        for part in ("inputs", "outputs"):
            one[part]["principalId"] = principal
    assert grants
    return local.read({**document, "resources": [*rows, stranger, *copies]})


def test_outside_app_with_the_name_of_an_agent_has_its_own_row_in_matrix_and_diff() -> None:
    idle, holding = world_with_a_stranger(holds=False), world_with_a_stranger(holds=True)
    own = {cell for cell in AccessMatrix(fabrikam.graph()).entries if cell[0] == "analysis"}

    assert set(AccessMatrix(idle).entries) == set(AccessMatrix(fabrikam.graph()).entries)
    assert set(AccessMatrix(holding).entries) - set(AccessMatrix(idle).entries) == {
        ("analysis (outside the network)", resource) for _, resource in own
    } - {("analysis (outside the network)", "fabrikam")}
    assert prove(idle, fabrikam.declared()).holds
    found = difference(idle, holding)
    assert {(one.agent, one.grows) for one in found.changes} == {("analysis (outside the network)", True)}
    assert difference(fabrikam.graph(), idle).changes == ()


def moved(graph: Graph, old: str, new: str) -> Graph:
    """Return a graph in which a part of every id is another."""

    def other(text: str) -> str:
        return text.replace(old, new)

    return Graph(
        principals=[replace(one, owner=other(one.owner)) for one in graph.principals],
        resources=[replace(one, id=other(one.id)) for one in graph.resources],
        assignments=[replace(one, id=other(one.id), scope=other(one.scope)) for one in graph.assignments],
        outside_apps={name: other(where) for name, where in graph.outside_apps.items()},
        applications=graph.applications,
    )


def test_access_diff_is_empty_for_the_same_network_in_another_subscription() -> None:
    graph = fabrikam.graph()
    elsewhere = moved(graph, "10ca1000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000a")

    own = {one.id for one in graph.resources if one.id.startswith("/subscriptions/")}
    assert own.isdisjoint(one.id for one in elsewhere.resources)
    assert difference(graph, elsewhere).changes == ()


def test_access_diff_counts_a_declared_name_that_now_means_another_resource_as_growth() -> None:
    graph = fabrikam.graph()
    found = difference(graph, moved(graph, "/storageAccounts/fabrikaminputdev7", "/storageAccounts/payroll"))

    assert found.grows
    resources = {(one.grows, one.resource) for one in found.changes}
    assert resources == {(True, "payroll/code-uploads"), (False, "fabrikaminputdev7/code-uploads")}


NAMES = st.sampled_from(["data", "default", "web", "a/b", "data (containers)", "a/data"])
GROUPS = st.sampled_from(["g", "G2", "data"])


@st.composite
def identifiers(draw: st.DrawFn) -> str:
    path = f"/subscriptions/{draw(GROUPS)}/resourceGroups/{draw(GROUPS)}/providers/M.S/accounts/{draw(GROUPS)}"
    attached = "/services/default/providers/M.I/settings/data"
    inner = draw(st.sampled_from(["", "/services/default/containers/data", "/services/default/queues/data", attached]))
    return draw(st.sampled_from([f"{path}{inner}", draw(GROUPS), f"urn:pulumi::{draw(GROUPS)}"]))


@given(st.dictionaries(identifiers(), NAMES), st.sets(NAMES))
@settings(max_examples=150, deadline=None)
def test_display_names_of_any_ids_are_distinct_and_not_those_of_others(called: dict[str, str], taken: set[str]) -> None:
    found = distinct_names(called, taken)

    assert found.keys() == called.keys()
    assert len(set(found.values())) == len(called)
    assert taken.isdisjoint(found.values())


def test_display_name_of_a_resource_that_is_attached_to_another_one_names_the_other_one() -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/agents/providers"
    setting = "providers/Microsoft.Insights/diagnosticSettings/all"
    accounts = f"{group}/Microsoft.Storage/storageAccounts"
    ids = {
        f"{group}/Microsoft.App/managedEnvironments/apps/{setting}": "apps/all",
        f"{accounts}/one/blobServices/default/{setting}": "one/blobServices/all",
        f"{accounts}/one/queueServices/default/{setting}": "one/queueServices/all",
        f"{accounts}/two/queueServices/default/{setting}": "two/all",
    }

    assert distinct_names(dict.fromkeys(ids, "all")) == ids


@given(st.lists(st.tuples(identifiers(), NAMES, NAMES), min_size=1, max_size=6, unique_by=lambda one: one[0].lower()))
@settings(max_examples=100, deadline=None)
def test_access_matrix_has_a_cell_for_each_pair_of_undeclared_principal_and_resource(
    things: list[tuple[str, str, str]],
) -> None:
    resources = [Resource(id=where, name=name, kind="x", declared=False) for where, name, _ in things]
    principals = [Principal(id=f"p{n}", name=name, purpose="other") for n, (_, _, name) in enumerate(things)]
    assignments: list[Assignment] = [
        held("Contributor", one.id, id=f"{one.id}{who.id}", principal=who.id) for one in resources for who in principals
    ]

    matrix = AccessMatrix(Graph(principals=principals, resources=resources, assignments=assignments))

    assert len(matrix.entries) == len(principals) * len(resources)
