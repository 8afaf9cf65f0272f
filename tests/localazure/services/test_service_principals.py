"""Tests of service principals in local Azure, of the objects that a tenant has, and of azuread's functions."""

from pathlib import Path

import pytest

from access.azure.application_permissions import graph_app_roles
from access.azure.delegated_permissions import APPLICATION_IDS, scope_ids
from localazure.arm.world import DEPLOYER_OBJECT_ID, TENANT_ID, Values, World
from localazure.azure import LocalAzure
from localazure.errors import AzureError, InvalidInputs, UnknownType
from localazure.services.directory_objects import (
    add_client,
    add_group,
    add_user,
    find_principal,
    find_service_principal,
)
from tests.localazure.samples import (
    ENTRA_APPLICATION,
    GET_SERVICE_PRINCIPAL,
    IDENTITY,
    IDENTITY_ID,
    PRINCIPAL_ID,
    SAMPLES,
    SERVICE_PRINCIPAL,
    make,
)

UNKNOWN = "0b1f2c3d-0000-4000-8000-00000000dead"


def create(azure: LocalAzure, client_id: str, **more: object) -> tuple[str, Values]:
    inputs = {"clientId": client_id, **more}
    return azure.create(SERVICE_PRINCIPAL, azure.check(SERVICE_PRINCIPAL, inputs, name="one"))


def lookup(azure: LocalAzure, **arguments: str) -> Values:
    return azure.invoke(GET_SERVICE_PRINCIPAL, dict(arguments))


def test_service_principal_shows_the_roles_and_scopes_that_its_application_has_now(azure: LocalAzure) -> None:
    application_id, outputs = make(azure, ENTRA_APPLICATION)
    principal, of_principal = create(azure, outputs["clientId"])
    renamed = {**SAMPLES[ENTRA_APPLICATION].inputs, "displayName": "renamed", "appRoles": []}
    azure.update(ENTRA_APPLICATION, application_id, renamed)

    found = azure.read(SERVICE_PRINCIPAL, principal)

    assert found is not None
    assert (of_principal["displayName"], found[1]["displayName"]) == ("ingestion", "renamed")
    assert (list(of_principal["appRoleIds"]), found[1]["appRoleIds"]) == (["User.Access"], {})
    assert found[1]["oauth2PermissionScopeIds"] == outputs["oauth2PermissionScopeIds"]
    assert found[1]["objectId"] not in (outputs["objectId"], outputs["clientId"])


def test_tenant_has_one_service_principal_of_an_application(azure: LocalAzure) -> None:
    _, outputs = make(azure, ENTRA_APPLICATION)
    first, _ = create(azure, outputs["clientId"])

    with pytest.raises(AzureError, match="ImportRequired"):
        create(azure, outputs["clientId"])
    assert create(azure, outputs["clientId"], useExisting=True)[0] == first


def test_service_principal_created_again_is_another_principal(azure: LocalAzure) -> None:
    _, outputs = make(azure, ENTRA_APPLICATION)
    first, _ = create(azure, outputs["clientId"])
    azure.delete(SERVICE_PRINCIPAL, first)

    second, _ = create(azure, outputs["clientId"])

    assert first != second
    assert azure.world.was_deleted(first.rpartition("/")[2])
    assert azure.world.find_principal(second.rpartition("/")[2]) is not None


def test_service_principal_without_an_application_in_the_tenant_is_refused(azure: LocalAzure) -> None:
    application_id, outputs = make(azure, ENTRA_APPLICATION)

    for wrong in (UNKNOWN, str(outputs["objectId"])):
        with pytest.raises(AzureError, match="does not reference a valid application object"):
            create(azure, wrong)
    assert azure.read(ENTRA_APPLICATION, application_id) is not None


def test_service_principals_of_microsofts_apis_exist_from_the_beginning(azure: LocalAzure) -> None:
    graph = APPLICATION_IDS["microsoft-graph"]

    assert lookup(azure, clientId=graph)["appRoleIds"] == graph_app_roles()
    assert {
        api: lookup(azure, clientId=client_id)["oauth2PermissionScopeIds"] for api, client_id in APPLICATION_IDS.items()
    } == {api: scope_ids(api) for api in APPLICATION_IDS}
    with pytest.raises(AzureError, match="ImportRequired"):
        create(azure, graph)
    existing, _ = create(azure, graph, useExisting=True)
    assert existing == f"/servicePrincipals/{lookup(azure, displayName='Microsoft Graph')['objectId']}"


def test_service_principal_is_found_by_exactly_one_of_its_ids(azure: LocalAzure) -> None:
    make(azure, IDENTITY)
    _, outputs = make(azure, ENTRA_APPLICATION)
    principal, _ = create(azure, outputs["clientId"])

    by_client = lookup(azure, clientId=str(outputs["clientId"]).upper())

    assert by_client["id"] == principal
    assert lookup(azure, objectId=by_client["objectId"]) == by_client
    assert lookup(azure, objectId=PRINCIPAL_ID)["type"] == "ManagedIdentity"
    for arguments in ({}, {"clientId": UNKNOWN, "objectId": UNKNOWN}, {"clientId": "ingestion"}):
        with pytest.raises(AzureError, match="InvalidArguments"):
            azure.invoke(GET_SERVICE_PRINCIPAL, dict(arguments))
    for arguments in ({"objectId": UNKNOWN}, {"displayName": "nobody"}):
        with pytest.raises(AzureError, match="Request_ResourceNotFound"):
            azure.invoke(GET_SERVICE_PRINCIPAL, dict(arguments))


def test_service_principal_of_an_application_that_nobody_added_is_assumed_to_exist(azure: LocalAzure) -> None:
    _, outputs = make(azure, ENTRA_APPLICATION)

    assert lookup(azure, clientId=UNKNOWN)["oauth2PermissionScopeIds"] == {}
    with pytest.raises(AzureError, match="Request_ResourceNotFound"):
        lookup(azure, clientId=str(outputs["clientId"]))


def test_users_groups_and_clients_that_a_test_adds_are_part_of_the_saved_state(
    azure: LocalAzure, tmp_path: Path
) -> None:
    world = azure.world
    ann = add_user(world, "Ann Lee")
    reviewers = add_group(world, "Reviewers", [ann])
    portal = add_client(world, "Review portal", scopes=["Reviews.Read"])
    world.save(tmp_path / "dev.json")

    read = World.load(tmp_path / "dev.json")

    assert read == world
    group, client = find_principal(read, reviewers), find_service_principal(read, client_id=portal)
    assert group is not None
    assert client is not None
    assert (group.kind, group.members) == ("Group", (ann,))
    assert [each["value"] for each in client.scopes] == ["Reviews.Read"]
    assert LocalAzure(read).invoke("azuread:index/getGroup:getGroup", {"displayName": "Reviewers"})["members"] == [ann]
    mail = "ann.lee@localazure.onmicrosoft.com"
    assert LocalAzure(read).invoke("azuread:index/getUser:getUser", {"userPrincipalName": mail})["objectId"] == ann


def test_client_config_names_the_tenant_and_the_deploying_identity(azure: LocalAzure) -> None:
    found = azure.invoke("azuread:index/getClientConfig:getClientConfig", {})

    assert (found["tenantId"], found["objectId"]) == (TENANT_ID, DEPLOYER_OBJECT_ID)
    deployer = lookup(azure, objectId=DEPLOYER_OBJECT_ID)
    assert deployer["clientId"] == found["clientId"]


@pytest.mark.parametrize(
    "name",
    ["ApplicationPassword", "ApplicationCertificate", "ServicePrincipalPassword", "ServicePrincipalCertificate"],
)
def test_passwords_and_certificates_of_entra_are_refused_by_name_by_local_azure(azure: LocalAzure, name: str) -> None:
    token = f"azuread:index/{name[0].lower()}{name[1:]}:{name}"

    with pytest.raises(UnknownType, match=name):
        azure.check(token, {}, name="secret")


def test_service_principal_with_invalid_inputs_is_refused_before_entra_sees_them(azure: LocalAzure) -> None:
    with pytest.raises(InvalidInputs) as refused:
        azure.check(SERVICE_PRINCIPAL, {"clientId": IDENTITY_ID, "owners": [""], "type": "Application"}, name="one")

    assert {each.path for each in refused.value.violations} == {"clientId", "owners[0]", "type"}
