"""Tests of networks with agents that call each other, on local Azure: grants, variables, and the proof of access."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from access.evaluate.ingress import ingress_of, open_reasons
from access.findings import check
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.readers import local
from localazure.run import RunResult
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from manifest.stack_file import config_getter
from tests.access.findings.small import TODAY
from tests.access.readers.sources import printed
from tests.network.deploying import APP, deploy
from tests.projects import any_role, write_project

OWNER, CLIENT, APPLICATION, PRINCIPAL = (f"{d * 8}-{d * 4}-4{d * 3}-8{d * 3}-{d * 12}" for d in "abcd")
ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
ALLOWED = {"kind": "external", "allow": ["203.0.113.0/24"]}
IN_CLUSTER = {"host": "aks", "cluster": "fleet", "egress": ["sign-in"]}
NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {"documents": {"kind": "blob-container", "account": "contosodocs"}},
    "hosts": {
        "fleet": {"kind": "aks-cluster", "cluster": "contoso-fleet", "allow": ["203.0.113.0/24"]},
        "research": {
            "kind": "foundry-project",
            "account": "contoso-foundry",
            "tools": {"ingestion-server": {"kind": "mcp", "resource": "ingestion"}},
        },
    },
    "agents": {
        "ingestion": {
            "image": "ingestion",
            "callable": True,
            "port": 8080,
            "ingress": ALLOWED,
            "access": {"documents": "read", "intake": "use"},
        },
        "intake": {
            "image": "intake",
            "callable": True,
            "port": 8080,
            "ingress": "internal",
            "platform_authentication": True,
            "identity": "user-assigned",
            "access": {"ingestion": "use"},
        },
        "robot": {"host": "foundry", "project": "research", "version": "1", "access": {"ingestion": "use"}},
        "clerk": {
            **IN_CLUSTER,
            "image": "clerk",
            "callable": True,
            "port": 80,
            "ingress": {"kind": "internal", "callers": ["porter"]},
        },
        "porter": {**IN_CLUSTER, "image": "porter", "access": {"clerk": "use"}},
    },
}
CALLS = {("ingestion", "intake"), ("intake", "ingestion"), ("robot", "ingestion"), ("porter", "clerk")}
ENVIRONMENT: dict[str, Any] = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
    "entra": {"deployer_rights": "all", "owners": [OWNER]},
    "destinations": {"sign-in": {"blocks": ["20.190.128.0/18"]}},
}


def up(network: dict[str, Any], environment: dict[str, Any] = ENVIRONMENT) -> tuple[RunResult, Graph, Declared]:
    """Deploy a network; return the run, the graph of local Azure after it, and what the network declares."""
    with TemporaryDirectory() as folder:
        root = write_project(Path(folder), network, environment, "dev")
        get = config_getter(root, "dev")
        read, around, document = load_with_document("dev", get, root=root, role_refusal_reason=any_role)
        result = deploy(read, around, Path(folder) / "dev.json")
        graph = local.read_world(Path(folder) / "dev.json")
    assert local.read(printed(result)).source
    return result, graph, Declared.from_json(json.loads(json.dumps(declared_document(read, around, document))))


@pytest.fixture(scope="module")
def deployed() -> tuple[RunResult, Graph, Declared]:
    return up(NETWORK)


def variables(result: RunResult, agent: str) -> dict[str, str]:
    (found,) = (one for one in result.records if one.type == APP and one.name == agent)
    (container,) = found.inputs["template"]["containers"]
    return {one["name"]: one["value"] for one in container["env"]}


def test_every_declared_call_between_agents_on_any_host_is_granted_and_no_other(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    _, graph, declared = deployed

    proof = prove(graph, declared)
    assert proof.failures == ()
    assert proof.allowed == proof.declared
    assert {cell for cell in AccessMatrix(graph).entries if cell[1] in NETWORK["agents"]} == CALLS
    rules = {one.rule.id for one in check(graph, declared, today=TODAY)}
    assert rules.isdisjoint({"unauthenticated-ingress", "grant-without-tool"})


def test_tool_of_a_foundry_project_for_a_callable_agent_has_its_endpoint_and_the_audience_of_its_application(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    result, _, _ = deployed
    outputs = next(one.outputs["agents"] for one in result.records if one.type.endswith(":AgentNetwork"))
    (tool,) = (one.inputs["properties"] for one in result.records if one.type.endswith("foundry:ToolConnection"))

    assert tool["target"] == f"{outputs['ingestion']['endpoint']}/mcp"
    assert tool["audience"] == f"api://{outputs['ingestion']['application']}"


def test_grant_of_a_call_without_a_tool_is_noted_for_an_agent_of_foundry(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    _, graph, _ = deployed
    _, _, declared = up(
        {**NETWORK, "hosts": {**NETWORK["hosts"], "research": {**NETWORK["hosts"]["research"], "tools": {}}}}
    )

    found = [one for one in check(graph, declared, today=TODAY) if one.rule.id == "grant-without-tool"]
    assert [(one.agent, one.resource) for one in found] == [("robot", "ingestion")]


@pytest.mark.parametrize("source", ["preview", "world"])
def test_proof_fails_on_local_azure_for_a_call_that_network_yaml_no_longer_declares(source: str) -> None:
    fewer = {**NETWORK["agents"], "intake": {**NETWORK["agents"]["intake"], "access": {}}}
    result, graph, _ = up(NETWORK)
    _, _, declared = up({**NETWORK, "agents": fewer})

    found = prove(local.read(printed(result)) if source == "preview" else graph, declared)
    assert [(one.agent, one.resource, one.grows) for one in found.failures] == [("intake", "ingestion", True)]


def test_caller_gets_the_endpoint_of_the_agent_and_the_scope_of_its_token(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    result, _, _ = deployed
    outputs = next(one.outputs["agents"] for one in result.records if one.type.endswith(":AgentNetwork"))

    for caller, callee in (("ingestion", "intake"), ("intake", "ingestion")):
        given = variables(result, caller)
        assert given[f"{callee.upper()}_ENDPOINT"] == outputs[callee]["endpoint"]
        assert given[f"{callee.upper()}_SCOPE"] == f"api://{outputs[callee]['application']}/.default"
    settings = json.loads(variables(result, "ingestion")["AGENT_NETWORK_RUNTIME"])
    assert settings["application"] == {"client_id": outputs["ingestion"]["application"], "call_role": "Agent.Call"}


def test_platform_refuses_callers_of_an_agent_without_a_token_of_its_own_application(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    result, graph, _ = deployed
    (config,) = (one for one in result.records if one.type.endswith(":ContainerAppsAuthConfig"))
    apps = {one.name: (one, ingress) for one in graph.resources if (ingress := ingress_of(one)) is not None}
    reasons = {name.split("-")[1]: open_reasons(graph, *found, checks_tokens=False) for name, found in apps.items()}

    assert config.inputs["containerAppName"] == "contoso-intake-dev"
    assert reasons["intake"] == ()
    assert reasons["ingestion"] != ()


def test_agent_with_an_identity_of_its_own_may_call_before_its_app_starts(
    deployed: tuple[RunResult, Graph, Declared],
) -> None:
    result, _, _ = deployed
    (grant,) = (one for one in result.records if one.name == "intake-may-call-ingestion")
    (app,) = (one for one in result.records if one.type == APP and one.name == "intake")

    assert grant.urn in app.dependencies


@pytest.mark.parametrize(("assigned", "waits"), [({}, True), ({"intake": "x" * 43}, False)])
def test_call_waits_until_the_stacks_file_has_the_assignment_of_an_administrator(
    assigned: dict[str, str], *, waits: bool
) -> None:
    agents = {name: NETWORK["agents"][name] for name in ("ingestion", "intake")}
    agents["ingestion"] = {**agents["ingestion"], "access": {}}
    agents["intake"] = {**agents["intake"], "callable": False, "platform_authentication": False}
    ids = {"client_id": CLIENT, "application": APPLICATION, "service_principal": PRINCIPAL, "assignments": assigned}
    entra = {"existing": {"ingestion": ids}}
    result, graph, declared = up(
        {**NETWORK, "hosts": {}, "agents": agents}, {**ENVIRONMENT, "entra": entra, "destinations": {}}
    )

    proof = prove(graph, declared)
    assert not [one for one in result.records if one.type == ASSIGNMENT]
    assert proof.failures == ()
    assert [(one.agent, one.resource) for one in proof.waiting] == ([("intake", "ingestion")] if waits else [])
    assert (("intake", "ingestion") in AccessMatrix(graph).entries) is not waits
