"""End-to-end tests of GitHub with the runtime library: a sign-only key in Key Vault, and rights of the user alone."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from agent_network_runtime import ConfigurationError, Runtime, UserContext
from agent_network_runtime.repositories import (
    AccountMapping,
    GitHubAccount,
    GitHubDeviceFlow,
    GitHubInstallation,
    RepositoryAccessError,
    TooBroadTokenError,
)
from agent_network_runtime.repositories import GitHubApp as AppWithKey
from agent_network_runtime.repositories import GitHubRepository as Wanted
from agent_network_runtime.repositories.app_key import key_vault_signer
from agent_network_runtime.repositories.files import RepositorySource
from azure.core.pipeline.transport import AioHttpTransport

from localazure.endpoints.apis.git_content import GitContent
from localazure.endpoints.apis.github.state import GitHubApp, GitHubRepository
from localazure.endpoints.entra.objects import User
from localazure.endpoints.signed_tokens import signing_key
from tests.localazure.endpoints.sample_tenant import ANNA, BEN, SampleTenant
from tests.runtime.token_agents import agent_settings

CONTENT = GitContent(files={"README.md": b"# Web\n", "src/main.py": b"print(1)\n"})
WEB = Wanted("fabrikam", "web", 11)
ACCOUNTS = {ANNA.id: GitHubAccount("anna-dev", 901), BEN.id: GitHubAccount("ben-dev", 902)}


class Accounts:
    """Mapping of the tests' users to their GitHub accounts."""

    def account_of(self, tenant_id: str, object_id: str) -> GitHubAccount:  # noqa: ARG002 - one tenant
        return ACCOUNTS[object_id]


@pytest.fixture
def key_id(tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set up GitHub with an app, and return the id of the app's key in the vault."""
    for name, value in tenant.endpoints.container("ingestion").environment.items():
        monkeypatch.setenv(name, value)
    key, state = signing_key("github app"), tenant.endpoints.github
    state.accounts |= {each.login: each.id for each in ACCOUNTS.values()}
    state.repositories += [
        GitHubRepository(owner="fabrikam", name="web", id=11, permissions={"anna-dev": "read"}, content=CONTENT),
        GitHubRepository(owner="fabrikam", name="other", id=12, permissions={"anna-dev": "read", "ben-dev": "admin"}),
    ]
    state.apps.append(GitHubApp(client_id="Iv23app", id=77, key=key, installation=5, repositories=frozenset({11, 12})))
    return tenant.endpoints.key_vaults.import_key("network-dev7", "github-app", key)


def as_user(
    tenant: SampleTenant,
    user: User,
    work: Callable[[Runtime, UserContext, aiohttp.ClientSession], Awaitable[dict[str, bytes]]],
) -> dict[str, bytes]:
    async def run() -> dict[str, bytes]:
        header = f"Bearer {tenant.sign_in(user)}"
        async with (
            Runtime(agent_settings(tenant)) as runtime,
            aiohttp.ClientSession() as session,
            await runtime.user_context(header) as context,
        ):
            return await work(runtime, context, session)

    return asyncio.run(run())


async def contents(source: RepositorySource) -> dict[str, bytes]:
    return {each.path: await source.read_file(each) for each in await source.list_files()}


def installation(tenant: SampleTenant, user: User, key_id: str) -> dict[str, bytes]:
    """Return the files of the repository as the app, once the user's own right is proved."""

    async def work(runtime: Runtime, context: UserContext, session: aiohttp.ClientSession) -> dict[str, bytes]:
        # With a session of its own, the client of Key Vault would have to be closed.
        transport = AioHttpTransport(session=session, session_owner=False)
        sign = key_vault_signer(key_id, runtime.agent_credential(), transport=transport)
        accounts: AccountMapping = Accounts()
        app = GitHubInstallation(AppWithKey("Iv23app", sign), accounts, session)
        async with app.open(context, WEB, CONTENT.commit) as source:
            return await contents(source)

    return as_user(tenant, user, work)


def test_installation_token_is_issued_for_one_repository_and_given_back(tenant: SampleTenant, key_id: str) -> None:
    assert installation(tenant, ANNA, key_id) == CONTENT.files

    endpoints = tenant.endpoints
    assert endpoints.github.living_tokens == []
    assert [each.path for each in endpoints.log.of("key-vault", method="POST") if each.status == 200] == [
        key_id.removeprefix("https://network-dev7.vault.azure.net") + "/sign"
    ]


def test_user_without_a_right_at_github_is_refused_although_the_app_has_it(tenant: SampleTenant, key_id: str) -> None:
    with pytest.raises(RepositoryAccessError):
        installation(tenant, BEN, key_id)

    assert tenant.endpoints.github.living_tokens == []
    assert not [each for each in tenant.endpoints.log.of("github") if "/git/" in each.path]


def test_key_without_a_role_of_the_agent_does_not_sign(tenant: SampleTenant, key_id: str) -> None:
    assert key_id
    other = tenant.endpoints.key_vaults.import_key("network-dev7", "other-key", signing_key("github app"))

    with pytest.raises(ConfigurationError, match="Key Vault refuses to sign"):
        installation(tenant, ANNA, other)


@pytest.mark.usefixtures("key_id")
def test_device_flow_reads_one_repository_and_notices_a_token_for_more(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints = tenant.endpoints
    sleep = asyncio.sleep

    async def passed(seconds: float) -> None:
        endpoints.clock.advance(seconds)
        await sleep(0)

    monkeypatch.setattr("agent_network_runtime.repositories.transport.asyncio.sleep", passed)

    async def work(_: Runtime, context: UserContext, session: aiohttp.ClientSession) -> dict[str, bytes]:
        flow = GitHubDeviceFlow("Iv23app", session, accounts=Accounts())
        login = await flow.begin(context, "request", WEB)
        endpoints.device_sign_in.authorize(login.user_code, "anna-dev")
        async with flow.open(login, context, "request", CONTENT.commit) as source:
            return await contents(source)

    assert as_user(tenant, ANNA, work) == CONTENT.files
    endpoints.github.ignores_repository_id = True
    with pytest.raises(TooBroadTokenError):
        as_user(tenant, ANNA, work)
