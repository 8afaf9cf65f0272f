"""Validation of tokens that local Azure's tenant signs, with keys over TLS: rotation, withdrawal, outage, callers."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import pytest
from agent_network_runtime import ForbiddenError, InvalidTokenError, Runtime, RuntimeLibraryError, SyncRuntime
from agent_network_runtime import settings_from_environment as read_settings
from agent_network_runtime.settings import Settings
from agent_network_runtime.signing_keys import LIFE, PAUSE, REFRESH

from localazure.endpoints.entra.objects import RoleAssignment
from localazure.endpoints.entra.tenant import Recipient
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import (
    AGENT_CALL,
    ANNA,
    BEN,
    INGESTION,
    INGESTION_APP,
    OTHER_CLIENT,
    PORTAL,
    REPORT,
    SampleTenant,
    application,
    principal,
    sample_tenant,
)

USER_READ = "https://graph.microsoft.com/User.Read"
KEYS = "discovery/v2.0/keys"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Generator[SampleTenant]:
    with sample_tenant() as found:
        for name, value in found.endpoints.container("ingestion").environment.items():
            monkeypatch.setenv(name, value)
        yield found


def settings(tenant: SampleTenant, client_id: str = INGESTION) -> Settings:
    """Return the settings of an agent that acts for users and can be called, as its deployment writes them."""
    document: dict[str, Any] = {
        "version": 1,
        "agent": "ingestion",
        "host": "container-app",
        "tenant_id": tenant.endpoints.tenant.id,
        "authority_host": tenant.endpoints.authority_host,
        "identity": {"kind": "managed-identity", "client_id": None},
        "application": {"client_id": client_id, "call_role": AGENT_CALL.value},
        "acts_for_users": {
            "scope": "user_impersonation",
            "callers": [PORTAL],
            "token_exchange_audience": "api://AzureADTokenExchange",
            "credential": {"kind": "managed-identity", "client_id": tenant.exchange_client},
            "apis": {
                "microsoft-graph": {
                    "resource": "https://graph.microsoft.com",
                    "hosts": ["graph.microsoft.com"],
                    "scopes": ["User.Read"],
                }
            },
        },
    }
    environment = {"AGENT_NETWORK_RUNTIME": json.dumps(document)}
    return read_settings({**environment, **tenant.endpoints.container("ingestion").environment})


def with_runtime(tenant: SampleTenant, work: Callable[[Runtime], Awaitable[None]], client_id: str = INGESTION) -> None:
    """Run asynchronous work with the runtime of an agent, on the clock of the tenant."""

    async def run() -> None:
        async with Runtime(settings(tenant, client_id), clock=tenant.endpoints.clock.now) as runtime:
            await work(runtime)

    asyncio.run(run())


async def oid(runtime: Runtime, token: str) -> str:
    async with await runtime.user_context(f"Bearer {token}") as user:
        return user.oid


async def refusal(runtime: Runtime, token: str) -> RuntimeLibraryError:
    with pytest.raises(RuntimeLibraryError) as caught:
        await runtime.user_context(f"Bearer {token}")
    return caught.value


def key_downloads(tenant: SampleTenant) -> int:
    return sum(each.path.endswith(KEYS) for each in tenant.endpoints.log)


def long_lived(tenant: SampleTenant, **claims: object) -> str:
    """Return a user's token that outlives the keys."""
    return tenant.sign_in(ANNA, exp=int(tenant.endpoints.clock.now()) + 3 * LIFE, **claims)


def test_user_of_a_signed_token_is_accepted_and_acts_at_an_api(tenant: SampleTenant) -> None:
    async def work(runtime: Runtime) -> None:
        async with await runtime.user_context([f"Bearer {tenant.sign_in(ANNA)}"]) as user:
            assert (user.oid, user.azp) == (ANNA.id, PORTAL)
            assert (await user.credential_for("microsoft-graph").get_token(USER_READ)).token

    with_runtime(tenant, work)
    assert [each.user for each in tenant.endpoints.log.of("token", method="POST")] == [ANNA.id]
    assert key_downloads(tenant) == 1


def test_synchronous_runtime_accepts_the_user_of_a_signed_token_and_acts_at_an_api(tenant: SampleTenant) -> None:
    with SyncRuntime(settings(tenant)) as runtime:
        for user in (ANNA, BEN):
            with runtime.user_context(f"Bearer {tenant.sign_in(user)}") as found:
                assert found.oid == user.id
                assert found.credential_for("microsoft-graph").get_token(USER_READ).token
    assert key_downloads(tenant) == 1


def test_key_that_the_tenant_rotates_to_is_accepted_and_the_old_one_stays_valid(tenant: SampleTenant) -> None:
    async def work(runtime: Runtime) -> None:
        old = tenant.sign_in(ANNA)
        await oid(runtime, old)
        tenant.endpoints.tenant.rotate_keys()
        tenant.endpoints.clock.advance(PAUSE)

        assert await oid(runtime, tenant.sign_in(BEN)) == BEN.id
        assert await oid(runtime, old) == ANNA.id
        assert key_downloads(tenant) == 2

    with_runtime(tenant, work)


def test_key_that_the_tenant_withdraws_is_refused_after_the_next_download(tenant: SampleTenant) -> None:
    async def work(runtime: Runtime) -> None:
        old = tenant.sign_in(ANNA)
        await oid(runtime, old)
        tenant.endpoints.tenant.rotate_keys(keeps_old=False)
        tenant.endpoints.clock.advance(PAUSE)
        await oid(runtime, tenant.sign_in(BEN))

        assert "not one of the tenant's signing keys" in str(await refusal(runtime, old))
        assert await oid(runtime, tenant.sign_in(BEN)) == BEN.id

    with_runtime(tenant, work)


@pytest.mark.parametrize(
    "fault", [Fault(service="token", status=500), Fault(service="token", drops=True)], ids=["status_500", "dropped"]
)
def test_users_are_accepted_for_a_day_while_no_keys_can_be_read(tenant: SampleTenant, fault: Fault) -> None:
    async def work(runtime: Runtime) -> None:
        await oid(runtime, long_lived(tenant))
        tenant.endpoints.switches.add(fault)
        tenant.endpoints.clock.advance(LIFE - 2 * PAUSE)
        assert await oid(runtime, long_lived(tenant)) == ANNA.id
        tenant.endpoints.clock.advance(3 * PAUSE)

        error = await refusal(runtime, long_lived(tenant))

        assert error.status == 503
        tenant.endpoints.switches.clear()
        tenant.endpoints.clock.advance(PAUSE)
        assert await oid(runtime, long_lived(tenant)) == ANNA.id

    with_runtime(tenant, work)


def test_slow_download_in_the_background_delays_no_request(tenant: SampleTenant) -> None:
    async def work(runtime: Runtime) -> None:
        await oid(runtime, long_lived(tenant))
        tenant.endpoints.switches.add(Fault(service="token", text=KEYS, delay=0.5))
        tenant.endpoints.clock.advance(REFRESH)
        loop = asyncio.get_running_loop()
        started = loop.time()
        for at in range(20):
            assert await oid(runtime, long_lived(tenant, uti=f"u{at}")) == ANNA.id

        assert loop.time() - started < 0.4

    with_runtime(tenant, work)


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"aud": REPORT}, 401),
        ({"azp": OTHER_CLIENT}, 403),
        ({"scp": "other"}, 403),
        ({"acct": 1}, 403),
        ({"cnf": {}}, 401),
    ],
    ids=str,
)
def test_signed_token_with_a_wrong_claim_is_refused(
    tenant: SampleTenant, claims: dict[str, object], status: int
) -> None:
    async def work(runtime: Runtime) -> None:
        assert (await refusal(runtime, tenant.sign_in(ANNA, **claims))).status == status

    with_runtime(tenant, work)


def test_token_of_a_user_for_graph_is_refused(tenant: SampleTenant) -> None:
    async def work(runtime: Runtime) -> None:
        async with await runtime.user_context(f"Bearer {tenant.sign_in(ANNA)}") as user:
            of_graph = (await user.credential_for(USER_READ).get_token(USER_READ)).token
            assert isinstance(await refusal(runtime, of_graph), InvalidTokenError)

    with_runtime(tenant, work)


def test_agent_with_the_role_may_call_another_agent_and_a_user_may_not(tenant: SampleTenant) -> None:
    caller = tenant.azure.world.find_owned_principal(INGESTION_APP)
    assert caller is not None
    role = RoleAssignment(resource=principal(REPORT).id, principal=caller.id, role=AGENT_CALL.id)
    tenant.endpoints.directory.assignments.append(role)

    async def work(runtime: Runtime) -> None:
        token = (await runtime.agent_credential().get_token(f"api://{REPORT}/.default")).token
        found = await runtime.caller(f"Bearer {token}")
        assert (found.oid, found.azp, found.roles) == (caller.id, caller.client_id, {"Agent.Call"})
        assert (await refusal(runtime, token)).status == 401
        of_user = tenant.endpoints.user_token(ANNA.id, client=PORTAL, audience=REPORT)
        with pytest.raises(InvalidTokenError):
            await runtime.caller(f"Bearer {of_user}")

    with_runtime(tenant, work, REPORT)


def test_agent_without_the_role_may_not_call_another_agent(tenant: SampleTenant) -> None:
    caller = tenant.azure.world.find_owned_principal(INGESTION_APP)
    assert caller is not None
    recipient = Recipient(resource=application(REPORT, "report"), client=caller.client_id, proof="2")
    token = tenant.endpoints.tenant.application_token(caller.id, recipient, []).text

    async def work(runtime: Runtime) -> None:
        with pytest.raises(ForbiddenError, match=r"does not have the role Agent\.Call"):
            await runtime.caller(f"Bearer {token}")

    with_runtime(tenant, work, REPORT)
