"""Tests of the identities that a container gets tokens of in local Azure, and of the tokens of a cluster's pods."""

import asyncio
import json
from typing import Any

import pytest
import requests
from azure.identity import ManagedIdentityCredential, WorkloadIdentityCredential
from azure.identity.aio import WorkloadIdentityCredential as AsyncWorkloadIdentityCredential

from localazure.endpoints.entra.identity_endpoint import Container
from localazure.endpoints.entra.objects import FederatedCredential
from localazure.endpoints.signed_tokens import signing_key, unverified
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import EXCHANGE, INGESTION, INGESTION_APP, PULL, SampleTenant
from tests.localazure.endpoints.token_requests import ASSERTION_TYPE, on_behalf_of, token_request
from tests.localazure.samples import CLUSTER, CREDENTIAL, IDENTITY, NAMESPACE, PODS, SERVICE_ACCOUNT, make

STORAGE = "https://storage.azure.com"
VERSION = "2019-08-01"


def ask(container: Container, header: str | None = None, **query: str) -> requests.Response:
    text = "&".join(f"{name}={value}" for name, value in {"api-version": VERSION, "resource": STORAGE, **query}.items())
    headers = {"X-IDENTITY-HEADER": container.header if header is None else header}
    return requests.get(f"{container.url}?{text}", headers=headers, timeout=9)


def principal_of(tenant: SampleTenant, owner: str) -> str:
    found = tenant.azure.world.find_owned_principal(owner)
    assert found is not None
    return found.id


def test_container_gets_tokens_of_the_identities_that_its_stage_may_use(tenant: SampleTenant) -> None:
    world = tenant.azure.world
    main, init = (tenant.endpoints.container("ingestion", stage) for stage in ("main", "init"))
    found: dict[str, list[bool]] = {}
    for owner in (INGESTION_APP, PULL, EXCHANGE):
        identity = world.find_owned_principal(owner)
        assert identity is not None
        selectors = [{"client_id": identity.client_id}, {"principal_id": identity.id}, {"object_id": identity.id}]
        selectors += [{"mi_res_id": owner}] if owner != INGESTION_APP else [{}]
        answers = [[ask(each, **selector) for selector in selectors] for each in (main, init)]
        found[owner.rpartition("/")[2]] = [{one.status_code for one in each} == {200} for each in answers]
        subjects = {unverified(one.json()["access_token"])[1]["sub"] for each in answers for one in each if one.ok}
        assert subjects <= {identity.id}

    # The identity that only pulls has the lifecycle None, the credential of the application Main.
    assert found == {
        "ingestion": [True, True],
        "ingestion-pull": [False, False],
        "ingestion-user-context": [True, False],
    }


def test_identity_endpoint_answers_as_azure_to_wrong_requests(tenant: SampleTenant) -> None:
    container = tenant.endpoints.container("ingestion")
    missing = ask(container, client_id=INGESTION)

    assert (missing.status_code, missing.json()["message"]) == (
        400,
        "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
    )
    assert ask(container, header="wrong").status_code == 401
    assert ask(container, header=tenant.endpoints.container("ingestion").header).status_code == 401
    assert "AADSTS500011" in ask(container, resource="https://github.com").json()["message"]
    assert ask(container, **{"api-version": "2017-09-01"}).status_code == 400
    token = ask(container).json()
    assert token["expires_on"].isdecimal()
    assert unverified(token["access_token"])[1]["aud"] == STORAGE


def test_header_of_a_container_changes_and_the_old_one_is_refused(tenant: SampleTenant) -> None:
    container = tenant.endpoints.container("ingestion")
    old = container.header
    container.rotate_header()

    assert ask(container, header=old).status_code == 401
    assert ask(container).status_code == 200


@pytest.mark.parametrize(
    ("fault", "error", "requests_sent"),
    [
        (Fault(service="identity", status=429, retry_after="0", times=1), None, 2),
        (Fault(service="identity", status=500, times=1), None, 2),
        (Fault(service="identity", status=200, body="<html>"), json.JSONDecodeError, 1),
    ],
)
def test_faults_of_the_identity_endpoint_reach_the_real_credential(
    tenant: SampleTenant,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    error: type[Exception] | None,
    requests_sent: int,
) -> None:
    for name, value in tenant.endpoints.container("ingestion").environment.items():
        monkeypatch.setenv(name, value)
    tenant.endpoints.switches.add(fault)
    credential = ManagedIdentityCredential(retry_backoff_factor=0)

    if error is None:
        assert credential.get_token(f"{STORAGE}/.default").token
    else:
        with pytest.raises(error):
            credential.get_token(f"{STORAGE}/.default")
    assert len(tenant.endpoints.log.of("identity")) == requests_sent


def cluster(tenant: SampleTenant, **pod: Any) -> None:  # noqa: ANN401 - any JSON value
    """Create a cluster with the pods of an agent, and the identity that its service account can use."""
    azure = tenant.azure
    enabled = {"oidcIssuerProfile": {"enabled": True}, "securityProfile": {"workloadIdentity": {"enabled": True}}}
    _, outputs = make(azure, CLUSTER, **enabled)
    make(azure, IDENTITY, resourceName="report")
    identity = azure.world.find_owned_principal(PULL.replace("ingestion-pull", "report"))
    assert identity is not None
    make(
        azure,
        CREDENTIAL,
        resourceName="report",
        issuer=outputs["oidcIssuerProfile"]["issuerURL"],
        subject="system:serviceaccount:report:report",
    )
    annotation = {"azure.workload.identity/client-id": identity.client_id}
    make(azure, NAMESPACE)
    make(azure, SERVICE_ACCOUNT, metadata={"name": "report", "namespace": "report", "annotations": annotation})
    labels = {"app": "report", "azure.workload.identity/use": "true", **pod}
    spec = {"serviceAccountName": "report", "containers": [{"name": "report", "image": "images.example/report:1"}]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    whole = {"selector": {"matchLabels": {"app": "report"}}, "template": template}
    make(azure, PODS, metadata={"name": "report", "namespace": "report"}, spec=whole)


def test_workload_identity_credential_gets_a_token_of_the_pods_identity(
    tenant: SampleTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(tenant)
    pod = tenant.endpoints.pod("report")
    for name, value in pod.environment.items():
        monkeypatch.setenv(name, value)
    claims = unverified(WorkloadIdentityCredential().get_token(f"{STORAGE}/.default").token)[1]

    async def asynchronous() -> str:
        async with AsyncWorkloadIdentityCredential() as credential:
            return (await credential.get_token(f"{STORAGE}/.default")).token

    assert unverified(asyncio.run(asynchronous()))[1]["sub"] == claims["sub"]
    assert claims["sub"] == principal_of(tenant, PULL.replace("ingestion-pull", "report"))
    assert "xms_ficinfo" in claims


def test_pod_without_the_label_gets_no_variables(tenant: SampleTenant) -> None:
    cluster(tenant, **{"azure.workload.identity/use": "false"})

    assert tenant.endpoints.pod("report").environment == {}


def test_application_trusts_the_pods_token_itself_and_not_that_of_the_pods_identity(tenant: SampleTenant) -> None:
    cluster(tenant)
    endpoints = tenant.endpoints
    pod = endpoints.pod("report")
    own = pod.token_file.read_text("ascii")
    of_pod = FederatedCredential(issuer=pod.issuer, subject=pod.subject)
    of_identity = FederatedCredential(
        issuer=endpoints.tenant.issuer, subject=principal_of(tenant, PULL.replace("ingestion-pull", "report"))
    )
    endpoints.directory.change_application(INGESTION, federated_credentials=(of_pod, of_identity))
    identity_token = token_request(
        tenant,
        grant_type="client_credentials",
        client_id=pod.environment["AZURE_CLIENT_ID"],
        client_assertion_type=ASSERTION_TYPE,
        client_assertion=own,
        scope="api://AzureADTokenExchange/.default",
    ).body["access_token"]

    assert on_behalf_of(tenant, tenant.sign_in(), client_assertion=own).status_code == 200
    assert on_behalf_of(tenant, tenant.sign_in(), client_assertion=identity_token).code == 700231
    endpoints.clock.advance(4000)
    assert on_behalf_of(tenant, tenant.sign_in(), client_assertion=own).code == 700024
    endpoints.pods.renew(pod)
    renewed = pod.token_file.read_text("ascii")
    assert on_behalf_of(tenant, tenant.sign_in(), client_assertion=renewed).status_code == 200
    forged = signing_key("forger").sign(unverified(renewed)[1])
    assert on_behalf_of(tenant, tenant.sign_in(), client_assertion=forged).code == 700027


def test_container_of_an_agent_is_found_by_the_agents_name_in_its_variables(tenant: SampleTenant) -> None:
    app = tenant.azure.world.get(INGESTION_APP)
    assert app is not None
    container = app.inputs["template"]["containers"][0]
    container["env"] = [{"name": "AGENT_NETWORK_RUNTIME", "value": json.dumps({"version": 1, "agent": "intake"})}]

    assert tenant.endpoints.container("intake").app == INGESTION_APP
    with pytest.raises(LookupError, match="known are ingestion"):
        tenant.endpoints.container("report")
