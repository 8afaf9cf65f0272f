"""Tests that the real azure-identity and MSAL get tokens from local Azure's TLS endpoints with production settings."""

import asyncio
import json
from collections.abc import Callable

import msal  # pyright: ignore[reportMissingTypeStubs]
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, ManagedIdentityCredential, OnBehalfOfCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.identity.aio import OnBehalfOfCredential as AsyncOnBehalfOfCredential

from localazure.endpoints.request_log import fingerprint
from localazure.endpoints.signed_tokens import unverified
from tests.localazure.endpoints.sample_tenant import ANNA, EXCHANGE, GRAPH, INGESTION, SampleTenant

EXCHANGE_SCOPE = "api://AzureADTokenExchange/.default"
USER_READ = "https://graph.microsoft.com/User.Read"


@pytest.fixture
def assertion(tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Return the function with which a container gets its client assertion, as an agent has it."""
    for name, value in tenant.endpoints.container("ingestion").environment.items():
        monkeypatch.setenv(name, value)
    identity = ManagedIdentityCredential(client_id=tenant.exchange_client)
    return lambda: identity.get_token(EXCHANGE_SCOPE).token


def on_behalf_of(tenant: SampleTenant, assertion: Callable[[], str]) -> OnBehalfOfCredential:
    return OnBehalfOfCredential(
        tenant.endpoints.tenant.id, INGESTION, client_assertion_func=assertion, user_assertion=tenant.sign_in()
    )


def test_managed_identity_credential_gets_the_assertion_of_the_attached_identity(
    tenant: SampleTenant, assertion: Callable[[], str]
) -> None:
    _, claims = unverified(assertion())

    identity = tenant.azure.world.find_owned_principal(EXCHANGE)
    assert identity is not None
    assert (claims["sub"], claims["azp"], claims["ver"]) == (identity.id, identity.client_id, "2.0")
    assert claims["aud"] == "fb60f99c-7a34-4190-8149-302f77469936"


def test_on_behalf_of_credential_gets_a_graph_token_of_the_user(
    tenant: SampleTenant, assertion: Callable[[], str]
) -> None:
    token = on_behalf_of(tenant, assertion).get_token(USER_READ).token
    me = requests.get("https://graph.microsoft.com/v1.0/me", headers={"Authorization": f"Bearer {token}"}, timeout=9)

    assert me.json()["id"] == ANNA.id
    assert unverified(token)[1]["appid"] == INGESTION


def test_asynchronous_credentials_get_a_graph_token_of_the_user(
    tenant: SampleTenant, assertion: Callable[[], str]
) -> None:
    async def run() -> str:
        identity = AsyncManagedIdentityCredential(client_id=tenant.exchange_client)
        async with identity:
            first = await identity.get_token(EXCHANGE_SCOPE)
        assert unverified(first.token)[1]["sub"] == unverified(assertion())[1]["sub"]
        credential = AsyncOnBehalfOfCredential(
            tenant.endpoints.tenant.id,
            INGESTION,
            client_assertion_func=lambda: first.token,
            user_assertion=tenant.sign_in(),
        )
        async with credential:
            return (await credential.get_token(USER_READ)).token

    assert unverified(asyncio.run(run()))[1]["oid"] == ANNA.id


def test_msal_reads_the_token_of_a_user_from_its_cache(tenant: SampleTenant, assertion: Callable[[], str]) -> None:
    app = msal.ConfidentialClientApplication(
        INGESTION,
        authority=f"https://login.microsoftonline.com/{tenant.endpoints.tenant.id}",
        client_credential={"client_assertion": assertion},
    )
    first = app.acquire_token_on_behalf_of(tenant.sign_in(), [USER_READ])
    (account,) = app.get_accounts()
    again = app.acquire_token_silent([USER_READ], account)

    assert again is not None
    assert again["access_token"] == first["access_token"]
    assert len(tenant.endpoints.log.of("token", method="POST")) == 1
    assert app.acquire_token_silent([USER_READ], account, force_refresh=True)
    assert [each.form["grant_type"] for each in tenant.endpoints.log.of("token", method="POST")][1:] == [
        "refresh_token"
    ]


def test_credential_error_names_the_missing_consent(tenant: SampleTenant, assertion: Callable[[], str]) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS65001") as caught:
        on_behalf_of(tenant, assertion).get_token("https://graph.microsoft.com/Mail.Read")

    assert caught.value.response is not None
    body = json.loads(caught.value.response.text())
    assert (body["error"], body["suberror"], body["error_codes"]) == ("invalid_grant", "consent_required", [65001])


def test_identity_that_is_not_attached_is_unavailable_to_the_credential(assertion: Callable[[], str]) -> None:
    assert assertion()
    with pytest.raises(CredentialUnavailableError, match="No User Assigned or Delegated Managed Identity found"):
        ManagedIdentityCredential(client_id=INGESTION).get_token(f"{GRAPH}/.default")


def test_request_log_has_fingerprints_in_place_of_tokens(tenant: SampleTenant, assertion: Callable[[], str]) -> None:
    credential = on_behalf_of(tenant, assertion)
    token = credential.get_token(USER_READ).token
    requests.get("https://graph.microsoft.com/v1.0/me", headers={"Authorization": f"Bearer {token}"}, timeout=9)
    elsewhere = requests.get(f"https://graph.microsoft.com/v1.0/me?t={token}", headers={"X-Copy": token}, timeout=9)
    assert elsewhere.status_code == 401
    graph, _ = tenant.endpoints.log.of("graph")
    text = repr(list(tenant.endpoints.log))

    assert graph.headers["authorization"] == f"Bearer {fingerprint(token)}"
    assert "eyJ" not in text
    assert (graph.user, graph.client) == (ANNA.id, INGESTION)
