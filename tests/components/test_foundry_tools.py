"""Tests of the connections of a Foundry project to the tools that act with the identity of each agent."""

from typing import Any

import pytest

from access.azure.audiences import AUDIENCES
from access.azure.types import KINDS
from components.agents.azure_response import AzureResponse
from components.hosts import tool_provider
from components.hosts.foundry_account import FoundryAccount
from components.hosts.foundry_project import FoundryProject
from components.hosts.tool_connection import ToolArgs
from components.hosts.tool_provider import Provider
from manifest import KINDS as DECLARED
from tests.components.places import placed
from tests.components.recorder import record

PROPERTIES = {"authType": "AgenticIdentityToken", "target": "https://tools.example.com", "audience": "a"}
PROPS: dict[str, Any] = {"project_id": "/the/project", "connection_name": "documents", "properties": PROPERTIES}
ADDRESS = "https://management.azure.com/the/project/connections/documents?api-version=2025-04-01-preview"


def project(*, existing: bool = False) -> FoundryProject:
    account = FoundryAccount("contoso-ai", {**placed("contoso-ai-dev7", existing=existing)})
    args: Any = {"account": account, "project_name": "agents", "location": "westeurope", "existing": existing}
    return FoundryProject("agents", args)


@pytest.mark.parametrize(("kind", "category"), [("mcp", "RemoteTool"), ("a2a", "RemoteA2A")])
def test_foundry_tool_connection_has_the_agents_identity_the_audience_and_no_credential(
    kind: Any,  # noqa: ANN401 - a literal
    category: str,
) -> None:
    tool: ToolArgs = {"kind": kind, "url": "https://tools.example.com/mcp", "audience": AUDIENCES["blob-container"]}

    recorded = record(lambda: project().connect_tool("documents", tool))

    properties = recorded.one("ToolConnection").inputs["properties"]
    assert (properties["authType"], properties["category"]) == ("AgenticIdentityToken", category)
    assert (properties["target"], properties["audience"]) == (
        "https://tools.example.com/mcp",
        "https://storage.azure.com",
    )
    assert properties["credentials"] == {}


def test_tools_of_an_existing_foundry_project_are_refused() -> None:
    tool: ToolArgs = {"kind": "mcp", "url": "https://tools.example.com/mcp", "audience": "a"}

    with pytest.raises(ValueError, match="exists already, and is not changed; leave out tools"):
        record(lambda: project(existing=True).connect_tool("documents", tool))


def test_every_kind_of_resource_and_a_foundry_agent_have_the_audience_of_their_service() -> None:
    assert set(AUDIENCES) == {*DECLARED, "foundry-agent"}
    assert set(AUDIENCES) <= set(KINDS)
    assert all(one.startswith("https://") for one in AUDIENCES.values())


def answering(monkeypatch: pytest.MonkeyPatch, *responses: AzureResponse) -> list[tuple[str, str, object]]:
    left, sent = list(responses), list[tuple[str, str, object]]()

    def send(method: str, url: str, body: object) -> AzureResponse:
        sent.append((method, url, body))
        return left.pop(0)

    monkeypatch.setattr(tool_provider, "send_request", send)
    return sent


def test_foundry_tool_connection_is_created_updated_and_deleted_by_the_documented_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = answering(monkeypatch, AzureResponse(201, {}), AzureResponse(200, {}), AzureResponse(404, {}))
    changed = {**PROPS, "properties": {**PROPERTIES, "target": "https://other.example.com"}}

    created = Provider().create(PROPS)
    updated = Provider().update(created.id, PROPS, changed)
    Provider().delete(created.id, changed)

    assert (created.id, created.outs) == ("/the/project/toolConnections/documents", PROPS)
    assert updated.outs == changed
    assert sent == [
        ("PUT", ADDRESS, {"properties": PROPERTIES}),
        ("PUT", ADDRESS, {"properties": changed["properties"]}),
        ("DELETE", ADDRESS, None),
    ]


@pytest.mark.parametrize(
    ("response", "found"),
    [
        (AzureResponse(404, {}), None),
        (AzureResponse(200, {"properties": {"target": "https://moved.example.com", "group": "x"}}), "moved"),
    ],
)
def test_refreshed_foundry_tool_connection_shows_changes_of_its_properties_and_its_deletion(
    monkeypatch: pytest.MonkeyPatch, response: AzureResponse, found: str | None
) -> None:
    answering(monkeypatch, response)

    read = Provider().read("the id", PROPS)

    if found is None:
        assert (read.id, read.outs) == ("", {})
    else:
        assert read.outs == {**PROPS, "properties": {**PROPERTIES, "target": f"https://{found}.example.com"}}


def test_foundry_tool_connection_that_azure_refuses_is_an_error_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, AzureResponse(403, {"error": {"code": "AuthorizationFailed", "message": "no"}}))

    with pytest.raises(RuntimeError, match=r"'documents' .* status 403 \(AuthorizationFailed: no\); correct the tool"):
        Provider().create(PROPS)


@pytest.mark.parametrize(
    ("changed", "replaces"),
    [({}, None), ({"properties": {}}, []), ({"project_id": "/other"}, ["project_id"])],
)
def test_changed_project_of_a_foundry_tool_connection_replaces_it_and_changed_properties_update_it(
    changed: dict[str, Any], replaces: list[str] | None
) -> None:
    found = Provider().diff("", PROPS, {**PROPS, **changed})

    assert (found.changes, found.replaces) == (replaces is not None, replaces or [])
