"""Tests of the reads of Microsoft Graph in local Azure's HTTP API."""

from pathlib import Path
from typing import Any

import pytest

from access.azure.delegated_permissions import APPLICATION_IDS
from access.model.graph import Principal
from access.readers.agent_credentials import credentials_of
from access.readers.entra_directory import memberships_of
from localazure.arm.permissions import caller_check
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.fronts.rest import GRAPH, MANAGEMENT, LocalCredential, Reply, RestApi
from localazure.fronts.serving import serve_http
from localazure.fronts.shared_world import SharedWorld
from localazure.services.directory_objects import add_group, add_user
from tests.localazure.samples import (
    APP_ROLE_ASSIGNMENT,
    ENTRA_APPLICATION,
    FEDERATED_CREDENTIAL,
    GRAPH_ID,
    IDENTIFIER_URI,
    PERMISSION_GRANT,
    PRE_AUTHORIZED,
    PRINCIPAL_ID,
    SAMPLES,
    SERVICE_PRINCIPAL,
)

ANN = "0b1f2c3d-0000-4000-8000-0000000000aa"
REVIEWERS = "0b1f2c3d-0000-4000-8000-0000000000f1"
SECRETS = {"keyCredentials": [], "passwordCredentials": []}


class Tenant:
    """Graph of a local Azure in which one application has everything that it can have."""

    def __init__(self, path: Path) -> None:
        self.path, azure = path, LocalAzure(World())
        add_group(azure.world, "Reviewers", [add_user(azure.world, "Ann", object_id=ANN)], object_id=REVIEWERS)
        self.application, outputs = azure.create(
            ENTRA_APPLICATION, {**SAMPLES[ENTRA_APPLICATION].inputs, "owners": [ANN]}
        )
        self.object_id, self.client_id = str(outputs["objectId"]), str(outputs["clientId"])
        _, principal = azure.create(SERVICE_PRINCIPAL, {"clientId": self.client_id, "appRoleAssignmentRequired": True})
        self.principal = str(principal["objectId"])
        of_application = {"applicationId": self.application}
        for token, more in (
            (IDENTIFIER_URI, {"identifierUri": f"api://{self.client_id}"}),
            (PRE_AUTHORIZED, {}),
            (FEDERATED_CREDENTIAL, {}),
        ):
            azure.create(token, {**SAMPLES[token].inputs, **of_application, **more})
        role = {"principalObjectId": REVIEWERS, "resourceObjectId": self.principal}
        azure.create(APP_ROLE_ASSIGNMENT, {**SAMPLES[APP_ROLE_ASSIGNMENT].inputs, **role})
        client = {"servicePrincipalObjectId": self.principal, "resourceServicePrincipalObjectId": GRAPH_ID}
        azure.create(PERMISSION_GRANT, {"claimValues": ["User.Read", "Files.Read"], **client})
        azure.world.save(path)

    def reply(self, target: str, token: str = GRAPH, caller: str = "", method: str = "GET") -> Reply:
        rest = RestApi(SharedWorld(self.path, caller_check(caller)) if caller else SharedWorld(self.path))
        return rest.handle(method, f"/v1.0/{target}", LocalCredential().get_token(token).token)

    def get(self, target: str) -> dict[str, Any]:
        reply = self.reply(target)
        assert reply.status == 200, reply
        assert reply.document is not None
        return dict(reply.document)

    def listed(self, target: str) -> list[dict[str, Any]]:
        return list(self.get(target)["value"])


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    return Tenant(tmp_path_factory.mktemp("graph") / "world.json")


def test_graph_returns_an_application_with_all_its_parts(tenant: Tenant) -> None:
    found = tenant.get(f"applications/{tenant.object_id}")

    assert {name: found[name] for name in ("id", "appId", "displayName", "signInAudience")} == {
        "id": tenant.object_id,
        "appId": tenant.client_id,
        "displayName": "ingestion",
        "signInAudience": "AzureADMyOrg",
    }
    assert found["identifierUris"] == [f"api://{tenant.client_id}"]
    assert [each["isEnabled"] for each in (*found["api"]["oauth2PermissionScopes"], *found["appRoles"])] == [True, True]
    assert found["api"]["preAuthorizedApplications"] == [
        {
            "appId": SAMPLES[PRE_AUTHORIZED].inputs["authorizedClientId"],
            "delegatedPermissionIds": SAMPLES[PRE_AUTHORIZED].inputs["permissionIds"],
        }
    ]
    assert tenant.get(f"applications(appId='{tenant.client_id}')") == found
    assert tenant.listed("applications") == [found]
    assert found.items() >= SECRETS.items()


def test_graph_lists_federated_credentials_and_owners_of_an_application(tenant: Tenant) -> None:
    (credential,) = tenant.listed(f"applications(appId='{tenant.client_id}')/federatedIdentityCredentials")
    given = SAMPLES[FEDERATED_CREDENTIAL].inputs

    assert {name: credential[name] for name in ("issuer", "subject", "audiences")} == {
        name: given[name] for name in ("issuer", "subject", "audiences")
    }
    assert credential["name"] == given["displayName"]
    assert tenant.listed(f"applications/{tenant.object_id}/owners") == [
        {"@odata.type": "#microsoft.graph.user", "id": ANN, "displayName": "Ann"}
    ]
    assert tenant.listed(f"servicePrincipals/{tenant.principal}/owners") == []


def test_graph_lists_the_grants_of_a_service_principal_from_both_ends(tenant: Tenant) -> None:
    (role,) = tenant.listed(f"servicePrincipals/{tenant.principal}/appRoleAssignedTo")
    (consent,) = tenant.listed(f"servicePrincipals/{tenant.principal}/oauth2PermissionGrants")

    assert (role["principalId"], role["principalType"], role["resourceId"]) == (REVIEWERS, "Group", tenant.principal)
    assert (consent["consentType"], consent["principalId"], consent["scope"]) == (
        "AllPrincipals",
        None,
        "User.Read Files.Read",
    )
    assert tenant.listed(f"oauth2PermissionGrants?$filter=clientId eq '{tenant.principal}'") == [consent]
    assert tenant.listed(f"oauth2PermissionGrants?$filter=clientId eq '{REVIEWERS}'") == []
    assert tenant.listed(f"servicePrincipals/{tenant.principal}/appRoleAssignments") == []


def test_graph_finds_service_principals_by_client_id_and_selects_properties(tenant: Tenant) -> None:
    graph = APPLICATION_IDS["microsoft-graph"]

    rows = tenant.listed(f"servicePrincipals?$filter=appId eq '{graph}'&$select=id,displayName")

    assert rows == [{"id": GRAPH_ID, "displayName": "Microsoft Graph"}]
    own = tenant.get(f"servicePrincipals(appId='{tenant.client_id}')?$select=id,appRoleAssignmentRequired")
    assert own == {"id": tenant.principal, "appRoleAssignmentRequired": True}


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        (f"applications/{ANN}", 404, "Request_ResourceNotFound"),
        (f"servicePrincipals(appId='{ANN}')", 404, "Request_ResourceNotFound"),
        ("devices", 400, "Request_BadRequest"),
        ("applications?$filter=startswith(displayName,'i')", 400, "Request_BadRequest"),
        (f"groups/{REVIEWERS}/owned", 400, "Request_BadRequest"),
    ],
)
def test_graph_refuses_what_does_not_exist_in_its_own_form(tenant: Tenant, target: str, status: int, code: str) -> None:
    reply = tenant.reply(target)

    assert reply.document is not None
    assert (reply.status, reply.document["error"]["code"]) == (status, code)


def test_graph_answers_only_its_own_token_and_a_caller_with_a_permission(tenant: Tenant) -> None:
    assert tenant.reply("applications", MANAGEMENT).status == 401
    assert tenant.reply("applications", caller=PRINCIPAL_ID).status == 403
    assert tenant.reply("applications", method="POST").status == 405


def test_readers_of_live_azure_read_local_azures_graph(tenant: Tenant) -> None:
    mine = Principal(id=tenant.principal, name="ingestion", agent="ingestion", purpose="runs")

    with serve_http(tenant.path) as url:
        actors = credentials_of([mine], LocalCredential(), url).actors
        groups = memberships_of([tenant.principal], LocalCredential(), url)

    subject = SAMPLES[FEDERATED_CREDENTIAL].inputs["subject"]
    assert [(each.target, each.subject.partition(" ")[0]) for each in actors] == [(tenant.principal, subject)]
    assert groups.failure == ""


def test_graph_lists_the_groups_of_a_user_and_the_members_of_a_group(tenant: Tenant) -> None:
    group = {"@odata.type": "#microsoft.graph.group", "id": REVIEWERS, "displayName": "Reviewers"}

    assert tenant.listed(f"users/{ANN}/memberOf") == [group]
    assert [each["id"] for each in tenant.listed(f"groups/{REVIEWERS}/members")] == [ANN]
