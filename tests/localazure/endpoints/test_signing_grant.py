"""End-to-end tests of the verb `sign`: a deployed grant, local Azure's key vault, and the Azure client for keys."""

import asyncio
from collections.abc import Generator
from typing import Any

import pytest
from agent_network_runtime import ConfigurationError
from agent_network_runtime.repositories import key_vault_signer, sync_key_vault_signer
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm

from localazure.endpoints import Endpoints, serve
from localazure.endpoints.signed_tokens import signing_key
from tests.network.deploying import deploy, described

NETWORK: dict[str, Any] = {
    "name": "contoso",
    "registry": {"name": "contosoimages"},
    "resources": {
        "github-app": {"kind": "key-vault-key", "vault": "contososign"},
        "other": {"kind": "key-vault-key", "vault": "contososign", "key": "other-app"},
    },
    "agents": {
        "signer": {"image": "signer", "access": {"github-app": "sign"}},
        "stranger": {"image": "stranger", "access": {"other": "sign"}},
    },
}
ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso", "suffix": "dev7", "production": False}
VAULT = "contososign-dev7"


@pytest.fixture(scope="module")
def endpoints() -> Generator[Endpoints]:
    with serve(deploy(*described(NETWORK, ENVIRONMENT, "dev")).world) as found, found.reachable():
        yield found


def run_as(agent: str, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> ManagedIdentityCredential:
    for name, value in endpoints.container(agent).environment.items():
        monkeypatch.setenv(name, value)
    return ManagedIdentityCredential()


def test_agent_with_the_verb_signs_with_its_key_and_only_signs(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = endpoints.key_vaults.import_key(VAULT, "github-app", signing_key("app"))
    credential = run_as("signer", endpoints, monkeypatch)

    with sync_key_vault_signer(key, credential) as sign:
        assert len(sign(b"d" * 32)) == 256
    with pytest.raises(HttpResponseError), CryptographyClient(key, credential) as client:
        client.decrypt(EncryptionAlgorithm.rsa_oaep_256, b"c" * 256)


def test_asynchronous_signer_signs_and_closes_its_connections(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = endpoints.key_vaults.import_key(VAULT, "github-app", signing_key("app"))
    for name, value in endpoints.container("signer").environment.items():
        monkeypatch.setenv(name, value)

    async def run() -> bytes:
        async with AsyncManagedIdentityCredential() as credential, key_vault_signer(key, credential) as sign:
            return await sign(b"d" * 32)

    # An open connection would be a warning, which is an error here.
    assert len(asyncio.run(run())) == 256


@pytest.mark.parametrize("agent", ["signer", "stranger"])
def test_agent_does_not_sign_with_the_key_of_another_agent(
    endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch, agent: str
) -> None:
    name = {"signer": "other-app", "stranger": "github-app"}[agent]
    key = endpoints.key_vaults.import_key(VAULT, name, signing_key("app"))

    with pytest.raises(ConfigurationError, match="refuses to sign") as caught:
        sync_key_vault_signer(key, run_as(agent, endpoints, monkeypatch))(b"d" * 32)
    assert caught.value.__context__ is None
