"""Tests of agent hosts: defaults, identity sources of Foundry agents, and hosts in the declared document."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from manifest import AksCluster, Environment, FoundryProject, Network
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.projects import any_role, load_project, write_project
from tests.strategies import projects

ANALYST, WRITER = "11111111-1111-4111-8111-11111111111a", "11111111-1111-4111-8111-11111111111b"
WRITTEN: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contoso"},
    "resources": {"models": {"kind": "model-account", "account": "contoso-ai", "existing": True}},
    "hosts": {
        "research": {
            "kind": "foundry-project",
            "account": "contoso-foundry",
            "identities": "shared",
            "deployments": [{"name": "gpt", "model": "gpt-5.6-sol", "version": "2026-07-09"}],
            "connections": {"models": "use"},
        },
        "own": {"kind": "foundry-project", "account": "contoso-own", "project": "Own.1", "identities": "per-agent"},
        "fleet": {"kind": "aks-cluster", "cluster": "contoso-aks", "private": True},
    },
    "agents": {
        "analyst": {"host": "foundry", "project": "research", "version": "3", "access": {"models": "use"}},
        "writer": {"host": "foundry", "project": "research", "version": "1", "agent": "Writer"},
        "lone": {"host": "foundry", "project": "own", "version": "2"},
        "notifier": {"host": "aks", "cluster": "fleet", "image": "notifier"},
        "report": {"image": "report"},
    },
}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "group",
    "suffix": "dev7",
    "image_tag": "1.0",
}


def environment(**values: object) -> Environment:
    return Environment.model_validate({"stack": "dev", **ENVIRONMENT, **values})


@pytest.fixture
def network() -> Network:
    return Network.model_validate(WRITTEN)


def test_agent_without_host_runs_on_container_apps() -> None:
    written = {"name": "contoso", "registry": {"name": "contoso"}, "agents": {"report": {"image": "report"}}}
    network = Network.model_validate(written)

    assert network.hosts == {}
    assert network.agents["report"].host == "container-app"


def test_azure_name_of_a_foundry_project_agent_or_service_account_defaults_to_its_network_name(
    network: Network,
) -> None:
    research, own = network.hosts["research"], network.hosts["own"]

    assert isinstance(research, FoundryProject)
    assert isinstance(own, FoundryProject)
    assert (research.project, own.project) == ("research", "Own.1")
    assert (network.agents["analyst"].agent, network.agents["writer"].agent) == ("analyst", "Writer")
    assert network.agents["notifier"].service_account == "notifier"


def test_azure_name_of_a_created_host_has_the_suffix_and_of_an_existing_host_has_none(network: Network) -> None:
    there = AksCluster(kind="aks-cluster", cluster="Their_Cluster", existing=True)
    elsewhere = {"Their_Cluster": {"name": "theirs"}}

    assert environment().parent_name(network.hosts["research"]) == "contoso-foundry-dev7"
    assert environment().parent_name(network.hosts["fleet"]) == "contoso-aks-dev7"
    assert environment().parent_name(there) == "Their_Cluster"
    assert environment(existing=elsewhere).parent_name(there) == "theirs"


@pytest.mark.parametrize(
    ("values", "analyst", "writer", "lone"),
    [
        ({}, "shared", "shared", "per-agent"),
        ({"published": False}, "shared", "shared", "per-agent"),
        ({"published": True}, "application", "application", "per-agent"),
        ({"published": ["writer", "lone"]}, "shared", "application", "per-agent"),
        (
            {"published": ["analyst"], "agent_identities": {"writer": WRITER, "lone": ANALYST}},
            "application",
            "given",
            "given",
        ),
    ],
)
def test_identity_source_of_a_foundry_agent_follows_from_network_and_environment(
    network: Network, values: dict[str, Any], analyst: str, writer: str, lone: str
) -> None:
    here = environment(**values)

    assert [here.identity_source_of(one, network) for one in ("analyst", "writer", "lone")] == [analyst, writer, lone]


@pytest.mark.parametrize("agent", ["notifier", "report"])
def test_agent_outside_foundry_is_never_published_and_has_no_identity_source(network: Network, agent: str) -> None:
    assert not environment(published=True).is_published(agent, network)
    with pytest.raises(ValueError, match="not an agent of Foundry"):
        environment().identity_source_of(agent, network)


def test_agent_identity_ids_configured_in_a_stack_file_are_converted_to_lower_case() -> None:
    assert environment(agent_identities={"analyst": ANALYST.upper()}).agent_identities == {"analyst": ANALYST}


@pytest.mark.parametrize(
    "values",
    [
        {"published": True},
        {"shared_identity": "allowed"},
        {"agent_identities": {"analyst": ANALYST, "writer": WRITER}},
        {"agent_identities": {"analyst": ANALYST}, "published": ["writer"]},
    ],
)
def test_network_loads_if_shared_identities_are_allowed_or_avoided(tmp_path: Path, values: dict[str, Any]) -> None:
    network, here = load_project(write_project(tmp_path, WRITTEN, {**ENVIRONMENT, **values}))

    assert set(network.agents) == set(WRITTEN["agents"])
    assert here.location == "westeurope"


def test_network_in_which_agents_of_two_projects_are_published_or_have_configured_ids_loads(tmp_path: Path) -> None:
    written = json.loads(json.dumps(WRITTEN))
    written["hosts"]["own"]["identities"] = "shared"
    published = {**ENVIRONMENT, "published": ["analyst", "lone"], "agent_identities": {"writer": WRITER}}

    network, _ = load_project(write_project(tmp_path, written, published))
    assert set(network.agents) == set(written["agents"])


def test_declared_document_contains_hosts_and_identity_sources(tmp_path: Path) -> None:
    write_project(tmp_path, WRITTEN, {**ENVIRONMENT, "published": ["analyst"], "shared_identity": "allowed"})
    shown = declared_document(
        *load_with_document("dev", config_getter(tmp_path, "dev"), root=tmp_path, role_refusal_reason=any_role)
    )

    assert json.loads(json.dumps(shown)) == shown
    project = {"kind": "foundry-project", "existing": False}
    (line,) = (one["line"] for one in shown["hosts"]["research"]["access"])
    use = {"resource": "models", "verb": "use", "role": None, "because": None, "paths": [], "line": line}
    assert {name: {key: one[key] for key in one if key != "line"} for name, one in shown["hosts"].items()} == {
        "research": {
            **project,
            "account": "contoso-foundry",
            "project": "research",
            "identities": "shared",
            "access": [use],
        },
        "own": {**project, "account": "contoso-own", "project": "Own.1", "identities": "per-agent", "access": []},
        "fleet": {"kind": "aks-cluster", "existing": False, "cluster": "contoso-aks", "private": True},
    }
    assert shown["shared_identity"] == "allowed"
    lines = ["", *(tmp_path / "network.yaml").read_text().splitlines()]
    assert [lines[one["line"]].strip() for one in shown["hosts"].values()] == ['"research":', '"own":', '"fleet":']
    own = {
        name: {key: one[key] for key in one if key not in ("line", "access", "budget")}
        for name, one in shown["agents"].items()
    }
    foundry = {"host": "foundry", "project": "research", "version": "3", "published": True}
    assert own == {
        "analyst": {**foundry, "agent": "analyst", "identity": "application"},
        "writer": {**foundry, "agent": "Writer", "version": "1", "identity": "shared", "published": False},
        "lone": {
            **foundry,
            "project": "own",
            "agent": "lone",
            "version": "2",
            "identity": "per-agent",
            "published": False,
        },
        "notifier": {
            "host": "aks",
            "cluster": "fleet",
            "namespace": "contoso-notifier-dev",
            "service_account": "notifier",
            "image": "notifier",
            "image_tag": "1.0",
        },
        "report": {"host": "container-app", "image": "report", "image_tag": "1.0"},
    }


def test_declared_access_to_call_an_unpublished_agent_is_marked_as_waiting_in_the_document(tmp_path: Path) -> None:
    written = json.loads(json.dumps(WRITTEN))
    written["agents"]["report"]["access"] = {"analyst": "use", "writer": "use", "lone": "use"}
    written["people"] = {"readers": {"kind": "group", "access": {"writer": "use"}}}
    here = {"published": ["analyst"], "shared_identity": "allowed", "people": {"readers": ANALYST}}
    write_project(tmp_path, written, {**ENVIRONMENT, **here})
    shown = declared_document(
        *load_with_document("dev", config_getter(tmp_path, "dev"), root=tmp_path, role_refusal_reason=any_role)
    )

    waiting = {one["resource"]: one.get("waits", "") for one in shown["agents"]["report"]["access"]}
    assert {name for name, why in waiting.items() if why} == {"writer"}
    assert waiting["writer"].startswith("writer is not published here")
    (of_people,) = shown["people"]["readers"]["access"]
    assert of_people["waits"] == waiting["writer"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(project=projects(hosts=True))
def test_generated_network_with_hosts_loads_and_its_declared_document_has_every_agent(
    project: tuple[dict[str, Any], dict[str, Any], str], tmp_path: Path
) -> None:
    written, values, stack = project
    write_project(tmp_path, written, values, stack)
    network, here, document = load_with_document(
        stack, config_getter(tmp_path, stack), root=tmp_path, role_refusal_reason=any_role
    )
    shown = declared_document(network, here, document)

    assert shown.get("hosts", {}).keys() == written.get("hosts", {}).keys()
    assert {name: one["host"] for name, one in shown["agents"].items()} == {
        name: one.get("host", "container-app") for name, one in written["agents"].items()
    }
    assert {one["cluster"] for one in shown["agents"].values() if "cluster" in one} <= set(network.hosts)
    assert all(
        one["identity"] != "shared" or not one["published"] for one in shown["agents"].values() if "identity" in one
    )
