"""Tests of local Azure's HTTP API: tokens, responses, and resource types that can be created."""

import json
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from access.readers.http_client import Service
from localazure.arm.faults import NO_FAULTS, Faults
from localazure.arm.permissions import Purpose, RequestCheck, RequestedOperation, allow_everything
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.fronts.rest import AGENTS, MANAGEMENT, LocalCredential, Reply, RestApi
from localazure.fronts.serving import serve_http
from localazure.fronts.shared_world import SharedWorld
from localazure.services.foundry import agent_identity, shared_agent_identity
from tests.localazure.samples import (
    AGENT_APPLICATION,
    AGENT_IDENTITY,
    COSMOS_ASSIGNMENT,
    COSMOS_ID,
    GROUP,
    IDENTITY,
    IDENTITY_ID,
    PROJECT_ID,
    REGISTRY,
    ROLE_ASSIGNMENT,
    VAULT,
    make,
)

PROJECT = "/network-openai-dev7.services.ai.azure.com/api/projects/network-dev"
ANOTHER = "5c1d0000-0000-4000-8000-000000000001"


class Front:
    """HTTP API of a new local Azure, with functions that send requests."""

    def __init__(self, path: Path, request_check: RequestCheck = allow_everything, faults: Faults = NO_FAULTS) -> None:
        self.shared = SharedWorld(path, request_check, faults)
        self._rest = RestApi(self.shared)

    def make(self, token: str, **changed: object) -> tuple[str, dict[str, Any]]:
        with self.shared.writing() as azure:
            return make(azure, token, **changed)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, query: str = "") -> Reply:
        scope = AGENTS if ".services.ai.azure.com/" in path else MANAGEMENT
        token = LocalCredential().get_token(scope).token
        return self._rest.handle(method, f"{path}?api-version=1{query}", token, body)

    def status(self, accepted: Reply) -> dict[str, Any]:
        """Return the status of an accepted request as it is read next."""
        reply = self.ask("GET", accepted.headers["Azure-AsyncOperation"].partition("?")[0])
        assert reply.document is not None
        return dict(reply.document)

    def raw(self, target: str, token: str) -> Reply:
        return self._rest.handle("GET", target, token)

    def listed(self, path: str, query: str = "") -> list[dict[str, Any]]:
        reply = self.ask("GET", path, query=query)
        assert reply.document is not None
        return list(reply.document["value"])


@pytest.fixture
def front(tmp_path: Path) -> Front:
    return Front(tmp_path / "world.json")


def code(reply: Reply) -> tuple[int, str]:
    assert reply.document is not None
    return reply.status, reply.document["error"]["code"]


def test_local_azure_http_request_with_token_of_another_audience_is_refused(front: Front) -> None:
    front.make(AGENT_IDENTITY)
    for_manager, for_agents = (LocalCredential().get_token(each).token for each in (MANAGEMENT, AGENTS))

    assert code(front.raw(f"{PROJECT_ID}?api-version=1", for_agents)) == (401, "InvalidAuthenticationToken")
    assert code(front.raw(f"{PROJECT}/agents?api-version=1", for_manager)) == (401, "InvalidAuthenticationToken")
    assert code(front.raw(f"{PROJECT_ID}?api-version=1", "")) == (401, "InvalidAuthenticationToken")
    assert code(front.raw(PROJECT_ID, for_manager)) == (400, "MissingApiVersionParameter")


def test_local_azure_http_get_returns_resource_in_resource_manager_format(front: Front) -> None:
    application, outputs = front.make(AGENT_APPLICATION)

    reply = front.ask("GET", application.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))

    assert reply.status == 200
    assert reply.document is not None
    assert reply.document["type"] == "Microsoft.CognitiveServices/accounts/projects/applications"
    assert reply.document["properties"]["defaultInstanceIdentity"] == outputs["properties"]["defaultInstanceIdentity"]
    assert code(front.ask("GET", f"{application}-2")) == (404, "ResourceNotFound")
    assert code(front.ask("GET", "/subscriptions/elsewhere")) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ("2023-07-01", None),
        ("2025-11-01", "LegacyRegistryPermissions"),
        ("2026-03-01-preview", "LegacyRegistryPermissions"),
    ],
)
def test_permissions_mode_of_a_registry_is_in_api_versions_of_local_azures_http_api_that_have_it(
    front: Front, version: str, mode: str | None
) -> None:
    registry, _ = front.make(REGISTRY)

    reply = front.raw(f"{registry}?api-version={version}", LocalCredential().get_token(MANAGEMENT).token)

    assert reply.document is not None
    assert reply.document["properties"].get("roleAssignmentMode") == mode


def test_local_azure_http_list_returns_child_resources(front: Front) -> None:
    application, _ = front.make(AGENT_APPLICATION)

    (row,) = front.listed(f"{PROJECT_ID}/applications")

    assert row["id"] == application


def test_local_azure_http_list_returns_role_assignments_at_above_and_below_a_scope(front: Front) -> None:
    assignment, outputs = front.make(ROLE_ASSIGNMENT)
    end = "/providers/Microsoft.Authorization/roleAssignments"
    mine = f"&$filter=principalId%20eq%20'{outputs['principalId']}'"

    for scope in (outputs["scope"], GROUP, outputs["scope"].rpartition("/resourceGroups/")[0]):
        assert [row["id"] for row in front.listed(f"{scope}{end}", mine)] == [assignment]
    assert front.listed(f"{GROUP}{end}", f"&$filter=principalId%20eq%20'{ANOTHER}'") == []


def test_role_assignment_over_local_azures_http_api_is_validated_created_and_deleted(front: Front) -> None:
    assignment, outputs = front.make(ROLE_ASSIGNMENT)
    twin = f"{assignment.rpartition('/')[0]}/{ANOTHER}"
    names = ("principalId", "principalType", "roleDefinitionId")
    body = {"properties": {name: outputs[name] for name in names}}

    assert code(front.ask("PUT", twin, body)) == (409, "RoleAssignmentExists")
    assert front.ask("DELETE", assignment).status == 200
    assert front.ask("DELETE", assignment).status == 204
    assert front.ask("PUT", twin, body).status == 201
    assert front.ask("PUT", twin, body).status == 200
    assert code(front.ask("PUT", f"{twin}", {"properties": {**body["properties"], "principalId": ANOTHER}}))[0] == 400


def test_cosmos_role_assignment_over_local_azures_http_api_is_deleted_created_and_listed(front: Front) -> None:
    assignment, outputs = front.make(COSMOS_ASSIGNMENT)
    body = {"properties": {name: outputs[name] for name in ("principalId", "roleDefinitionId", "scope")}}

    assert front.ask("DELETE", assignment).status == 202
    assert front.ask("PUT", assignment, body).status == 202
    assert [row["id"] for row in front.listed(f"{COSMOS_ID}/sqlRoleAssignments")] == [assignment]


def test_asynchronous_request_over_local_azures_http_api_is_answered_with_urls_of_its_status(front: Front) -> None:
    assignment, outputs = front.make(COSMOS_ASSIGNMENT)
    body = {"properties": {name: outputs[name] for name in ("principalId", "roleDefinitionId", "scope")}}

    urls = front.ask("PUT", assignment, body).headers
    status, result = (urls[name].partition("?")[0] for name in ("Azure-AsyncOperation", "Location"))
    reads = [front.ask("GET", path) for path in (status, status, result)]

    assert status.split("/locations/")[1].startswith("westeurope/operationsStatus/")
    assert result.startswith(f"{assignment}/operationResults/")
    assert urls["Azure-AsyncOperation"].endswith("?api-version=1")
    assert [(reply.status, (reply.document or {}).get("status")) for reply in reads[:2]] == [
        (200, "InProgress"),
        (200, "Succeeded"),
    ]
    assert (reads[2].status, (reads[2].document or {})["id"]) == (200, assignment)


def test_result_of_a_deletion_over_local_azures_http_api_is_accepted_and_then_no_content(front: Front) -> None:
    application, _ = front.make(AGENT_APPLICATION)

    answer = front.ask("DELETE", application)
    result = answer.headers["Location"].partition("?")[0]

    assert (answer.status, front.ask("GET", result).status, front.ask("GET", result).status) == (202, 202, 204)
    assert front.ask("DELETE", application).status == 204


def test_application_over_local_azures_http_api_is_created_asynchronously_and_in_the_state_creating(
    front: Front,
) -> None:
    application, _ = front.make(AGENT_APPLICATION)
    written = front.ask("GET", application)
    front.ask("DELETE", application)
    assert written.document is not None
    body = {"properties": {"agents": written.document["properties"]["agents"]}}

    created = front.ask("PUT", application, body)
    status = created.headers["Azure-AsyncOperation"].partition("?")[0]
    reads = [(front.ask("GET", status).document or {})["status"] for _ in range(2)]
    updated = front.ask("PUT", application, body)

    assert (created.status, updated.status, reads) == (201, 202, ["InProgress", "Succeeded"])
    states = [(reply.document or {})["properties"]["provisioningState"] for reply in (created, updated)]
    assert states == ["Creating", "Updating"]
    found = front.ask("GET", application).document
    assert found is not None
    assert found["properties"]["provisioningState"] == "Succeeded"


def test_status_over_local_azures_http_api_can_be_refused_after_the_change_was_made(tmp_path: Path) -> None:
    def refuse_statuses(_world: World, act: RequestedOperation) -> None:
        if act.purpose is Purpose.STATUS:
            raise AzureError("AuthorizationFailed", f"{act.operation} over scope {act.path}", 403)

    path = tmp_path / "world.json"
    assignment, outputs = Front(path).make(COSMOS_ASSIGNMENT)
    front = Front(path, refuse_statuses)
    body = {"properties": {name: outputs[name] for name in ("principalId", "roleDefinitionId", "scope")}}

    status = front.ask("PUT", assignment, body).headers["Azure-AsyncOperation"].partition("?")[0]
    refused = front.ask("GET", status)

    assert code(refused) == (403, "AuthorizationFailed")
    assert status in str(refused.document)
    assert front.ask("GET", assignment).status == 200


def test_local_azure_http_server_answers_with_whole_urls_in_headers(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    assignment, outputs = Front(path).make(COSMOS_ASSIGNMENT)
    body = {"properties": {name: outputs[name] for name in ("principalId", "roleDefinitionId", "scope")}}
    token = LocalCredential().get_token(MANAGEMENT).token

    with serve_http(path) as endpoint:
        connection = HTTPConnection(endpoint.removeprefix("http://"))
        sent = {"Authorization": f"Bearer {token}"}
        connection.request("PUT", f"{assignment}?api-version=1", json.dumps(body), sent)
        url = connection.getresponse().headers["Azure-AsyncOperation"]
        connection.close()

    assert url.startswith(f"{endpoint}/subscriptions/")
    assert url.endswith("?api-version=1")


def test_creating_or_deleting_a_vault_or_identity_over_local_azures_http_api_is_refused(front: Front) -> None:
    vault, _ = front.make(VAULT)

    assert code(front.ask("DELETE", vault)) == (405, "MethodNotAllowed")
    assert code(front.ask("PUT", vault, {})) == (405, "MethodNotAllowed")
    assert code(front.ask("PUT", IDENTITY_ID, {})) == (405, "MethodNotAllowed")
    assert front.ask("GET", vault).status == 200


def test_local_azure_http_returns_the_shared_identity_of_a_foundry_project_and_own_identities_of_its_agents(
    front: Front,
) -> None:
    front.make(AGENT_IDENTITY)
    front.make(AGENT_APPLICATION, properties={"agents": [{"agentName": "clerk"}]})

    with front.shared.reading() as azure:
        own, shared = own_and_shared(azure)
    project, agents = front.ask("GET", PROJECT_ID), front.ask("GET", f"{PROJECT}/agents")

    assert project.document is not None
    assert agents.document is not None
    assert project.document["properties"]["agentIdentity"] == {"agentIdentityId": shared}
    identities = {row["name"]: row["instance_identity"] for row in agents.document["data"]}
    assert identities["clerk"] is None
    assert identities["report"]["principal_id"] == own


def own_and_shared(azure: LocalAzure) -> tuple[str, str]:
    return agent_identity(azure.world, PROJECT_ID, "report").id, shared_agent_identity(azure.world, PROJECT_ID).id


def test_foundry_agent_recreated_over_local_azures_http_api_has_another_identity(front: Front) -> None:
    _, before = front.make(AGENT_IDENTITY)

    front.ask("DELETE", f"{PROJECT}/agents/report")
    between = front.ask("GET", f"{PROJECT}/agents/report")
    after = front.ask("POST", f"{PROJECT}/agents/report")

    assert between.document is not None
    assert after.document is not None
    assert between.document["instance_identity"] is None
    assert after.document["instance_identity"]["principal_id"] != before["principal_id"]
    assert code(front.ask("GET", f"{PROJECT}-2/agents/report")) == (404, "ResourceNotFound")


def test_local_azure_http_server_answers_on_loopback(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    Front(path).make(AGENT_APPLICATION)

    with serve_http(path) as endpoint:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        with Service(endpoint, MANAGEMENT.removesuffix("/.default"), LocalCredential(), "local Azure") as service:
            found, failure = service.get(f"{endpoint}{PROJECT_ID}?api-version=1")
            missing = service.send("DELETE", f"{endpoint}{PROJECT_ID}?api-version=1")

    assert (host, port.isdecimal(), failure, found["id"]) == ("127.0.0.1", True, "", PROJECT_ID)
    assert (missing.status, missing.code) == (405, "MethodNotAllowed")


def test_role_assignment_of_cosmos_is_accepted_and_refused_in_its_status_over_local_azures_http_api(
    tmp_path: Path,
) -> None:
    before = Front(tmp_path / "world.json")
    assignment, outputs = before.make(COSMOS_ASSIGNMENT)
    new = before.make(IDENTITY, resourceName="new")[1]["principalId"]
    front = Front(tmp_path / "world.json", faults=Faults(principal_replication=1))
    twin = f"{assignment.rpartition('/')[0]}/{ANOTHER}"
    body = {"properties": {**{name: outputs[name] for name in ("roleDefinitionId", "scope")}, "principalId": new}}

    accepted = front.ask("PUT", twin, body)
    statuses = [front.status(accepted) for _ in range(2)]

    assert accepted.status == 202
    assert [one["status"] for one in statuses] == ["InProgress", "Failed"]
    error = statuses[1]["error"]
    assert (error["code"], "was not found in the AAD tenant(s)" in error["message"]) == ("BadRequest", True)
    assert front.ask("GET", twin).status == 404
    again = front.ask("PUT", twin, body)
    assert [front.status(again)["status"] for _ in range(2)] == ["InProgress", "Succeeded"]
    assert front.ask("GET", twin).status == 200


def selecting(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"agent_endpoint": {"version_selector": {"version_selection_rules": list(rules)}}}


def test_endpoint_of_a_foundry_agent_serves_the_latest_version_until_a_request_pins_one(front: Front) -> None:
    front.make(AGENT_IDENTITY)
    first, latest = (
        {"type": "FixedRatio", "agent_version": each, "traffic_percentage": 100} for each in ("1", "@latest")
    )

    def selector(reply: Reply) -> object:
        assert reply.document is not None
        return {"agent_endpoint": {"version_selector": reply.document["agent_endpoint"]["version_selector"]}}

    assert selector(front.ask("GET", f"{PROJECT}/agents/report")) == selecting(latest)
    assert selector(front.ask("PATCH", f"{PROJECT}/agents/report", selecting(first))) == selecting(first)
    assert selector(front.ask("GET", f"{PROJECT}/agents/report")) == selecting(first)
    assert selector(front.ask("PATCH", f"{PROJECT}/agents/report", selecting(latest))) == selecting(latest)
    assert code(front.ask("PATCH", f"{PROJECT}/agents/nobody", selecting(first))) == (404, "ResourceNotFound")
    half = first | {"traffic_percentage": 50}
    for body in ({}, selecting(), selecting(half), selecting(first, first), selecting(first) | {"name": "other"}):
        assert code(front.ask("PATCH", f"{PROJECT}/agents/report", body)) == (400, "BadRequest")
