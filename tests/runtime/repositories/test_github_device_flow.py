"""Tests of reading a GitHub repository with the user's own token from the device flow."""

import asyncio
from typing import Any

import pytest
import requests
from agent_network_runtime.errors import ConfigurationError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.repositories import (
    DeviceLoginError,
    GitHubAccount,
    GitHubDeviceFlow,
    SyncGitHubDeviceFlow,
    TooBroadTokenError,
    UnexpectedResponseError,
)
from aiohttp import web

from tests.runtime.repositories.conftest import TENANT, Bench, Run, User, assert_no_secret, shown
from tests.runtime.repositories.simulated_hosts import CLIENT_ID, COMMIT, FILES, Hosts

REQUEST = "request-1"
PENDING = {"error": "authorization_pending"}


class Waits:
    """Clock that every pause of the library moves, so that no test waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        real = asyncio.sleep

        async def sleep(seconds: float) -> None:
            # Other packages give way with pauses of no length.
            if seconds:
                self._passed(seconds)
            await real(0)

        monkeypatch.setattr("agent_network_runtime.repositories.transport.asyncio.sleep", sleep)
        monkeypatch.setattr("agent_network_runtime.repositories.transport.time.sleep", self._passed)

    def _passed(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Pauses of the library, which take no time."""
    return Waits(monkeypatch)


async def _read(bench: Bench, waits: Waits, **options: Any) -> dict[str, bytes]:  # noqa: ANN401 - arguments of the flow
    flow = GitHubDeviceFlow(CLIENT_ID, bench.session, bench.github, clock=waits.clock, **options)
    login = await flow.begin(User(), REQUEST, bench.repository)
    assert (login.user_code, login.verification_uri) == ("WDJB-MJHT", f"{bench.hosts.origin}/login/device")
    async with flow.open(login, User(), REQUEST, COMMIT) as source:
        return {each.path: await source.read_file(each) for each in await source.list_files()}


def test_a_user_who_types_the_code_reads_exactly_the_files(run: Run, hosts: Hosts, waits: Waits) -> None:
    hosts.polls = [PENDING, PENDING]
    assert run(lambda bench: _read(bench, waits)) == FILES
    assert waits.pauses == [5, 5, 5]
    ((token, reach),) = hosts.tokens.items()
    assert token.startswith("ghu_")
    assert (reach.login, reach.repositories) == ("octo-user", (1,))


@pytest.mark.parametrize(
    ("polls", "pauses"),
    [
        ([{"error": "slow_down", "interval": 17}, PENDING], [5, 17, 17]),
        ([{"error": "slow_down"}, {"error": "slow_down"}], [5, 10, 15]),
        # An interval that shrinks, or is not a number, never speeds up the requests.
        ([{"error": "slow_down", "interval": 1}], [5, 10]),
        ([{"error": "slow_down", "interval": "0"}], [5, 10]),
    ],
)
def test_the_interval_grows_as_github_demands(
    run: Run, hosts: Hosts, waits: Waits, polls: list[dict[str, Any]], pauses: list[float]
) -> None:
    hosts.polls = polls
    run(lambda bench: _read(bench, waits))
    assert waits.pauses == pauses


def test_polling_ends_when_the_code_expires(run: Run, hosts: Hosts, waits: Waits) -> None:
    hosts.code = {"expires_in": 23}
    hosts.polls = [PENDING] * 100
    with pytest.raises(DeviceLoginError, match="expired"):
        run(lambda bench: _read(bench, waits))
    assert sum(waits.pauses) < 23
    assert hosts.requests.count("POST /login/oauth/access_token") == 4


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"error": "access_denied"}, DeviceLoginError),
        ({"error": "expired_token"}, DeviceLoginError),
        ({"error": "device_flow_disabled"}, ConfigurationError),
        ({"error": "incorrect_client_credentials"}, ConfigurationError),
        ({"error": "incorrect_device_code"}, ConfigurationError),
        ({"error": "unsupported_grant_type"}, ConfigurationError),
        ({"error": "a_new_error"}, UnexpectedResponseError),
        ({"token": "secretsecret"}, UnexpectedResponseError),
        ({"access_token": "secretsecret", "token_type": "mac", "expires_in": 28800}, UnexpectedResponseError),
        # A token that never ends, or ends after more than the documented 8 hours.
        ({"access_token": "secretsecret", "token_type": "bearer"}, ConfigurationError),
        ({"access_token": "secretsecret", "token_type": "bearer", "expires_in": 9999999}, ConfigurationError),
    ],
)
def test_errors_with_status_200_are_errors_that_show_no_secret(
    run: Run, hosts: Hosts, waits: Waits, answer: dict[str, Any], error: type[RuntimeLibraryError]
) -> None:
    hosts.polls = [answer]
    with pytest.raises(error) as caught:
        run(lambda bench: _read(bench, waits))
    assert not [each for each in hosts.requests if each.startswith("GET")]
    assert_no_secret(hosts, shown(caught.value))


@pytest.mark.parametrize(
    "change",
    [
        {"verification_uri": "https://github.example.com/login/device"},
        {"verification_uri": None},
        {"device_code": None},
        {"user_code": 7},
    ],
)
def test_a_code_for_another_page_is_never_shown(run: Run, hosts: Hosts, waits: Waits, change: dict[str, Any]) -> None:
    hosts.code = change
    with pytest.raises(UnexpectedResponseError) as caught:
        run(lambda bench: _read(bench, waits))
    assert_no_secret(hosts, shown(caught.value))


@pytest.mark.parametrize(
    ("user", "request_id"),
    [
        (User(oid="33333333-3333-4333-8333-333333333333"), REQUEST),
        (User(tid="33333333-3333-4333-8333-333333333333"), REQUEST),
        (User(), "request-2"),
    ],
)
def test_nobody_else_can_finish_a_sign_in(run: Run, hosts: Hosts, waits: Waits, user: User, request_id: str) -> None:
    async def test(bench: Bench) -> None:
        flow = GitHubDeviceFlow(CLIENT_ID, bench.session, bench.github, clock=waits.clock)
        login = await flow.begin(User(), REQUEST, bench.repository)
        assert_no_secret(hosts, repr(login))
        with pytest.raises(DeviceLoginError):
            async with flow.open(login, user, request_id, COMMIT):
                pass
        async with flow.open(login, User(), REQUEST, COMMIT):
            pass
        with pytest.raises(DeviceLoginError, match="used already"):
            async with flow.open(login, User(), REQUEST, COMMIT):
                pass

    run(test)


@pytest.mark.parametrize("honours", [True, False])
@pytest.mark.parametrize("signed_in", ["octo-user", "octo-stranger"])
def test_a_token_that_github_did_not_narrow_reads_nothing(
    run: Run, hosts: Hosts, waits: Waits, signed_in: str, *, honours: bool
) -> None:
    hosts.signed_in, hosts.honours_repository_id = signed_in, honours
    if signed_in == "octo-user" and honours:
        assert run(lambda bench: _read(bench, waits)) == FILES
        return
    with pytest.raises(RuntimeLibraryError) as caught:
        run(lambda bench: _read(bench, waits))
    assert caught.value.status == 403
    assert isinstance(caught.value, TooBroadTokenError) or signed_in == "octo-stranger"
    assert not [each for each in hosts.requests if "/git/" in each]


def test_a_repository_with_the_name_and_another_id_reads_nothing(run: Run, hosts: Hosts, waits: Waits) -> None:
    hosts.repositories[0].id, hosts.repositories[1].id = 2, 1
    with pytest.raises(RuntimeLibraryError) as caught:
        run(lambda bench: _read(bench, waits))
    assert caught.value.status == 403
    assert not [each for each in hosts.requests if "/git/" in each]


@pytest.mark.parametrize("login", ["octo-user", "octo-reader"])
def test_with_a_mapping_only_the_own_account_may_sign_in(run: Run, waits: Waits, login: str) -> None:
    class Accounts:
        def account_of(self, tenant_id: str, object_id: str) -> GitHubAccount:
            assert (tenant_id, object_id) == (TENANT, User().oid)
            return GitHubAccount(login, 1)

    if login == "octo-user":
        assert run(lambda bench: _read(bench, waits, accounts=Accounts())) == FILES
    else:
        with pytest.raises(DeviceLoginError, match="another GitHub account"):
            run(lambda bench: _read(bench, waits, accounts=Accounts()))


def test_cancelling_the_wait_drops_the_code_and_shows_no_secret(
    run: Run, hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    hosts.polls = [PENDING] * 100

    async def test(bench: Bench) -> str:
        flow = GitHubDeviceFlow(CLIENT_ID, bench.session, bench.github)
        login = await flow.begin(User(), REQUEST, bench.repository)

        async def wait() -> None:
            async with flow.open(login, User(), REQUEST, COMMIT):
                pass

        task = asyncio.create_task(wait())
        await asyncio.sleep(0.05)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            return shown(error)
        raise AssertionError

    assert_no_secret(hosts, run(test), caplog.text)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (web.Response(status=403, headers={"retry-after": "61"}), TemporaryError),
        (web.Response(status=403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}), TemporaryError),
        (web.Response(status=429), TemporaryError),
        (web.Response(status=502), TemporaryError),
        (web.Response(status=301, headers={"location": "https://example.com/"}), RuntimeLibraryError),
        (
            web.Response(status=403, headers={"x-github-sso": "required; url=https://github.com/orgs/x"}),
            RuntimeLibraryError,
        ),
        (web.Response(status=403), RuntimeLibraryError),
        (web.Response(status=401), RuntimeLibraryError),
        (web.Response(text="<html>"), UnexpectedResponseError),
        (web.Response(text="[]"), UnexpectedResponseError),
    ],
)
def test_faults_of_github_map_to_the_status_of_the_agent(
    run: Run, hosts: Hosts, waits: Waits, fault: web.Response, error: type[RuntimeLibraryError]
) -> None:
    hosts.fault = fault
    with pytest.raises(error) as caught:
        run(lambda bench: _read(bench, waits))
    expected = {TemporaryError: 503, UnexpectedResponseError: 502}.get(error, 403)  # type: ignore[arg-type]
    assert caught.value.status == expected
    assert_no_secret(hosts, shown(caught.value))


def test_the_synchronous_flow_reads_the_same_files(run: Run, hosts: Hosts, waits: Waits) -> None:
    hosts.polls = [PENDING, {"error": "slow_down"}]

    async def test(bench: Bench) -> dict[str, bytes]:
        def read() -> dict[str, bytes]:
            with requests.Session() as session:
                session.trust_env, session.verify = False, bench.ca_file
                flow = SyncGitHubDeviceFlow(CLIENT_ID, session, bench.github, clock=waits.clock)
                login = flow.begin(User(), REQUEST, bench.repository)
                with flow.open(login, User(), REQUEST, COMMIT) as source:
                    return {each.path: source.read_file(each) for each in source.list_files()}

        return await asyncio.to_thread(read)

    assert run(test) == FILES
    assert waits.pauses == [5, 5, 10]
