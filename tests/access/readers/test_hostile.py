"""Tests that malformed documents raise one error with a clear message."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.azure.scopes import ancestors, key
from access.model.declared import Declared
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.model.json_values import UNKNOWN
from access.readers import export, local, preview
from tests.access.readers.programs import (
    ACCOUNT,
    IDENTITY,
    SECRET,
    account,
    app,
    assignment,
    container,
    document,
    identity,
    row,
)

READERS = (local.read, export.read, preview.read, Declared.from_json)
WORDS = st.sampled_from(
    (
        "resources deployment version steps op newState oldState urn type id inputs outputs identity principalId scope"
        " parent propertyDependencies format agents create azure-native:authorization:RoleAssignment"
        f" azure-native:app:ContainerApp {UNKNOWN}"
    ).split()
)
TEXTS = WORDS | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 5) | st.floats() | TEXTS | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)

ROWS = [
    row("agent-network:index:ContainerAppAgent", "report"),
    row("agent-network:index:BlobContainer", "reports", outputs={"scope": "", "verbs": {}}),
    account(),
    container(),
    identity(),
    app("report", IDENTITY, configuration={"registries": [{"identity": IDENTITY}], "identitySettings": [{}]}),
    assignment("report-may-read-reports", "principal-of-report", propertyDependencies={"scope": []}),
    row("azure-native:authorization:RoleDefinition", "own", "/x/y", inputs={"permissions": [{"actions": ["*"]}]}),
    row("azure-native:cosmosdb:SqlResourceSqlRoleAssignment", "c", inputs={"accountName": "x", "scope": "/dbs/x"}),
]
DECLARED = {
    "format": "agent-network-declared",
    "version": 1,
    "network": "n",
    "stack": "dev",
    "registry": {"name": "r", "line": 1},
    "resources": {"reports": {"kind": "blob-container", "line": 2}},
    "agents": {"report": {"host": "container-app", "access": [{"resource": "reports", "paths": ["a/"]}], "budget": {}}},
    "separation": [{"apart": [{"resource": "reports", "verb": "read"}], "line": 3}],
    "exceptions": [{"finding": "f", "on": "reports", "expires": "2027-01-31"}],
}
WHOLE = {
    local.read: {"operation": "up", "resources": ROWS, "errors": [{"urn": "u", "message": "m"}], "skipped": ["u"]},
    export.read: document(*ROWS),
    preview.read: {"steps": [{"op": "update", "oldState": each, "newState": each} for each in ROWS]},
    Declared.from_json: DECLARED,
}


def read(reader: Any, value: object) -> None:  # noqa: ANN401 - any of the readers
    """Read a document; return normally or raise an error with a one-line message."""
    message = "reader: was fine"
    try:
        reader(value)
    except UnreadableSource as error:
        message = str(error)
    assert ": " in message
    assert "\n" not in message


@given(st.sampled_from(READERS), JSON)
def test_graph_readers_read_any_json_document_or_refuse_it_with_an_error_message(reader: Any, value: object) -> None:  # noqa: ANN401
    read(reader, value)


@given(st.data())
def test_graph_readers_read_documents_with_random_values_or_refuse_them_with_an_error_message(
    data: st.DataObject,
) -> None:
    reader = data.draw(st.sampled_from(READERS))
    changed = value = json.loads(json.dumps(WHOLE[reader]))
    while True:
        keys = sorted(value) if isinstance(value, dict) else range(len(value))
        chosen = data.draw(st.sampled_from(keys))
        inner = value[chosen]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 4)) == 0:
            value[chosen] = data.draw(JSON)
            break
        value = inner

    read(reader, changed)


def test_graph_readers_read_complete_documents_without_error() -> None:
    for reader, value in WHOLE.items():
        graph = reader(value)
        assert isinstance(graph, Declared) or len(graph.assignments) >= 1


def test_stack_export_reader_raises_no_recursion_error_for_deeply_nested_or_circular_rows() -> None:
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]
    loop = [{**each, "parent": other["urn"]} for each, other in zip(ROWS, [*ROWS[1:], ROWS[0]], strict=True)]
    itself = {name: [each["urn"] for each in ROWS] for name in ("scope", "accountName", "resourceUri", "identity")}
    tangled = [{**each, "id": "", "propertyDependencies": itself} for each in loop]

    for rows in (loop, tangled, [{**each, "inputs": {"identity": {"x": deep}, "scope": deep}} for each in ROWS]):
        assert isinstance(export.read(document(*rows)), Graph)


@given(cut=st.integers(0, 400))
def test_truncated_local_azure_state_file_is_refused_by_its_graph_reader(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    world = {"format": "local-azure-world", "version": 1, "stack": ROWS, "resources": [], "principals": []}
    text = json.dumps(world)
    path = tmp_path_factory.mktemp("world") / "dev.json"
    path.write_text(text[: len(text) * cut // 401])

    with pytest.raises(UnreadableSource):
        local.read_world(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format": "local-azure-world", "version": 2}', "", "\ufeff{}", "[]"])
def test_file_that_is_not_a_local_azure_state_file_is_refused_by_its_graph_reader(tmp_path: Path, text: str) -> None:
    (tmp_path / "dev.json").write_text(text)

    for path in (tmp_path / "dev.json", tmp_path, tmp_path / "missing.json"):
        with pytest.raises(UnreadableSource):
            local.read_world(path)


def test_invalid_declared_document_error_names_the_path_of_the_value() -> None:
    declared = Declared.from_json(DECLARED)
    assert declared.location(48) == "network.yaml:48"
    assert declared.agents["report"].access[0].paths == ("a/",)
    assert str(declared.exceptions[0].expires) == "2027-01-31"

    with pytest.raises(UnreadableSource, match=r"separation\[0\]\.apart\[0\]\.verb is not a string"):
        Declared.from_json({**DECLARED, "separation": [{"apart": [{"resource": "reports"}]}]})


@pytest.mark.parametrize("levels", [30, 100, 10_000])
def test_role_assignment_at_a_resource_id_of_any_depth_covers_resources_below_it(levels: int) -> None:
    deep = ACCOUNT + "/a/b" * levels
    rows = [account(), app("report"), assignment("deep", "principal-of-report", deep)]

    graph = export.read(document(*rows, row("azure-native:storage:StorageAccount", "below", f"{deep}/c/d")))

    assert f"{deep}/c/d" in {one.id for one in graph.resources}
    (held,) = graph.held_at_or_above("principal-of-report", f"{deep}/c/d")
    assert held.scope == deep


def test_total_length_of_the_scopes_above_a_resource_id_grows_linearly_with_its_depth() -> None:
    sizes = {levels: sum(map(len, ancestors(key(ACCOUNT + "/a/b" * levels)))) for levels in (1_000, 10_000)}

    assert sizes[10_000] < 11 * sizes[1_000]
