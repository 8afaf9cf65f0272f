"""Tests of Entra applications in local Azure, with their identifier URIs, clients and federated credentials."""

from typing import Any

import pytest

from localazure.arm.world import TENANT_ID, Values
from localazure.azure import LocalAzure
from localazure.errors import AzureError, InvalidInputs
from localazure.services.directory_objects import DOMAIN
from tests.localazure.samples import (
    APP_ROLE_ASSIGNMENT,
    ENTRA_APPLICATION,
    FEDERATED_CREDENTIAL,
    IDENTIFIER_URI,
    PERMISSION_GRANT,
    PRE_AUTHORIZED,
    SAMPLES,
    SERVICE_PRINCIPAL,
    make,
)

SCOPE = "0b1f2c3d-0000-4000-8000-0000000000e1"
ROLE = "0b1f2c3d-0000-4000-8000-0000000000e2"
OTHER = "0b1f2c3d-0000-4000-8000-0000000000ee"


def application(azure: LocalAzure, **changed: object) -> tuple[str, Values]:
    inputs = {**SAMPLES[ENTRA_APPLICATION].inputs, **changed}
    return azure.create(ENTRA_APPLICATION, azure.check(ENTRA_APPLICATION, inputs, name="application"))


def credential(azure: LocalAzure, application_id: str, name: str = "on-behalf-of", **changed: Any) -> str:  # noqa: ANN401 (any JSON value)
    inputs = {**SAMPLES[FEDERATED_CREDENTIAL].inputs, "applicationId": application_id, "displayName": name, **changed}
    return azure.create(FEDERATED_CREDENTIAL, azure.check(FEDERATED_CREDENTIAL, inputs, name="credential"))[0]


def refusal(azure: LocalAzure, token: str, inputs: Values) -> AzureError:
    with pytest.raises(AzureError) as refused:
        azure.create(token, azure.check(token, inputs, name="one"))
    return refused.value


def violations(azure: LocalAzure, token: str, **changed: Any) -> set[str]:  # noqa: ANN401 (any JSON value)
    with pytest.raises(InvalidInputs) as refused:
        azure.check(token, {**SAMPLES[token].inputs, **changed}, name="one")
    return {each.path for each in refused.value.violations}


def test_application_has_ids_of_its_scopes_and_roles_and_an_id_of_its_object_in_entra(azure: LocalAzure) -> None:
    application_id, outputs = application(azure)

    assert application_id == f"/applications/{outputs['objectId']}"
    assert outputs["oauth2PermissionScopeIds"] == {"user_impersonation": SCOPE}
    assert outputs["appRoleIds"] == {"User.Access": ROLE}
    assert outputs["clientId"] not in (outputs["objectId"], "")
    assert outputs["signInAudience"] == "AzureADMyOrg"
    assert "owners" not in outputs


def test_applications_with_one_name_are_two_applications_unless_the_program_prevents_it(azure: LocalAzure) -> None:
    first, second = application(azure), application(azure)

    assert first[0] != second[0]
    assert first[1]["clientId"] != second[1]["clientId"]
    inputs = {**SAMPLES[ENTRA_APPLICATION].inputs, "preventDuplicateNames": True}
    assert refusal(azure, ENTRA_APPLICATION, inputs).code == "DuplicateName"


def test_application_created_again_has_other_ids(azure: LocalAzure) -> None:
    first, outputs = application(azure)
    azure.delete(ENTRA_APPLICATION, first)

    second, again = application(azure)

    assert (first, outputs["clientId"]) != (second, again["clientId"])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"signInAudience": "MyOrg"}, "signInAudience"),
        ({"owners": ["me"]}, "owners[0]"),
        ({"api": {"requestedAccessTokenVersion": 3}}, "api.requestedAccessTokenVersion"),
        ({"appRoles": [{"id": ROLE, "displayName": "A", "description": "a"}]}, "appRoles[0].allowedMemberTypes"),
        (
            {"api": {"oauth2PermissionScopes": [{"id": SCOPE, "value": "user impersonation"}]}},
            "api.oauth2PermissionScopes[0].value",
        ),
        (
            {"optionalClaims": {"accessTokens": [{"name": "idtyp", "additionalProperties": ["include_user_token"]}]}},
            "optionalClaims.accessTokens[0].additionalProperties[0]",
        ),
        ({"password": {"displayName": "secret"}}, "password"),
        ({"passwords": []}, "passwords"),
        ({"web": {"redirectUri": "https://portal.example"}}, "web.redirectUri"),
    ],
)
def test_application_with_invalid_inputs_is_refused_before_entra_sees_them(
    azure: LocalAzure, changed: Values, path: str
) -> None:
    assert violations(azure, ENTRA_APPLICATION, **changed) == {path}


@pytest.mark.parametrize(
    ("role", "count"),
    [
        ({"id": SCOPE, "value": "Other"}, 1),
        ({"id": OTHER, "value": "user_impersonation"}, 1),
        ({"id": SCOPE, "value": "user_impersonation", "displayName": "Another"}, 1),
        ({"id": SCOPE, "value": "user_impersonation"}, 0),
        ({"id": OTHER, "value": "Other"}, 0),
    ],
)
def test_scope_and_app_role_share_an_id_or_a_value_only_if_they_are_equal(
    azure: LocalAzure, role: Values, count: int
) -> None:
    scope = SAMPLES[ENTRA_APPLICATION].inputs["api"]["oauth2PermissionScopes"][0]
    about = {"displayName": scope["adminConsentDisplayName"], "description": scope["adminConsentDescription"]}
    inputs = {**SAMPLES[ENTRA_APPLICATION].inputs, "appRoles": [{"allowedMemberTypes": ["User"], **about, **role}]}

    if count:
        assert violations(azure, ENTRA_APPLICATION, appRoles=inputs["appRoles"]) == {"api.oauth2PermissionScopes[0]"}
    else:
        assert azure.check(ENTRA_APPLICATION, inputs, name="one") == inputs


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("api://{client}", ""),
        ("api://{client}/agents", ""),
        (f"api://{TENANT_ID}/agents", ""),
        (f"https://agents.{DOMAIN}", ""),
        ("api://agents/{client}", ""),
        (f"api://agents.{DOMAIN}/ingestion", ""),
        ("https://agents.example/{client}", "HostNameNotOnVerifiedDomain"),
        ("api://agents/{client}x", "HostNameNotOnVerifiedDomain"),
        ("api://", "Request_BadRequest"),
        ("api://agents", "HostNameNotOnVerifiedDomain"),
        ("https://agents.example", "HostNameNotOnVerifiedDomain"),
        (f"https://agents{DOMAIN}", "HostNameNotOnVerifiedDomain"),
        ("agents", "Request_BadRequest"),
    ],
)
def test_identifier_uri_names_the_application_the_tenant_or_a_verified_domain(
    azure: LocalAzure, uri: str, code: str
) -> None:
    application_id, outputs = application(azure)
    inputs = {"applicationId": application_id, "identifierUri": uri.format(client=outputs["clientId"])}

    if code:
        assert refusal(azure, IDENTIFIER_URI, inputs).code == code
    else:
        assert azure.create(IDENTIFIER_URI, inputs)[0].startswith(f"{application_id}/identifierUris/")


def test_identifier_uri_of_another_application_is_refused(azure: LocalAzure) -> None:
    uri = f"https://agents.{DOMAIN}"
    application(azure, identifierUris=[uri])
    other, _ = application(azure)

    assert "already exists" in str(refusal(azure, IDENTIFIER_URI, {"applicationId": other, "identifierUri": uri}))


def test_application_is_read_with_the_identifier_uris_that_other_resources_added(azure: LocalAzure) -> None:
    application_id, outputs = application(azure)
    principal, _ = azure.create(SERVICE_PRINCIPAL, {"clientId": outputs["clientId"]})
    uri = f"api://{outputs['clientId']}"
    added, _ = azure.create(IDENTIFIER_URI, {"applicationId": application_id, "identifierUri": uri})

    found, of_principal = azure.read(ENTRA_APPLICATION, application_id), azure.read(SERVICE_PRINCIPAL, principal)
    azure.update(ENTRA_APPLICATION, application_id, {**SAMPLES[ENTRA_APPLICATION].inputs, "identifierUris": [uri]})
    azure.delete(IDENTIFIER_URI, added)
    left = azure.read(ENTRA_APPLICATION, application_id)

    assert found is not None
    assert of_principal is not None
    assert left is not None
    assert [each["identifierUris"] for each in (*found, *left)] == [[uri], [uri], [], []]
    assert azure.diff(ENTRA_APPLICATION, found[0], SAMPLES[ENTRA_APPLICATION].inputs).changed == ("identifierUris",)
    assert of_principal[1]["servicePrincipalNames"] == [uri]


def test_client_is_pre_authorized_for_scopes_of_the_application_alone(azure: LocalAzure) -> None:
    application_id, _ = application(azure)
    inputs = {"applicationId": application_id, "authorizedClientId": OTHER.upper(), "permissionIds": [SCOPE]}

    created, _ = azure.create(PRE_AUTHORIZED, azure.check(PRE_AUTHORIZED, inputs, name="one"))

    assert created == f"{application_id.rpartition('/')[2]}/preAuthorizedApplication/{OTHER}"
    assert "none of the application's scopes" in str(
        refusal(azure, PRE_AUTHORIZED, {**inputs, "authorizedClientId": SCOPE, "permissionIds": [OTHER]})
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", f"https://login.microsoftonline.com/{TENANT_ID}/v2.0 "),
        ("subject", "the client id of the identity"),
        ("audiences", ["api://AzureADTokenExchangeChina"]),
    ],
)
def test_federated_credential_with_a_wrong_value_is_stored_as_in_entra(
    azure: LocalAzure, field: str, value: object
) -> None:
    application_id, _ = application(azure)
    changed: dict[str, Any] = {field: value}

    created = credential(azure, application_id, **changed)

    found = azure.read(FEDERATED_CREDENTIAL, created)
    assert found is not None
    assert found[1][field] == value


@pytest.mark.parametrize("name", ["ab", "a b c", "-abc", "x" * 121])
def test_federated_credential_with_an_invalid_name_is_refused(azure: LocalAzure, name: str) -> None:
    application_id, _ = application(azure)

    with pytest.raises((AzureError, InvalidInputs)):
        credential(azure, application_id, name)


def test_application_has_at_most_twenty_federated_credentials(azure: LocalAzure) -> None:
    application_id, _ = application(azure)
    for number in range(20):
        credential(azure, application_id, f"credential-{number}", subject=f"subject {number}")

    with pytest.raises(AzureError, match="at most 20"):
        credential(azure, application_id, "one-more", subject="one more")


def test_federated_credentials_of_one_application_differ_in_name_and_in_issuer_or_subject(azure: LocalAzure) -> None:
    application_id, _ = application(azure)
    first = credential(azure, application_id)

    with pytest.raises(AzureError, match="with name on-behalf-of already exists"):
        credential(azure, application_id, subject="another")
    with pytest.raises(AzureError, match="combination of issuer and subject must be unique"):
        credential(azure, application_id, "another-name")
    azure.delete(FEDERATED_CREDENTIAL, first)
    assert credential(azure, application_id) == first


def test_federated_credential_has_one_audience_and_an_application(azure: LocalAzure) -> None:
    assert violations(azure, FEDERATED_CREDENTIAL, audiences=["one", "two"]) == {"audiences"}
    assert violations(azure, FEDERATED_CREDENTIAL, applicationId=OTHER) == {"applicationId"}
    inputs = {**SAMPLES[FEDERATED_CREDENTIAL].inputs, "applicationId": f"/applications/{OTHER}"}
    assert refusal(azure, FEDERATED_CREDENTIAL, inputs).code == "Request_ResourceNotFound"


def test_deleting_an_application_deletes_all_that_belongs_to_it(azure: LocalAzure) -> None:
    for token in (IDENTIFIER_URI, PRE_AUTHORIZED, FEDERATED_CREDENTIAL, APP_ROLE_ASSIGNMENT, PERMISSION_GRANT):
        make(azure, token)
    applications = [one.id for one in azure.world.resources.values() if one.token == ENTRA_APPLICATION]
    principals = [one.id for one in azure.world.principals.values() if one.owner]

    for each in applications:
        azure.delete(ENTRA_APPLICATION, each)

    assert len(principals) == 1
    assert azure.world.resources == {}
    assert not [one for one in azure.world.principals.values() if one.owner]
    assert all(azure.world.was_deleted(each) for each in principals)
