"""End-to-end tests of the sample agent: a deployed network, real clients, and the rights of two identities."""

import asyncio
import base64
import json
import logging
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from agent_network_runtime import Runtime, ScopeNotDeclaredError, settings_from_environment
from ingestion_agent.application import create_application
from ingestion_agent.uploads import UploadSettings

from localazure.endpoints.entra.tenant import ConditionalAccess
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.deployed_network import ANNA, BEN, CONTENT, PORTAL, DeployedNetwork, deployed_network
from tests.runtime.token_agents import holders_of_users_tokens

REVIEW = {"organization": "fabrikam", "project": "shop", "repository": "web", "commit": CONTENT.commit}


@pytest.fixture(scope="module")
def deployed() -> Generator[DeployedNetwork]:
    """Deploy the network once; every test begins without faults, requests and blobs."""
    with pytest.MonkeyPatch.context() as patch, deployed_network() as found:
        for name, value in found.variables("ingestion").items():
            patch.setenv(name, value)
        yield found


@pytest.fixture
def network(deployed: DeployedNetwork) -> DeployedNetwork:
    deployed.endpoints.switches.clear()
    deployed.endpoints.log.clear()
    deployed.endpoints.blob_storage.blobs.clear()
    deployed.endpoints.tenant.policies.clear()
    return deployed


@asynccontextmanager
async def serving() -> AsyncGenerator[httpx.AsyncClient]:
    """Serve the agent in this process, as its container would with the variables of the environment."""
    application = create_application(settings_from_environment(), UploadSettings.from_environment(os.environ))
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="https://ingestion.test") as client,
    ):
        yield client


def served(work: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:  # noqa: ANN401 - the result of the work
    async def run() -> Any:  # noqa: ANN401
        async with serving() as client:
            return await work(client)

    return asyncio.run(run())


def post(token: str | None, body: object = REVIEW, **headers: str) -> httpx.Response:
    """Send one request for a review to the served agent."""
    sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **headers}

    async def work(client: httpx.AsyncClient) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await client.post("/reviews", content=content, headers=sent)

    return served(work)


def blobs(network: DeployedNetwork) -> dict[str, bytes]:
    return {path: content for (_, _, path), content in network.endpoints.blob_storage.blobs.items()}


def test_review_copies_the_files_that_the_user_may_read_and_writes_them_as_the_agent(network: DeployedNetwork) -> None:
    response = post(network.user_token(ANNA))

    assert response.status_code == 201, response.text
    review = response.json()
    folder = f"{review['folder']}/content/"
    copied = {path.removeprefix(folder): content for path, content in blobs(network).items() if folder in path}
    assert copied == CONTENT.files
    assert review["files"] == len(CONTENT.files)
    listed = json.loads(blobs(network)[f"{review['folder']}/files.json"])
    assert [each["path"] for each in listed["files"]] == sorted(CONTENT.files)
    reads, writes = network.endpoints.log.of("azure-repos"), network.endpoints.log.of("blob")
    assert {each.user for each in reads} == {ANNA}
    assert {each.user for each in writes} == {""}
    assert {each.headers.get("x-ms-client-request-id") for each in writes} == {response.headers["x-correlation-id"]}


def test_user_without_a_right_is_refused_although_the_agent_may_read_the_repository(network: DeployedNetwork) -> None:
    response = post(network.user_token(BEN))

    assert response.status_code == 403
    assert "may not read" in response.json()["error"]
    assert blobs(network) == {}


@pytest.mark.parametrize(
    ("token", "challenge"),
    [(None, "Bearer"), ("text", 'Bearer error="invalid_token"'), ("a.b.c", 'Bearer error="invalid_token"')],
)
def test_request_without_a_valid_token_gets_401_with_the_standard_challenge(
    network: DeployedNetwork, token: str | None, challenge: str
) -> None:
    response = post(token, b"{")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == challenge
    assert not network.endpoints.log.of("azure-repos")


def test_token_for_another_agent_gets_401(network: DeployedNetwork) -> None:
    assert post(network.user_token(ANNA, "report")).status_code == 401
    assert blobs(network) == {}


@pytest.mark.parametrize(("capability", "status"), [("cp1", 401), ("", 403)])
def test_conditional_access_challenges_a_client_that_can_handle_it_and_refuses_others(
    network: DeployedNetwork, capability: str, status: int
) -> None:
    claims: dict[str, object] = {"xms_cc": [capability]} if capability else {}
    token = network.endpoints.user_token(
        ANNA, client=PORTAL, audience=network.client_id("ingestion"), claims=claims or None
    )
    network.endpoints.tenant.policies.append(ConditionalAccess(policy="c1", user=ANNA))
    response = post(token)

    assert response.status_code == status
    challenge = response.headers.get("www-authenticate", "")
    assert ("insufficient_claims" in challenge) is bool(capability)
    if capability:
        sent = re.search('claims="([^"]+)"', challenge)
        assert sent is not None
        assert json.loads(base64.b64decode(sent[1]))["access_token"]["capolids"]["values"] == ["c1"]
    assert blobs(network) == {}


@pytest.mark.parametrize(
    ("service", "fault", "status"),
    [
        ("azure-repos", Fault(service="azure-repos", status=429, retry_after="30"), 503),
        ("azure-repos", Fault(service="azure-repos", status=401), 401),
        ("azure-repos", Fault(service="azure-repos", status=403), 403),
        ("blob", Fault(service="blob", status=503), 503),
        ("blob", Fault(service="blob", status=403), 500),
    ],
)
def test_faults_of_services_become_standard_statuses_and_leave_no_list_of_files(
    network: DeployedNetwork, service: str, fault: Fault, status: int
) -> None:
    del service
    network.endpoints.switches.add(fault)
    response = post(network.user_token(ANNA))

    assert response.status_code == status
    assert ("retry-after" in response.headers) is (status == 503)
    assert not [path for path in blobs(network) if path.endswith("files.json")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        ([], 422),
        ({}, 422),
        ({**REVIEW, "commit": "main"}, 422),
        ({**REVIEW, "commit": CONTENT.commit[:8]}, 422),
        ({**REVIEW, "project": "../.."}, 422),
        ({**REVIEW, "organization": "fabrikam.evil.example/"}, 422),
        ({**REVIEW, "extra": 1}, 422),
        ({**REVIEW, "repository": 7}, 422),
        (b"x" * 20_000, 413),
    ],
)
def test_bad_bodies_are_refused_before_anything_is_read(network: DeployedNetwork, body: object, status: int) -> None:
    response = post(network.user_token(ANNA), body)

    assert response.status_code == status
    assert response.json()["error"]
    assert not network.endpoints.log.of("azure-repos")


def test_a_token_for_github_is_refused_before_anything_is_sent(network: DeployedNetwork) -> None:
    async def ask() -> None:
        async with Runtime.from_environment() as runtime:
            header = f"Bearer {network.user_token(ANNA)}"
            async with await runtime.user_context(header) as user:
                before = len(network.endpoints.log.of("token"))
                with pytest.raises(ScopeNotDeclaredError):
                    await user.credential_for("https://github.com/.default").get_token("https://github.com/.default")
                assert len(network.endpoints.log.of("token")) == before

    asyncio.run(ask())


def test_cancelled_review_ends_its_users_tokens_and_leaves_no_list_of_files(network: DeployedNetwork) -> None:
    network.endpoints.switches.add(Fault(service="azure-repos", delay=0.2))
    headers = {"Authorization": f"Bearer {network.user_token(ANNA)}"}

    async def work(client: httpx.AsyncClient) -> None:
        task = asyncio.create_task(client.post("/reviews", json=REVIEW, headers=headers))
        while not network.endpoints.log.of("token"):  # noqa: ASYNC110 - the log belongs to another thread
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.4)

    served(work)
    headers.clear()
    assert not [path for path in blobs(network) if path.endswith("files.json")]


def test_after_a_review_no_object_of_the_agent_or_its_library_holds_the_users_token(network: DeployedNetwork) -> None:
    def kept() -> set[str]:
        return {each for each in holders_of_users_tokens() if each.startswith(("ingestion_agent", "agent_network"))}

    assert post(network.user_token(ANNA)).status_code == 201
    assert kept() == set()


def test_health_probe_needs_no_token_and_no_service(network: DeployedNetwork) -> None:
    assert served(lambda client: client.get("/healthz")).json() == {"status": "ok"}
    assert served(lambda client: client.get("/docs")).status_code == 404
    assert not network.endpoints.log.of("token")


def test_logs_name_user_agent_and_request_and_show_no_token(
    network: DeployedNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = network.user_token(ANNA)
    response = post(token)
    lines = [vars(each)["ids"] for each in caplog.records if each.name == "ingestion_agent"]

    assert [each.getMessage() for each in caplog.records if each.name == "ingestion_agent"] == [
        "review begins",
        "review ends",
    ]
    for line in lines:
        assert line["user_object_id"] == ANNA
        assert line["user_tenant_id"] == network.endpoints.tenant.id
        assert line["agent_principal_id"] == network.principal("ingestion")
        assert line["correlation_id"] == response.headers["x-correlation-id"]
        assert line["token_id"]
    assert "eyJ" not in caplog.text
    assert "eyJ" not in json.dumps(lines)
