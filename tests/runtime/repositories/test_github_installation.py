"""Tests of reading a GitHub repository with an installation token, after the user's own right is proved."""

import asyncio
import gc
import time
from typing import Any

import pytest
import requests
from agent_network_runtime.errors import ConfigurationError, RuntimeLibraryError
from agent_network_runtime.repositories import (
    GitHubAccount,
    GitHubApp,
    GitHubInstallation,
    NoVerifiedMappingError,
    RepositoryAccessError,
    SyncGitHubApp,
    SyncGitHubInstallation,
    TooBroadTokenError,
)
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from tests.runtime.repositories.conftest import TENANT, Bench, Run, User, assert_no_secret, shown
from tests.runtime.repositories.simulated_hosts import APP_KEY, CLIENT_ID, COMMIT, FILES, Hosts


class Accounts:
    """Mapping with one user."""

    def __init__(self, account: GitHubAccount) -> None:
        self.account = account

    def account_of(self, tenant_id: str, object_id: str) -> GitHubAccount:
        """Return the account of the one user."""
        if (tenant_id, object_id) != (TENANT, User().oid):
            raise NoVerifiedMappingError("no account")
        return self.account


WRITER = Accounts(GitHubAccount("octo-user", 501))


def _sign(digest: bytes) -> bytes:
    return APP_KEY.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))


async def _sign_later(digest: bytes) -> bytes:
    return _sign(digest)


def _opener(bench: Bench, accounts: Accounts = WRITER) -> GitHubInstallation:
    return GitHubInstallation(GitHubApp(CLIENT_ID, _sign_later), accounts, bench.session, bench.github)


async def _read(bench: Bench, accounts: Accounts = WRITER, user: User | None = None) -> dict[str, bytes]:
    async with _opener(bench, accounts).open(user or User(), bench.repository, COMMIT) as source:
        return {each.path: await source.read_file(each) for each in await source.list_files()}


def test_a_user_with_the_right_reads_exactly_the_files_of_the_commit(run: Run, hosts: Hosts) -> None:
    assert run(_read) == FILES
    assert [dict(reach.permissions) for reach in hosts.tokens.values()] == [
        {"metadata": "read"},
        {"contents": "read", "metadata": "read"},
    ]
    assert {reach.repositories for reach in hosts.tokens.values()} == {(1,)}
    assert set(hosts.ended) == set(hosts.tokens)


@pytest.mark.parametrize(
    ("account", "user", "error"),
    [
        (GitHubAccount("octo-stranger", 503), User(), RepositoryAccessError),
        (GitHubAccount("octo-nobody", 504), User(), RepositoryAccessError),
        # The login was renamed, and somebody else has it now.
        (GitHubAccount("octo-user", 999), User(), RepositoryAccessError),
        (
            GitHubAccount("octo-user", 501),
            User(oid="33333333-3333-4333-8333-333333333333"),
            NoVerifiedMappingError,
        ),
        (GitHubAccount("octo-user", 501), User(tid="other"), NoVerifiedMappingError),
    ],
)
def test_a_user_without_a_proved_right_gets_no_token_for_contents(
    run: Run, hosts: Hosts, account: GitHubAccount, user: User, error: type[RuntimeLibraryError]
) -> None:
    with pytest.raises(error) as caught:
        run(lambda bench: _read(bench, Accounts(account), user))
    assert caught.value.status == 403
    assert not [each for each in hosts.tokens.values() if "contents" in each.permissions]
    assert set(hosts.ended) == set(hosts.tokens)
    assert not [each for each in hosts.requests if "/git/" in each]


@pytest.mark.parametrize(
    "answer",
    [
        {"permissions": {"contents": "write", "metadata": "read"}},
        {"permissions": {"contents": "read", "metadata": "read", "issues": "read"}},
        {"permissions": {}},
        {"permissions": None},
        {"repositories": [{"id": 1, "full_name": "octo-org/sample"}, {"id": 2, "full_name": "octo-org/other"}]},
        {"repositories": [{"id": 1, "full_name": "octo-org/renamed"}]},
        {"repositories": []},
        {"repositories": None},
        {"repository_selection": "all"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": "soon"},
    ],
)
def test_a_token_that_differs_from_the_request_is_given_back_unused(
    run: Run, hosts: Hosts, answer: dict[str, Any]
) -> None:
    hosts.issued = answer
    with pytest.raises(TooBroadTokenError) as caught:
        run(_read)
    assert set(hosts.ended) == set(hosts.tokens) != set()
    assert not [each for each in hosts.requests if "/git/" in each or "permission" in each]
    assert_no_secret(hosts, shown(caught.value))


def test_a_response_without_a_token_is_an_error_that_shows_nothing(run: Run, hosts: Hosts) -> None:
    hosts.issued = {"token": None, "access_token": "secretsecret"}
    with pytest.raises(RuntimeLibraryError) as caught:
        run(_read)
    assert_no_secret(hosts, shown(caught.value))


def test_permissions_that_the_app_lacks_are_a_configuration_error(run: Run, hosts: Hosts) -> None:
    async def read(bench: Bench) -> None:
        async def wrong(_: bytes) -> bytes:
            return b"not a signature"

        opener = GitHubInstallation(GitHubApp(CLIENT_ID, wrong), WRITER, bench.session, bench.github)
        async with opener.open(User(), bench.repository, COMMIT):
            pass

    with pytest.raises(ConfigurationError, match="client id"):
        run(read)
    assert not hosts.tokens


@pytest.mark.parametrize("times", [1, 2])
def test_a_request_that_is_cancelled_at_any_of_its_requests_gives_its_tokens_back(
    run: Run, hosts: Hosts, times: int
) -> None:
    async def count(bench: Bench) -> int:
        await _read(bench)
        return len(hosts.requests)

    total = run(count)

    async def cancelled_at(bench: Bench) -> None:
        for number in range(1, total + 1):
            hosts.requests.clear()
            hosts.stalled_request = number
            task = asyncio.create_task(_read(bench))
            await hosts.arrived(number)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0.005)
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.1)
            assert set(hosts.ended) == set(hosts.tokens), f"cancelled at request {number} of {total}"

    run(cancelled_at)
    assert total == 11
    assert len(hosts.tokens) > total


def test_a_token_that_is_not_given_back_is_a_warning_without_the_token(
    run: Run, hosts: Hosts, caplog: pytest.LogCaptureFixture
) -> None:
    hosts.end_status = 500
    assert run(_read) == FILES
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert (
        warnings == ["GitHub did not confirm the end of an installation token, which is valid for at most an hour"] * 2
    )


def test_no_log_at_any_level_shows_a_token(run: Run, hosts: Hosts, caplog: pytest.LogCaptureFixture) -> None:
    run(_read)
    assert_no_secret(hosts, caplog.text)


def test_the_token_of_the_app_is_signed_once_in_its_time(run: Run) -> None:
    now = time.time()
    signed: list[float] = []

    async def sign(digest: bytes) -> bytes:
        signed.append(now)
        return await _sign_later(digest)

    async def test(_: Bench) -> None:
        nonlocal now
        app = GitHubApp(CLIENT_ID, sign, lambda: now)
        await asyncio.gather(*(app.token() for _ in range(20)))
        now += 7 * 60
        await app.token()
        assert len(signed) == 1
        now += 2 * 60
        await app.token()
        assert len(signed) == 2

    run(test)


def test_an_error_in_the_block_gives_the_token_of_the_synchronous_opener_back(run: Run, hosts: Hosts) -> None:
    async def test(bench: Bench) -> None:
        def read() -> None:
            with requests.Session() as session:
                session.trust_env, session.verify = False, bench.ca_file
                opener = SyncGitHubInstallation(SyncGitHubApp(CLIENT_ID, _sign), WRITER, session, bench.github)
                with pytest.raises(KeyboardInterrupt), opener.open(User(), bench.repository, COMMIT):
                    raise KeyboardInterrupt

        await asyncio.to_thread(read)

    run(test)
    assert set(hosts.ended) == set(hosts.tokens) != set()


def test_after_a_request_no_object_of_the_library_holds_a_token(run: Run) -> None:
    def holders() -> set[str]:
        gc.collect()
        found: set[str] = set()
        for holder in gc.get_objects():
            if type(holder).__module__.startswith("agent_network_runtime"):
                texts = [each for each in gc.get_referents(holder) if isinstance(each, str | bytes)]
                found |= {type(holder).__name__ for each in texts if "secretsecret" in str(each)}
        return found

    async def test(bench: Bench) -> tuple[set[str], set[str]]:
        async with _opener(bench).open(User(), bench.repository, COMMIT) as source:
            await source.list_files()
            during = holders()
        return during, holders()

    assert run(test) == ({"Secret"}, set())


def test_the_synchronous_opener_reads_the_same_files_and_gives_its_tokens_back(run: Run, hosts: Hosts) -> None:
    async def test(bench: Bench) -> dict[str, bytes]:
        def read() -> dict[str, bytes]:
            with requests.Session() as session:
                session.trust_env, session.verify = False, bench.ca_file
                opener = SyncGitHubInstallation(SyncGitHubApp(CLIENT_ID, _sign), WRITER, session, bench.github)
                with opener.open(User(), bench.repository, COMMIT) as source:
                    return {each.path: source.read_file(each) for each in source.list_files()}

        return await asyncio.to_thread(read)

    assert run(test) == FILES
    assert set(hosts.ended) == set(hosts.tokens) != set()
