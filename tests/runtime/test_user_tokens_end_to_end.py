"""Tests of users' tokens against local Azure's endpoints over TLS: clients of Azure, oracles, concurrent users."""

import asyncio
import contextlib
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import aiohttp
import msal  # pyright: ignore[reportMissingTypeStubs]
import pytest
from agent_network_runtime.asyncio_client import AsyncUserCredential, AsyncUserTokenClient
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ConsentRequiredError,
    CredentialRefusedError,
    HostNotDeclaredError,
    InvalidTokenError,
    TemporaryError,
)
from agent_network_runtime.exchange import Rules
from agent_network_runtime.flights import SyncFlights
from agent_network_runtime.secret import TokenDroppedError
from agent_network_runtime.settings import Api, Settings
from agent_network_runtime.thread_client import UserCredential, UserTokenClient
from azure.core import AsyncPipelineClient, PipelineClient
from azure.core.configuration import Configuration
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy, BearerTokenCredentialPolicy, RedirectPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse
from azure.identity import ManagedIdentityCredential, OnBehalfOfCredential
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm

from localazure.endpoints.entra.objects import RoleAssignment, User
from localazure.endpoints.signed_tokens import signing_key
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import (
    ANNA,
    BEN,
    INGESTION,
    REPORT,
    USER_ACCESS,
    SampleTenant,
    principal,
    sample_tenant,
)
from tests.runtime.token_agents import ME, USER_READ, agent_settings, incoming, incoming_token

DEFAULT = "https://graph.microsoft.com/.default"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Generator[SampleTenant]:
    with sample_tenant() as found:
        for name, value in found.endpoints.container("ingestion").environment.items():
            monkeypatch.setenv(name, value)
        yield found


def settled() -> Rules:
    return Rules(settling=0.0, attempts=2)


async def who_am_i(credential: AsyncUserCredential, url: str = ME) -> str:
    config = Configuration[HttpRequest, AsyncHttpResponse]()
    config.authentication_policy = AsyncBearerTokenCredentialPolicy(credential, DEFAULT)
    client = AsyncPipelineClient[HttpRequest, AsyncHttpResponse](
        "https://graph.microsoft.com", config=config, per_retry_policies=[credential.host_policy]
    )
    async with client:
        response = await client.send_request(HttpRequest("GET", url))
        response.raise_for_status()
        return response.json()["id"]


def graph_client(credential: UserCredential) -> PipelineClient[HttpRequest, HttpResponse]:
    config = Configuration[HttpRequest, HttpResponse]()
    config.authentication_policy = BearerTokenCredentialPolicy(credential, DEFAULT)
    config.redirect_policy = RedirectPolicy()
    return PipelineClient("https://graph.microsoft.com", config=config, per_retry_policies=[credential.host_policy])


def who_am_i_sync(credential: UserCredential, url: str = ME) -> str:
    with graph_client(credential) as client:
        response = client.send_request(HttpRequest("GET", url))
        response.raise_for_status()
        return response.json()["id"]


async def as_user(tenant: SampleTenant, client: AsyncUserTokenClient, user: User = ANNA, scope: str = USER_READ) -> str:
    async with client.request(incoming(tenant, user)) as tokens:
        return (await tokens.credential_for(scope).get_token(scope)).token


def test_asynchronous_client_of_azure_calls_an_api_as_the_user(tenant: SampleTenant) -> None:
    async def run() -> str:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=settled())
        async with client.request(incoming(tenant)) as tokens:
            found = await who_am_i(tokens.credential_for(USER_READ))
        await client.close()
        return found

    assert asyncio.run(run()) == ANNA.id
    (post,) = tenant.endpoints.log.of("token")
    assert post.form["scope"] == USER_READ
    assert (len(tenant.endpoints.log.of("identity")), len(tenant.endpoints.log.of("graph"))) == (1, 1)


def test_synchronous_client_of_azure_calls_an_api_as_the_user(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens:
        assert who_am_i_sync(tokens.credential_for(USER_READ)) == ANNA.id
    client.close()

    (post,) = tenant.endpoints.log.of("token")
    assert post.form["scope"] == USER_READ


def test_two_hundred_calls_of_tasks_for_one_user_are_one_request_for_a_token(tenant: SampleTenant) -> None:
    async def run() -> set[str]:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=settled())
        async with client.request(incoming(tenant)) as tokens:
            calls = (tokens.credential_for(USER_READ).get_token(USER_READ) for _ in range(200))
            found = {each.token for each in await asyncio.gather(*calls)}
        await client.close()
        return found

    assert len(asyncio.run(run())) == 1
    assert len(tenant.endpoints.log.of("token")) == len(tenant.endpoints.log.of("identity")) == 1


def test_twenty_calls_of_threads_for_one_user_are_one_request_for_a_token(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    tenant.endpoints.switches.add(Fault(service="token", delay=0.2))
    together = threading.Barrier(20)
    with client.request(incoming(tenant)) as tokens, ThreadPoolExecutor(20) as pool:

        def call(_: int) -> str:
            together.wait()
            return tokens.credential_for(USER_READ).get_token(USER_READ).token

        found = set(pool.map(call, range(20)))
    client.close()

    assert len(found) == 1
    assert len(tenant.endpoints.log.of("token")) == len(tenant.endpoints.log.of("identity")) == 1


def many_users(tenant: SampleTenant, number: int) -> list[User]:
    found = [
        User(
            id=f"66666666-0000-4000-8000-{each:012d}", name=f"user{each}@fabrikam.example", display_name=f"User {each}"
        )
        for each in range(number)
    ]
    directory = tenant.endpoints.directory
    directory.users.extend(found)
    directory.assignments.extend(
        RoleAssignment(resource=principal(INGESTION).id, principal=user.id, role=USER_ACCESS.id) for user in found
    )
    return found


def test_two_hundred_users_at_once_get_their_own_data_each(tenant: SampleTenant) -> None:
    users = many_users(tenant, 200)

    async def one(client: AsyncUserTokenClient, user: User) -> bool:
        async with client.request(incoming(tenant, user)) as tokens:
            credential = tokens.credential_for(USER_READ)
            found = await asyncio.gather(who_am_i(credential), who_am_i(credential))
        return set(found) == {user.id}

    async def run() -> list[bool]:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=Rules(settling=0, total=60, each=60))
        found = await asyncio.gather(*(one(client, user) for user in users))
        await client.close()
        return found

    assert asyncio.run(run()) == [True] * 200
    assert len(tenant.endpoints.log.of("token")) == 200
    assert len(tenant.endpoints.log.of("identity")) == 1


def test_throttled_user_does_not_throttle_another_user(tenant: SampleTenant) -> None:
    tenant.endpoints.switches.throttle(user=ANNA.id)

    async def run() -> str:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=settled())
        with pytest.raises(TemporaryError) as caught:
            await as_user(tenant, client)
        assert caught.value.headers == {"Retry-After": "60"}
        found = await as_user(tenant, client, BEN)
        with pytest.raises(TemporaryError):
            await as_user(tenant, client)
        await client.close()
        return found

    assert asyncio.run(run())
    assert [each.status for each in tenant.endpoints.log.of("token")] == [429, 200]


def msal_application(tenant: SampleTenant) -> msal.ConfidentialClientApplication:
    identity = ManagedIdentityCredential(client_id=tenant.exchange_client)
    return msal.ConfidentialClientApplication(
        INGESTION,
        authority=f"https://login.microsoftonline.com/{tenant.endpoints.tenant.id}",
        client_credential={"client_assertion": lambda: identity.get_token("api://AzureADTokenExchange/.default").token},
    )


def azure_identity(tenant: SampleTenant, token: str = "") -> OnBehalfOfCredential:
    identity = ManagedIdentityCredential(client_id=tenant.exchange_client)
    return OnBehalfOfCredential(
        tenant.endpoints.tenant.id,
        INGESTION,
        client_assertion_func=lambda: identity.get_token("api://AzureADTokenExchange/.default").token,
        user_assertion=token or tenant.sign_in(),
    )


def test_msal_throttles_another_user_than_the_throttled_one(tenant: SampleTenant) -> None:
    """Comparison: the reason why this library has a client of its own; it fails when MSAL is corrected."""
    tenant.endpoints.switches.throttle(user=ANNA.id)
    app = msal_application(tenant)
    throttled = app.acquire_token_on_behalf_of(tenant.sign_in(ANNA), [USER_READ])
    sent = len(tenant.endpoints.log.of("token", method="POST"))
    innocent = app.acquire_token_on_behalf_of(tenant.sign_in(BEN), [USER_READ])

    assert throttled["error"] == innocent["error"] == "temporarily_unavailable"
    assert len(tenant.endpoints.log.of("token", method="POST")) == sent


def test_msal_repeats_a_refusal_after_the_consent_that_it_lacked(tenant: SampleTenant) -> None:
    """Comparison: the reason why this library never keeps a refusal; it fails when MSAL is corrected."""
    scope = "https://graph.microsoft.com/Mail.Read"
    app, token = msal_application(tenant), tenant.sign_in()
    refused = app.acquire_token_on_behalf_of(token, [scope])
    tenant.endpoints.directory.consent(INGESTION, "00000003-0000-0000-c000-000000000000", ["Mail.Read"])
    sent = len(tenant.endpoints.log.of("token", method="POST"))
    again = app.acquire_token_on_behalf_of(token, [scope])

    assert refused["suberror"] == again["suberror"] == "consent_required"
    assert len(tenant.endpoints.log.of("token", method="POST")) == sent


def test_msal_and_azure_identity_request_a_refresh_token_and_this_library_does_not(tenant: SampleTenant) -> None:
    """Comparison: a refresh token outlives the request by months."""
    app = msal_application(tenant)
    app.acquire_token_on_behalf_of(tenant.sign_in(), [USER_READ])
    with azure_identity(tenant) as credential:
        credential.get_token(USER_READ)
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens:
        tokens.credential_for(USER_READ).get_token(USER_READ)
    client.close()
    requested = [set(each.form["scope"].split()) for each in tenant.endpoints.log.of("token", method="POST")]

    assert [scopes - {USER_READ} for scopes in requested] == [{"offline_access", "openid", "profile"}] * 2 + [set()]
    assert list(app.token_cache.search(app.token_cache.CredentialType.REFRESH_TOKEN))


def test_consent_counts_at_once_although_a_request_was_refused_before(tenant: SampleTenant) -> None:
    scope = "https://graph.microsoft.com/Mail.Read"

    async def run() -> str:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=settled())
        with pytest.raises(ConsentRequiredError):
            await as_user(tenant, client, scope=scope)
        tenant.endpoints.directory.consent(INGESTION, "00000003-0000-0000-c000-000000000000", ["Mail.Read"])
        found = await as_user(tenant, client, scope=scope)
        await client.close()
        return found

    assert asyncio.run(run())


def test_error_of_azure_identity_holds_the_users_token_and_the_error_of_this_library_does_not(
    tenant: SampleTenant,
) -> None:
    """Comparison: the reason why no error of another library is chained to an error of this one."""
    scope = "https://graph.microsoft.com/Mail.Read"
    token = tenant.sign_in()
    with pytest.raises(ClientAuthenticationError) as theirs, azure_identity(tenant, token) as credential:
        credential.get_token(scope)
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with pytest.raises(ConsentRequiredError) as ours, client.request(incoming(tenant)) as tokens:
        tokens.credential_for(scope).get_token(scope)
    client.close()

    response: Any = theirs.value.response
    assert token in str(response.request.body)
    assert ours.value.__cause__ is None
    assert ours.value.__context__ is None


def test_agent_whose_application_does_not_act_for_users_gets_no_token(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant, agent="report", application=REPORT), rules=settled())
    with pytest.raises(CredentialRefusedError), client.request(incoming(tenant)) as tokens:
        tokens.credential_for(USER_READ).get_token(USER_READ)
    client.close()


def test_revoked_user_must_sign_in_again(tenant: SampleTenant) -> None:
    user = incoming(tenant)
    tenant.endpoints.tenant.revoked[ANNA.id] = tenant.endpoints.clock.now() + 60
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with pytest.raises(InvalidTokenError), client.request(user) as tokens:
        tokens.credential_for(USER_READ).get_token(USER_READ)
    client.close()


def test_client_of_azure_kept_after_the_request_gets_an_error_in_place_of_the_token(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens:
        credential = tokens.credential_for(USER_READ)
        azure = graph_client(credential)
        azure.send_request(HttpRequest("GET", ME)).raise_for_status()
        older, newer = credential.get_token(USER_READ), credential.get_token_info(USER_READ)
    with pytest.raises(TokenDroppedError), azure:
        azure.send_request(HttpRequest("GET", ME))
    for read in (lambda: older.token, lambda: newer.token, lambda: list(older), lambda: older[0]):
        with pytest.raises(TokenDroppedError):
            read()
    client.close()


def test_host_outside_the_api_gets_no_token(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens, pytest.raises(HostNotDeclaredError, match=r"login\.microsoft"):
        who_am_i_sync(tokens.credential_for(USER_READ), "https://login.microsoftonline.com/me")
    client.close()


@pytest.mark.parametrize("url", [ME, "https://graph.microsoft.com/v1.0/nobody", "https://login.microsoftonline.com/me"])
def test_request_of_a_client_of_azure_holds_no_token_after_its_end(tenant: SampleTenant, url: str) -> None:
    request = HttpRequest("GET", url)
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with (
        client.request(incoming(tenant)) as tokens,
        graph_client(tokens.credential_for(USER_READ)) as azure,
        contextlib.suppress(HostNotDeclaredError),
    ):
        azure.send_request(request)
    client.close()

    assert "Authorization" not in request.headers


def test_redirect_to_a_host_outside_the_api_gets_no_token(tenant: SampleTenant) -> None:
    elsewhere = {"Location": "https://login.microsoftonline.com/me"}
    tenant.endpoints.switches.add(Fault(service="graph", status=302, headers=elsewhere))
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens, pytest.raises(HostNotDeclaredError, match=r"login\.microsoft"):
        who_am_i_sync(tokens.credential_for(USER_READ))
    client.close()

    assert [each.path for each in tenant.endpoints.log.of("token", method="GET")] == []


def test_claims_challenge_of_an_api_reaches_the_client_of_the_agent(tenant: SampleTenant) -> None:
    tenant.endpoints.switches.add(
        Fault(
            service="graph",
            status=401,
            headers={
                "WWW-Authenticate": 'Bearer realm="", error="insufficient_claims", '
                'claims="eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19"'
            },
        )
    )
    tenant.endpoints.switches.add(
        Fault(
            service="token",
            text="Mail.Read",
            status=400,
            body={"error": "interaction_required", "claims": '{"access_token":{"acrs":{"essential":true}}}'},
        )
    )
    scope = "https://graph.microsoft.com/Mail.Read"
    tenant.endpoints.directory.consent(INGESTION, "00000003-0000-0000-c000-000000000000", ["Mail.Read"])
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    with client.request(incoming(tenant, xms_cc=["cp1"])) as tokens, pytest.raises(ClaimsChallengeError) as caught:
        who_am_i_sync(tokens.credential_for(scope))
    client.close()

    assert caught.value.claims == {"access_token": {"acrs": {"essential": True}}}


def test_held_token_serves_the_next_request_of_the_same_token_alone(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    text = tenant.sign_in()
    again = {}
    for hold_for, user in ((0.0, text), (60.0, text), (60.0, text), (60.0, tenant.sign_in())):
        with client.request(incoming_token(user)) as tokens:
            tokens.credential_for(USER_READ, hold_for=hold_for).get_token(USER_READ)
        again[len(again)] = len(tenant.endpoints.log.of("token"))
    client.close()

    assert list(again.values()) == [1, 2, 2, 3]


async def with_session(tenant: SampleTenant, url: str) -> tuple[int, str]:
    """Return the status and the user that a session of aiohttp with the user's token gets."""
    client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=settled())
    try:
        async with client.request(incoming(tenant)) as tokens:
            credential = tokens.credential_for(USER_READ)
            async with (
                aiohttp.ClientSession(middlewares=(credential.bearer,)) as session,
                session.get(url) as response,
            ):
                return response.status, str((await response.json()).get("id"))
    finally:
        await client.close()


def test_session_of_aiohttp_sends_the_token_to_the_api_and_along_redirects_within_it(tenant: SampleTenant) -> None:
    elsewhere = {"Location": "/v1.0/me"}
    tenant.endpoints.switches.add(Fault(service="graph", text="/moved", status=307, headers=elsewhere))

    assert asyncio.run(with_session(tenant, "https://graph.microsoft.com/moved")) == (200, ANNA.id)
    assert len(tenant.endpoints.log.of("token", method="POST")) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_session_of_aiohttp_follows_no_redirect_to_another_host(tenant: SampleTenant, status: int) -> None:
    elsewhere = {"Location": "https://login.microsoftonline.com/me"}
    tenant.endpoints.switches.add(Fault(service="graph", status=status, headers=elsewhere))

    with pytest.raises(HostNotDeclaredError, match="microsoft-graph does not go to https://login"):
        asyncio.run(with_session(tenant, ME))
    assert tenant.endpoints.log.of("token", method="GET") == []


def test_session_of_aiohttp_requests_no_token_for_another_host(tenant: SampleTenant) -> None:
    with pytest.raises(HostNotDeclaredError):
        asyncio.run(with_session(tenant, "http://graph.microsoft.com/v1.0/me"))

    assert len(tenant.endpoints.log) == 0


def test_interrupted_thread_leaves_the_request_for_a_token_to_another_thread() -> None:
    flights = SyncFlights[str]()
    started, interrupt = threading.Event(), threading.Event()

    def interrupted() -> str:
        started.set()
        interrupt.wait(9)
        raise KeyboardInterrupt

    def lead() -> None:
        with pytest.raises(KeyboardInterrupt):
            flights.join("key", interrupted)

    leader = threading.Thread(target=lead)
    leader.start()
    started.wait(9)
    with ThreadPoolExecutor(3) as pool:
        followers = [pool.submit(flights.join, "key", lambda: "token") for _ in range(3)]
        interrupt.set()
        assert [each.result(9) for each in followers] == ["token"] * 3
    leader.join()
    assert len(flights) == 0


VAULT, SIGNING = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "https://vault.azure.net/user_impersonation"


def vault_settings(tenant: SampleTenant) -> Settings:
    """Return the settings of the agent, which may also use a vault as the user."""
    settings = agent_settings(tenant)
    assert settings.acts_for_users is not None
    hosts = frozenset({"network-dev7.vault.azure.net"})
    api = Api("key-vault", "https://vault.azure.net", hosts, frozenset({"user_impersonation"}))
    changed = replace(settings.acts_for_users, apis={**settings.acts_for_users.apis, "key-vault": api})
    known = tenant.endpoints.directory
    known.change_application(INGESTION, required_resources=frozenset({VAULT}))
    known.consent(INGESTION, VAULT, ["user_impersonation"])
    return replace(settings, acts_for_users=changed)


def test_key_vault_client_follows_the_challenge_of_the_vault_as_the_user(tenant: SampleTenant) -> None:
    """The client requests the vault's default scope in the tenant that the vault names, and is refused as the user."""
    id_ = tenant.endpoints.key_vaults.import_key("network-dev7", "github-app", signing_key("github app"))
    client = UserTokenClient.from_settings(vault_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens:
        credential = tokens.credential_for(SIGNING)
        vault = CryptographyClient(id_, credential, per_retry_policies=[credential.host_policy])
        with vault, pytest.raises(HttpResponseError) as refused:
            vault.sign(SignatureAlgorithm.rs256, bytes(32))
    client.close()
    (post,) = tenant.endpoints.log.of("token", method="POST")

    assert refused.value.status_code == 403
    assert post.form["scope"] == SIGNING
    assert {each.user for each in tenant.endpoints.log.of("key-vault") if each.status == 403} == {ANNA.id}


def test_key_vault_client_sends_no_token_to_a_vault_that_is_not_declared(tenant: SampleTenant) -> None:
    id_ = tenant.endpoints.key_vaults.import_key("network-dev7", "github-app", signing_key("github app"))
    client = UserTokenClient.from_settings(vault_settings(tenant), rules=settled())
    with client.request(incoming(tenant)) as tokens:
        credential = tokens.credential_for(SIGNING)
        elsewhere = id_.replace("network-dev7", "elsewhere")
        vault = CryptographyClient(elsewhere, credential, per_retry_policies=[credential.host_policy])
        with vault, pytest.raises(HostNotDeclaredError):
            vault.sign(SignatureAlgorithm.rs256, bytes(32))
    client.close()

    assert tenant.endpoints.log.of("key-vault") == []
