"""Tests of the agent's own identities: chosen by the settings, never another one, and errors without a secret."""

import asyncio
import os
from collections.abc import Generator
from dataclasses import replace
from typing import Any, cast

import pytest
from agent_network_runtime.agent_identity import AgentIdentity, AsyncAgentIdentity
from agent_network_runtime.asyncio_client import AsyncProof, AsyncUserTokenClient
from agent_network_runtime.errors import ConfigurationError, CredentialRefusedError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.exchange import Rules
from agent_network_runtime.settings import FoundryAgentIdentity, Identity, ManagedIdentity, PodToken, WorkloadIdentity
from agent_network_runtime.thread_client import IdentityProof, UserTokenClient
from azure.core.credentials import AccessTokenInfo

from localazure.endpoints.entra.objects import FederatedCredential
from localazure.endpoints.signed_tokens import unverified
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import ANNA, EXCHANGE, INGESTION, SampleTenant, sample_tenant
from tests.localazure.endpoints.test_identity_endpoint import cluster
from tests.runtime.token_agents import USER_READ, agent_settings, incoming
from tests.runtime.wire import START, Time, rules

STORAGE = "https://storage.azure.com/.default"
VARIABLES = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE")
UNKNOWN = "99999999-0000-4000-8000-000000000009"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Generator[SampleTenant]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("azure.core.pipeline.policies.RetryPolicy.get_backoff_time", lambda *_: 0)
    monkeypatch.setattr("azure.core.pipeline.policies.AsyncRetryPolicy.get_backoff_time", lambda *_: 0)
    with sample_tenant() as found:
        yield found


def tokens(tenant: SampleTenant, identity: Identity, *, host: str = "container-app") -> list[dict[str, Any]]:
    """Return the claims of tokens of an identity, of the asynchronous and of the synchronous credential."""
    settings = replace(agent_settings(tenant), host=host)  # type: ignore[arg-type]

    async def by_task() -> list[str]:
        async with AsyncAgentIdentity(settings, identity) as credential:
            return [(await credential.get_token(STORAGE)).token]

    with AgentIdentity(settings, identity) as credential:
        found = [credential.get_token(STORAGE).token]
    return [unverified(each)[1] for each in (*asyncio.run(by_task()), *found)]


def refused(tenant: SampleTenant, identity: Identity, *, host: str = "container-app") -> RuntimeLibraryError:
    """Return the one error that both credentials raise."""
    settings = replace(agent_settings(tenant), host=host)  # type: ignore[arg-type]

    async def by_task() -> None:
        async with AsyncAgentIdentity(settings, identity) as credential:
            await credential.get_token(STORAGE)

    with pytest.raises(RuntimeLibraryError) as first:
        asyncio.run(by_task())
    with pytest.raises(RuntimeLibraryError) as second, AgentIdentity(settings, identity) as credential:
        credential.get_token(STORAGE)
    assert type(first.value) is type(second.value)
    assert (second.value.__cause__, second.value.__context__) == (None, None)
    return first.value


def enter(tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a running container
    container = tenant.endpoints.container("ingestion")
    for name, value in container.environment.items():
        monkeypatch.setenv(name, value)
    return container


def test_identity_is_the_one_that_the_settings_name(tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tenant, monkeypatch)
    exchange = tenant.azure.world.find_owned_principal(EXCHANGE)
    assert exchange is not None
    named = {each["sub"] for each in tokens(tenant, ManagedIdentity(tenant.exchange_client))}
    assigned = {each["sub"] for each in tokens(tenant, ManagedIdentity())}
    of_foundry = {each["sub"] for each in tokens(tenant, FoundryAgentIdentity(), host="foundry")}

    assert named == {exchange.id}
    assert assigned == of_foundry
    assert len(assigned) == 1
    assert assigned != named


def test_header_that_the_platform_changes_is_read_at_every_request(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = enter(tenant, monkeypatch)
    settings = agent_settings(tenant)

    async def run() -> None:
        async with AsyncAgentIdentity(settings, ManagedIdentity()) as asynchronous:
            with AgentIdentity(settings, ManagedIdentity()) as synchronous:
                for scope in (STORAGE, "https://vault.azure.net/.default", "https://graph.microsoft.com/.default"):
                    assert (await asynchronous.get_token_info(scope)).token
                    assert synchronous.get_token_info(scope).token
                    container.rotate_header()
                    os.environ.update(container.environment)

    asyncio.run(run())
    assert {each.status for each in tenant.endpoints.log.of("identity")} == {200}


@pytest.mark.parametrize("missing", ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"])
def test_missing_endpoint_of_the_platform_is_an_error_and_no_other_platform_is_tried(
    tenant: SampleTenant, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tenant, monkeypatch)
    cluster(tenant)
    for name, value in tenant.endpoints.pod("report").environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    error = refused(tenant, ManagedIdentity())

    assert type(error) is ConfigurationError
    assert missing in str(error)
    assert len(tenant.endpoints.log) == 0


def test_workload_identity_without_its_variables_is_an_error_and_no_other_identity_is_tried(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tenant, monkeypatch)

    assert "AZURE_FEDERATED_TOKEN_FILE" in str(refused(tenant, WorkloadIdentity(), host="aks"))
    assert len(tenant.endpoints.log) == 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(service="identity", status=400, body={"statusCode": 400, "message": "No"}), ConfigurationError),
        (Fault(service="identity", status=401, body={}), ConfigurationError),
        (Fault(service="identity", status=429, body={"statusCode": 429}), TemporaryError),
        (Fault(service="identity", status=500, body={"statusCode": 500}), TemporaryError),
        (Fault(service="identity", drops=True), TemporaryError),
    ],
)
def test_refusal_of_the_platform_is_an_error_of_this_library(
    tenant: SampleTenant, fault: Fault, kind: type[RuntimeLibraryError], monkeypatch: pytest.MonkeyPatch
) -> None:
    container = enter(tenant, monkeypatch)
    tenant.endpoints.switches.add(fault)
    error = refused(tenant, ManagedIdentity())

    assert type(error) is kind
    assert container.header not in str(error)


def test_identity_that_the_container_does_not_have_is_a_configuration_error(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tenant, monkeypatch)
    error = refused(tenant, ManagedIdentity(UNKNOWN))

    assert type(error) is ConfigurationError
    assert UNKNOWN in str(error)


def test_pod_uses_the_identity_of_its_service_account_or_the_one_that_the_settings_name(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tenant)
    pod = tenant.endpoints.pod("report")
    for name, value in pod.environment.items():
        monkeypatch.setenv(name, value)
    clients = {each["appid"] for each in tokens(tenant, WorkloadIdentity(), host="aks")}

    assert clients == {pod.environment["AZURE_CLIENT_ID"]}
    monkeypatch.setenv("AZURE_CLIENT_ID", UNKNOWN)
    named = ManagedIdentity(pod.environment["AZURE_CLIENT_ID"])
    assert {each["appid"] for each in tokens(tenant, named, host="aks")} == clients
    assert {each.form["grant_type"] for each in tenant.endpoints.log.of("token", method="POST")} == {
        "client_credentials"
    }


def test_token_of_the_pod_is_the_proof_of_the_application_and_is_read_again_when_it_is_renewed(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tenant)
    endpoints = tenant.endpoints
    pod = endpoints.pod("report")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(pod.token_file))
    trusted = FederatedCredential(issuer=pod.issuer, subject=pod.subject)
    endpoints.directory.change_application(INGESTION, federated_credentials=(trusted,))
    settings = replace(agent_settings(tenant, credential=PodToken()), host="aks")
    client = UserTokenClient.from_settings(settings, rules=Rules(settling=0, clock=endpoints.clock.now))

    def token() -> str:
        with client.request(incoming(tenant)) as user:
            return unverified(user.credential_for(USER_READ).get_token(USER_READ).token)[1]["oid"]

    assert token() == ANNA.id
    endpoints.clock.advance(4000)
    with pytest.raises(CredentialRefusedError):
        token()
    endpoints.pods.renew(pod)
    assert token() == ANNA.id
    pod.token_file.write_text("", "ascii")
    with pytest.raises(ConfigurationError, match="is empty"):
        token()
    pod.token_file.unlink()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        token()
    client.close()


class Issuer:
    """Identity whose tokens live an hour, until it is made to fail."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.requests = 0
        self.fails = False

    def get_token_info(self, scope: str) -> AccessTokenInfo:
        assert scope == "api://AzureADTokenExchange/.default"
        self.requests += 1
        if self.fails:
            raise ConfigurationError("refused")
        return AccessTokenInfo(f"proof {self.requests}", int(self.time() + 3600))

    def close(self) -> None:
        """Close nothing."""


class AsyncIssuer(Issuer):
    """The same for asynchronous code."""

    async def get_token_info(self, scope: str) -> AccessTokenInfo:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().get_token_info(scope)


AUDIENCE = "api://AzureADTokenExchange"
LIFE = [(0, 1), (1799, 1), (1801, 2), (2 * 1801 + 10, 3)]
"""Seconds since the start, and the number of requests for a proof until then."""


@pytest.mark.parametrize("face", ["task", "thread"])
def test_proof_is_kept_renewed_at_half_its_life_and_used_to_its_end_in_an_outage(face: str) -> None:
    time = Time()
    issuer = AsyncIssuer(time) if face == "task" else Issuer(time)
    known = rules(time)
    asynchronous: Any = AsyncProof(cast("Any", issuer), AUDIENCE, known)
    synchronous: Any = IdentityProof(cast("Any", issuer), AUDIENCE, known)

    def proof() -> str:
        found = asyncio.run(asynchronous.get()) if face == "task" else synchronous.get()
        return found.reveal()

    for seconds, requests in LIFE:
        time.now = START + seconds
        assert proof() == f"proof {requests}"
    issuer.fails = True
    time.now += 3599
    assert [proof(), proof(), issuer.requests] == ["proof 3", "proof 3", 4]
    time.now += 2
    with pytest.raises(ConfigurationError):
        proof()
    issuer.fails = False
    assert proof() == "proof 6"


def test_many_tasks_need_one_request_for_the_proof() -> None:
    issuer = AsyncIssuer(Time())
    proof = AsyncProof(cast("Any", issuer), AUDIENCE, rules(issuer.time))

    async def run() -> set[str]:
        return {each.reveal() for each in await asyncio.gather(*(proof.get() for _ in range(50)))}

    assert asyncio.run(run()) == {"proof 1"}
    assert issuer.requests == 1


def test_slow_platform_delays_a_request_for_a_token_no_longer_than_its_time(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(tenant, monkeypatch)
    tenant.endpoints.switches.add(Fault(service="identity", delay=1.0))

    async def run() -> RuntimeLibraryError:
        client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=Rules(settling=0, total=0.2))
        async with client.request(incoming(tenant)) as user:
            with pytest.raises(TemporaryError, match="in time") as caught:
                await user.credential_for(USER_READ).get_token(USER_READ)
        await client.close()
        return caught.value

    error = asyncio.run(run())
    assert (error.__cause__, error.__context__) == (None, None)
