"""Tests of the settings of the runtime library: one environment variable, read strictly, all problems at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from agent_network_runtime.environment import VARIABLE, settings_from_environment
from agent_network_runtime.errors import SettingsError
from agent_network_runtime.settings import (
    ActsForUsers,
    Api,
    Application,
    FoundryAgentIdentity,
    ManagedIdentity,
    PodToken,
    Settings,
    WorkloadIdentity,
)

TENANT = "0b8f6a1c-7d52-4e0e-9a53-1c2d3e4f5a6b"
APPLICATION = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
PORTAL = "2d3e4f5a-6b7c-4d8e-9f0a-1b2c3d4e5f60"
CREDENTIAL = "3e4f5a6b-7c8d-4e9f-8a0b-2c3d4e5f6071"
OWN = "4f5a6b7c-8d9e-4fa0-9b1c-3d4e5f607182"

CONTAINER = {"IDENTITY_ENDPOINT": "http://localhost:42356/msi/token", "IDENTITY_HEADER": "changes"}
POD = {
    "AZURE_CLIENT_ID": OWN,
    "AZURE_TENANT_ID": TENANT,
    "AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/azure-identity-token",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
}
PLATFORMS = {"container-app": CONTAINER, "aks": POD, "foundry": {}}


def document() -> dict[str, Any]:
    return {
        "version": 1,
        "agent": "ingestion",
        "host": "container-app",
        "tenant_id": TENANT,
        "authority_host": "https://login.microsoftonline.com",
        "identity": {"kind": "managed-identity", "client_id": None},
        "application": {"client_id": APPLICATION, "call_role": "Agent.Call"},
        "acts_for_users": {
            "scope": "user_impersonation",
            "callers": [PORTAL],
            "token_exchange_audience": "api://AzureADTokenExchange",
            "credential": {"kind": "managed-identity", "client_id": CREDENTIAL},
            "apis": {
                "microsoft-graph": {
                    "resource": "https://graph.microsoft.com",
                    "hosts": ["graph.microsoft.com"],
                    "scopes": ["User.Read"],
                },
                "azure-devops": {
                    "resource": "499b84ac-1321-427f-aa17-267ca6975798",
                    "hosts": ["dev.azure.com"],
                    "scopes": ["vso.code"],
                },
            },
        },
    }


def read(value: object, variables: dict[str, str] | None = None) -> Settings:
    platform = CONTAINER if variables is None else variables
    return settings_from_environment({VARIABLE: value if isinstance(value, str) else json.dumps(value), **platform})


def problems(value: object, variables: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(value, variables)
    return str(caught.value).split("\n- ")[1:]


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the document with another value at a path; a member that does not exist is added."""
    whole = document()
    *parents, last = path.split(".")
    place = whole
    for name in parents:
        place = place[name]
    place[last] = value
    return whole


def test_settings_have_the_values_of_the_variable() -> None:
    assert read(document()) == Settings(
        agent="ingestion",
        host="container-app",
        tenant_id=TENANT,
        authority_host="https://login.microsoftonline.com",
        identity=ManagedIdentity(),
        application=Application(APPLICATION, "Agent.Call"),
        acts_for_users=ActsForUsers(
            scope="user_impersonation",
            callers=frozenset({PORTAL}),
            token_exchange_audience="api://AzureADTokenExchange",  # noqa: S106 (an audience)
            credential=ManagedIdentity(CREDENTIAL),
            apis={
                "microsoft-graph": Api(
                    "microsoft-graph",
                    "https://graph.microsoft.com",
                    frozenset({"graph.microsoft.com"}),
                    frozenset({"User.Read"}),
                ),
                "azure-devops": Api(
                    "azure-devops",
                    "499b84ac-1321-427f-aa17-267ca6975798",
                    frozenset({"dev.azure.com"}),
                    frozenset({"vso.code"}),
                ),
            },
        ),
    )


@pytest.mark.parametrize(
    ("host", "written", "identity"),
    [
        ("container-app", {"kind": "managed-identity", "client_id": OWN}, ManagedIdentity(OWN)),
        ("aks", {"kind": "workload-identity"}, WorkloadIdentity()),
        ("foundry", {"kind": "foundry-agent"}, FoundryAgentIdentity()),
    ],
)
def test_agent_without_users_has_the_identity_of_its_host(host: str, written: object, identity: object) -> None:
    whole = {**document(), "host": host, "identity": written, "application": None, "acts_for_users": None}

    settings = read(whole, PLATFORMS[host])

    assert (settings.identity, settings.application, settings.acts_for_users) == (identity, None, None)


def test_pod_token_is_a_credential_on_aks() -> None:
    whole = changed("acts_for_users.credential", {"kind": "pod-token"})
    whole.update(host="aks", identity={"kind": "workload-identity"})

    acts = read(whole, POD).acts_for_users

    assert acts is not None
    assert acts.credential == PodToken()


def test_agent_on_foundry_that_acts_for_users_is_refused() -> None:
    (found,) = problems({**document(), "host": "foundry", "identity": {"kind": "foundry-agent"}}, {})

    assert "acts_for_users: must be null on foundry, where an agent has no identity that its application" in found


@pytest.mark.parametrize(
    ("authority", "issuer"),
    [
        ("https://login.microsoftonline.com", f"https://login.microsoftonline.com/{TENANT}/v2.0"),
        ("https://login.microsoftonline.us", f"https://login.microsoftonline.us/{TENANT}/v2.0"),
        ("https://login.chinacloudapi.cn", f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0"),
        ("https://localhost:8443", f"https://localhost:8443/{TENANT}/v2.0"),
    ],
)
def test_issuer_of_tokens_follows_the_sign_in_address_of_the_cloud(authority: str, issuer: str) -> None:
    assert read({**document(), "authority_host": authority, "acts_for_users": None}).issuer == issuer


def remove(path: str) -> Callable[[], dict[str, Any]]:
    def removed() -> dict[str, Any]:
        whole = document()
        *parents, last = path.split(".")
        place = whole
        for name in parents:
            place = place[name]
        del place[last]
        return whole

    return removed


GRAPH = "acts_for_users.apis.microsoft-graph"


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("version", 2, "version: must be the number 1, not a number"),
        ("version", True, "version: must be the number 1, not true"),
        ("version", 1.0, "version: must be the number 1, not a number"),
        ("agent", "", "agent: '' is not a name"),
        ("agent", 7, "agent: a number is not a name"),
        ("host", "virtual-machine", "host: 'virtual-machine' is not valid; it must be container-app or aks or foundry"),
        ("tenant_id", TENANT.upper(), "is not a GUID in lower case with hyphens"),
        ("tenant_id", "00000000-0000-0000-0000-000000000000", "is not a GUID in lower case with hyphens, and not all"),
        ("acts_for_users.apis", {}, "acts_for_users.apis: must have at least one API"),
        ("tenant_id", "common", "tenant_id: 'common' is not a GUID"),
        ("tenant_id", f"{TENANT}\n", "is not a GUID"),
        ("authority_host", "https://login.microsoftonline.com/", "is not an https address"),
        ("authority_host", "http://login.microsoftonline.com", "is not an https address"),
        ("authority_host", "https://user@login.microsoftonline.com", "is not an https address"),
        ("client_secret", "x", "'client_secret' is not a member; the members are version, agent"),
        ("identity.client_id", "", "identity.client_id: '' is not a GUID"),
        ("identity.kind", "default", "identity.kind: 'default' is not valid"),
        ("identity", {"kind": "workload-identity"}, "'workload-identity' contradicts the host; on container-app it is"),
        ("identity", "managed-identity", "identity: must be an object, not 'managed-identity'"),
        ("identity.object_id", OWN, "identity: 'object_id' is not a member"),
        ("application", None, "application: must not be null: an agent with acts_for_users has an application"),
        ("application.client_id", f"api://{APPLICATION}", "application.client_id"),
        ("application.call_role", "", "application.call_role: '' is not a name"),
        ("application.call_role", ["Agent.Call"], "application.call_role: a list is not a name"),
        ("acts_for_users.scope", f"api://{APPLICATION}/user_impersonation", "is not the name of one scope"),
        ("acts_for_users.scope", "user_impersonation read", "is not the name of one scope"),
        ("acts_for_users.callers", [], "callers: must be a list with at least one text"),
        ("acts_for_users.callers", PORTAL, "callers: must be a list with at least one text"),
        ("acts_for_users.callers", ["*"], "acts_for_users.callers[0]: '*' is not a GUID"),
        ("acts_for_users.callers", [PORTAL, PORTAL], f"callers: '{PORTAL}' is in the list twice"),
        ("acts_for_users.callers", [APPLICATION], "callers: contains the agent's own application"),
        (
            "acts_for_users.token_exchange_audience",
            "api://other",
            "token_exchange_audience: 'api://other' is not valid",
        ),
        (
            "acts_for_users.token_exchange_audience",
            "api://AzureADTokenExchangeUSGov",
            "belongs to another cloud; it must be api://AzureADTokenExchange",
        ),
        ("acts_for_users.credential", {"kind": "client-secret"}, "credential.kind: 'client-secret' is not valid"),
        ("acts_for_users.credential", {"kind": "pod-token"}, "a pod's token exists on aks alone"),
        ("acts_for_users.credential.client_id", None, "credential.client_id: null is not a GUID"),
        ("acts_for_users.credential.client_id", APPLICATION, "is the client id of the application"),
        ("acts_for_users.apis", [], "acts_for_users.apis: must be an object, not a list"),
        (f"{GRAPH}.resource", "https://graph.microsoft.com/", "without a slash at its end"),
        (f"{GRAPH}.resource", "http://graph.microsoft.com", "resource: 'http://graph.microsoft.com' is not an API's"),
        (
            f"{GRAPH}.resource",
            "499b84ac-1321-427f-aa17-267ca6975798",
            "microsoft-graph and azure-devops have one resource",
        ),
        (f"{GRAPH}.hosts", ["*.microsoft.com"], "hosts[0]: '*.microsoft.com' is not a host name"),
        (f"{GRAPH}.hosts", ["https://graph.microsoft.com"], "is not a host name in lower case"),
        (f"{GRAPH}.hosts", ["Graph.microsoft.com"], "is not a host name in lower case"),
        (f"{GRAPH}.scopes", [".default"], "scopes[0]: '.default' is not the name of one scope without its API"),
        (f"{GRAPH}.scopes", ["https://graph.microsoft.com/User.Read"], "is not the name of one scope without its API"),
        (f"{GRAPH}.scopes", ["User.Read Mail.Read"], "is not the name of one scope"),
        (f"{GRAPH}.scopes", ["offline_access"], "'offline_access' is not a scope of an API"),
        (f"{GRAPH}.scopes", [], "scopes: must be a list with at least one text"),
    ],
)
def test_setting_that_is_not_valid_is_the_one_problem_of_the_error(path: str, value: object, problem: str) -> None:
    (found,) = problems(changed(path, value))

    assert found.startswith(VARIABLE)
    assert problem in found


@pytest.mark.parametrize(
    "path",
    [
        *document(),
        "identity.client_id",
        "application.call_role",
        *(f"acts_for_users.{name}" for name in document()["acts_for_users"]),
        f"{GRAPH}.scopes",
    ],
)
def test_missing_setting_is_the_one_problem_of_the_error(path: str) -> None:
    (found,) = problems(remove(path)())

    assert f"the member '{path.rpartition('.')[2]}' is missing" in found


def test_all_problems_of_settings_and_platform_are_in_one_error() -> None:
    whole = changed("acts_for_users.callers", ["portal"])
    whole.update(tenant_id="contoso", agent=None)

    found = problems(whole, {"AZURE_CLIENT_SECRET": "keep-me-out", "IDENTITY_HEADER": "keep-me-out"})

    assert [one.partition(":")[0] for one in found] == [
        f"{VARIABLE} agent",
        f"{VARIABLE} tenant_id",
        f"{VARIABLE} acts_for_users.callers[0]",
        "AZURE_CLIENT_SECRET is set",
        "IDENTITY_ENDPOINT is missing",
    ]
    assert "keep-me-out" not in "".join(found)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not strict JSON"),
        ("{", "is not strict JSON"),
        ('{"version": 1, "version": 1}', "an object has a member twice"),
        ('{"version": NaN}', "NaN and Infinity are not JSON"),
        ('{"version": 1e400}', "a number is too large"),
        ('{"identity": {"kind": "managed-identity", "kind": "x"}}', "an object has a member twice"),
        ("[" * 20_000, "nested too deeply"),
    ],
)
def test_settings_that_are_not_strict_json_are_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        read(text)


def test_missing_settings_are_refused_with_the_name_of_the_variable() -> None:
    with pytest.raises(SettingsError, match=f"{VARIABLE} is missing"):
        settings_from_environment({})


@pytest.mark.parametrize(
    ("host", "variables", "problem"),
    [
        ("container-app", {"IDENTITY_ENDPOINT": ""}, "IDENTITY_ENDPOINT is missing"),
        ("container-app", {"IDENTITY_HEADER": ""}, "IDENTITY_HEADER is missing"),
        ("container-app", {"IDENTITY_ENDPOINT": "localhost/msi"}, "IDENTITY_ENDPOINT is not an http address"),
        ("container-app", {"IDENTITY_ENDPOINT": "http://localhost:x/msi"}, "IDENTITY_ENDPOINT is not an http address"),
        (
            "container-app",
            {"AZURE_FEDERATED_TOKEN_FILE": "/x"},
            "AZURE_FEDERATED_TOKEN_FILE is set, which belongs to AKS",
        ),
        ("container-app", {"IDENTITY_SERVER_THUMBPRINT": "x"}, "belongs to Service Fabric"),
        ("container-app", {"IMDS_ENDPOINT": "http://localhost"}, "belongs to Azure Arc"),
        ("container-app", {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "x"}, "belongs to the metadata service"),
        ("container-app", {"MSI_ENDPOINT": "http://localhost:1/msi/token"}, "MSI_ENDPOINT names another server"),
        ("container-app", {"AZURE_CLIENT_ID": OWN}, "AZURE_CLIENT_ID contradicts the settings"),
        ("container-app", {"AZURE_TENANT_ID": OWN}, "AZURE_TENANT_ID contradicts the settings"),
        (
            "container-app",
            {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us"},
            "AZURE_AUTHORITY_HOST contradicts",
        ),
        (
            "container-app",
            {"AZURE_CLIENT_SECRET": "x"},
            "AZURE_CLIENT_SECRET is set: an agent has no stored credential",
        ),
        ("container-app", {"AZURE_CLIENT_CERTIFICATE_PATH": "x"}, "AZURE_CLIENT_CERTIFICATE_PATH is set"),
        ("container-app", {"AZURE_PASSWORD": "x"}, "AZURE_PASSWORD is set"),
        ("aks", {"AZURE_CLIENT_ID": ""}, "AZURE_CLIENT_ID is missing"),
        ("aks", {"AZURE_FEDERATED_TOKEN_FILE": ""}, "AZURE_FEDERATED_TOKEN_FILE is missing"),
        ("aks", {"AZURE_TENANT_ID": OWN}, "AZURE_TENANT_ID contradicts the settings"),
        ("aks", {"IDENTITY_ENDPOINT": "http://localhost"}, "IDENTITY_ENDPOINT is set, which belongs to Container Apps"),
        ("aks", {"MSI_ENDPOINT": "http://localhost"}, "belongs to Azure Machine Learning"),
        ("aks", {"AZURE_CLIENT_SECRET": "x"}, "AZURE_CLIENT_SECRET is set"),
        ("foundry", {"AZURE_FEDERATED_TOKEN_FILE": "/x"}, "AZURE_FEDERATED_TOKEN_FILE is set, which belongs to AKS"),
        ("foundry", {"AZURE_CLIENT_SECRET": "x"}, "AZURE_CLIENT_SECRET is set"),
    ],
)
def test_platform_variable_that_contradicts_the_host_is_the_one_problem_of_the_error(
    host: str, variables: dict[str, str], problem: str
) -> None:
    kinds = {"container-app": {"kind": "managed-identity", "client_id": None}, "aks": {"kind": "workload-identity"}}
    identity = kinds.get(host, {"kind": "foundry-agent"})
    whole = {**document(), "host": host, "identity": identity, "application": None, "acts_for_users": None}
    assert read(whole, PLATFORMS[host]).host == host

    (found,) = problems(whole, {**PLATFORMS[host], **variables})

    assert problem in found


def test_variables_that_agree_with_the_settings_are_accepted() -> None:
    same = {
        **CONTAINER,
        "AZURE_TENANT_ID": TENANT.upper(),
        "AZURE_CLIENT_ID": OWN,
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
        "MSI_ENDPOINT": "http://localhost:42356/msi/token/",
        "MSI_SECRET": "changes",
    }

    assert read(changed("identity.client_id", OWN), same).identity == ManagedIdentity(OWN)


def test_two_apis_may_have_one_host() -> None:
    acts = read(changed(f"{GRAPH}.hosts", ["dev.azure.com"])).acts_for_users

    assert acts is not None
    assert {host for api in acts.apis.values() for host in api.hosts} == {"dev.azure.com"}


def test_both_sign_in_addresses_of_azure_in_china_are_one_cloud() -> None:
    older, newer = "https://login.chinacloudapi.cn", "https://login.partner.microsoftonline.cn"
    for setting, variable in ((older, newer), (newer, f"{older}/"), (newer, newer)):
        whole = {**document(), "authority_host": setting, "acts_for_users": None}

        assert read(whole, {**CONTAINER, "AZURE_AUTHORITY_HOST": variable}).issuer == f"{newer}/{TENANT}/v2.0"


def test_credential_that_is_the_agents_own_identity_is_refused() -> None:
    (found,) = problems(changed("identity.client_id", CREDENTIAL))

    assert "is the agent's own identity" in found
