"""Tests that a credential is for declared scopes of one API, and that its tokens go to hosts of that API alone."""

import pytest
from agent_network_runtime.api_hosts import ApiHosts
from agent_network_runtime.errors import ConfigurationError, HostNotDeclaredError, ScopeNotDeclaredError
from agent_network_runtime.requested_tokens import CredentialPurpose

from tests.runtime.wire import DECLARED, GRAPH, TENANT, incoming

USER_READ, MAIL_READ = f"{GRAPH}/User.Read", f"{GRAPH}/Mail.Read"
DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798/vso.code"


@pytest.mark.parametrize(
    ("scopes", "selected"),
    [
        (USER_READ, (USER_READ,)),
        ([USER_READ], (USER_READ,)),
        ((USER_READ, MAIL_READ, USER_READ), (MAIL_READ, USER_READ)),
        ("microsoft-graph", (MAIL_READ, USER_READ)),
        (["azure-devops"], (DEVOPS,)),
        (DEVOPS, (DEVOPS,)),
    ],
)
def test_credential_is_for_exactly_the_selected_scopes(scopes: str | list[str], selected: tuple[str, ...]) -> None:
    assert DECLARED.select(scopes).scopes == selected


@pytest.mark.parametrize(
    ("scopes", "problem"),
    [
        ([], "needs at least one scope"),
        ("", "is not a scope that this agent declares"),
        (f"{GRAPH}/.default", "would request everything that anyone consented to"),
        (".default", "would request everything that anyone consented to"),
        ("https://github.com/.default", "would request everything that anyone consented to"),
        (f"{GRAPH}/Files.Read", "is not a scope that this agent declares"),
        (f"{GRAPH}/user.read", "is not a scope that this agent declares"),
        ("User.Read", "does not name its API"),
        ("offline_access", "no token of a user outlives the request"),
        ([USER_READ, "offline_access"], "no token of a user outlives the request"),
        ("openid", "is not a scope of an API"),
        (f"{USER_READ} {MAIL_READ}", "give each scope as a text of its own"),
        ([USER_READ, DEVOPS], "azure-devops and microsoft-graph; make one credential for each"),
        (["microsoft-graph", "azure-devops"], "azure-devops and microsoft-graph; make one credential for each"),
        ("a-token-by-mistake" * 20, "a text that is not a scope"),
    ],
)
def test_scope_that_is_not_declared_is_refused_with_the_declared_ones(scopes: str | list[str], problem: str) -> None:
    with pytest.raises(ScopeNotDeclaredError, match=problem) as caught:
        DECLARED.select(scopes)

    assert caught.value.status == 500
    assert "a-token-by-mistake" not in str(caught.value)


@pytest.mark.parametrize("scope", [f"{GRAPH}/.default", f"{GRAPH}//.default", USER_READ])
def test_client_of_azure_that_requests_the_default_scope_gets_the_scopes_of_the_credential(scope: str) -> None:
    purpose = CredentialPurpose(incoming(), DECLARED.select(USER_READ))

    assert purpose.token_request((scope,), {}).requested.text == USER_READ


@pytest.mark.parametrize(
    "scopes", [(), (MAIL_READ,), (USER_READ, MAIL_READ), (DEVOPS,), ("https://vault.azure.net/.default",)]
)
def test_client_of_azure_cannot_request_more_than_the_credential_is_for(scopes: tuple[str, ...]) -> None:
    with pytest.raises(ScopeNotDeclaredError, match=f"this credential is for {USER_READ}"):
        CredentialPurpose(incoming(), DECLARED.select(USER_READ)).token_request(scopes, {})


def test_client_of_azure_cannot_request_a_token_of_another_tenant() -> None:
    purpose = CredentialPurpose(incoming(), DECLARED.select(USER_READ))

    assert purpose.token_request((USER_READ,), {"tenant_id": TENANT.upper()})
    with pytest.raises(ScopeNotDeclaredError, match="own tenant"):
        purpose.token_request((USER_READ,), {"tenant_id": "organizations"})


@pytest.mark.parametrize("claims", ["[]", "no JSON", "{" + "a" * 5000])
def test_claims_of_an_api_that_are_not_a_json_object_are_refused(claims: str) -> None:
    with pytest.raises(ConfigurationError, match="not a JSON object"):
        CredentialPurpose(incoming(), DECLARED.select(USER_READ)).token_request((USER_READ,), {"claims": claims})


@pytest.mark.parametrize(
    ("handles_claims", "enable_cae", "sent"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_long_lived_token_is_requested_only_if_the_client_handles_challenges(
    *, handles_claims: bool, enable_cae: bool, sent: bool
) -> None:
    purpose = CredentialPurpose(incoming(handles_claims=handles_claims), DECLARED.select(USER_READ))

    assert purpose.token_request((USER_READ,), {"enable_cae": enable_cae}).continuous is sent


@pytest.mark.parametrize("seconds", [-1, 3601, float("nan"), float("inf")])
def test_time_for_which_a_token_is_held_is_limited(seconds: float) -> None:
    with pytest.raises(ScopeNotDeclaredError, match="hold_for"):
        CredentialPurpose(incoming(), DECLARED.select(USER_READ), seconds)


HOSTS = ApiHosts("microsoft-graph", ["graph.microsoft.com", "localhost:8443"])


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0/me?a=b#c",
        "HTTPS://GRAPH.microsoft.COM",
        "https://graph.microsoft.com:443/",
        "https://localhost:8443/x",
    ],
)
def test_token_goes_to_a_host_of_its_api(url: str) -> None:
    HOSTS.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com/",
        "https://graph.microsoft.com:8443/",
        "https://localhost/",
        "https://graph.microsoft.com.example/",
        "https://evil-graph.microsoft.com/",
        "https://x.graph.microsoft.com/",
        "https://microsoft.com/",
        "https://graph.microsoft.com@example/",
        "https://user@graph.microsoft.com/",
        "https://example/graph.microsoft.com",
        "https://example?graph.microsoft.com",
        "https://example#@graph.microsoft.com",
        "https://example\\@graph.microsoft.com/",
        "https://graph.microsoft.com\\.example/",
        "https://graph.microsoft.com./",
        "https://graph.microsoft.com:99999/",
        "https://[::1/",
        "//graph.microsoft.com/",
        "",
    ],
)
def test_token_goes_to_no_other_host(url: str) -> None:
    with pytest.raises(HostNotDeclaredError):
        HOSTS.check(url)
