"""End-to-end tests of a deployed network: agents with the runtime library, users, and everything that is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import TypeVar

import aiohttp
import pytest
from agent_network_runtime import (
    ConfigurationError,
    ForbiddenError,
    InvalidTokenError,
    Runtime,
    RuntimeLibraryError,
    ScopeNotDeclaredError,
    SettingsError,
    settings_from_environment,
)
from agent_network_runtime.repositories import AzureReposApi, RepositoryAccessError, open_azure_repos
from azure.identity import CredentialUnavailableError, ManagedIdentityCredential

from localazure.endpoints.entra.refusals import EntraRefusal
from localazure.endpoints.signed_tokens import unverified
from tests.localazure.endpoints.deployed_network import ANNA, BEN, CARA, CONTENT, DeployedNetwork, deployed_network

T = TypeVar("T")
VSO_CODE = "499b84ac-1321-427f-aa17-267ca6975798/vso.code"
STORAGE = "https://storage.azure.com/.default"
BLOB = "https://fabrikaminputdev7.blob.core.windows.net/code-uploads/reviews/1/README.md"


@pytest.fixture(scope="module")
def network() -> Generator[DeployedNetwork]:
    with deployed_network() as found:
        yield found


@pytest.fixture
def agent(network: DeployedNetwork, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return the function that puts this process into the container of an agent."""

    def enter(name: str) -> None:
        for variable, value in network.variables(name).items():
            monkeypatch.setenv(variable, value)

    return enter


def with_runtime(work: Callable[[Runtime], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Runtime.from_environment() as runtime:
            return await work(runtime)

    return asyncio.run(run())


async def files_as_user(runtime: Runtime, token: str) -> dict[str, bytes]:
    """Return the files of the repository, as an agent reads them for a user."""
    async with await runtime.user_context(f"Bearer {token}") as user, aiohttp.ClientSession() as session:
        api = AzureReposApi("fabrikam", "shop", "web", CONTENT.commit)
        source = open_azure_repos(api, user.credential_for(VSO_CODE), session)
        return {each.path: await source.read_file(each) for each in await source.list_files()}


async def upload(token: str, content: bytes, url: str = BLOB) -> int:
    headers = {"Authorization": f"Bearer {token}", "x-ms-version": "2025-07-05", "x-ms-blob-type": "BlockBlob"}
    async with aiohttp.ClientSession() as session, session.put(url, data=content, headers=headers) as response:
        return response.status


def refused(work: Callable[[Runtime], Awaitable[object]]) -> RuntimeLibraryError:
    """Return the error with which the runtime library refuses something."""

    async def run(runtime: Runtime) -> RuntimeLibraryError:
        try:
            await work(runtime)
        except RuntimeLibraryError as error:
            return error
        raise AssertionError("nothing was refused")

    return with_runtime(run)


def test_agent_reads_the_repository_as_the_user_and_writes_the_blob_as_itself(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("ingestion")
    log = network.endpoints.log
    log.clear()

    async def review(runtime: Runtime) -> int:
        files = await files_as_user(runtime, network.user_token(ANNA))
        assert files == CONTENT.files
        own = await runtime.agent_credential().get_token(STORAGE)
        return await upload(own.token, files["README.md"])

    assert with_runtime(review) == 201
    assert (
        network.endpoints.blob_storage.blobs["fabrikaminputdev7", "code-uploads", "reviews/1/README.md"] == b"# Shop\n"
    )
    assert {each.user for each in log.of("azure-repos")} == {ANNA}
    assert [each.user for each in log.of("blob")] == [""]
    assert len(log.of("token", method="POST")) == 1


def test_user_without_a_right_is_refused_although_the_agent_itself_may_read_the_repository(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("ingestion")

    error = refused(lambda runtime: files_as_user(runtime, network.user_token(BEN)))

    assert isinstance(error, RepositoryAccessError)
    assert network.principal("ingestion") in network.endpoints.azure_repos.repositories[0].readers


def test_user_outside_the_group_gets_no_token_for_the_agent(network: DeployedNetwork) -> None:
    with pytest.raises(EntraRefusal, match="AADSTS50105"):
        network.user_token(CARA)


def test_user_who_leaves_the_group_is_refused_at_the_exchange(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("ingestion")
    token = network.user_token(ANNA)
    claims = {**unverified(token)[1], "oid": CARA}
    of_leaver = network.endpoints.tenant.sign(claims)

    assert isinstance(refused(lambda runtime: files_as_user(runtime, of_leaver)), ForbiddenError)


def test_agent_that_does_not_act_for_users_refuses_a_users_token(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("intake")
    token = network.user_token(ANNA)

    error = refused(lambda runtime: runtime.user_context(f"Bearer {token}"))

    assert isinstance(error, ConfigurationError)
    assert "does not act for users" in str(error)
    assert network.variables("intake").keys() >= {"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AGENT_NETWORK_RUNTIME"}


def test_users_token_for_one_agent_is_refused_at_another_and_at_its_exchange(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("report")
    token = network.user_token(ANNA, "ingestion")

    assert isinstance(refused(lambda runtime: runtime.user_context(f"Bearer {token}")), InvalidTokenError)
    own = network.user_token(ANNA, "report")
    assert with_runtime(lambda runtime: _object_id(runtime, own)) == ANNA


async def _object_id(runtime: Runtime, token: str) -> str:
    async with await runtime.user_context(f"Bearer {token}") as user:
        return user.oid


def test_agent_gets_no_token_of_a_user_for_an_api_that_was_not_declared(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("report")
    network.endpoints.log.clear()

    error = refused(lambda runtime: files_as_user(runtime, network.user_token(ANNA, "report")))

    assert isinstance(error, ScopeNotDeclaredError)
    assert network.endpoints.log.of("token", method="POST") == []


def test_user_token_of_the_agent_does_not_write_the_agents_blobs(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    agent("ingestion")

    assert asyncio.run(upload(network.user_token(ANNA), b"{}")) == 401


def test_identities_that_pull_images_or_prove_the_application_reach_no_data(
    network: DeployedNetwork, monkeypatch: pytest.MonkeyPatch, agent: Callable[[str], None]
) -> None:
    agent("ingestion")
    app = network.world.get(network.endpoints.container("ingestion").app)
    assert app is not None
    identities = {each.rpartition("-")[2]: each for each in app.inputs["identity"]["userAssignedIdentities"]}
    owned = {name: network.world.find_owned_principal(each) for name, each in identities.items()}
    clients = {name: each.client_id for name, each in owned.items() if each is not None}
    assert clients.keys() == {"pull", "credential"}

    with pytest.raises(CredentialUnavailableError):
        ManagedIdentityCredential(client_id=clients["pull"]).get_token(STORAGE)
    token = ManagedIdentityCredential(client_id=clients["credential"]).get_token(STORAGE).token
    assert asyncio.run(upload(token, b"{}")) == 403
    for variable, value in network.endpoints.container("scanner").environment.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(CredentialUnavailableError):
        ManagedIdentityCredential(client_id=clients["credential"]).get_token(STORAGE)


def test_agent_is_called_by_the_declared_agent_and_by_no_other(
    network: DeployedNetwork, agent: Callable[[str], None]
) -> None:
    scope = f"api://{network.client_id('report')}/.default"
    agent("intake")
    token = ManagedIdentityCredential().get_token(scope).token
    agent("scanner")
    with pytest.raises(CredentialUnavailableError, match="AADSTS501051"):
        ManagedIdentityCredential().get_token(scope)
    agent("report")

    caller = with_runtime(lambda runtime: runtime.caller(f"Bearer {token}"))

    assert caller.oid == network.principal("intake")
    forged = network.endpoints.tenant.sign({**unverified(token)[1], "roles": []})
    assert refused(lambda runtime: runtime.caller(f"Bearer {forged}")).status in {401, 403}
    assert refused(lambda runtime: runtime.user_context(f"Bearer {token}")).status in {401, 403}


def test_variables_of_a_container_are_complete_for_the_runtime_library(network: DeployedNetwork) -> None:
    for name in ("ingestion", "report", "intake", "scanner"):
        assert settings_from_environment(network.variables(name)).agent == name
    with pytest.raises(SettingsError):
        settings_from_environment({})
