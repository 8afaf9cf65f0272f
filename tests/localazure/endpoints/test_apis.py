"""Tests of the APIs that local Azure serves over TLS: rights of the user or of the agent, all else denied."""

from http import HTTPStatus
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm

from localazure.endpoints.apis.azure_repos import AzureReposRepository
from localazure.endpoints.apis.git_content import GitContent
from localazure.endpoints.signed_tokens import signing_key
from tests.localazure.endpoints.sample_tenant import (
    ANNA,
    BEN,
    CONTAINER_ID,
    DEVOPS,
    GRAPH,
    INGESTION,
    INGESTION_APP,
    SampleTenant,
)
from tests.localazure.endpoints.token_requests import bearer, get, graph_token, on_behalf_of, user_token
from tests.localazure.samples import CONTAINER, ROLE_ASSIGNMENT, VAULT_ID, make, role_id

REPOSITORY = "https://dev.azure.com/fabrikam/shop/_apis/git/repositories/web"
BLOB = "https://networkdev7.blob.core.windows.net/findings/reviews/1.json"
CONTENT = GitContent(files={"README.md": b"# Shop\n", "src/a/b.py": b"print(1)\n", "src/c.py": b""})
VERSION = {"x-ms-version": "2025-07-05"}


@pytest.fixture
def credential(tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch) -> ManagedIdentityCredential:
    """Return the agent's own credential in its container."""
    for name, value in tenant.endpoints.container("ingestion").environment.items():
        monkeypatch.setenv(name, value)
    return ManagedIdentityCredential()


def devops_token(tenant: SampleTenant, user: str, scope: str = "vso.code") -> str:
    endpoints = tenant.endpoints
    endpoints.directory.consent(INGESTION, DEVOPS, [scope])
    return user_token(endpoints, user, DEVOPS, {scope})


def test_azure_repos_reads_a_repository_only_for_its_readers(tenant: SampleTenant) -> None:
    repository = AzureReposRepository(
        organization="fabrikam", project="shop", name="web", readers=frozenset({ANNA.id}), content=CONTENT
    )
    tenant.endpoints.azure_repos.repositories.append(repository)
    anna, ben = (devops_token(tenant, each.id) for each in (ANNA, BEN))

    tree = get(f"{REPOSITORY}/trees/{CONTENT.tree}?recursive=true&api-version=7.1", anna).json()["treeEntries"]
    files = {each["relativePath"]: each["objectId"] for each in tree if each["gitObjectType"] == "blob"}
    assert get(f"{REPOSITORY}/commits/{CONTENT.commit}", anna).json()["treeId"] == CONTENT.tree
    assert {path: get(f"{REPOSITORY}/blobs/{id_}", anna).content for path, id_ in files.items()} == CONTENT.files
    assert get(f"{REPOSITORY}/items?path=/src/c.py", anna).content == b""
    refused = get(f"{REPOSITORY}/commits/{CONTENT.commit}", ben)
    assert (refused.status_code, refused.json()["typeKey"]) == (404, "TF401019")


def test_azure_repos_refuses_tokens_of_other_apis_and_without_the_scope(tenant: SampleTenant) -> None:
    tokens = [graph_token(tenant.endpoints, ANNA.id), devops_token(tenant, ANNA.id, "vso.work"), "", tenant.sign_in()]

    assert [get(REPOSITORY, each).status_code for each in tokens] == [401] * 4


def test_apis_refuse_a_token_that_has_expired(tenant: SampleTenant, credential: ManagedIdentityCredential) -> None:
    endpoints = tenant.endpoints
    endpoints.key_vaults.import_key("network-dev7", "github-app", signing_key("github app"))
    sign = "https://network-dev7.vault.azure.net/keys/github-app?api-version=2025-07-01"
    vault = credential.get_token("https://vault.azure.net/.default").token
    storage = credential.get_token("https://storage.azure.com/.default").token
    graph, devops = graph_token(endpoints, ANNA.id), devops_token(tenant, ANNA.id)
    endpoints.clock.advance(100_000)
    requested = [("https://graph.microsoft.com/v1.0/me", graph), (REPOSITORY, devops), (BLOB, storage), (sign, vault)]

    assert [get(url, token, **VERSION).status_code for url, token in requested] == [401] * 4


def test_commit_ids_are_those_of_git() -> None:
    # The tree of one empty file `a`, by `git write-tree`.
    assert GitContent(files={"a": b""}).tree == "496d6428b9cf92981dc9495211e6e1120fb6f2ba"


def test_cryptography_client_signs_with_a_sign_only_role_at_the_key(
    tenant: SampleTenant, credential: ManagedIdentityCredential
) -> None:
    key = signing_key("github app")
    id_ = tenant.endpoints.key_vaults.import_key("network-dev7", "github-app", key)
    other = tenant.endpoints.key_vaults.import_key("network-dev7", "other", key)
    digest = b"\x01" * 32

    client = CryptographyClient(id_, credential)
    assert client.sign(SignatureAlgorithm.rs256, digest).signature == key.signature(digest)
    assert client.sign(SignatureAlgorithm.rs256, digest).signature == key.signature(digest)
    # The library remembers the challenge (401) of a vault's host for the whole process, also from another test.
    statuses = [each.status for each in tenant.endpoints.log.of("key-vault") if each.status != HTTPStatus.UNAUTHORIZED]
    # The key that may not be read, then the two signatures.
    assert statuses == [403, 200, 200]
    with pytest.raises(HttpResponseError, match="Caller is not authorized"):
        CryptographyClient(other, credential).sign(SignatureAlgorithm.rs256, digest)


def grant(tenant: SampleTenant, role: str, scope: str, **more: object) -> None:
    """Assign a built-in role to the agent's own identity."""
    agent = tenant.azure.world.find_owned_principal(INGESTION_APP)
    assert agent is not None
    name = "0b1f2c3d-0000-4000-8000-0000000000e7"
    definition = role_id(role)
    make(
        tenant.azure,
        ROLE_ASSIGNMENT,
        roleAssignmentName=name,
        scope=scope,
        roleDefinitionId=definition,
        principalId=agent.id,
        **more,
    )


def test_secret_is_read_with_a_role_at_the_secret_alone(
    tenant: SampleTenant, credential: ManagedIdentityCredential
) -> None:
    tenant.endpoints.key_vaults.secrets |= {("network-dev7", "one"): "first", ("network-dev7", "two"): "second"}
    grant(tenant, "Key Vault Secrets User", f"{VAULT_ID}/secrets/one")
    token = credential.get_token("https://vault.azure.net/.default").token
    url = "https://network-dev7.vault.azure.net/secrets/{}?api-version=2025-07-01"

    assert get(url.format("one"), token).json()["value"] == "first"
    assert get(url.format("two"), token).status_code == 403
    assert get(url.format("three"), token).status_code == 403


@pytest.mark.parametrize(
    ("body", "operations", "status"),
    [
        ({"alg": "RS256", "value": "AQ" * 21 + "A"}, ("sign",), 200),
        ({"alg": "RS256", "value": "AQ" * 21 + "A"}, ("verify",), 403),
        ({"alg": "PS256", "value": "AQ" * 21 + "A"}, ("sign",), 400),
        ({"alg": "RS256", "value": "AQ"}, ("sign",), 400),
        ({"alg": "RS256", "value": 7}, ("sign",), 400),
        ({}, ("sign",), 400),
    ],
)
def test_key_vault_signs_a_digest_with_a_key_that_may_sign(
    tenant: SampleTenant,
    credential: ManagedIdentityCredential,
    body: dict[str, Any],
    operations: tuple[str, ...],
    status: int,
) -> None:
    vaults = tenant.endpoints.key_vaults
    id_ = vaults.import_key("network-dev7", "github-app", signing_key("github app"), operations)
    headers = bearer(credential.get_token("https://vault.azure.net/.default").token)
    answer = requests.post(f"{id_}/sign?api-version=2025-07-01", json=body, headers=headers, timeout=9)

    assert answer.status_code == status, answer.text


def test_condition_of_a_role_limits_the_blobs_that_an_agent_reads(
    tenant: SampleTenant, credential: ManagedIdentityCredential
) -> None:
    blobs = tenant.endpoints.blob_storage.blobs
    other = CONTAINER_ID.replace("findings", "uploads")
    make(tenant.azure, CONTAINER, containerName="uploads")
    blobs |= {("networkdev7", "uploads", path): b"." for path in ("reviews/1.json", "drafts/1.json")}
    read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    path = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"
    condition = f"((!(ActionMatches{{'{read}'}})) OR ({path} StringStartsWith 'reviews/'))"
    grant(tenant, "Storage Blob Data Reader", other, condition=condition, conditionVersion="2.0")
    token = credential.get_token("https://storage.azure.com/.default").token
    url = "https://networkdev7.blob.core.windows.net/uploads/{}/1.json"

    assert get(url.format("reviews"), token, **VERSION).status_code == 200
    assert get(url.format("drafts"), token, **VERSION).status_code == 403
    assert get(url.format("reviews"), token).status_code == 400
    deleted = requests.delete(url.format("reviews"), headers={**bearer(token), **VERSION}, timeout=9)
    assert deleted.status_code == 403


def test_key_vault_signs_nothing_for_a_user(tenant: SampleTenant) -> None:
    id_ = tenant.endpoints.key_vaults.import_key("network-dev7", "github-app", signing_key("github app"))
    vault = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"
    token = user_token(tenant.endpoints, ANNA.id, vault, {"user_impersonation"}, audience="https://vault.azure.net")
    body = {"alg": "RS256", "value": "AAAA"}
    refused = requests.post(f"{id_}/sign?api-version=2025-07-01", json=body, headers=bearer(token), timeout=9)

    assert (refused.status_code, refused.json()["error"]["innererror"]["code"]) == (403, "ForbiddenByRbac")


def test_blob_storage_is_written_by_the_agent_and_by_no_user(
    tenant: SampleTenant, credential: ManagedIdentityCredential
) -> None:
    token = credential.get_token("https://storage.azure.com/.default").token
    storage = "e406a681-f3d4-42a8-90b6-c2b029497af1"
    audience = "https://storage.azure.com"
    user = user_token(tenant.endpoints, ANNA.id, storage, {"user_impersonation"}, audience=audience)

    def put(url: str, given: str) -> int:
        return requests.put(url, data=b"{}", headers={**bearer(given), **VERSION}, timeout=9).status_code

    assert put(BLOB, token) == 201
    assert get(BLOB, token, **VERSION).content == b"{}"
    assert put(BLOB, user) == 403
    assert put(BLOB.replace("findings", "other"), token) == 403
    assert put(BLOB.replace("networkdev7", "elsewhere"), token) == 404
    refused = requests.get(BLOB, headers=VERSION, timeout=9)
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (401, "NoAuthenticationInformation")


def test_graph_refuses_application_tokens_and_other_audiences(
    tenant: SampleTenant, credential: ManagedIdentityCredential
) -> None:
    own = credential.get_token("https://graph.microsoft.com/.default").token
    storage = credential.get_token("https://storage.azure.com/.default").token
    me = "https://graph.microsoft.com/v1.0/me"

    assert get(me, own).status_code == 400
    assert [get(me, each).status_code for each in (storage, "", tenant.sign_in())] == [401] * 3
    assert get(me, user_token(tenant.endpoints, ANNA.id, GRAPH, {"Mail.Read"})).status_code == 403
    assert on_behalf_of(tenant, tenant.sign_in(), f"{GRAPH}/User.Read").status_code == 200
