"""Tests of the graph index: ids regardless of case, containment of scopes, and duplicate records."""

import time

import pytest

from access.azure import scopes
from access.model.graph import Assignment, DenyAssignment, Graph, Principal, Resource, Unread

SUBSCRIPTION = "/subscriptions/0000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/acc"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/uploads"
COSMOS = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/cos"
TENANT = "/providers/Microsoft.Management/managementGroups/top"


def resource(scope: str) -> Resource:
    return Resource(id=scope, name=scope.rpartition("/")[2], kind="")


def assignment(scope: str, principal: str = "p", **more: str) -> Assignment:
    return Assignment(**{"id": f"{principal}@{scope}", "name": ""} | more, principal=principal, scope=scope, role=None, role_id="r")  # type: ignore[arg-type]  # fmt: skip  # noqa: E501


def test_access_graph_finds_ids_regardless_of_case_and_trailing_slash() -> None:
    graph = Graph(
        principals=[Principal(id="Abc", name="a")],
        resources=[resource(ACCOUNT)],
        assignments=[assignment(ACCOUNT.upper() + "/", "ABC")],
    )

    assert graph.principal("aBC") == graph.principals[0]
    assert graph.resource(ACCOUNT.lower() + "/") == graph.resources[0]
    assert graph.assignments_of("abc") == graph.assignments
    assert graph.assignments_at_or_above(CONTAINER) == graph.assignments


def test_azure_scope_contains_another_only_by_whole_path_segments() -> None:
    graph = Graph(resources=[resource(ACCOUNT), resource(ACCOUNT + "2"), resource(CONTAINER)])

    assert [one.id for one in graph.resources_within(ACCOUNT)] == [ACCOUNT, CONTAINER]
    assert graph.resources_within("/") == graph.resources
    assert graph.resources_within(GROUP) == graph.resources
    assert graph.resources_within(f"{ACCOUNT}/none") == ()


@pytest.mark.parametrize(
    ("scope", "reaches"),
    [
        (COSMOS, True),
        (f"{COSMOS}/dbs/findings", True),
        (f"{COSMOS}/dbs/findings/colls/items", True),
        (f"{COSMOS}/sqlDatabases/findings/containers/items", True),
        (f"{COSMOS}/dbs/findings/colls/others", False),
        (f"{COSMOS}/dbs/other", False),
    ],
)
def test_cosmos_role_at_a_dbs_or_colls_scope_applies_to_the_resource_manager_ids_inside_that_scope(
    scope: str, *, reaches: bool
) -> None:
    graph = Graph(assignments=[assignment(scope)])

    assert bool(graph.assignments_at_or_above(f"{COSMOS}/sqlDatabases/findings/containers/items")) is reaches


def test_cosmos_scope_of_a_database_named_dbs_is_parsed_correctly() -> None:
    assert scopes.key(f"{COSMOS}/dbs/dbs").endswith("/cos/sqldatabases/dbs")


def test_role_at_a_management_group_applies_to_all_resources_and_is_listed_as_unread() -> None:
    graph = Graph(resources=[resource(CONTAINER)], assignments=[assignment(TENANT), assignment(TENANT, "q")])

    assert len(graph.assignments_at_or_above(CONTAINER)) == 2
    assert graph.resources_within(TENANT) == graph.resources
    assert [one.where for one in graph.unread] == [TENANT]


def test_access_graph_keeps_the_first_of_two_records_with_one_id_and_lists_the_other_as_unread() -> None:
    twice = [Principal(id="P", name="first"), Principal(id="p", name="second"), Principal(id="P", name="first")]
    graph = Graph(principals=twice, unread=[Unread("here", "something")])

    assert graph.principals == (twice[0],)
    assert [(one.where, "principal" in one.what) for one in graph.unread] == [("here", False), ("p", True)]


def test_role_assignments_of_an_agent_include_those_of_all_its_identities() -> None:
    graph = Graph(
        principals=[Principal(id=i, name=i, agent=agent) for i, agent in (("p", "one"), ("q", "one"), ("r", "two"))],
        assignments=[assignment(GROUP, who) for who in ("p", "q", "r")],
    )

    assert [one.principal for one in graph.assignments_of_agent("one")] == ["p", "q"]
    assert graph.assignments_of_agent("") == ()


def test_deny_assignment_with_does_not_apply_to_children_applies_at_its_scope_only() -> None:
    here = DenyAssignment(id="d", name="", principals=(), scope=GROUP, permissions=(), does_not_apply_to_children=True)
    graph = Graph(denies=[here])

    assert graph.denies_at_or_above(GROUP.upper()) == [here]
    assert graph.denies_at_or_above(ACCOUNT) == []


@pytest.mark.parametrize("odd", ["", "/", "//", "code-uploads", "/providers", "/providers/", "a/providers/b", " x "])
def test_access_graph_accepts_malformed_resource_ids_without_error(odd: str) -> None:
    graph = Graph(resources=[resource(odd)], assignments=[assignment(odd)])

    assert graph.resource(odd) == graph.resources[0]
    assert graph.assignments_at_or_above(odd) == graph.assignments
    assert scopes.type_of(scopes.key(odd)) is not None
    assert scopes.shown(odd)


def test_access_graph_of_100000_role_assignments_is_indexed_in_5_seconds_of_cpu_time() -> None:
    resources = [resource(f"{ACCOUNT}{i}") for i in range(1000)]
    assignments = [assignment(resources[i % 1000].id, f"p{i}") for i in range(100_000)]
    start = time.process_time()
    graph = Graph(resources=resources, assignments=assignments)
    found = sum(len(graph.resources_within(one.scope)) for one in assignments)

    assert found == 100_000
    assert time.process_time() - start < 5
