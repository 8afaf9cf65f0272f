"""Tests of the grants of Entra in local Azure: app roles of principals, and consents to clients of an API."""

import pytest

from localazure.arm.world import DEPLOYER_CLIENT_ID, Values
from localazure.azure import LocalAzure
from localazure.errors import AzureError
from localazure.services.directory_objects import add_client, add_group, add_user
from localazure.services.permission_grants import DEFAULT_ACCESS
from tests.localazure.samples import (
    APP_ROLE_ASSIGNMENT,
    ENTRA_APPLICATION,
    GRAPH_ID,
    IDENTITY,
    PERMISSION_GRANT,
    PRINCIPAL_ID,
    RESOURCE_GROUP,
    SAMPLES,
    SERVICE_PRINCIPAL,
    make,
)

USE = "0b1f2c3d-0000-4000-8000-0000000000e2"
CALL = "0b1f2c3d-0000-4000-8000-0000000000e3"
OFF = "0b1f2c3d-0000-4000-8000-0000000000e4"
NOBODY = "0b1f2c3d-0000-4000-8000-00000000dead"


def role(id_: str, value: str, member: str, **more: object) -> Values:
    return {
        "id": id_,
        "value": value,
        "displayName": value,
        "description": value,
        "allowedMemberTypes": [member],
        **more,
    }


ROLES = [
    role(USE, "User.Access", "User"),
    role(CALL, "Agent.Call", "Application"),
    role(OFF, "Old", "User", enabled=False),
]


def api(azure: LocalAzure, roles: list[Values] = ROLES) -> tuple[str, str, str]:
    """Create an application with a service principal; return the object id and client id, and the principal's id."""
    _, outputs = azure.create(ENTRA_APPLICATION, {"displayName": "ingestion", "appRoles": roles})
    _, of_principal = azure.create(SERVICE_PRINCIPAL, {"clientId": outputs["clientId"]})
    return str(outputs["objectId"]), str(outputs["clientId"]), str(of_principal["objectId"])


def assign(azure: LocalAzure, role_id: str, principal: str, resource: str) -> Values:
    inputs = {"appRoleId": role_id, "principalObjectId": principal, "resourceObjectId": resource}
    return azure.create(APP_ROLE_ASSIGNMENT, azure.check(APP_ROLE_ASSIGNMENT, inputs, name="one"))[1]


def consent(azure: LocalAzure, client: str, resource: str = GRAPH_ID, **more: object) -> str:
    inputs = {
        "servicePrincipalObjectId": client,
        "resourceServicePrincipalObjectId": resource,
        "claimValues": ["User.Read"],
    }
    return azure.create(PERMISSION_GRANT, azure.check(PERMISSION_GRANT, {**inputs, **more}, name="one"))[0]


def test_users_groups_and_identities_get_the_app_roles_of_their_kind_alone(azure: LocalAzure) -> None:
    make(azure, RESOURCE_GROUP)
    make(azure, IDENTITY)
    _, _, resource = api(azure)
    ann, reviewers = add_user(azure.world, "Ann"), add_group(azure.world, "Reviewers")

    kinds = {assign(azure, USE, each, resource)["principalType"] for each in (ann, reviewers)}
    kinds.add(assign(azure, CALL, PRINCIPAL_ID, resource)["principalType"])

    assert kinds == {"User", "Group", "ServicePrincipal"}
    for wrong, principal in ((USE, PRINCIPAL_ID), (CALL, ann), (CALL, reviewers)):
        with pytest.raises(AzureError, match=r"the app role '.*' is for (User|Application), and"):
            assign(azure, wrong, principal, resource)


@pytest.mark.parametrize("wanted", [NOBODY, OFF, DEFAULT_ACCESS])
def test_app_role_that_the_api_does_not_offer_is_refused(azure: LocalAzure, wanted: str) -> None:
    _, client_id, resource = api(azure)

    with pytest.raises(AzureError, match="Permission being assigned was not found on application") as refused:
        assign(azure, wanted, add_user(azure.world, "Ann"), resource)

    assert client_id in str(refused.value)


def test_principal_is_assigned_without_a_role_to_an_application_that_has_none(azure: LocalAzure) -> None:
    _, _, resource = api(azure, [])

    assert assign(azure, DEFAULT_ACCESS, add_user(azure.world, "Ann"), resource)["principalDisplayName"] == "Ann"


def test_app_role_needs_the_service_principal_and_not_its_application_or_client_id(azure: LocalAzure) -> None:
    object_id, client_id, resource = api(azure)
    ann = add_user(azure.world, "Ann")

    for wrong in (object_id, client_id, ann):
        with pytest.raises(AzureError, match="Request_ResourceNotFound"):
            assign(azure, USE, ann, wrong)
    for wrong in (object_id, client_id):
        with pytest.raises(AzureError, match="Request_ResourceNotFound"):
            assign(azure, USE, wrong, resource)


def test_client_id_of_a_managed_identity_cannot_get_an_app_role_as_its_principal_id_can(azure: LocalAzure) -> None:
    _, identity = make(azure, IDENTITY)
    _, _, resource = api(azure)

    with pytest.raises(AzureError, match="Request_ResourceNotFound"):
        assign(azure, CALL, str(identity["clientId"]), resource)
    assert assign(azure, CALL, str(identity["principalId"]), resource)["principalType"] == "ServicePrincipal"


def test_app_role_of_a_deleted_identity_is_refused_and_of_an_unknown_group_accepted(azure: LocalAzure) -> None:
    make(azure, RESOURCE_GROUP)
    identity, _ = make(azure, IDENTITY)
    azure.delete(IDENTITY, identity)
    _, _, resource = api(azure)

    assert assign(azure, USE, NOBODY, resource)["principalType"] == "Group"
    with pytest.raises(AzureError, match="Request_ResourceNotFound"):
        assign(azure, CALL, PRINCIPAL_ID, resource)


def test_unknown_principal_is_of_the_kind_that_its_first_app_role_is_for(azure: LocalAzure) -> None:
    _, _, resource = api(azure)

    assert assign(azure, CALL, NOBODY, resource)["principalType"] == "ServicePrincipal"

    found = azure.world.find_principal(NOBODY)
    assert found is not None
    assert found.type == "ServicePrincipal"
    with pytest.raises(AzureError, match="is a ServicePrincipal"):
        assign(azure, USE, NOBODY, resource)


def test_service_principal_of_an_existing_application_can_hold_and_offer_app_roles(azure: LocalAzure) -> None:
    _, _, resource = api(azure)

    assign(azure, CALL, NOBODY, resource)

    assert assign(azure, USE, add_user(azure.world, "Ann"), NOBODY)["resourceDisplayName"] == NOBODY
    with pytest.raises(AzureError, match="EntitlementGrant entry already exists"):
        assign(azure, CALL, NOBODY, resource)


def test_app_role_of_microsoft_graph_that_local_azure_does_not_know_is_accepted(azure: LocalAzure) -> None:
    make(azure, IDENTITY)

    assert assign(azure, NOBODY, PRINCIPAL_ID, GRAPH_ID)["resourceDisplayName"] == "Microsoft Graph"


def test_principal_has_at_most_1500_app_role_assignments(azure: LocalAzure) -> None:
    ann = add_user(azure.world, "Ann")
    for number in range(1500):
        assign(azure, USE, ann, f"0b1f2c3d-0000-4000-8000-{number:012}")

    with pytest.raises(AzureError, match="1500 app role assignments"):
        assign(azure, USE, ann, NOBODY)


def test_consent_is_given_once_for_all_users_and_once_for_each_user(azure: LocalAzure) -> None:
    _, _, client = api(azure)
    ann, ben = add_user(azure.world, "Ann"), add_user(azure.world, "Ben")

    made = {consent(azure, client), consent(azure, client, userObjectId=ann), consent(azure, client, userObjectId=ben)}

    assert len(made) == 3
    for more in ({}, {"userObjectId": ann}):
        with pytest.raises(AzureError, match="Permission entry already exists"):
            consent(azure, client, **more)


def test_consent_is_for_users_and_never_for_a_group(azure: LocalAzure) -> None:
    _, _, client = api(azure)

    with pytest.raises(AzureError, match="is a Group"):
        consent(azure, client, userObjectId=add_group(azure.world, "Reviewers"))
    with pytest.raises(AzureError, match="claimValues is empty"):
        consent(azure, client, claimValues=[])


def test_consent_needs_the_service_principals_of_client_and_api(azure: LocalAzure) -> None:
    object_id, client_id, client = api(azure)

    for wrong in (object_id, client_id):
        with pytest.raises(AzureError, match="Request_ResourceNotFound"):
            consent(azure, wrong)
        with pytest.raises(AzureError, match="Request_ResourceNotFound"):
            consent(azure, client, wrong)
    assert DEPLOYER_CLIENT_ID not in azure.world.resources


def test_scopes_of_a_consent_change_in_place(azure: LocalAzure) -> None:
    _, _, client = api(azure)
    grant = consent(azure, client)
    found = azure.read(PERMISSION_GRANT, grant)
    assert found is not None

    wanted = {**found[0], "claimValues": ["User.Read", "Files.Read"]}

    assert azure.diff(PERMISSION_GRANT, found[0], wanted).replaces == ()
    assert azure.update(PERMISSION_GRANT, grant, wanted)["claimValues"] == ["User.Read", "Files.Read"]


def test_grants_end_with_the_service_principal_that_has_them_or_is_their_api(azure: LocalAzure) -> None:
    _, _, caller = api(azure, [])
    _, _, resource = api(azure)
    assign(azure, CALL, caller, resource)
    consent(azure, caller)
    consent(azure, add_client_principal(azure), caller)

    azure.delete(SERVICE_PRINCIPAL, f"/servicePrincipals/{caller}")

    assert not [one for one in azure.world.resources.values() if one.token in (APP_ROLE_ASSIGNMENT, PERMISSION_GRANT)]


def add_client_principal(azure: LocalAzure) -> str:
    client_id = add_client(azure.world, "Review portal")
    found = azure.invoke("azuread:index/getServicePrincipal:getServicePrincipal", {"clientId": client_id})
    return str(found["objectId"])


def test_id_of_a_grant_contains_the_ids_of_its_principals_as_in_graph(azure: LocalAzure) -> None:
    # The ids and their grant are those of Azure/azure-cli#20974, 2022-01.
    client, resource = "b25985a8-9d2b-4fde-9fa7-6c4e43a8ddec", "a3efc889-f1b7-4532-9e01-91e32d1039f4"

    assert consent(azure, client, resource) == "/oauth2PermissionGrants/qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ"
    assert consent(azure, client, resource, userObjectId="182c8534-f413-487c-91a3-7addc80e35d5").endswith(
        "qIVZsiud3k-fp2xOQ6jd7InI76O38TJFngGR4y0QOfQ0hSwYE_R8SJGjet3IDjXV"
    )


def test_app_role_assignment_cannot_be_changed_but_only_replaced(azure: LocalAzure) -> None:
    inputs = SAMPLES[APP_ROLE_ASSIGNMENT].inputs

    for name in inputs:
        assert azure.diff(APP_ROLE_ASSIGNMENT, inputs, {**inputs, name: NOBODY}).replaces == (name,)
