"""Tests that readers take every part of a document into account: masks, replacements, outputs, scopes, encodings."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_azure_native import resources

from access.azure.scopes import key
from access.evaluate.decisions import Decision, decide, effective_access
from access.findings import check
from access.model.graph import Graph
from access.readers import export, local, preview
from access.readers.stack_outputs import stack_outputs, stack_texts
from cli.errors import CommandError
from cli.graph_file import graph_of_file
from localazure.run import Operation, run
from tests.access.readers.programs import (
    ACCOUNT,
    CONTAINER,
    GROUP,
    SECRET,
    SUBSCRIPTION,
    UNKNOWN,
    account,
    app,
    assignment,
    container,
    document,
    graph_of,
    row,
)
from tests.access.readers.sources import printed

Row = dict[str, Any]

TODAY = date(2026, 1, 1)
OTHER_SUBSCRIPTION = "00000000-0000-0000-0000-000000000002"
READS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
COSMOS = f"{GROUP}/providers/Microsoft.DocumentDB/databaseAccounts"
ITEMS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read"
COSMOS_READER = "00000000-0000-0000-0000-000000000001"
LOGIN = "DefaultEndpointsProtocol=https;AccountName=things;AccountKey=" + "c2VjcmV0IHNlY3JldA=="


def step(op: str, new: Row | None = None, old: Row | None = None) -> Row:
    states = {"newState": new, "oldState": old}
    return {"op": op, "urn": (new or old or {})["urn"]} | {name: each for name, each in states.items() if each}


def previewed(*steps: Row) -> Graph:
    return preview.read({"steps": list(steps)})


def may_read(graph: Graph, where: str = CONTAINER, operation: str = READS) -> bool:
    return decide(graph, "p", where, operation).decision is Decision.ALLOWED


@given(before=st.text(max_size=5), after=st.text(max_size=5))
def test_preview_reader_treats_a_text_with_a_masked_secret_as_an_unknown_value(before: str, after: str) -> None:
    masked = f"{before}[secret]{after}"
    server = row("azure-native:app:ContainerApp", "shop", inputs=_with_variable("DB_PASSWORD", masked))
    graph = previewed(step("create", server), step("create", assignment("a", "p", masked)))

    assert not [each for each in check(graph, today=TODAY) if each.rule.id == "credential-in-plain-sight"]
    assert not graph.assignments
    assert any("the scope of this role assignment is unknown" in each.what for each in graph.unread)


def test_access_check_of_a_stack_export_reports_a_credential_next_to_the_text_of_a_secret_mask() -> None:
    shop = row("azure-native:app:ContainerApp", "shop", inputs=_with_variable("STORAGE", f"{LOGIN} [secret]"))

    assert [each for each in check(graph_of(shop), today=TODAY) if each.rule.id == "credential-in-plain-sight"]


def _with_variable(name: str, value: str) -> Row:
    return {"template": {"containers": [{"name": "main", "env": [{"name": name, "value": value}]}]}}


def test_stack_export_reader_counts_a_role_assignment_pending_deletion_but_not_one_pending_replacement() -> None:
    held = assignment("a", "p")

    assert may_read(graph_of(account(), container(), held))
    assert may_read(graph_of(account(), container(), {**held, "delete": True}))
    assert not may_read(graph_of(account(), container(), {**held, "pendingReplacement": True}))


@pytest.mark.parametrize("op", ["delete", "delete-replaced"])
def test_preview_reader_keeps_a_deleted_role_assignment_with_retain_on_delete_and_lists_it_as_unread(op: str) -> None:
    held = assignment("a", "p")
    there = [step("same", account(), account()), step("same", container(), container())]

    gone = previewed(*there, step(op, old=held))
    stays = previewed(*there, step(op, old={**held, "retainOnDelete": True}))

    assert not may_read(gone)
    assert may_read(stays)
    assert [each.where for each in stays.unread] == [held["id"]]


def test_preview_reader_keeps_a_retained_role_assignment_next_to_its_replacement() -> None:
    old, new = assignment("a", "p"), {**assignment("a", "q"), "id": ""}
    graph = previewed(
        step("create-replacement", new, old), step("delete-replaced", old={**old, "retainOnDelete": True})
    )

    assert sorted(each.principal for each in graph.assignments) == ["p", "q"]


def test_stack_outputs_are_read_without_secrets_from_export_preview_and_local_document() -> None:
    stack = row("pulumi:pulumi:Stack", "s", outputs={"login": LOGIN, "hidden": SECRET, "in": {"it": SECRET}})
    masked = {**stack, "outputs": {"login": LOGIN, "hidden": "[secret]", "in": {"it": "x [secret]"}}}
    expected = {"output login": json.dumps(LOGIN), "output in": '{"it": null}'}

    assert stack_outputs(document(stack)) == expected
    assert stack_outputs({"steps": [step("create", masked)]}) == expected
    assert stack_outputs({"outputs": stack["outputs"], "resources": []}) == expected


def test_outputs_of_another_stack_that_a_stack_reference_reads_are_read_without_secrets() -> None:
    other = row("pulumi:pulumi:StackReference", "shared", outputs={"outputs": {"login": LOGIN, "hidden": SECRET}})

    assert stack_outputs(document(other)) == {"output login of stack shared": json.dumps(LOGIN)}
    assert stack_outputs({"steps": [step("read", other)]}) == {"output login of stack shared": json.dumps(LOGIN)}


def cosmos_assignment(scope: str, account: str = "orders") -> Row:
    where = f"{COSMOS}/{account}"
    inputs = {
        "accountName": account,
        "resourceGroupName": "agents",
        "principalId": "p",
        "roleDefinitionId": f"{where}/sqlRoleDefinitions/{COSMOS_READER}",
        "scope": scope,
    }
    return row(
        "azure-native:cosmosdb:SqlResourceSqlRoleAssignment", "r", f"{where}/sqlRoleAssignments/a", inputs=inputs
    )


def items(account: str, container: str = "items") -> str:
    return f"{COSMOS}/{account}/sqlDatabases/shop/containers/{container}"


@pytest.mark.parametrize(
    ("scope", "other_container"),
    [
        ("/", True),
        ("orders", True),
        ("/dbs/shop", True),
        ("dbs/shop", True),
        ("/dbs/shop/colls/items", False),
        ("dbs/shop/colls/items", False),
        (f"{COSMOS}/orders"[1:], True),
        (f"{COSMOS}/orders/dbs/shop/colls/items", False),
    ],
)
@pytest.mark.parametrize("foreseen", [False, True], ids=["deployed", "foreseen"])
def test_cosmos_role_with_a_scope_in_any_form_gives_access_only_inside_its_account(
    scope: str, *, other_container: bool, foreseen: bool
) -> None:
    rows = [cosmos_assignment(scope)]
    for name in ("orders", "others"):
        rows.append(row("azure-native:cosmosdb:DatabaseAccount", name, f"{COSMOS}/{name}"))
        rows += [
            row("azure-native:cosmosdb:SqlResourceSqlContainer", name + each, items(name, each))
            for each in ("items", "b")
        ]
    if foreseen:
        rows[0] = {**rows[0], "id": ""}
    graph = graph_of(*rows)

    assert may_read(graph, items("orders"), ITEMS)
    assert may_read(graph, items("orders", "b"), ITEMS) == other_container
    assert not may_read(graph, items("others"), ITEMS)


@pytest.mark.parametrize("cut", [0, 1])
def test_role_assignment_scope_is_read_with_and_without_a_leading_slash(cut: int) -> None:
    assert may_read(graph_of(account(), container(), assignment("a", "p", ACCOUNT[cut:])))


def names_of(subscription: str) -> Row:
    """Return a resource whose id names a subscription."""
    return {
        **row("azure-native:resources:ResourceGroup", subscription),
        "id": f"/subscriptions/{subscription}/resourceGroups/x",
    }


def new_account() -> tuple[Row, Row]:
    names = {"resourceGroupName": "fresh", "accountName": "fresh"}
    holder = row("azure-native:storage:StorageAccount", "fresh", inputs=names)
    inside = row("azure-native:storage:BlobContainer", "box", inputs={**names, "containerName": "box"})
    return holder, inside


@pytest.mark.parametrize(
    "scope", [f"/subscriptions/{SUBSCRIPTION}", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/fresh"]
)
def test_role_at_a_subscription_or_its_group_gives_access_to_new_resources_of_unknown_subscription(scope: str) -> None:
    rows = [*new_account(), names_of(OTHER_SUBSCRIPTION), assignment("a", "p", scope)]
    more = [assignment("b", "q", f"/subscriptions/{OTHER_SUBSCRIPTION}/resourceGroups/fresh")]
    graph = previewed(*(step("create", each) for each in (*rows, *more)))
    (box,) = (each.id for each in graph.resources if each.name == "box")

    assert "unknown" in box
    assert may_read(graph, box)
    assert [each.what for each in graph.unread if "subscription" in each.what]


def test_role_at_a_resource_group_gives_no_access_to_another_group_of_unknown_subscription() -> None:
    rows = [
        *new_account(),
        names_of(OTHER_SUBSCRIPTION),
        assignment("a", "p", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/a"),
    ]
    graph = previewed(*(step("create", each) for each in rows))
    (box,) = (each.id for each in graph.resources if each.name == "box")

    assert not effective_access(graph, "p", box).data_allowed
    assert not graph.unread


def test_preview_reader_places_a_new_resource_in_the_subscription_of_its_pulumi_provider() -> None:
    provider = row("pulumi:providers:azure-native", "other", inputs={"subscriptionId": OTHER_SUBSCRIPTION})
    holder, inside = ({**each, "provider": f"{provider['urn']}::{UNKNOWN}"} for each in new_account())
    rows = [provider, holder, inside, names_of(SUBSCRIPTION), assignment("a", "p", f"/subscriptions/{SUBSCRIPTION}")]
    graph = previewed(*(step("create", each) for each in rows))
    (box,) = (each.id for each in graph.resources if each.name == "box")

    assert key(box).startswith(f"subscriptions/{OTHER_SUBSCRIPTION}/")
    assert not may_read(graph, box)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_stack_export_in_any_unicode_encoding_of_windows_shells_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(json.dumps(document(account(), container(), app("über"))).encode(encoding))

    assert {each.name for each in graph_of_file(path).principals} == {"über"}
    assert export.read(json.loads(path.read_bytes())).resources


def test_configuration_values_in_a_pulumi_preview_are_read_without_masked_secrets() -> None:
    config = {"shop:login": LOGIN, "shop:key": "[secret]", "shop:text": "x [secret]"}

    assert stack_texts({"steps": [], "config": config}) == {"config shop:login": LOGIN}


@pytest.mark.parametrize("levels", [150, 300, 900, 5000])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_stack_export_with_deep_nesting_is_read_up_to_a_limit_and_refused_beyond_it(
    levels: int, opening: str, closing: str, tmp_path: Path
) -> None:
    deep = row("azure-native:storage:StorageAccount", "things", ACCOUNT, inputs={"metadata": "deep"})
    text = json.dumps(document(deep)).replace('"deep"', opening * levels + '"x"' + closing * levels)
    path = tmp_path / "export.json"
    path.write_text(text)

    if levels < 200:
        assert check(graph_of_file(path), today=TODAY)
    else:
        with pytest.raises(CommandError, match=r"levels|not complete JSON"):
            graph_of_file(path)


def test_owner_at_a_subscription_is_reported_once_although_a_preview_counts_it_at_two_subscriptions() -> None:
    owner = assignment("a", "principal-of-reader", f"/subscriptions/{SUBSCRIPTION}", role="Owner")
    rows = [*new_account(), names_of(OTHER_SUBSCRIPTION), owner, app("reader")]
    graph = previewed(*(step("create", each) for each in rows))
    found = [each.rule.id for each in check(graph, today=TODAY) if each.rule.id in {"privileged-role", "wide-grant"}]

    assert len(graph.assignments) == 2
    assert sorted(found) == ["privileged-role", "wide-grant"]


def test_resource_retained_by_local_azure_still_counts_in_the_next_preview(tmp_path: Path) -> None:
    options = pulumi.ResourceOptions(retain_on_delete=True)

    def with_groups() -> None:
        resources.ResourceGroup("kept", resource_group_name="kept", location="westeurope", opts=options)
        resources.ResourceGroup("gone", resource_group_name="gone", location="westeurope")

    def without_groups() -> None:
        pass

    path = tmp_path / "world.json"
    first = run(with_groups, project="p", stack="dev", config={}, operation=Operation.UP, path=path)
    second = run(without_groups, project="p", stack="dev", config={}, operation=Operation.PREVIEW, path=path)
    graph = local.read(printed(second))

    assert first.ok
    assert second.ok
    assert [each.name for each in graph.resources] == ["kept"]
    assert [each.where for each in graph.unread] == [graph.resources[0].id]
