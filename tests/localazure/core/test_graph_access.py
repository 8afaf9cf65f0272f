"""Tests of the permissions of Microsoft Graph that a deploying identity needs in local Azure."""

import pytest

from access.azure.application_permissions import graph_app_roles
from localazure.arm.permissions import caller_check
from localazure.arm.world import Values
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.services.directory_objects import add_group
from tests.localazure.samples import (
    APP_ROLE_ASSIGNMENT,
    ENTRA_APPLICATION,
    FEDERATED_CREDENTIAL,
    GET_SERVICE_PRINCIPAL,
    GRAPH_ID,
    IDENTIFIER_URI,
    IDENTITY,
    PERMISSION_GRANT,
    PRE_AUTHORIZED,
    PRINCIPAL_ID,
    SAMPLES,
    SERVICE_PRINCIPAL,
    make,
)

OWN = "Application.ReadWrite.OwnedBy"
ASSIGN = "AppRoleAssignment.ReadWrite.All"
CONSENT = "DelegatedPermissionGrant.ReadWrite.All"
EVERY_APPLICATION = "Application.ReadWrite.All"
READ = "Application.Read.All"


@pytest.fixture
def deployer(azure: LocalAzure) -> LocalAzure:
    """Return local Azure as it is for a managed identity without any permission."""
    make(azure, IDENTITY)
    return LocalAzure(azure.world, request_check=caller_check(PRINCIPAL_ID))


def permit(azure: LocalAzure, *permissions: str) -> None:
    for name in permissions:
        inputs = {"appRoleId": graph_app_roles()[name], "principalObjectId": PRINCIPAL_ID, "resourceObjectId": GRAPH_ID}
        azure.create(APP_ROLE_ASSIGNMENT, inputs)


def deploy(azure: LocalAzure, *owners: str) -> list[str]:
    """Create everything that an agent's application has, as the deployer; return the refused types in their order."""
    application_id, outputs = azure.create(
        ENTRA_APPLICATION, {**SAMPLES[ENTRA_APPLICATION].inputs, "owners": list(owners)}
    )
    client_id, refused = outputs["clientId"], list[str]()
    group = add_group(azure.world, "Reviewers")
    inputs: dict[str, Values] = {
        IDENTIFIER_URI: {"applicationId": application_id, "identifierUri": f"api://{client_id}"},
        PRE_AUTHORIZED: {**SAMPLES[PRE_AUTHORIZED].inputs, "applicationId": application_id},
        FEDERATED_CREDENTIAL: {**SAMPLES[FEDERATED_CREDENTIAL].inputs, "applicationId": application_id},
        SERVICE_PRINCIPAL: {"clientId": client_id, "owners": list(owners)},
    }
    for token, values in inputs.items():
        refused += attempt(azure, token, values)
    principal = (
        next(one for one in azure.world.principals.values() if one.client_id == client_id) if not refused else None
    )
    if principal is not None:
        of_api = {"principalObjectId": group, "resourceObjectId": principal.id}
        role = str(outputs["appRoleIds"]["User.Access"])
        refused += attempt(azure, APP_ROLE_ASSIGNMENT, {**of_api, "appRoleId": role})
        of_client = {"servicePrincipalObjectId": principal.id, "resourceServicePrincipalObjectId": GRAPH_ID}
        refused += attempt(azure, PERMISSION_GRANT, {**of_client, "claimValues": ["User.Read"]})
    return refused


def attempt(azure: LocalAzure, token: str, inputs: Values) -> list[str]:
    try:
        azure.create(token, azure.check(token, inputs, name="one"))
    except AzureError as error:
        return [token if (error.code, error.status) == ("Authorization_RequestDenied", 403) else str(error)]
    return []


def test_deployer_without_a_graph_permission_cannot_create_an_application(deployer: LocalAzure) -> None:
    with pytest.raises(AzureError, match=rf"Insufficient privileges .*{EVERY_APPLICATION}.*{OWN}"):
        deploy(deployer, PRINCIPAL_ID)


@pytest.mark.parametrize(
    ("permissions", "owner", "refused"),
    [
        ((OWN,), PRINCIPAL_ID, [APP_ROLE_ASSIGNMENT, PERMISSION_GRANT]),
        ((OWN,), GRAPH_ID, [IDENTIFIER_URI, PRE_AUTHORIZED, FEDERATED_CREDENTIAL, SERVICE_PRINCIPAL]),
        ((OWN, ASSIGN), PRINCIPAL_ID, [APP_ROLE_ASSIGNMENT, PERMISSION_GRANT]),
        ((OWN, ASSIGN, READ), PRINCIPAL_ID, [PERMISSION_GRANT]),
        ((OWN, ASSIGN, READ, CONSENT), PRINCIPAL_ID, []),
        ((EVERY_APPLICATION,), GRAPH_ID, [APP_ROLE_ASSIGNMENT, PERMISSION_GRANT]),
    ],
)
def test_deployer_can_create_exactly_what_its_graph_permissions_and_its_ownership_allow(
    azure: LocalAzure, deployer: LocalAzure, permissions: tuple[str, ...], owner: str, refused: list[str]
) -> None:
    permit(azure, *permissions)

    assert deploy(deployer, owner) == refused


def test_deployer_changes_and_deletes_only_applications_that_it_owns(azure: LocalAzure, deployer: LocalAzure) -> None:
    permit(azure, OWN)
    own = {**SAMPLES[ENTRA_APPLICATION].inputs, "owners": [PRINCIPAL_ID]}
    mine, _ = deployer.create(ENTRA_APPLICATION, own)
    foreign, _ = azure.create(ENTRA_APPLICATION, SAMPLES[ENTRA_APPLICATION].inputs)

    deployer.update(ENTRA_APPLICATION, mine, {**own, "notes": "changed"})
    deployer.delete(ENTRA_APPLICATION, mine)

    assert deployer.read(ENTRA_APPLICATION, mine) is None
    for change in (
        lambda: deployer.update(ENTRA_APPLICATION, foreign, own),
        lambda: deployer.delete(ENTRA_APPLICATION, foreign),
    ):
        with pytest.raises(AzureError, match=f"{PRINCIPAL_ID} must also own {foreign}"):
            change()


def test_app_role_of_another_api_with_the_id_of_a_graph_permission_gives_no_permission(
    azure: LocalAzure, deployer: LocalAzure
) -> None:
    role_id = graph_app_roles()[EVERY_APPLICATION]
    role = {"id": role_id, "value": EVERY_APPLICATION, "displayName": "a", "description": "a"}
    inputs = {"displayName": "api", "appRoles": [{**role, "allowedMemberTypes": ["Application"]}]}
    _, outputs = azure.create(ENTRA_APPLICATION, inputs)
    _, principal = azure.create(SERVICE_PRINCIPAL, {"clientId": outputs["clientId"]})
    held = {"appRoleId": role_id, "principalObjectId": PRINCIPAL_ID, "resourceObjectId": principal["objectId"]}
    azure.create(APP_ROLE_ASSIGNMENT, held)

    with pytest.raises(AzureError, match="Authorization_RequestDenied"):
        deploy(deployer, PRINCIPAL_ID)


def test_looking_up_a_service_principal_needs_a_permission_to_read_applications(
    azure: LocalAzure, deployer: LocalAzure
) -> None:
    with pytest.raises(AzureError, match="Authorization_RequestDenied"):
        deployer.invoke(GET_SERVICE_PRINCIPAL, {"displayName": "Microsoft Graph"})
    permit(azure, READ)

    assert deployer.invoke(GET_SERVICE_PRINCIPAL, {"displayName": "Microsoft Graph"})["objectId"] == GRAPH_ID
