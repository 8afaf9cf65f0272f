"""Tests of reading an Azure Repos repository with the user's credential, and of the limits of every source."""

import asyncio
from typing import Any

import pytest
import requests
from agent_network_runtime.api_hosts import ApiHosts, HostPolicy
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    HostNotDeclaredError,
    InvalidTokenError,
    RuntimeLibraryError,
    TemporaryError,
)
from agent_network_runtime.repositories import (
    AzureReposApi,
    Limits,
    NotInRepositoryError,
    RepositoryFile,
    RepositoryTooLargeError,
    UnexpectedResponseError,
    open_azure_repos,
    open_azure_repos_sync,
)
from aiohttp import web
from azure.core.credentials import AccessToken

from tests.runtime.repositories.conftest import Bench, Run, assert_no_secret, shown
from tests.runtime.repositories.simulated_hosts import COMMIT, FILES, Hosts, Reach, object_id

SCOPE = "499b84ac-1321-427f-aa17-267ca6975798/vso.code"


class Credential:
    """Credential of a user, with a token that the simulated host knows."""

    def __init__(self, hosts: Hosts, login: str = "octo-user") -> None:
        self.scopes: list[tuple[str, ...]] = []
        reach = Reach(login, (1, 2), {"contents": "read"})
        hosts_of_api = [hosts.origin.removeprefix("https://"), "localhost:1"]
        self.host_policy = HostPolicy(ApiHosts("azure-devops", hosts_of_api))
        self._token = hosts.new_token("entra", reach)

    def token(self, scopes: tuple[str, ...]) -> AccessToken:
        """Return the token."""
        self.scopes.append(scopes)
        return AccessToken(self._token, 0)


class AsyncCredential(Credential):
    """Asynchronous credential of a user."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401
        """Return the token."""
        return self.token(scopes)


class SyncCredential(Credential):
    """Synchronous credential of a user."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401
        """Return the token."""
        return self.token(scopes)


API = AzureReposApi("contoso", "octo-org", "sample", COMMIT)


async def _read(bench: Bench, login: str = "octo-user", limits: Limits | None = None) -> dict[str, bytes]:
    credential = AsyncCredential(bench.hosts, login)
    source = open_azure_repos(API, credential, bench.session, limits, bench.hosts.origin)
    found = {each.path: await source.read_file(each) for each in await source.list_files()}
    assert set(credential.scopes) == {(SCOPE,)}
    return found


def test_a_user_reads_exactly_the_files_of_the_commit(run: Run) -> None:
    assert run(_read) == FILES


def test_a_user_without_the_right_reads_nothing(run: Run) -> None:
    with pytest.raises(RuntimeLibraryError) as caught:
        run(lambda bench: _read(bench, "octo-stranger"))
    assert caught.value.status == 403


def test_the_synchronous_source_reads_the_same_files(run: Run) -> None:
    async def test(bench: Bench) -> dict[str, bytes]:
        def read() -> dict[str, bytes]:
            with requests.Session() as session:
                session.trust_env, session.verify = False, bench.ca_file
                source = open_azure_repos_sync(API, SyncCredential(bench.hosts), session, None, bench.hosts.origin)
                return {each.path: source.read_file(each) for each in source.list_files()}

        return await asyncio.to_thread(read)

    assert run(test) == FILES


_CLAIMS = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ=="


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (web.Response(status=203, text="<html>Sign in</html>"), InvalidTokenError),
        (
            web.Response(status=302, headers={"location": "https://spsprodweu1.vssps.visualstudio.com/"}),
            InvalidTokenError,
        ),
        (web.Response(status=401), InvalidTokenError),
        (
            web.Response(
                status=401,
                headers={"www-authenticate": f'Bearer error="insufficient_claims", claims="{_CLAIMS}"'},
            ),
            ClaimsChallengeError,
        ),
        (web.Response(status=429, headers={"Retry-After": "30"}), TemporaryError),
        (web.Response(status=503, headers={"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}), TemporaryError),
        (web.Response(text="{"), UnexpectedResponseError),
    ],
)
def test_faults_of_azure_repos_map_to_errors_without_the_token(
    run: Run, hosts: Hosts, fault: web.Response, error: type[RuntimeLibraryError]
) -> None:
    hosts.fault = fault
    with pytest.raises(error) as caught:
        run(_read)
    assert type(caught.value) is error
    assert_no_secret(hosts, shown(caught.value))


def test_a_host_that_does_not_answer_is_a_temporary_error_without_the_token(run: Run, hosts: Hosts) -> None:
    async def test(bench: Bench) -> None:
        source = open_azure_repos(API, AsyncCredential(hosts), bench.session, None, "https://localhost:1")
        await source.list_files()

    with pytest.raises(TemporaryError) as caught:
        run(test)
    assert caught.value.__context__ is None
    assert_no_secret(hosts, shown(caught.value))


@pytest.mark.parametrize(
    "origin", ["https://dev.azure.com.example", "https://dev.azure.com:444", "https://localhost:2"]
)
def test_a_token_is_not_requested_for_a_host_outside_the_api(run: Run, hosts: Hosts, origin: str) -> None:
    async def test(bench: Bench) -> None:
        credential = AsyncCredential(hosts)
        with pytest.raises(HostNotDeclaredError):
            open_azure_repos(API, credential, bench.session, None, origin)
        assert credential.scopes == []

    run(test)


def test_the_agents_own_credential_reads_no_repository(run: Run) -> None:
    class Own:
        async def get_token(self, *_: str) -> AccessToken:
            raise AssertionError

    async def test(bench: Bench) -> None:
        own: Any = Own()
        with pytest.raises(TypeError, match="the user's credential"):
            open_azure_repos(API, own, bench.session)

    run(test)


@pytest.mark.parametrize(
    "limits",
    [Limits(files=2), Limits(total_bytes=20), Limits(file_bytes=10), Limits(total_bytes=10, file_bytes=5)],
)
def test_a_repository_beyond_the_limits_is_refused(run: Run, hosts: Hosts, limits: Limits) -> None:
    with pytest.raises(RepositoryTooLargeError) as caught:
        run(lambda bench: _read(bench, limits=limits))
    assert caught.value.status == 413
    assert not [each for each in hosts.requests if "/blobs/" in each] or limits.file_bytes == 10


def test_a_host_that_sends_more_than_the_size_it_names_is_cut_off(run: Run, hosts: Hosts) -> None:
    hosts.content_change = b"x" * 5_000_000
    with pytest.raises(RepositoryTooLargeError):
        run(_read)


def test_content_other_than_that_of_the_commit_is_refused(run: Run, hosts: Hosts) -> None:
    hosts.content_change = b"# Simple\n"
    with pytest.raises(UnexpectedResponseError, match="not the one that the commit has"):
        run(_read)


def _entry(path: str = "a", **changes: object) -> dict[str, object]:
    entry = {"relativePath": path, "mode": "100644", "gitObjectType": "blob", "objectId": "a" * 40, "size": 1}
    return {**entry, **changes}


@pytest.mark.parametrize(
    "entries",
    [
        [_entry("../secret")],
        [_entry("a/../../b")],
        [_entry("/etc/passwd")],
        [_entry("a//b")],
        [_entry("a\\b")],
        [_entry("a\nb")],
        [_entry("a\0b")],
        [_entry("")],
        [_entry("x" * 2000)],
        [_entry(), _entry()],
        [_entry(size=None)],
        [_entry(size=-1)],
        [_entry(size="1")],
        [_entry(size=True)],
        [_entry(objectId="abc")],
        [_entry(objectId="../../x")],
        "text",
        None,
    ],
)
def test_a_tree_that_is_not_one_of_git_is_refused(run: Run, hosts: Hosts, entries: object) -> None:
    hosts.tree_change = {"treeEntries": entries}
    with pytest.raises(UnexpectedResponseError):
        run(_read)


@pytest.mark.parametrize("mode", ["120000", "160000", "40000"])
def test_links_and_submodules_are_not_files(run: Run, hosts: Hosts, mode: str) -> None:
    hosts.tree_change = {"treeEntries": [_entry(mode=mode)]}
    assert run(_read) == {}


def test_a_file_that_was_not_listed_is_never_requested(run: Run, hosts: Hosts) -> None:
    async def test(bench: Bench) -> None:
        source = open_azure_repos(API, AsyncCredential(hosts), bench.session, None, bench.hosts.origin)
        await source.list_files()
        await source.read_file(RepositoryFile("README.md", object_id(b"other"), 5))

    with pytest.raises(NotInRepositoryError):
        run(test)
    assert not [each for each in hosts.requests if "/blobs/" in each]


@pytest.mark.parametrize(
    "names",
    [
        ("contoso/..", "p", "r", COMMIT),
        ("", "p", "r", COMMIT),
        ("contoso", "a/b", "r", COMMIT),
        ("contoso", "p", "..", COMMIT),
        ("contoso", "p", "r?x=", COMMIT),
        ("contoso", "p", "r", "main"),
        ("contoso", "p", "r", COMMIT[:7]),
        ("contoso", "p", "r", "g" * 40),
    ],
)
def test_names_that_could_change_the_address_are_refused(names: tuple[str, str, str, str]) -> None:
    with pytest.raises(ValueError, match="is not the"):
        AzureReposApi(*names)
