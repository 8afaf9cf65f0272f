"""Tests of an agent's Entra application and of the credential that it trusts: exactly what is registered."""

import uuid
from collections.abc import Callable
from typing import Any, cast

import pulumi
import pytest

from access.azure.clouds import CLOUDS
from components.federation import ServiceAccount
from components.user_context.application import AgentApplication, AgentApplicationArgs
from components.user_context.credential import IdentityCredential, IdentityCredentialArgs, trust_pod
from tests.components.places import Somebody
from tests.components.recorder import (
    API_PRINCIPAL,
    SCOPE_OF_API,
    SUBSCRIPTION,
    TENANT,
    Recorded,
    identity_of,
    principal_of,
    record,
)

OWNER, PORTAL, REVIEWERS, ANN = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}" for digit in "abcd")
GRAPH = "00000003-0000-0000-c000-000000000000"
ACTS: dict[str, Any] = {
    "apis": {"microsoft-graph": {"client_id": GRAPH, "scopes": ["User.Read"]}},
    "callers": {"review-portal": PORTAL},
    "people": {"reviewers": REVIEWERS},
}
APPLICATION = identity_of("azuread:index/application:Application", "ingestion-application")
CLIENT_ID = principal_of("client of ingestion-application")
PRINCIPAL = principal_of("ingestion-service-principal")
EXISTING = {"client_id": PORTAL, "object_id": ANN, "service_principal_id": OWNER}


def ingestion(**more: Any) -> AgentApplication:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {"display_name": "fabrikam-ingestion-dev", "owners": [OWNER], **more}
    return AgentApplication("ingestion", cast("AgentApplicationArgs", args))


def credential(application: AgentApplication, **more: Any) -> IdentityCredential:  # noqa: ANN401 - any argument
    args: dict[str, Any] = {
        "application": application,
        "azure_name": "fabrikam-ingestion-dev-user",
        "subscription_id": SUBSCRIPTION,
        "resource_group_name": "group",
        "location": "westeurope",
        "tenant_id": TENANT,
        **more,
    }
    return IdentityCredential("ingestion", cast("IdentityCredentialArgs", args))


def inputs(recorded: Recorded, kind: str) -> dict[str, dict[str, Any]]:
    """Return the inputs of the registered resources of a type of `azuread`, by logical name."""
    token = f"azuread:index/{kind[0].lower()}{kind[1:]}:{kind}"
    return {one.name: one.inputs for one in recorded.resources if one.type == token}


def azuread_types(recorded: Recorded) -> set[str]:
    return {one.kind for one in recorded.resources if one.type.startswith("azuread:")}


def test_application_of_an_agent_acting_for_users_has_one_scope_and_one_role_and_no_secret() -> None:
    recorded = record(lambda: ingestion(acts_for_users=ACTS))

    application = inputs(recorded, "Application")["ingestion-application"]
    (scope,) = application["api"]["oauth2PermissionScopes"]
    (role,) = application["appRoles"]
    assert (scope["value"], role["value"], role["allowedMemberTypes"]) == (
        "user_impersonation",
        "User.Access",
        ["User"],
    )
    assert {uuid.UUID(scope["id"]).version, uuid.UUID(role["id"]).version} == {5}
    assert application["api"]["requestedAccessTokenVersion"] == 2
    assert application["signInAudience"] == "AzureADMyOrg"
    assert application["owners"] == [OWNER]
    assert application["fallbackPublicClientEnabled"] is False
    assert {one["name"] for one in application["optionalClaims"]["accessTokens"]} == {"acct", "idtyp", "xms_cc"}
    assert application["requiredResourceAccesses"] == [
        {"resourceAppId": GRAPH, "resourceAccesses": [{"id": SCOPE_OF_API, "type": "Scope"}]}
    ]
    assert not {"password", "web", "publicClient", "singlePageApplication", "identifierUris"} & set(application)


def test_application_of_a_callable_agent_has_only_the_role_for_agents() -> None:
    recorded = record(lambda: ingestion(callable=True))

    application = inputs(recorded, "Application")["ingestion-application"]
    assert [(one["value"], one["allowedMemberTypes"]) for one in application["appRoles"]] == [
        ("Agent.Call", ["Application"])
    ]
    assert "oauth2PermissionScopes" not in application["api"]
    assert azuread_types(recorded) == {"Application", "ApplicationIdentifierUri", "ServicePrincipal"}


def test_application_acting_for_users_registers_its_uri_callers_and_assignments() -> None:
    recorded = record(lambda: ingestion(acts_for_users=ACTS))

    scope = inputs(recorded, "Application")["ingestion-application"]["api"]["oauth2PermissionScopes"][0]["id"]
    role = inputs(recorded, "Application")["ingestion-application"]["appRoles"][0]["id"]
    assert inputs(recorded, "ApplicationIdentifierUri") == {
        "ingestion-identifier-uri": {"applicationId": APPLICATION, "identifierUri": f"api://{CLIENT_ID}"}
    }
    assert inputs(recorded, "ApplicationPreAuthorized") == {
        "review-portal-may-send-users-to-ingestion": {
            "applicationId": APPLICATION,
            "authorizedClientId": PORTAL,
            "permissionIds": [scope],
        }
    }
    assert inputs(recorded, "ServicePrincipal") == {
        "ingestion-service-principal": {"clientId": CLIENT_ID, "appRoleAssignmentRequired": True, "owners": [OWNER]}
    }
    assert inputs(recorded, "AppRoleAssignment") == {
        "reviewers-may-use-ingestion": {
            "appRoleId": role,
            "principalObjectId": REVIEWERS,
            "resourceObjectId": PRINCIPAL,
        }
    }
    assert "ServicePrincipalDelegatedPermissionGrant" not in azuread_types(recorded)


def test_application_ignores_the_identifier_uri_that_another_resource_sets() -> None:
    recorded = record(lambda: ingestion(acts_for_users=ACTS))

    assert recorded.one("azuread:index/application:Application").ignored == ("identifierUris",)


def test_clients_of_an_application_are_authorized_one_after_the_other() -> None:
    recorded = record(lambda: ingestion(acts_for_users={**ACTS, "callers": {"cli": ANN, "portal": PORTAL}}))

    first, second = recorded.all("azuread:index/applicationPreAuthorized:ApplicationPreAuthorized")
    assert first.urn in second.dependencies


@pytest.mark.parametrize(
    ("consent", "granted"),
    [({}, {"all-users": None}), ({"users": {"ann": ANN, "bob": PORTAL}}, {"ann": ANN, "bob": PORTAL})],
)
def test_consent_of_an_administrator_covers_exactly_the_declared_scopes(
    consent: dict[str, Any], granted: dict[str, str | None]
) -> None:
    given = {"apis": ["microsoft-graph"], **consent}
    recorded = record(lambda: ingestion(acts_for_users={**ACTS, "consent": given}))

    assert inputs(recorded, "ServicePrincipalDelegatedPermissionGrant") == {
        f"ingestion-may-use-microsoft-graph-for-{name}": {
            "servicePrincipalObjectId": PRINCIPAL,
            "resourceServicePrincipalObjectId": API_PRINCIPAL,
            "claimValues": ["User.Read"],
            **({} if user is None else {"userObjectId": user}),
        }
        for name, user in granted.items()
    }


def test_scope_that_an_api_of_the_tenant_does_not_have_is_an_error_with_the_nearest() -> None:
    acts = {**ACTS, "apis": {"microsoft-graph": {"client_id": GRAPH, "scopes": ["User.Raed"]}}}
    with pytest.raises(pulumi.RunError, match=r"'microsoft-graph' has no scope 'User.Raed'.*did you mean 'User.Read'"):
        record(lambda: ingestion(acts_for_users=acts))


def test_existing_application_is_referred_to_and_not_created() -> None:
    recorded = record(lambda: ingestion(acts_for_users=ACTS, existing=EXISTING))

    assert azuread_types(recorded) == {"AppRoleAssignment"}
    (assignment,) = inputs(recorded, "AppRoleAssignment").values()
    assert assignment["resourceObjectId"] == EXISTING["service_principal_id"]


def test_calling_agent_gets_the_role_for_agents_under_its_own_component() -> None:
    def program() -> None:
        ingestion(callable=True).let_call(Somebody("intake"))

    recorded = record(program)

    (assignment,) = recorded.all("azuread:index/appRoleAssignment:AppRoleAssignment")
    (role,) = inputs(recorded, "Application")["ingestion-application"]["appRoles"]
    assert assignment.name == "intake-may-call-ingestion"
    assert assignment.inputs == {
        "appRoleId": role["id"],
        "principalObjectId": "principal of intake",
        "resourceObjectId": PRINCIPAL,
    }
    assert assignment.parent == recorded.one("test:index:Somebody").urn


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_application_trusts_exactly_the_identity_of_its_cloud(cloud: str) -> None:
    recorded = record(lambda: credential(ingestion(acts_for_users=ACTS), cloud=cloud))

    (trusted,) = inputs(recorded, "ApplicationFederatedIdentityCredential").values()
    assert trusted["applicationId"] == APPLICATION
    assert trusted["issuer"] == f"{CLOUDS[cloud].authority_host}/{TENANT}/v2.0"
    assert trusted["subject"] == principal_of("ingestion-credential")
    assert trusted["audiences"] == [CLOUDS[cloud].exchange_audience]
    assert 3 <= len(trusted["displayName"]) <= 120


def test_credential_identity_gets_no_role_assignment() -> None:
    recorded = record(lambda: credential(ingestion(acts_for_users=ACTS)))

    assert recorded.all("RoleAssignment") == []
    assert recorded.one("UserAssignedIdentity").name == "ingestion-credential"


def test_federated_credential_that_an_administrator_makes_is_not_registered() -> None:
    recorded = record(lambda: credential(ingestion(acts_for_users=ACTS), federated=False))

    assert "ApplicationFederatedIdentityCredential" not in azuread_types(recorded)


def pod(issuer: str, account: str = "ingestion") -> Callable[[], object]:
    return lambda: trust_pod("ingestion", ingestion(acts_for_users=ACTS), ServiceAccount(issuer, "space", account))


def test_application_trusts_exactly_the_service_account_of_a_pod() -> None:
    recorded = record(pod("https://fleet.issuer.test/"))

    (trusted,) = inputs(recorded, "ApplicationFederatedIdentityCredential").values()
    assert trusted["issuer"] == "https://fleet.issuer.test/"
    assert trusted["subject"] == "system:serviceaccount:space:ingestion"
    assert trusted["audiences"] == ["api://AzureADTokenExchange"]
    assert recorded.all("UserAssignedIdentity") == []


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (pod("https://fleet.issuer.test/ "), "is not an issuer of tokens"),
        (pod("http://fleet.issuer.test/"), "is not an issuer of tokens"),
        (pod("https://fleet.issuer.test/", "in gestion"), "is not the subject of a service account"),
        (lambda: credential(ingestion(), tenant_id="common"), "'common' is not the id of a tenant"),
        (lambda: credential(ingestion(), tenant_id=f"{TENANT} "), "is not an issuer of tokens"),
    ],
)
def test_value_that_entra_would_accept_silently_is_refused_before_it_is_sent(
    program: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        record(program)
