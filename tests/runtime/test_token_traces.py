"""Tests that no log, traceback, text or object shows or keeps a token, with real sockets and real libraries."""

import asyncio
import copy
import logging
import pickle
import traceback
from collections.abc import Generator

import aiohttp
import pytest
from agent_network_runtime.asyncio_client import AsyncUserTokenClient
from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.exchange import Rules
from agent_network_runtime.secret import Secret, TokenDroppedError
from agent_network_runtime.thread_client import UserTokenClient

from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import SampleTenant, sample_tenant
from tests.runtime.token_agents import JWT, ME, USER_READ, agent_settings, incoming

LIBRARIES = ("azure", "msal", "aiohttp", "urllib3", "requests", "asyncio", "agent_network_runtime")
BROKEN = {"access_token": "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln"}
FAULTS = (
    Fault(service="token", drops=True),
    Fault(service="token", delay=0.6),
    Fault(service="token", status=429, retry_after="60"),
    Fault(service="token", status=500, body="<html>"),
    Fault(service="token", status=400, body={"error": "invalid_grant"}),
    Fault(service="token", status=400, body="<html>"),
    Fault(service="token", status=302, headers={"Location": "https://graph.microsoft.com/"}),
    Fault(service="identity", drops=True),
    Fault(service="identity", status=500, body="<html>"),
    Fault(service="identity", status=400, body={"statusCode": 400, "message": "No User Assigned"}),
    Fault(service="identity", status=200, body="<html>"),
    Fault(service="identity", status=200, body=BROKEN),
    Fault(service="identity", status=200, body={**BROKEN, "expires_on": "soon"}),
    None,
)


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Generator[SampleTenant]:
    with sample_tenant() as found:
        for name, value in found.endpoints.container("ingestion").environment.items():
            monkeypatch.setenv(name, value)
        yield found


def rules() -> Rules:
    return Rules(settling=0.0, attempts=1, each=0.2)


async def by_task(tenant: SampleTenant) -> None:
    client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=rules())
    try:
        async with client.request(incoming(tenant)) as tokens:
            credential = tokens.credential_for(USER_READ)
            logging.getLogger("agent").info("%r %r %r", credential, await credential.get_token(USER_READ), client)
            logging.getLogger("agent").info("%s", await credential.get_token_info(USER_READ))
    finally:
        await client.close()


def by_thread(tenant: SampleTenant) -> None:
    client = UserTokenClient.from_settings(agent_settings(tenant), rules=rules())
    try:
        with client.request(incoming(tenant)) as tokens:
            credential = tokens.credential_for(USER_READ)
            logging.getLogger("agent").info("%r %r %r", credential, credential.get_token(USER_READ), client)
            logging.getLogger("agent").info("%s", credential.get_token_info(USER_READ))
    finally:
        client.close()


def shown(error: BaseException) -> str:
    """Return everything that a report of an error can show: causes, contexts, local variables, attributes."""
    seen, parts, ahead = set[int](), list[str](), list[BaseException | None]([error])
    while ahead:
        each = ahead.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        ahead += [each.__cause__, each.__context__]
        parts += traceback.TracebackException.from_exception(each, capture_locals=True).format()
        parts += [repr(each), str(each), repr(vars(each))]
    return "".join(parts)


@pytest.mark.parametrize("face", ["task", "thread"])
@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_logs_and_errors_with_local_variables_show_no_token(
    tenant: SampleTenant,
    number: int,
    face: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for library in (*LIBRARIES, "agent", ""):
        caplog.set_level(logging.DEBUG, logger=library)
    # azure-identity repeats a request that fails; its waiting time does not matter in this test.
    monkeypatch.setattr("azure.core.pipeline.policies.RetryPolicy.get_backoff_time", lambda *_: 0)
    monkeypatch.setattr("azure.core.pipeline.policies.AsyncRetryPolicy.get_backoff_time", lambda *_: 0)
    fault = FAULTS[number]
    if fault is not None:
        tenant.endpoints.switches.add(fault)
    is_faulty = fault is not None
    del fault  # one of them has a token, which a traceback would show
    report, chained = "", (None, None)
    try:
        if face == "task":
            asyncio.run(by_task(tenant), debug=True)
        else:
            by_thread(tenant)
    except RuntimeLibraryError as error:
        report = shown(error)
        chained = (error.__cause__, error.__context__)

    assert chained == (None, None)
    assert bool(report) is is_faulty
    assert tenant.endpoints.container("ingestion").header not in report
    assert not JWT.search(report)
    assert not JWT.search(caplog.text)
    assert caplog.text


def test_cancelled_request_with_local_variables_shows_no_token(tenant: SampleTenant) -> None:
    tenant.endpoints.switches.add(Fault(service="token", delay=0.6))

    async def run() -> BaseException:
        task = asyncio.ensure_future(by_task(tenant))
        await asyncio.sleep(0.2)
        task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(error, asyncio.CancelledError)
        return error

    assert not JWT.search(shown(asyncio.run(run())))


async def at_an_api(tenant: SampleTenant) -> None:
    """Read the JSON of a page of Microsoft Graph as a user, and keep the response of aiohttp."""
    client = AsyncUserTokenClient.from_settings(agent_settings(tenant), rules=rules())
    try:
        async with client.request(incoming(tenant)) as tokens:
            credential = tokens.credential_for(USER_READ)
            async with (
                aiohttp.ClientSession(middlewares=(credential.bearer,)) as session,
                session.get(ME) as response,
            ):
                response.raise_for_status()
                await response.json()
    finally:
        await client.close()


AT_API = (
    Fault(service="graph", status=403, body={"error": "no"}),
    Fault(service="graph", status=401, headers={"WWW-Authenticate": "Bearer"}),
    Fault(service="graph", status=200, body="<html>", headers={"Content-Type": "text/html"}),
    Fault(service="graph", drops=True),
)


@pytest.mark.parametrize("fault", AT_API)
def test_error_of_a_session_at_an_api_shows_no_token(
    tenant: SampleTenant, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    for library in (*LIBRARIES, ""):
        caplog.set_level(logging.DEBUG, logger=library)
    tenant.endpoints.switches.add(fault)
    report = ""
    try:
        asyncio.run(at_an_api(tenant), debug=True)
    except aiohttp.ClientError as error:
        report = shown(error)

    assert report
    assert not JWT.search(report)
    assert not JWT.search(caplog.text)


def test_secret_shows_its_text_in_no_form() -> None:
    secret = Secret("eyJ-the-token")

    assert "eyJ" not in f"{secret} {secret!r} {secret!s} {[secret]} {secret:>40} %s %r" % (secret, secret)
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)
    with pytest.raises(AttributeError):
        secret.__dict__  # noqa: B018 - a debugger reads it
    assert secret.reveal() == "eyJ-the-token"
    secret.drop()
    with pytest.raises(TokenDroppedError):
        secret.reveal()
