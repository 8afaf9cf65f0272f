"""Tests that live Azure is read with the Entra applications of agents that act for users."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from access.findings import check
from access.findings.rules import applications
from access.model.declared import Declared
from access.model.graph import Graph
from access.questions.diff import difference
from access.questions.proof import prove
from access.questions.role_changes import packed_roles
from access.readers import live, local
from access.reports.acting_for_users import user_rows
from localazure.run import RunResult
from manifest.declared_document import declared_document
from manifest.loading import load_with_document
from tests.access import acting_program as acting
from tests.access.readers.arm_server import SUBSCRIPTION, Arm, Signed, of_stack, serving
from tests.access.readers.sources import printed, rows
from tests.network.deploying import deploy
from tests.projects import any_role, config_getter, write_project

Row = dict[str, Any]
OTHER = "d1000000-0000-4000-8000-000000000001"
NETWORK: Row = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {"documents": {"kind": "blob-container", "account": "contosodocs"}},
    "agents": {
        "desk": {
            "image": "desk",
            "access": {"documents": "read"},
            "acts_for_users": {
                "apis": {"microsoft-graph": ["User.Read"], "azure-devops": ["vso.code"]},
                "callers": ["portal"],
                "groups": ["reviewers"],
            },
        }
    },
}
ENTRA: Row = {
    "deployer_rights": "all",
    "owners": [acting.OWNER],
    "callers": {"portal": acting.PORTAL},
    "groups": {"reviewers": acting.REVIEWERS},
}
ENVIRONMENT: Row = {
    "location": "westeurope",
    "resource_group": "agents",
    "suffix": "dev7",
    "production": False,
    "entra": ENTRA,
}


IDS = dict.fromkeys(("client_id", "application", "service_principal"), acting.OBJECT)
BY_ADMINISTRATOR: Row = {**ENVIRONMENT, "entra": {**ENTRA, "deployer_rights": "none", "existing": {"desk": IDS}}}


@cache
def network(*, by_administrator: bool = False) -> tuple[Declared, RunResult]:
    with TemporaryDirectory() as folder:
        environment = BY_ADMINISTRATOR if by_administrator else ENVIRONMENT
        root = write_project(Path(folder), NETWORK, environment, "dev")
        loaded = load_with_document("dev", config_getter(root, "dev"), root=root, role_refusal_reason=any_role)
        declared = Declared.from_json(json.loads(json.dumps(declared_document(*loaded))))
        return declared, deploy(loaded[0], loaded[1])


@cache
def program() -> Graph:
    return local.read(printed(network()[1]))


def of_type(kind: str) -> Row:
    return next(one for one in rows(network()[1]) if one["type"] == acting.entra(kind))


def graph_objects() -> Row:
    """Return the application of the deployed network as Microsoft Graph has it."""
    application, principal = of_type("Application"), of_type("ServicePrincipal")
    inputs, trust = application["inputs"], of_type("ApplicationFederatedIdentityCredential")["inputs"]
    return {
        "id": application["outputs"]["objectId"],
        "appId": application["outputs"]["clientId"],
        "displayName": inputs["displayName"],
        "signInAudience": "AzureADMyOrg",
        "api": {
            "requestedAccessTokenVersion": 2,
            "knownClientApplications": [acting.PORTAL],
            "preAuthorizedApplications": [{"appId": acting.PORTAL, "delegatedPermissionIds": []}],
        },
        "web": {"redirectUris": [], "implicitGrantSettings": {"enableAccessTokenIssuance": False}},
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        "isFallbackPublicClient": None,
        "requiredResourceAccess": inputs["requiredResourceAccesses"],
        "appRoles": inputs["appRoles"],
        "passwordCredentials": [],
        "keyCredentials": [],
        "federatedIdentityCredentials": [
            {"id": "1", "name": "trust", **{name: trust[name] for name in ("issuer", "subject", "audiences")}}
        ],
        "principal": principal["outputs"]["objectId"],
    }


def served() -> tuple[Arm, Row]:
    arm = of_stack(rows(network()[1]), [role for role in packed_roles() if role.name in {"Reader", "AcrPull"}])
    application = graph_objects()
    application["requiredResourceAccess"] = [
        {**one, "resourceAccess": one["resourceAccesses"]} for one in application["requiredResourceAccess"]
    ]
    principal = f"/v1.0/serviceprincipals/{application['principal']}"
    at = f"/v1.0/serviceprincipals(appid='{application['appId'].lower()}')"
    arm.objects[at] = {"id": application["principal"], "displayName": "desk", "appRoleAssignmentRequired": True}
    for app_id, name in ((acting.GRAPH_API, "Microsoft Graph"), (acting.DEVOPS, "Azure DevOps")):
        arm.objects[f"/v1.0/serviceprincipals(appid='{app_id}')"] = {"id": f"sp-{app_id}", "appId": app_id}
        arm.objects[f"/v1.0/serviceprincipals/sp-{app_id}"] = {"appId": app_id, "displayName": name}
    arm.put("/v1.0/applications", [application])
    arm.put(f"/v1.0/applications/{application['id']}/owners", [{"id": acting.OWNER}])
    arm.put(f"{principal}/owners", [{"id": acting.OWNER}])
    role = of_type("AppRoleAssignment")["inputs"]["appRoleId"]
    arm.put(
        f"{principal}/appRoleAssignedTo",
        [{"id": "a", "appRoleId": role, "principalId": acting.REVIEWERS, "resourceId": application["principal"]}],
    )
    return arm, application


@pytest.fixture
def arm() -> Iterator[tuple[Arm, Row]]:
    arm, application = served()
    with serving(arm):
        yield arm, application


def reading(arm: Arm) -> Graph:
    names: Row = {"network": "contoso", "stack": "dev", "like": program(), "directory": arm.endpoint}
    return live.read(SUBSCRIPTION, Signed(), endpoint=arm.endpoint, **names)


def of_users(graph: Graph) -> set[str]:
    """Return the rules of the findings about users and applications."""
    declared, _ = network()
    about = {rule.id for rule in applications.RULES}
    return {one.rule.id for one in check(graph, declared, today=acting.TODAY)} & about


def test_live_application_of_an_agent_that_acts_for_users_as_declared_has_no_finding(arm: tuple[Arm, Row]) -> None:
    graph = reading(arm[0])

    assert graph.directory_known
    assert of_users(graph) == set()
    assert user_rows(graph, network()[0]) == user_rows(program(), network()[0])
    assert [one.what for one in prove(graph, network()[0]).failures] == []
    assert [str(one) for one in difference(program(), graph).changes if "user" in one.words] == []


def _subject(application: Row) -> str:
    """Return the principal id of the identity that an application trusts."""
    return application["federatedIdentityCredentials"][0]["subject"]


Change = Callable[[Arm, Row], object]
CHANGES: dict[str, tuple[str, Change]] = {
    "password": (
        "secret-on-application",
        lambda _, one: one["passwordCredentials"].append({"displayName": "x", "keyId": "k"}),
    ),
    "certificate": ("secret-on-application", lambda _, one: one["keyCredentials"].append({"keyId": "k"})),
    "certificate of the service principal": (
        "secret-on-application",
        lambda arm, one: arm.objects[f"/v1.0/serviceprincipals(appid='{one['appId'].lower()}')"].update(
            keyCredentials=[{"keyId": "k"}]
        ),
    ),
    "credential of a repository": (
        "foreign-application-credential",
        lambda _, one: one["federatedIdentityCredentials"].append(
            {"id": "2", "name": "ci", "issuer": "https://x.example", "subject": "repo:x", "audiences": ["x"]}
        ),
    ),
    "another application that trusts the identity": (
        "foreign-application-credential",
        lambda arm, one: arm.lists["/v1.0/applications"].append(
            {**copy.deepcopy(one), "id": "twin", "appId": OTHER, "displayName": "twin"}
        ),
    ),
    "permission": (
        "undeclared-user-access",
        lambda _, one: one["requiredResourceAccess"][0]["resourceAccess"].append({"id": acting.MAIL, "type": "Scope"}),
    ),
    "client": (
        "undeclared-user-access",
        lambda _, one: one["api"]["preAuthorizedApplications"].append({"appId": OTHER}),
    ),
    "consent of all users": (
        "undeclared-user-access",
        lambda arm, one: arm.put(
            f"/v1.0/serviceprincipals/{one['principal']}/oauth2PermissionGrants",
            [{"id": "g", "resourceId": f"sp-{acting.DEVOPS}", "scope": "vso.code", "consentType": "AllPrincipals"}],
        ),
    ),
    "permission without a user": (
        "undeclared-user-access",
        lambda arm, one: arm.put(
            f"/v1.0/serviceprincipals/{one['principal']}/appRoleAssignments",
            [{"id": "p", "appRoleId": OTHER, "principalId": one["principal"], "resourceId": f"sp-{acting.GRAPH_API}"}],
        ),
    ),
    "owner": (
        "undeclared-owner",
        lambda arm, one: arm.lists[f"/v1.0/applications/{one['id']}/owners"].append({"id": OTHER}),
    ),
    "directory role of the identity": (
        "credential-identity-with-role",
        lambda arm, one: arm.put(
            f"/v1.0/serviceprincipals/{_subject(one)}/transitiveMemberOf",
            [
                {"@odata.type": "#microsoft.graph.group", "id": OTHER, "displayName": "Staff"},
                {"@odata.type": "#microsoft.graph.directoryRole", "id": "r", "displayName": "Global Administrator"},
            ],
        ),
    ),
    "app role of the identity": (
        "credential-identity-with-role",
        lambda arm, one: arm.put(
            f"/v1.0/serviceprincipals/{_subject(one)}/appRoleAssignments",
            [{"id": "p", "appRoleId": OTHER, "principalId": _subject(one), "resourceId": f"sp-{acting.GRAPH_API}"}],
        ),
    ),
    "directory role of the application": (
        "credential-identity-with-role",
        lambda arm, one: arm.put(
            f"/v1.0/serviceprincipals/{one['principal']}/transitiveMemberOf",
            [{"@odata.type": "#microsoft.graph.directoryRole", "id": "r", "displayName": "Global Administrator"}],
        ),
    ),
    "redirect address": (
        "risky-application-setting",
        lambda _, one: one["spa"]["redirectUris"].append("https://evil.example"),
    ),
    "assignment not required": (
        "everybody-may-use-agent",
        lambda arm, one: arm.objects[f"/v1.0/serviceprincipals(appid='{one['appId'].lower()}')"].update(
            appRoleAssignmentRequired=False
        ),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_of_a_live_application_outside_the_program_is_found_and_fails_the_proof(
    name: str, arm: tuple[Arm, Row]
) -> None:
    rule, change = CHANGES[name]
    change(*arm)
    graph = reading(arm[0])

    assert rule in of_users(graph)
    assert prove(graph, network()[0]).failures


def applications_of_an_administrator(number: int) -> Graph:
    """Return the live graph of a network in which an administrator made some applications that trust the identity."""
    arm, application = served()
    _, result = network(by_administrator=True)
    server = of_stack(rows(result), [role for role in packed_roles() if role.name in {"Reader", "AcrPull"}])
    identity = next(one for one in rows(result) if one["urn"].endswith("::desk-credential") and one["outputs"])
    application["displayName"] = "made by hand"
    application["federatedIdentityCredentials"][0]["subject"] = identity["outputs"]["principalId"]
    server.lists |= {path: found for path, found in arm.lists.items() if path.startswith("/v1.0")}
    server.lists["/v1.0/applications"] = [application, *({**application, "id": "twin", "appId": OTHER},) * (number - 1)]
    server.objects |= arm.objects
    like = local.read(printed(result))
    names: Row = {"network": "contoso", "stack": "dev", "like": like}
    with serving(server):
        return live.read(SUBSCRIPTION, Signed(), endpoint=server.endpoint, directory=server.endpoint, **names)


def test_live_application_that_an_administrator_made_is_known_by_the_identity_that_it_trusts() -> None:
    declared, _ = network(by_administrator=True)
    graph = applications_of_an_administrator(1)

    assert [one.agent for one in graph.applications] == ["desk"]
    assert prove(graph, declared).failures == ()
    assert check(graph, declared, today=acting.TODAY) == ()


def test_two_live_applications_without_the_name_of_an_agent_that_trust_its_identity_fail_the_proof() -> None:
    declared, _ = network(by_administrator=True)

    assert any(
        "has no Entra application" in one.what for one in prove(applications_of_an_administrator(2), declared).failures
    )


def test_application_that_is_missing_in_live_entra_fails_the_proof(arm: tuple[Arm, Row]) -> None:
    arm[0].put("/v1.0/applications", [])

    assert any("has no Entra application" in one.what for one in prove(reading(arm[0]), network()[0]).failures)


@pytest.mark.parametrize("path", ["applications", "owners", "appRoleAssignedTo", "oauth2PermissionGrants"])
def test_missing_right_in_microsoft_graph_is_noted_and_fails_the_proof(path: str, arm: tuple[Arm, Row]) -> None:
    server, one = arm
    where = {"applications": "/v1.0/applications", "owners": f"/v1.0/applications/{one['id']}/owners"}
    server.refuse(where.get(path, f"/v1.0/servicePrincipals/{one['principal']}/{path}"))
    graph = reading(server)

    assert not graph.directory_known
    assert ["is not judged" in each.what for each in graph.unread if each.where == "Microsoft Graph"] == [True]
    assert any("cannot be judged" in one.what for one in prove(graph, network()[0]).failures)
