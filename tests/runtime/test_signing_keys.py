"""The tenant's signing keys: roll-over, flooding with unknown key ids, outage of the download, and the clock."""

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import FunctionType, ModuleType
from typing import Any
from weakref import WeakSet

import pytest
from agent_network_runtime import Runtime, SyncRuntime, validation
from agent_network_runtime.claims import Audience
from agent_network_runtime.claims import user_claims as rules_of_users
from agent_network_runtime.errors import InvalidTokenError, TemporaryError
from agent_network_runtime.exchange import NoResponse, Response
from agent_network_runtime.secret import Secret
from agent_network_runtime.signing_keys import LIFE, REFRESH, SigningKeys
from agent_network_runtime.validation import Validator

from tests.runtime.tenant import (
    AGENT,
    ANY_ISSUER,
    AUTHORITY,
    ISSUER,
    KEY,
    OTHER_TENANT,
    PORTAL,
    SETTINGS,
    START,
    TENANT,
    USER,
    Clock,
    Tenant,
    base64url,
    bearer,
    issue,
    json_bytes,
    published,
    token_header,
    user_claims,
)

DAY = 24 * 60 * 60
LONG = user_claims(exp=START + 10 * DAY)
"""Claims of a token that outlives the keys, so that only the keys decide."""


def signed_by(key: str, **claims: object) -> str:
    return bearer(issue({**LONG, **claims}, token_header(kid=key), key))


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def runtime(tenant: Tenant, clock: Clock) -> Runtime:
    return Runtime(SETTINGS, get=tenant.get, clock=clock)


async def settle() -> None:
    """Let a download in the background end."""
    for _ in range(10):
        await asyncio.sleep(0)


async def refused(runtime: Runtime, header: str) -> TemporaryError | InvalidTokenError:
    with pytest.raises((InvalidTokenError, TemporaryError)) as caught:
        await runtime.user_context(header)
    return caught.value


def test_new_key_is_accepted_after_one_download_when_the_tenant_rolls_its_keys(
    tenant: Tenant, clock: Clock, runtime: Runtime
) -> None:
    async def run() -> None:
        await runtime.user_context(signed_by(KEY))
        tenant.keys.insert(0, published("rolled-key"))
        clock.now += 61

        assert (await runtime.user_context(signed_by("rolled-key"))).oid == USER
        assert (await runtime.user_context(signed_by(KEY))).oid == USER
        assert tenant.downloads == 2

    asyncio.run(run())


def test_withdrawn_key_is_refused_from_the_next_download_on_even_for_a_remembered_token(
    tenant: Tenant, clock: Clock, runtime: Runtime
) -> None:
    async def run() -> None:
        old = signed_by(KEY)
        await runtime.user_context(old)
        tenant.keys[:] = [published("rolled-key")]
        clock.now += 61
        await runtime.user_context(signed_by("rolled-key"))

        assert "not one of the tenant's signing keys" in str(await refused(runtime, old))

    asyncio.run(run())


def test_key_that_is_replaced_under_its_id_is_refused_for_a_remembered_token(
    tenant: Tenant, clock: Clock, runtime: Runtime
) -> None:
    async def run() -> None:
        old = signed_by(KEY)
        await runtime.user_context(old)
        tenant.keys[:] = [{**published("rolled-key"), "kid": KEY}]
        clock.now += 61
        await refused(runtime, signed_by("invented-key"))

        assert "signature is not valid" in str(await refused(runtime, old))

    asyncio.run(run())


def test_remembered_token_is_refused_from_its_end_on(clock: Clock, runtime: Runtime) -> None:
    async def run() -> None:
        token = bearer(issue())
        await runtime.user_context(token)
        clock.now = START + 3600 - 1
        await runtime.user_context(token)
        clock.now = START + 3600

        assert "has expired" in str(await refused(runtime, token))

    asyncio.run(run())


def test_remembered_token_is_refused_before_its_start_if_the_clock_is_set_back(clock: Clock, runtime: Runtime) -> None:
    async def run() -> None:
        token = bearer(issue())
        await runtime.user_context(token)
        clock.now = START - 3600

        assert (await refused(runtime, token)).status in {401, 503}

    asyncio.run(run())


def invented(number: int) -> str:
    """Return a token with an invented key id; its signature is never looked at."""
    parts = (token_header(kid=f"invented-{number}"), LONG)
    return bearer(".".join([*(base64url(json_bytes(part)) for part in parts), base64url(bytes(256))]))


def test_flood_of_unknown_key_ids_starts_one_download_a_minute(tenant: Tenant, clock: Clock, runtime: Runtime) -> None:
    async def run() -> None:
        await runtime.user_context(signed_by(KEY))
        for second in range(600):
            clock.now = START + second
            assert (await refused(runtime, invented(second))).status == 401
        assert tenant.downloads == 10
        assert (await runtime.user_context(signed_by(KEY))).oid == USER

    asyncio.run(run())


def test_requests_that_need_the_same_download_share_it(tenant: Tenant, runtime: Runtime) -> None:
    async def run() -> None:
        users = await asyncio.gather(*(runtime.user_context(signed_by(KEY, uti=f"u{at}")) for at in range(200)))

        assert {user.uti for user in users} == {f"u{at}" for at in range(200)}
        assert tenant.downloads == 1

    asyncio.run(run())


class HeldTenant(Tenant):
    """A tenant whose documents arrive when a test releases them."""

    def __init__(self) -> None:
        super().__init__()
        self.release = asyncio.Event()

    async def get(self, address: str, seconds: float) -> Response | NoResponse:
        """Return a document after the release."""
        await self.release.wait()
        return self.document(address, seconds)


def test_known_key_never_waits_for_a_download(clock: Clock) -> None:
    async def run() -> None:
        tenant = HeldTenant()
        runtime = Runtime(SETTINGS, get=tenant.get, clock=clock)
        tenant.release.set()
        await runtime.user_context(signed_by(KEY))
        tenant.release.clear()
        clock.now += REFRESH
        waiting = asyncio.create_task(runtime.user_context(signed_by("rolled-key")))
        await settle()

        async with asyncio.timeout(1):
            for at in range(100):
                await runtime.user_context(signed_by(KEY, uti=f"u{at}"))
        assert not waiting.done()
        tenant.keys.append(published("rolled-key"))
        tenant.release.set()
        assert (await waiting).oid == USER

    asyncio.run(run())


def test_cancelled_request_stops_no_download_and_costs_no_other_request_its_key(clock: Clock) -> None:
    async def run() -> None:
        tenant = HeldTenant()
        runtime = Runtime(SETTINGS, get=tenant.get, clock=clock)
        first = asyncio.create_task(runtime.user_context(signed_by(KEY, uti="first")))
        await settle()
        first.cancel()
        second = asyncio.create_task(runtime.user_context(signed_by(KEY, uti="second")))
        await settle()
        tenant.release.set()

        assert (await second).uti == "second"
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["user_context", "caller"])
def test_token_of_a_cancelled_request_is_dropped(clock: Clock, kind: str) -> None:
    async def run() -> None:
        runtime = Runtime(SETTINGS, get=HeldTenant().get, clock=clock)
        before = WeakSet(readable_tokens())
        waiting = asyncio.create_task(getattr(runtime, kind)(signed_by(KEY)))
        await settle()
        (token,) = (one for one in readable_tokens() if one not in before)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert token.dropped
        await runtime.close()

    asyncio.run(run())


def readable_tokens() -> list[Secret]:
    return [one for one in gc.get_objects() if isinstance(one, Secret) and not one.dropped]


def test_keys_are_read_again_in_the_background_after_half_a_day(tenant: Tenant, clock: Clock, runtime: Runtime) -> None:
    async def run() -> None:
        await runtime.user_context(signed_by(KEY))
        clock.now = START + REFRESH - 1
        await runtime.user_context(signed_by(KEY))
        await settle()
        assert tenant.downloads == 1
        clock.now = START + REFRESH
        await runtime.user_context(signed_by(KEY))
        await settle()
        assert tenant.downloads == 2

    asyncio.run(run())


def test_keys_stay_usable_in_an_outage_until_a_day_after_the_last_good_download(
    tenant: Tenant, clock: Clock, runtime: Runtime
) -> None:
    async def run() -> None:
        await runtime.user_context(signed_by(KEY))
        tenant.failing = True
        for hour in range(24):
            clock.now = START + hour * 3600
            assert (await runtime.user_context(signed_by(KEY))).oid == USER
            assert (await runtime.user_context(signed_by(KEY, uti=f"hour-{hour}"))).oid == USER
            await settle()
        clock.now = START + LIFE

        error = await refused(runtime, signed_by(KEY))

        assert (error.status, str(error)) == (503, "the tenant's signing keys cannot be read now")
        assert 1 <= int(error.headers["Retry-After"]) <= 60
        clock.now += 61
        tenant.failing = False
        assert (await runtime.user_context(signed_by(KEY))).oid == USER

    asyncio.run(run())


def test_outage_at_the_start_is_503_with_the_time_of_the_next_attempt(
    tenant: Tenant, clock: Clock, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        tenant.failing = True
        clock.now = START + 0.0
        first = await refused(runtime, signed_by(KEY))
        clock.now = START + 45.0
        second = await refused(runtime, signed_by(KEY))

        assert (first.headers, second.headers) == ({"Retry-After": "60"}, {"Retry-After": "15"})
        assert len(tenant.read) == 2  # one download, which repeats a failed request once
        assert "signing keys could not be read: the sign-in service did not answer" in caplog.text

    asyncio.run(run())


def test_clock_that_was_set_back_makes_the_keys_unusable_and_allows_a_download(
    tenant: Tenant, clock: Clock, runtime: Runtime
) -> None:
    async def run() -> None:
        clock.now = START + DAY
        await runtime.user_context(signed_by(KEY))
        clock.now = START

        assert (await runtime.user_context(signed_by(KEY))).oid == USER
        assert tenant.downloads == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"openid": {"issuer": f"{AUTHORITY}/{OTHER_TENANT}/v2.0", "jwks_uri": f"{AUTHORITY}/keys"}}, "another issuer"),
        ({"openid": {"issuer": ISSUER}}, "not an address of the sign-in service"),
        ({"openid": {"issuer": ISSUER, "jwks_uri": "https://attacker.example/keys"}}, "not an address of the sign-in"),
        ({"openid": {"issuer": ISSUER, "jwks_uri": f"{AUTHORITY}.attacker.example/"}}, "not an address of the sign-in"),
        (
            {"openid": {"issuer": ISSUER, "jwks_uri": AUTHORITY.replace("https", "http")}},
            "not an address of the sign-in",
        ),
        ({"keys": []}, "no RSA key of the tenant's issuer"),
        ({"keys": "none"}, "no list of keys"),
        ({"keys": [published(KEY), published(KEY)]}, "two keys with one id"),
        ({"keys": [published("short-key")]}, "no RSA key of the tenant's issuer"),
    ],
)
def test_document_of_keys_that_is_not_the_tenants_changes_nothing(
    tenant: Tenant, change: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    runtime = Runtime(SETTINGS, get=tenant.get, clock=clock)

    async def run() -> None:
        await runtime.user_context(signed_by(KEY))
        vars(tenant).update(change)
        clock.now += 61
        await refused(runtime, invented(1))

        assert (await runtime.user_context(signed_by(KEY, uti="later"))).uti == "later"
        assert tenant.downloads == 2
        assert reason in caplog.text

    asyncio.run(run())


@pytest.mark.parametrize("issuer", [ISSUER, ANY_ISSUER])
def test_key_of_the_tenant_is_accepted_with_its_own_issuer_and_with_the_placeholder(
    tenant: Tenant, runtime: Runtime, issuer: str
) -> None:
    tenant.keys[:] = [published(KEY, issuer)]

    assert asyncio.run(runtime.user_context(signed_by(KEY))).tid == TENANT


def test_repeated_token_costs_no_second_verification_of_its_signature(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[object] = []
    monkeypatch.setattr(validation, "verify", lambda *parts: verified.append(parts))

    async def run() -> None:
        for header in (signed_by(KEY), signed_by(KEY), signed_by(KEY, uti="other"), signed_by(KEY)):
            await runtime.user_context(header)

    asyncio.run(run())
    assert len(verified) == 2


def test_memory_of_validated_tokens_is_bounded(tenant: Tenant, clock: Clock) -> None:
    keys = SigningKeys(TENANT, ISSUER, clock)
    keys.replace(json_bytes({"keys": tenant.keys}))
    rules = partial(
        rules_of_users,
        audience=Audience(TENANT, ISSUER, AGENT),
        scope="user_impersonation",
        callers=frozenset({PORTAL}),
    )
    validator = Validator(keys, rules, clock, size=10)

    for at in range(50):
        assert validator.validate(Secret(issue({**LONG, "uti": f"u{at}"})))

    assert len(validator) == 10


def test_memory_of_validated_tokens_holds_no_token(runtime: Runtime) -> None:
    token = issue()
    user = asyncio.run(runtime.user_context(bearer(token)))
    asyncio.run(user.close())

    parts = {part for part in token.split(".") if len(part) > 60}
    found = [value for value in reachable(runtime, user) if isinstance(value, str | bytes) and holds(value, parts)]
    assert found == []


def holds(value: str | bytes, parts: set[str]) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return any(part in text for part in parts)


def reachable(*roots: object) -> Iterator[object]:
    """Return every object that the given ones hold, however indirectly, except modules, types and functions."""
    seen, waiting = set[int](), list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, ModuleType | type | FunctionType):
            continue
        seen.add(id(one))
        yield one
        waiting += gc.get_referents(one)


def test_threads_that_need_the_same_download_share_it(tenant: Tenant, clock: Clock) -> None:
    arrived, release = threading.Semaphore(0), threading.Event()

    def held(address: str, seconds: float) -> Response | NoResponse:
        release.wait()
        return tenant.document(address, seconds)

    runtime = SyncRuntime(SETTINGS, get=held, clock=clock)

    def request(header: str) -> str:
        arrived.release()
        return runtime.user_context(header).uti

    with ThreadPoolExecutor(16) as pool:
        requests = [pool.submit(request, signed_by(KEY, uti=f"u{at}")) for at in range(50)]
        for _ in range(16):
            arrived.acquire()
        release.set()

        assert [one.result() for one in requests] == [f"u{at}" for at in range(50)]
    assert tenant.downloads == 1


def test_flood_of_unknown_key_ids_from_threads_starts_one_download_a_minute(tenant: Tenant, clock: Clock) -> None:
    runtime = SyncRuntime(SETTINGS, get=tenant.document, clock=clock)
    runtime.user_context(signed_by(KEY))
    clock.now += 60

    def request(number: int) -> int:
        with pytest.raises(InvalidTokenError) as caught:
            runtime.user_context(invented(number))
        return caught.value.status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(request, range(200))) == {401}
    assert tenant.downloads == 2


def test_synchronous_runtime_reads_keys_in_the_background_and_outlives_an_outage(tenant: Tenant, clock: Clock) -> None:
    runtime = SyncRuntime(SETTINGS, get=tenant.document, clock=clock)
    runtime.user_context(signed_by(KEY))
    tenant.failing = True
    clock.now += REFRESH
    assert runtime.user_context(signed_by(KEY)).oid == USER
    runtime.close()
    assert len(tenant.read) == 4  # two documents, and one request that was repeated
    clock.now = START + LIFE

    with pytest.raises(TemporaryError, match="signing keys cannot be read now"):
        runtime.user_context(signed_by(KEY))
