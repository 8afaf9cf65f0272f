"""Fixtures of the tests of repositories: the simulated hosts, and a user."""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from agent_network_runtime.repositories import GitHubHosts, GitHubRepository

from tests.runtime.repositories.simulated_hosts import Hosts, Repository, served

TENANT = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True)
class User:
    """User of the tests."""

    tid: str = TENANT
    oid: str = "22222222-2222-4222-8222-222222222222"


class Bench:
    """Simulated hosts that are served, with a session for them."""

    def __init__(self, hosts: Hosts, session: aiohttp.ClientSession, ca_file: str) -> None:
        self.hosts = hosts
        self.session = session
        self.github = GitHubHosts(hosts.origin, hosts.origin)
        self.repository = GitHubRepository("octo-org", "sample", 1)
        self.ca_file = ca_file


Run = Callable[[Callable[[Bench], Coroutine[Any, Any, Any]]], Any]


@pytest.fixture
def hosts() -> Hosts:
    """Two repositories: the sample, and one that only its owner may read."""
    readers = {"octo-user": "write", "octo-reader": "read"}
    return Hosts(
        [Repository("octo-org/sample", 1, readers=readers), Repository("octo-org/other", 2, readers=readers)],
        {"octo-user": 501, "octo-reader": 502, "octo-stranger": 503},
    )


@pytest.fixture
def run(hosts: Hosts, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Run:
    """Return a function that runs a test against the served hosts, with all logs switched on."""
    caplog.set_level(logging.DEBUG)

    async def whole(test: Callable[[Bench], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401 - the result of a test
        async with bench(hosts, tmp_path) as one:
            return await test(one)

    def run(test: Callable[[Bench], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401
        return asyncio.run(whole(test))

    return run


@asynccontextmanager
async def bench(hosts: Hosts, folder: Path) -> AsyncGenerator[Bench]:
    """Serve the hosts and open a session for them."""
    async with (
        served(hosts, folder) as context,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
    ):
        yield Bench(hosts, session, str(folder / "ca.pem"))


def shown(error: BaseException) -> str:
    """Return everything that a traceback with local variables shows of an error, its causes included.

    Without the functions of the tests, which have the simulated tokens in their own variables.
    """
    found = traceback.TracebackException.from_exception(error, capture_locals=True)
    part: traceback.TracebackException | None = found
    while part is not None:
        part.stack[:] = [frame for frame in part.stack if "/tests/" not in frame.filename]
        part = part.__cause__ or part.__context__
    return "".join(found.format())


def assert_no_secret(hosts: Hosts, *texts: str) -> None:
    """Fail if any text contains a token or a code of the simulated hosts."""
    secrets = [*hosts.tokens, "devicesecret", "refreshsecret", "secretsecret"]
    for text in texts:
        assert not [each for each in secrets if each in text]
