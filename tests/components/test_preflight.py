"""Tests of the check of the deployer's data actions before anything is created, and of its dynamic provider."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from components import preflight
from components.agents.azure_response import AzureResponse
from components.deployer import AGENT_DATA_ACTIONS, CLUSTER_DATA_ACTIONS
from components.preflight import Provider, permission_problem
from tests.contracts.networks import of_project
from tests.fabrikam import environment, network
from tests.projects import write_project

NEEDED = [*AGENT_DATA_ACTIONS, *CLUSTER_DATA_ACTIONS]
ARGS: Mapping[str, Any] = {"subscription_id": "s", "resource_group": "agents", "data_actions": NEEDED}
OWNER = {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}


class FakeAzure:
    """Azure that returns permissions of the caller, and records the requested URLs."""

    def __init__(self, *blocks: Mapping[str, Any], status: int = 200) -> None:
        self.blocks, self.status, self.urls = blocks, status, list[str]()

    def __call__(self, url: str, audience: str) -> AzureResponse:
        assert audience == "https://management.azure.com/.default"
        self.urls.append(url)
        return AzureResponse(self.status, {"value": list(self.blocks)} if self.status == 200 else {})


def block(**changed: object) -> dict[str, object]:
    return OWNER | changed


def test_identity_with_the_data_actions_in_several_roles_is_allowed() -> None:
    of_agents, of_clusters = (block(dataActions=list(each)) for each in (AGENT_DATA_ACTIONS, CLUSTER_DATA_ACTIONS))
    azure = FakeAzure(OWNER, of_agents, of_clusters)

    assert permission_problem(ARGS, azure) is None
    scope = "/subscriptions/s/resourceGroups/agents"
    permissions = "providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    assert azure.urls == [f"https://management.azure.com{scope}/{permissions}"]


def test_owner_is_refused_with_missing_data_actions_and_the_fix() -> None:
    problem = permission_problem(ARGS, FakeAzure(OWNER))

    assert problem is not None
    assert (
        "/subscriptions/s/resourceGroups/agents: Microsoft.CognitiveServices/accounts/AIServices/agents/read" in problem
    )
    assert f"and {len(NEEDED) - 3} more" in problem
    assert "deploy as the identity that bootstrap/ creates" in problem


def test_data_actions_that_a_role_excludes_are_missing() -> None:
    excluded = CLUSTER_DATA_ACTIONS[0]
    problem = permission_problem(ARGS, FakeAzure(block(dataActions=["*"], notDataActions=[excluded])))

    assert problem is not None
    assert f": {excluded};" in problem


@pytest.mark.parametrize(
    "azure", [FakeAzure(status=403), FakeAzure({"actions": "all"})], ids=["refused", "unknown form"]
)
def test_permissions_that_cannot_be_read_stop_the_deployment_with_the_fix(azure: FakeAzure) -> None:
    problem = permission_problem(ARGS, azure)

    assert problem is not None
    assert f"returned the HTTP status {azure.status}; deploy as the deployer" in problem


def test_dynamic_provider_stops_for_missing_data_actions_and_for_errors_of_the_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_signed_in(_url: str, _audience: str) -> AzureResponse:
        raise RuntimeError("no identity is signed in")

    monkeypatch.setattr(preflight, "send_request", FakeAzure(OWNER))
    refused = Provider().check({}, dict(ARGS)).failures
    monkeypatch.setattr(preflight, "send_request", not_signed_in)
    failed = Provider().check({}, dict(ARGS)).failures
    monkeypatch.setattr(preflight, "send_request", FakeAzure(block(dataActions=["*"])))

    assert [failure.property for failure in (*refused, *failed)] == ["data_actions", "data_actions"]
    assert "lacks data actions" in refused[0].reason
    assert failed[0].reason == "no identity is signed in"
    assert Provider().check({}, dict(ARGS)).failures == []


def test_identity_that_only_plans_needs_no_data_action(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "send_request", FakeAzure(OWNER))
    monkeypatch.setenv(preflight.PLANNING, "1")

    assert Provider().check({}, dict(ARGS)).failures == []


def test_dynamic_provider_is_stored_by_name_and_changes_in_place() -> None:
    pickled = base64.b64decode(serialize_provider(Provider()))
    assert len(pickled) < 200
    assert b"components.preflight" in pickled
    changed = Provider().diff("", dict(ARGS), {**ARGS, "data_actions": []})

    assert (changed.changes, changed.replaces) == (True, [])
    assert Provider().diff("", dict(ARGS), dict(ARGS)).changes is False
    assert Provider().create(dict(ARGS)).id == "data-permissions"


@pytest.mark.parametrize(
    ("group", "agents", "needed"),
    [
        ({"name": "agents", "existing": True}, None, NEEDED),
        ("agents", None, None),
        ({"name": "agents", "existing": True}, ["ingestion", "analysis", "report", "security-scanner"], None),
        ({"name": "agents", "existing": True}, ["ingestion", "notifier"], list(CLUSTER_DATA_ACTIONS)),
    ],
    ids=["existing group", "own group", "no data plane", "only a cluster"],
)
def test_network_checks_the_data_actions_of_its_hosts_in_an_existing_group_only(
    group: object, agents: list[str] | None, needed: list[str] | None, tmp_path: Path
) -> None:
    declared = network()
    if agents is not None:
        declared["agents"] = {name: declared["agents"][name] for name in agents}
    settings = environment("dev") | {"resource_group": group}
    if agents is not None and "notifier" not in agents:
        del settings["destinations"]
    recorded = of_project(write_project(tmp_path, declared, settings))
    checks = [one for one in recorded.resources if one.type.endswith("preflight:DataPermissions")]

    assert [sorted(one.inputs["data_actions"]) for one in checks] == ([] if needed is None else [sorted(needed)])
