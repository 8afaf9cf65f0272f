"""Tests of the sign-in of a pipeline: its token file stays fresh, contradictions are refused, and no token is shown."""

import logging
import os
import stat
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DefaultAzureCredential

from access.azure.clouds import CLOUDS
from access.readers import http_client
from cli.main import run
from cli.release_surroundings import prepared
from localazure.endpoints.entra.objects import Application, FederatedCredential
from localazure.endpoints.signed_tokens import signing_key
from localazure.fronts.packages import WORLD
from release.errors import ReleaseError
from release.sign_in.id_tokens import azure_pipelines_request, fetch, github_request
from release.sign_in.pipeline import pipeline_sign_in
from release.sign_in.token_file import TokenFile, kept_fresh
from tests.fabrikam import FABRIKAM, LEGACY, copy_project
from tests.localazure.endpoints.sample_tenant import SampleTenant, principal, sample_tenant
from tests.release.token_issuer import BEARER, ISSUER, SUBJECT, Issuer, issuing

CLIENT = "66666666-0000-4000-8000-000000000001"
TENANT = "66666666-0000-4000-8000-000000000002"
SUBSCRIPTION = "66666666-0000-4000-8000-000000000003"
CONNECTION = "66666666-0000-4000-8000-000000000004"
AUDIENCES = ("api://AzureADTokenExchange",)
IDS = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT, "ARM_SUBSCRIPTION_ID": SUBSCRIPTION}


@dataclass
class Clock:
    now: float = 0

    def __call__(self) -> float:
        return self.now


def on_github(issuer: Issuer, **changes: str) -> dict[str, str]:
    job = {"ACTIONS_ID_TOKEN_REQUEST_URL": issuer.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER}
    return {"GITHUB_ACTIONS": "true", **job, **IDS, **changes}


def on_azure_pipelines(issuer: Issuer) -> dict[str, str]:
    issuer.method, issuer.member = "POST", "oidcToken"
    job = {"SYSTEM_OIDCREQUESTURI": issuer.url.partition("?")[0], "SYSTEM_ACCESSTOKEN": BEARER}
    given = {"AZURESUBSCRIPTION_CLIENT_ID": CLIENT, "AZURESUBSCRIPTION_TENANT_ID": TENANT}
    connection = {"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": CONNECTION, "ARM_SUBSCRIPTION_ID": SUBSCRIPTION}
    return {"TF_BUILD": "True", **job, **given, **connection}


def trust_pipeline(tenant: SampleTenant, subject: str = SUBJECT) -> None:
    """Let an application of the tenant trust the pipeline's tokens with a subject."""
    endpoints = tenant.endpoints
    endpoints.token_endpoint.issuers[ISSUER] = (signing_key("pipeline"),)
    trusted = FederatedCredential(issuer=ISSUER, subject=subject, audiences=AUDIENCES)
    endpoints.directory.applications.append(
        Application(id=CLIENT[:-1] + "9", client_id=CLIENT, name="apply", federated_credentials=(trusted,))
    )
    endpoints.directory.service_principals.append(principal(CLIENT, assigned=False))


def token_file(tmp_path: Path, issuer: Issuer, clock: Callable[[], float], **more: Any) -> TokenFile:  # noqa: ANN401
    request = github_request(issuer.url, BEARER, "api://AzureADTokenExchange")
    return TokenFile(tmp_path / "token", partial(fetch, request), clock=clock, **more)


@pytest.mark.parametrize("lifetime", [8, 300, 600, 3600])
def test_token_file_is_replaced_early_so_that_a_reader_that_keeps_it_has_an_almost_new_token(
    tmp_path: Path, lifetime: int
) -> None:
    with issuing(lifetime=lifetime) as issuer:
        clock = Clock()
        file = token_file(tmp_path, issuer, clock)
        for number in range(20):
            wait = file.renew()
            assert file.path.read_text() == issuer.tokens[number]
            assert 0 < wait <= min(30, lifetime / 10)
            clock.now += wait
            issuer.now += wait
            file.check()


def test_token_file_outlasts_a_wrong_clock_of_this_machine(tmp_path: Path) -> None:
    with issuing(now=1) as issuer:
        file = token_file(tmp_path, issuer, Clock(1_000_000))

        assert file.renew() == 30
        file.check()


def test_token_file_keeps_its_token_while_the_issuer_fails_and_reports_once_when_it_expires(tmp_path: Path) -> None:
    with issuing() as issuer:
        clock, reported = Clock(), list[str]()
        file = token_file(tmp_path, issuer, clock, report=reported.append)
        clock.now += file.renew()
        issuer.status = 503

        while clock.now < 300:
            file.check()
            wait = file.renew()
            assert file.path.read_text() == issuer.tokens[0]
            assert 1 <= wait <= 15
            clock.now += wait
        file.renew()
        file.renew()

        with pytest.raises(
            ReleaseError, match=r"sign-in has expired: GitHub gives no ID token: 127\.0\.0\.1 responded"
        ):
            file.check()
        assert len(reported) == 1
        issuer.status = 200
        file.renew()
        file.check()


def test_token_file_is_always_read_as_a_whole_token_during_its_replacement(tmp_path: Path) -> None:
    with issuing() as issuer:
        file = token_file(tmp_path, issuer, Clock())
        file.renew()
        stop, read = threading.Event(), set[str]()

        def reader() -> None:
            while not stop.is_set():
                read.add(file.path.read_text())

        thread = threading.Thread(target=reader)
        thread.start()
        for _ in range(30):
            file.renew()
        stop.set()
        thread.join()

        assert read
        assert read <= set(issuer.tokens)


def test_token_file_is_private_renewed_in_a_thread_and_deleted_after_an_error(tmp_path: Path) -> None:
    with issuing(lifetime=0.05) as issuer:
        file = token_file(tmp_path, issuer, Clock())
        renewed = threading.Event()
        monitored = file.renew

        def renew() -> float:
            wait = monitored()
            if len(issuer.tokens) > 2:
                renewed.set()
            return wait

        file.renew = renew  # type: ignore[method-assign]
        with suppress(KeyError), kept_fresh(file):
            assert renewed.wait(5)
            if os.name == "posix":
                assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
            raise KeyError
        file.renew()

        assert list(tmp_path.iterdir()) == []


def test_first_token_is_requested_again_after_a_short_failure(tmp_path: Path) -> None:
    with issuing(status=502) as issuer:

        def recover(_seconds: float) -> None:
            issuer.status = 200

        with kept_fresh(token_file(tmp_path, issuer, Clock()), sleep=recover) as file:
            assert file.path.read_text() == issuer.tokens[0]


def test_github_token_is_requested_by_get_for_the_audience_of_the_cloud() -> None:
    for cloud in CLOUDS.values():
        with issuing() as issuer:
            found = fetch(github_request(issuer.url, BEARER, cloud.exchange_audience))
        seen = issuer.seen[0]

        assert (seen.method, seen.query) == ("GET", {"api-version": ["2.0"], "audience": [cloud.exchange_audience]})
        assert (found.text, found.lifetime, found.issuer, found.subject) == (issuer.tokens[0], 300, ISSUER, SUBJECT)


def test_azure_pipelines_token_is_requested_by_post_for_the_service_connection() -> None:
    with issuing(method="POST", member="oidcToken") as issuer:
        fetch(azure_pipelines_request(issuer.url, BEARER, CONNECTION))
    seen = issuer.seen[0]

    assert (seen.method, seen.query) == ("POST", {"api-version": ["7.1"], "serviceConnectionId": [CONNECTION]})
    assert seen.headers["x-tfs-fedauthredirect"] == "Suppress"


def test_pipeline_sign_in_sets_the_variables_of_every_reader_and_restores_them() -> None:
    for job, platform in ((on_github, "GitHub"), (on_azure_pipelines, "Azure Pipelines")):
        with issuing() as issuer:
            environment = job(issuer)
            before = dict(environment)
            with pipeline_sign_in(environment) as signed_in:
                assert signed_in is not None
                path = environment["AZURE_FEDERATED_TOKEN_FILE"]
                engine = {**environment, **signed_in.engine_environment}
                found = {name: value for name, value in engine.items() if value and before.get(name) != value}
                requests = [name for name in engine if engine[name] and ("REQUEST" in name or "ACCESSTOKEN" in name)]
                expected = dict.fromkeys(("AZURE_FEDERATED_TOKEN_FILE", "ARM_OIDC_TOKEN_FILE_PATH"), path)
                ids = {"ARM_CLIENT_ID": CLIENT, "ARM_TENANT_ID": TENANT, **IDS}

                assert signed_in.platform == platform
                assert Path(path).read_text() == issuer.tokens[-1]
                assert requests == []
                assert {name: engine[name] for name in ids} == ids
                assert {name: value for name, value in found.items() if name not in ids} == expected | {
                    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com",
                    "AZURE_TOKEN_CREDENTIALS": "WorkloadIdentityCredential",
                    "ARM_USE_DEFAULT_AZURE_CREDENTIAL": "true",
                    "ARM_USE_OIDC": "true",
                    "ARM_USE_CLI": "false",
                    "ARM_USE_MSI": "false",
                    "AAD_LOGIN_METHOD": "workloadidentity",
                }
            assert environment == before
            assert not Path(path).parent.exists()


def test_pipeline_sign_in_leaves_azuread_the_means_to_request_its_own_tokens() -> None:
    for job in (on_github, on_azure_pipelines):
        with issuing() as issuer:
            environment = job(issuer)
            before = dict(environment)
            with pipeline_sign_in(environment, uses_azuread=True) as signed_in:
                assert signed_in is not None
                engine = {**environment, **signed_in.engine_environment}

                assert before.items() <= engine.items()
                assert "ARM_OIDC_TOKEN_FILE_PATH" not in engine
                assert engine.get("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "") == before.get(
                    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", ""
                )


@pytest.mark.parametrize("uses_azuread", [True, False])
def test_pipeline_sign_in_keeps_the_token_for_githubs_records_from_the_engine(uses_azuread: bool) -> None:  # noqa: FBT001 (a case)
    with issuing() as issuer:
        environment = {**on_github(issuer), "GITHUB_TOKEN": "the token of the run"}
        with pipeline_sign_in(environment, uses_azuread=uses_azuread) as signed_in:
            assert signed_in is not None
            assert environment["GITHUB_TOKEN"]
            assert signed_in.engine_environment["GITHUB_TOKEN"] == ""


def test_sign_in_outside_of_a_pipeline_changes_nothing() -> None:
    environment = {"AZURE_CLIENT_SECRET": "x", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://example.com"}
    before = dict(environment)

    with pipeline_sign_in(environment) as signed_in:
        assert signed_in is None
        assert environment == before


@pytest.mark.parametrize(
    "name",
    [
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_USERNAME",
        "AZURE_PASSWORD",
        "ARM_CLIENT_SECRET",
        "ARM_CLIENT_SECRET_FILE_PATH",
        "ARM_CLIENT_CERTIFICATE",
        "ARM_OIDC_TOKEN",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_FEDERATED_TOKEN_FILE",
    ],
)
def test_variable_of_another_sign_in_is_refused_by_name_without_its_value(name: str) -> None:
    with issuing() as issuer:
        with pytest.raises(ReleaseError) as caught, pipeline_sign_in(on_github(issuer, **{name: "precious"})):
            pass

        assert str(caught.value).startswith(f"{name} is set")
        assert "precious" not in str(caught.value)
        assert issuer.seen == []


def test_subscription_of_the_stack_file_is_used_and_must_not_differ_from_the_environment() -> None:
    with issuing() as issuer:
        environment = {name: value for name, value in on_github(issuer).items() if name != "ARM_SUBSCRIPTION_ID"}
        with pipeline_sign_in(environment, subscription=SUBSCRIPTION):
            assert environment["ARM_SUBSCRIPTION_ID"] == SUBSCRIPTION
        with (
            pytest.raises(ReleaseError, match="ARM_SUBSCRIPTION_ID and azure-native:subscriptionId are different"),
            pipeline_sign_in(on_github(issuer), subscription=TENANT),
        ):
            pass


def test_release_in_a_pipeline_explains_a_token_that_entra_refuses_before_the_engine_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_project(tmp_path)
    monkeypatch.delenv(WORLD, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))  # without the engine
    with sample_tenant() as tenant, issuing() as issuer:
        trust_pipeline(tenant, subject="repo:contoso/agents:environment:prod")
        for name, value in on_github(issuer, AZURE_TENANT_ID=tenant.endpoints.tenant.id).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ReleaseError) as caught, prepared(tmp_path, "dev"):
            pass

        message = str(caught.value)
        assert message.startswith(
            f"Entra ID does not accept the token of GitHub for the identity {CLIENT}: AADSTS700213"
        )
        assert SUBJECT in message
        assert "AZURE_FEDERATED_TOKEN_FILE" not in os.environ


@pytest.mark.parametrize(("source", "has_applications"), [(FABRIKAM, True), (LEGACY, False)])
def test_engine_of_a_release_can_request_tokens_only_for_applications_of_entra(
    source: Path, *, has_applications: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_project(tmp_path, source)
    monkeypatch.delenv(WORLD, raising=False)
    given = dict[str, str]()

    def engine(_root: Path, _name: str, environment: Mapping[str, str]) -> None:
        given.update(environment)
        raise ReleaseError("no further")

    monkeypatch.setattr("cli.release_surroundings.EngineStack", engine)
    with sample_tenant() as tenant, issuing(now=tenant.endpoints.clock.now()) as issuer:
        trust_pipeline(tenant)
        for name, value in on_github(issuer, AZURE_TENANT_ID=tenant.endpoints.tenant.id).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ReleaseError, match="no further"), prepared(tmp_path, "dev"):
            pass

    removed = {name for name, value in given.items() if not value}
    assert given["ARM_USE_DEFAULT_AZURE_CREDENTIAL"] == "true"
    assert removed == (
        set() if has_applications else {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"}
    )
    assert ("ARM_OIDC_TOKEN_FILE_PATH" in given) is not has_applications


def test_pipeline_sign_in_reports_every_missing_and_contradictory_variable_at_once() -> None:
    environments = (
        {"GITHUB_ACTIONS": "true", "AZURE_CLIENT_ID": CLIENT, "ARM_CLIENT_ID": TENANT, "AZURE_TENANT_ID": "contoso"},
        {"TF_BUILD": "True"},
    )
    expected = (
        (
            "AZURE_CLIENT_ID and ARM_CLIENT_ID are different",
            "AZURE_TENANT_ID is not a GUID",
            "ARM_SUBSCRIPTION_ID is missing",
            "the job may not request an ID token; add `id-token: write`",
        ),
        (
            "AZURE_CLIENT_ID is missing",
            "AZURE_TENANT_ID is missing",
            "ARM_SUBSCRIPTION_ID is missing",
            "SYSTEM_OIDCREQUESTURI is missing",
            "SYSTEM_ACCESSTOKEN is missing",
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID is missing",
        ),
    )
    for environment, beginnings in zip(environments, expected, strict=True):
        with pytest.raises(ReleaseError) as caught, pipeline_sign_in(environment):
            pass

        lines = str(caught.value).splitlines()
        assert len(lines) == len(beginnings)
        assert all(line.startswith(beginning) for line, beginning in zip(lines, beginnings, strict=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 500},
        {"status": 403},
        {"status": 302, "location": "http://127.0.0.1:1/elsewhere"},
        {"body": "not json"},
        {"body": "[]"},
        {"body": '{"value": "a.b.c"}'},
        {"body": '{"value": 7}'},
        {"lifetime": -1},
        {"lifetime": float("nan")},
    ],
)
def test_failing_token_request_names_the_platform_and_shows_no_token(
    changes: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with issuing(**changes) as issuer:
        request = github_request(issuer.url, BEARER, "api://AzureADTokenExchange")
        with pytest.raises(ReleaseError, match="GitHub gives no ID token") as caught:
            fetch(request)

        shown = "".join(traceback.format_exception(caught.value)) + repr(request) + caplog.text
        assert len(issuer.seen) == 1
        assert not [secret for secret in (BEARER, *issuer.tokens) if secret in shown]


def test_unreachable_platform_is_named_with_its_host_alone() -> None:
    with pytest.raises(ReleaseError) as caught:
        fetch(github_request("http://127.0.0.1:1/token?code=precious", BEARER, "a"))

    assert str(caught.value) == "GitHub gives no ID token: 127.0.0.1 cannot be reached (ServiceRequestError)"


@pytest.mark.parametrize("bearer", [f"{BEARER}\n injected", f"{BEARER}\x00", f"{BEARER} and more", f"{BEARER}é"])
def test_unusable_request_token_is_refused_without_showing_it(bearer: str) -> None:
    with issuing() as issuer:
        with pytest.raises(ReleaseError, match="is not a token") as caught:
            fetch(github_request(issuer.url, bearer, "a"))

        assert BEARER not in "".join(traceback.format_exception(caught.value))
        assert issuer.seen == []


@pytest.mark.parametrize("url", ["http://tokens.example/x", "ftp://tokens.example/x", "tokens.example"])
def test_request_token_is_sent_only_with_https(url: str) -> None:
    with pytest.raises(ReleaseError, match="does not begin with https"):
        fetch(github_request(url, BEARER, "a"))


def test_error_of_a_release_names_the_expired_sign_in_too() -> None:
    clock = Clock()

    def fail_later(environment: dict[str, str]) -> None:
        with pipeline_sign_in(environment, clock=clock):
            clock.now = 301
            raise ReleaseError("the preview failed")

    with issuing() as issuer, pytest.raises(ReleaseError) as caught:
        fail_later(on_github(issuer))

    first, second = str(caught.value).splitlines()
    assert first == "the preview failed"
    assert second.startswith("the pipeline's sign-in has expired")


def test_credential_of_this_package_gets_tokens_for_more_services_after_its_first_id_token_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = [f"https://{host}/.default" for host in ("management.azure.com", "graph.microsoft.com")]
    with sample_tenant() as tenant, issuing() as issuer:
        endpoints = tenant.endpoints
        issuer.now = endpoints.clock.now()
        trust_pipeline(tenant)
        for name, value in on_github(issuer, AZURE_TENANT_ID=endpoints.tenant.id).items():
            monkeypatch.setenv(name, value)

        with pipeline_sign_in(os.environ) as pipeline:
            assert pipeline is not None
            ours, default = http_client.signed_in(), DefaultAzureCredential()
            assert ours.get_token(services[0]).token
            assert default.get_token(services[0]).token
            endpoints.clock.advance(1000)  # more than Entra ID allows clocks to differ
            issuer.now = endpoints.clock.now()
            pipeline.file.renew()

            assert ours.get_token(services[1]).token
            with pytest.raises(ClientAuthenticationError, match="AADSTS700024"):
                default.get_token(services[1])  # the reason for a credential of our own


@pytest.mark.parametrize(
    ("subject", "code", "reason"),
    [
        (SUBJECT, 0, ""),
        ("repo:a/b:environment:prod", 2, f"Entra ID does not accept the token of GitHub for the identity {CLIENT}"),
    ],
)
def test_reconciling_alone_signs_in_with_the_pipelines_token_and_explains_a_refusal(  # noqa: PLR0913, PLR0917 (cases and fixtures)
    subject: str,
    code: int,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy_project(tmp_path)
    monkeypatch.delenv(WORLD, raising=False)
    monkeypatch.chdir(tmp_path)
    export = tmp_path / "state.json"
    export.write_text('{"version": 3, "deployment": {"resources": []}}')
    with sample_tenant() as tenant, issuing(now=tenant.endpoints.clock.now()) as issuer:
        trust_pipeline(tenant, subject)
        for name, value in on_github(issuer, AZURE_TENANT_ID=tenant.endpoints.tenant.id).items():
            monkeypatch.setenv(name, value)

        assert run(["release", "foundry", "reconcile", "--export", str(export)]) == code
        assert reason in capsys.readouterr().err


def test_azure_sdk_signs_in_with_the_renewed_file_and_a_wrong_subject_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sample_tenant() as tenant, issuing() as issuer:
        endpoints = tenant.endpoints
        issuer.now = endpoints.clock.now()
        trust_pipeline(tenant)
        job = on_github(issuer, AZURE_TENANT_ID=endpoints.tenant.id)
        for name, value in job.items():
            monkeypatch.setenv(name, value)
        graph = "https://graph.microsoft.com/.default"

        with pipeline_sign_in(os.environ) as signed_in:
            assert signed_in is not None
            assert DefaultAzureCredential().get_token(graph).token
            endpoints.clock.advance(1000)  # more than Entra ID allows clocks to differ
            with pytest.raises(ClientAuthenticationError, match="AADSTS700024") as expired:
                DefaultAzureCredential().get_token(graph)
            issuer.now = endpoints.clock.now()
            signed_in.file.renew()
            assert DefaultAzureCredential().get_token(graph).token

        message = str(signed_in.refusal(expired.value.message))
        assert f"GitHub for the identity {CLIENT}: AADSTS700024" in message
        assert f"issuer {ISSUER!r} and subject {SUBJECT!r}" in message
        assert not [token for token in issuer.tokens if token in message + str(expired.value)]
