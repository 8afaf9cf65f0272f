"""Tests of the lookup of a Foundry agent's principal and of the dynamic provider that runs it."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components.agents import dynamic_provider
from components.agents.azure_response import AzureResponse
from components.agents.foundry_identity import Provider
from components.agents.principal_lookup import lookup_principal

GUID = "33333333-3333-4333-8333-333333333333"
INPUTS = {"project_id": "/the/project", "project_endpoint": "https://p.test/api/projects/p", "agents": ["report"]}
SHARED = {"properties": {"agentIdentity": {"agentIdentityBlueprintId": "blueprint", "agentIdentityId": "shared"}}}
PICKLED_PROVIDER = Path(__file__).parents[1] / "golden" / "provider.txt"


class FakeAzure:
    """Fake Azure that returns one response for agents and one for projects."""

    def __init__(self, agent: AzureResponse, project: AzureResponse | None = None) -> None:
        self._agent, self._project = agent, project or AzureResponse(404, {})
        self.requests: list[tuple[str, str]] = []

    def __call__(self, url: str, audience: str) -> AzureResponse:
        self.requests.append((url, audience))
        return self._project if "management.azure.com" in url else self._agent


def own(principal: str | None) -> AzureResponse:
    return AzureResponse(200, {"instance_identity": None if principal is None else {"principal_id": principal}})


def test_own_identity_of_a_foundry_agent_is_read_from_the_projects_data_plane() -> None:
    azure = FakeAzure(own("its own"))

    assert lookup_principal({**INPUTS, "identity": "per-agent"}, azure) == "its own"
    assert azure.requests == [
        ("https://p.test/api/projects/p/agents/report?api-version=v1", "https://ai.azure.com/.default")
    ]


def test_shared_identity_of_foundry_agents_is_read_from_resource_manager() -> None:
    azure = FakeAzure(own(None), AzureResponse(200, SHARED))

    assert lookup_principal({**INPUTS, "identity": "shared"}, azure) == "shared"
    assert [audience for _, audience in azure.requests] == [
        "https://ai.azure.com/.default",
        "https://management.azure.com/.default",
    ]


@pytest.mark.parametrize(
    ("identity", "azure", "message"),
    [
        ("per-agent", FakeAzure(own(None)), "'report' has no identity of its own"),
        (
            "shared",
            FakeAzure(own("its own"), AzureResponse(200, SHARED)),
            "but has its own, its own; remove 'identities: shared'",
        ),
        (
            "shared",
            FakeAzure(own(None), AzureResponse(200, {})),
            "returns 0 agent identities .* to 'project_identities'",
        ),
        (
            "shared",
            FakeAzure(own(None), AzureResponse(403, {})),
            r"may not read project '/the/project' \(403\); give it",
        ),
        ("per-agent", FakeAzure(AzureResponse(401, {})), r"may not read agent 'report' \(401\)"),
        (
            "per-agent",
            FakeAzure(AzureResponse(500, {})),
            "returned the HTTP status 500; try again, or set the id in 'agent_identities' or",
        ),
    ],
)
def test_failed_foundry_identity_lookup_reports_cause_and_fix(identity: str, azure: FakeAzure, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        lookup_principal({**INPUTS, "identity": identity}, azure)


def test_agent_identity_resource_stores_its_inputs_and_the_principal_id_foundry_reports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(own("its own")))
    props = {**INPUTS, "identity": "per-agent"}

    created = Provider().create(props)

    assert created.id == "/the/project/agentIdentities/report"
    assert created.outs == {**props, "principal_id": "its own", "shared": []}


@pytest.mark.parametrize(("project", "shared"), [(SHARED, ["shared"]), ({}, [])], ids=["reported", "not reported"])
def test_agent_identity_resource_with_a_configured_id_records_the_projects_shared_identity(
    monkeypatch: pytest.MonkeyPatch, project: dict[str, Any], shared: list[str]
) -> None:
    azure = FakeAzure(AzureResponse(403, {}), AzureResponse(200, project))
    monkeypatch.setattr(dynamic_provider, "send_request", azure)
    props = {**INPUTS, "identity": "per-agent", "given": GUID}

    created = Provider().create(props)

    assert created.outs == {**props, "principal_id": GUID, "shared": shared}
    assert [audience for _, audience in azure.requests] == ["https://management.azure.com/.default"]
    assert (Provider().read(created.id, created.outs or {}).outs or {})["shared"] == shared


def test_configured_foundry_identity_id_is_refused_if_the_project_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(own("its own"), AzureResponse(403, {})))

    with pytest.raises(RuntimeError, match=r"may not read project '/the/project' \(403\); give it"):
        Provider().create({**INPUTS, "identity": "per-agent", "given": GUID})


def test_configured_foundry_identity_id_of_a_blueprint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(own("its own"), AzureResponse(200, SHARED)))

    with pytest.raises(
        RuntimeError, match="BLUEPRINT is the id of a blueprint, not of an agent; copy 'agentIdentityId'"
    ):
        Provider().create({**INPUTS, "identity": "per-agent", "given": "BLUEPRINT"})


def test_agent_identity_with_a_configured_id_is_read_as_deleted_if_its_foundry_project_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(own("its own")))
    props = {**INPUTS, "identity": "per-agent", "given": GUID}

    assert Provider().read("id", props).id == ""
    with pytest.raises(RuntimeError, match="the Foundry project '/the/project' does not exist"):
        Provider().create(props)


def test_refresh_of_an_agent_identity_resource_reads_the_principal_id_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(own("another")))

    found = Provider().read("id", {**INPUTS, "identity": "per-agent", "principal_id": "its own"})

    assert (found.id, (found.outs or {})["principal_id"]) == ("id", "another")


def test_agent_identity_resource_is_read_as_deleted_if_its_foundry_agent_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dynamic_provider, "send_request", FakeAzure(AzureResponse(404, {})))
    props = {**INPUTS, "identity": "per-agent"}

    assert Provider().read("id", props).id == ""
    with pytest.raises(RuntimeError, match="has no agent 'report'; create a first version there"):
        Provider().create(props)


def test_changed_agent_or_identity_source_replaces_an_agent_identity_resource() -> None:
    olds = {**INPUTS, "identity": "per-agent", "principal_id": "its own"}

    assert Provider().diff("id", olds, {**olds, "principal_id": None}).changes is False
    assert Provider().diff("id", olds, {**olds, "agents": ["other"]}).replaces == ["agents"]
    assert Provider().diff("id", olds, {**olds, "identity": "shared"}).replaces == ["identity"]


def test_changed_agent_list_updates_a_shared_agent_identity_resource() -> None:
    """A replacement would delete and recreate the grants of all agents that share the identity."""
    olds = {**INPUTS, "identity": "shared", "principal_id": "shared"}

    found = Provider().diff("id", olds, {**olds, "agents": ["report", "clerk"]})

    assert (found.changes, found.replaces) == (True, [])


def test_configuring_an_id_updates_the_agent_identity_resource_without_replacing_it() -> None:
    olds = {**INPUTS, "identity": "per-agent", "principal_id": "its own"}

    found = Provider().diff("id", olds, {**olds, "given": GUID})

    assert (found.changes, found.replaces) == (True, [])


def test_agent_identity_replacement_is_created_before_the_old_resource_is_deleted() -> None:
    olds = {**INPUTS, "identity": "per-agent", "principal_id": "its own"}

    assert Provider().diff("id", olds, {**olds, "project_id": "/another"}).delete_before_replace is False


def test_shared_identity_lookup_fails_if_one_of_its_foundry_agents_is_missing() -> None:
    class WithoutClerk(FakeAzure):
        def __call__(self, url: str, audience: str) -> AzureResponse:
            return (
                AzureResponse(404, {}) if url.partition("?")[0].endswith("/clerk") else super().__call__(url, audience)
            )

    props = {**INPUTS, "agents": ["report", "clerk"], "identity": "shared"}

    with pytest.raises(RuntimeError, match="has no agent 'clerk'; create a first version there"):
        lookup_principal(props, WithoutClerk(own(None), AzureResponse(200, SHARED)))


def test_dynamic_provider_of_foundry_identities_is_pickled_as_in_deployed_stacks() -> None:
    """Pulumi loads the provider from the state by this pickle, on refresh and destroy of a deployed stack."""
    recorded = PICKLED_PROVIDER.read_text(encoding="utf-8").strip()

    assert serialize_provider(Provider()) == recorded
    assert b"components.agents.foundry_identity" in base64.b64decode(recorded)
