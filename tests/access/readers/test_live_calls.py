"""Tests that live Azure is read with the app roles of agents' applications: who may call which agent."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from access.azure.roles import by_name
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.matrix import AccessMatrix
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.readers import live, local
from localazure.run import RunResult
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from tests.access.readers.arm_server import SUBSCRIPTION, Arm, Signed, of_stack, serving
from tests.access.readers.sources import printed, rows
from tests.network.deploying import deploy
from tests.projects import any_role, config_getter, write_project

Row = dict[str, Any]
OWNER, CLIENT, APPLICATION, PRINCIPAL = (f"{d * 8}-{d * 4}-4{d * 3}-8{d * 3}-{d * 12}" for d in "abcd")
CALL = by_name("Agent.Call").id
CALLED = {"image": "ingestion", "callable": True, "port": 8080, "ingress": "internal"}
NETWORK: Row = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "agents": {
        "ingestion": CALLED,
        "intake": {"image": "intake", "access": {"ingestion": "use"}},
        "other": {"image": "other"},
    },
}
CREATED: Row = {"deployer_rights": "all", "owners": [OWNER]}
EXISTING: Row = {
    "existing": {
        "ingestion": {
            "client_id": CLIENT,
            "application": APPLICATION,
            "service_principal": PRINCIPAL,
            "assignments": {"intake": "x" * 43},
        }
    }
}


@cache
def deployed(settings: str) -> tuple[Declared, RunResult, Graph]:
    place = {"location": "westeurope", "resource_group": "agents", "suffix": "dev7", "production": False}
    with TemporaryDirectory() as folder:
        root = write_project(Path(folder), NETWORK, {**place, "entra": json.loads(settings)}, "dev")
        loaded = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
        declared = Declared.from_json(json.loads(json.dumps(declared_document(*loaded))))
        result = deploy(loaded[0], loaded[1])
    return declared, result, local.read(printed(result))


def principal_of(result: RunResult, agent: str) -> str:
    (found,) = (one for one in result.records if one.type.endswith(":ContainerApp") and one.name == agent)
    return found.outputs["identity"]["principalId"]


def read(settings: Row, callers: dict[str, str]) -> tuple[Graph, Declared]:
    """Read live Azure, in which callers have these app roles; the ids of applications are not those of local Azure."""
    declared, result, program = deployed(json.dumps(settings))
    arm: Arm = of_stack(rows(result), [role for role in packed_roles() if role.name in {"Reader", "AcrPull"}])
    name = "made-by-an-administrator" if settings is EXISTING else "contoso-ingestion-dev"
    application = {
        "id": APPLICATION,
        "appId": CLIENT,
        "displayName": name,
        "signInAudience": "AzureADMyOrg",
        "api": {"requestedAccessTokenVersion": 2},
        "appRoles": [{"id": CALL, "value": "Agent.Call"}],
    }
    arm.put("/v1.0/applications", [application])
    owners = [{"id": each} for each in settings.get("owners", ())]
    arm.put(f"/v1.0/applications/{APPLICATION}/owners", owners)
    principal = {"id": PRINCIPAL, "displayName": name, "appRoleAssignmentRequired": True}
    arm.objects[f"/v1.0/serviceprincipals(appid='{CLIENT}')"] = principal
    assigned = [
        {"id": caller, "appRoleId": role, "principalId": principal_of(result, caller), "resourceId": PRINCIPAL}
        for caller, role in callers.items()
    ]
    for path, found in (("appRoleAssignedTo", assigned), ("owners", owners)):
        arm.put(f"/v1.0/servicePrincipals/{PRINCIPAL}/{path}", found)
    for path in ("appRoleAssignments", "oauth2PermissionGrants"):
        arm.put(f"/v1.0/servicePrincipals/{PRINCIPAL}/{path}", [])
    with serving(arm):
        graph = live.read(
            SUBSCRIPTION,
            Signed(),
            endpoint=arm.endpoint,
            network="contoso",
            stack="dev",
            like=program,
            directory=arm.endpoint,
        )
    return graph, declared


@pytest.mark.parametrize("settings", [CREATED, EXISTING], ids=["created", "existing"])
def test_live_azure_has_the_declared_calls_between_agents_and_proves_them(settings: Row) -> None:
    graph, declared = read(settings, {"intake": CALL})

    assert {cell for cell in AccessMatrix(graph).entries if cell[1] == "ingestion"} == {("intake", "ingestion")}
    assert prove(graph, declared).failures == ()


@pytest.mark.parametrize("settings", [CREATED, EXISTING], ids=["created", "existing"])
@pytest.mark.parametrize(
    ("callers", "failing"),
    [
        ({}, [("intake", "ingestion", False)]),
        ({"intake": CALL, "other": CALL}, [("other", "ingestion", True)]),
        ({"intake": CALL, "other": "0badc0de-0000-4000-8000-000000000001"}, [("other", "ingestion", True)]),
    ],
    ids=["not assigned", "undeclared", "an unknown role"],
)
def test_proof_on_live_azure_fails_for_an_app_role_that_differs_from_the_declared_calls(
    settings: Row, callers: dict[str, str], failing: list[tuple[str, str, bool]]
) -> None:
    graph, declared = read(settings, callers)

    found = [(one.agent, one.resource, one.grows) for one in prove(graph, declared).failures if one.agent]
    assert found == failing
