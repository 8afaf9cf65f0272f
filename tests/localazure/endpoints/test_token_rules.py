"""Tests that local Azure's token endpoint refuses what Entra refuses, with Entra's codes and complete bodies."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import requests

from localazure.endpoints.entra.objects import FederatedCredential, RoleAssignment
from localazure.endpoints.entra.refusals import CODES, EntraRefusal
from localazure.endpoints.entra.tenant import ConditionalAccess
from localazure.endpoints.signed_tokens import signing_key, unverified
from localazure.endpoints.switches import Fault
from tests.localazure.endpoints.sample_tenant import (
    AGENT_CALL,
    ANNA,
    BEN,
    CARA,
    EVERYBODY,
    INGESTION,
    OTHER_CLIENT,
    REPORT,
    USER_ACCESS,
    SampleTenant,
    principal,
    sample_tenant,
)
from tests.localazure.endpoints.token_requests import (
    ASSERTION_TYPE,
    exchange_assertion,
    graph_token,
    on_behalf_of,
    token_request,
)

GRAPH_URL = "https://graph.microsoft.com"
MEMBERS = {"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"}


def signed(tenant: SampleTenant, **changed: object) -> str:
    """Return a user's token for the agent with changed claims, signed by the tenant."""
    _, claims = unverified(tenant.sign_in())
    whole = {**claims, **changed}
    return tenant.endpoints.tenant.sign({name: value for name, value in whole.items() if value is not None})


def expired(tenant: SampleTenant) -> str:
    now = int(tenant.endpoints.clock.now())
    return signed(tenant, nbf=now - 9000, iat=now - 9000, exp=now - 301)


def revoked(tenant: SampleTenant) -> str:
    token = signed(tenant, iat=int(tenant.endpoints.clock.now()) - 5)
    tenant.endpoints.tenant.revoke(ANNA.id)
    return token


ASSERTIONS: list[tuple[str, Callable[[SampleTenant], str], int]] = [
    ("not a token", lambda _: "abc", 50027),
    ("token of another key", lambda tenant: signing_key("forger").sign(unverified(tenant.sign_in())[1]), 50013),
    ("token of another tenant", lambda tenant: signed(tenant, iss="https://sts.windows.net/other/"), 50013),
    ("token for Graph", lambda tenant: graph_token(tenant.endpoints, ANNA.id), 50013),
    ("token for another agent", lambda tenant: signed(tenant, aud=REPORT), 500131),
    ("expired token", expired, 500133),
    ("token that is valid later", lambda tenant: signed(tenant, nbf=tenant.endpoints.clock.now() + 900), 500133),
    ("token of an application", lambda tenant: signed(tenant, scp=None, roles=["Agent.Call"], idtyp="app"), 7000113),
    ("revoked token", revoked, 50173),
    ("token of a deleted user", lambda tenant: signed(tenant, oid=REPORT), 50034),
    ("token of a user in a nested group", lambda tenant: signed(tenant, oid=CARA.id), 50105),
]


@pytest.mark.parametrize(("token", "code"), [each[1:] for each in ASSERTIONS], ids=[each[0] for each in ASSERTIONS])
def test_token_endpoint_refuses_an_assertion_that_entra_refuses(
    tenant: SampleTenant, token: Callable[[SampleTenant], str], code: int
) -> None:
    answer = on_behalf_of(tenant, token(tenant))

    assert answer.body["error_codes"] == [code], answer.body
    assert answer.body["error"] == CODES[code].error
    assert answer.body.keys() - {"suberror"} == MEMBERS


SCOPES = [
    (f"{GRAPH_URL}/Mail.Read", 65001),
    (f"{GRAPH_URL}/User.Read {GRAPH_URL}/Mail.Read", 65001),
    (f"{GRAPH_URL}/Everything.Read", 70011),
    (f"{GRAPH_URL}/User.Read {GRAPH_URL}/.default", 70011),
    (f"{GRAPH_URL}/User.Read 499b84ac-1321-427f-aa17-267ca6975798/vso.code", 28000),
    ("openid offline_access", 28003),
    ("https://github.com/.default", 500011),
    ("api://unknown/.default", 500011),
    ("https://vault.azure.net/.default", 650057),
    ("https://vault.azure.net/user_impersonation", 65001),
]


@pytest.mark.parametrize(("scope", "code"), SCOPES)
def test_token_endpoint_refuses_a_scope_that_entra_refuses(tenant: SampleTenant, scope: str, code: int) -> None:
    answer = on_behalf_of(tenant, tenant.sign_in(), scope)

    assert answer.body["error_codes"] == [code], answer.body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "password"}, 70003),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange"}, 70003),
        ({"grant_type": ""}, 900144),
        ({"client_id": ""}, 900144),
        ({"client_id": "99999999-0000-4000-8000-000000000001"}, 700016),
        ({"requested_token_use": ""}, 900144),
        ({"scope": ""}, 900144),
        ({"client_assertion": ""}, 7000218),
        ({"client_assertion_type": "jwt"}, 7000218),
        ({"client_assertion": "", "client_secret": "a"}, 7000215),
    ],
)
def test_token_endpoint_refuses_an_incomplete_request(tenant: SampleTenant, change: dict[str, str], code: int) -> None:
    assert on_behalf_of(tenant, tenant.sign_in(), **change).code == code


def pod_identity_token(tenant: SampleTenant) -> str:
    return exchange_assertion(tenant, xms_ficinfo="AAAA")


PROOFS: list[tuple[str, Callable[[SampleTenant], str], int]] = [
    ("issuer", lambda tenant: exchange_assertion(tenant, iss="https://sts.windows.net/other/"), 700211),
    ("subject", lambda tenant: exchange_assertion(tenant, sub=tenant.exchange_client), 700213),
    ("audience", lambda tenant: exchange_assertion(tenant, aud="https://vault.azure.net"), 700212),
    ("audience of another cloud", lambda tenant: exchange_assertion(tenant, aud="api://Other"), 700212),
    ("upper case", lambda tenant: exchange_assertion(tenant, sub=identity(tenant).upper()), 7002138),
    ("expired", lambda tenant: exchange_assertion(tenant, exp=int(tenant.endpoints.clock.now()) - 301), 700024),
    ("later", lambda tenant: exchange_assertion(tenant, nbf=int(tenant.endpoints.clock.now()) + 301), 700024),
    ("another key", lambda tenant: signing_key("forger").sign(unverified(exchange_assertion(tenant))[1]), 700027),
    ("not a token", lambda _: "abc", 50027),
    ("obtained by federation", pod_identity_token, 700231),
]


def identity(tenant: SampleTenant) -> str:
    found = tenant.endpoints.directory.identity(tenant.exchange_client)
    assert found is not None
    return found.id


@pytest.mark.parametrize(("proof", "code"), [each[1:] for each in PROOFS], ids=[each[0] for each in PROOFS])
def test_token_endpoint_refuses_a_client_assertion_that_no_federated_credential_trusts(
    tenant: SampleTenant, proof: Callable[[SampleTenant], str], code: int
) -> None:
    answer = on_behalf_of(tenant, tenant.sign_in(), client_assertion=proof(tenant))

    assert answer.body["error_codes"] == [code], answer.body
    assert answer.status_code == CODES[code].status


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ({"issuer": "https://login.microsoftonline.com/x/v2.0"}, 700211),
        ({"subject": "client-id"}, 700213),
        ({"audiences": ("api://azureadtokenexchange",)}, 7002138),
        ({"audiences": ("api://AzureADTokenExchangeUSGov",)}, 700212),
    ],
)
def test_federated_credential_with_a_wrong_value_fails_only_at_the_token_endpoint(
    tenant: SampleTenant, stored: dict[str, object], code: int
) -> None:
    directory = tenant.endpoints.directory
    application = directory.application(INGESTION)
    assert application is not None
    (trusted,) = application.federated_credentials
    changed: FederatedCredential = replace(trusted, **stored)  # pyright: ignore[reportArgumentType]
    directory.change_application(INGESTION, federated_credentials=(changed,))

    assert on_behalf_of(tenant, tenant.sign_in()).body.get("error_codes", [0]) == [code]


def test_new_federated_credential_is_not_found_for_some_minutes_if_it_is_switched_so(tenant: SampleTenant) -> None:
    tenant.endpoints.tenant.delay_federation(120)
    assert on_behalf_of(tenant, tenant.sign_in()).code == 70021
    tenant.endpoints.clock.advance(121)

    assert on_behalf_of(tenant, tenant.sign_in()).status_code == 200


def test_disabled_application_gets_no_token(tenant: SampleTenant) -> None:
    principals = tenant.endpoints.directory.service_principals
    principals[0] = replace(principals[0], enabled=False)

    assert on_behalf_of(tenant, tenant.sign_in()).code == 7000112


def test_consent_of_one_user_counts_for_this_user_alone(tenant: SampleTenant) -> None:
    tenant.endpoints.directory.consent(INGESTION, "00000003-0000-0000-c000-000000000000", ["Mail.Read"], user=ANNA.id)
    scope = f"{GRAPH_URL}/Mail.Read"

    assert on_behalf_of(tenant, tenant.sign_in(ANNA), scope).body["scope"] == f"{scope} {GRAPH_URL}/User.Read"
    assert on_behalf_of(tenant, tenant.sign_in(BEN), scope).code == 65001


def test_token_has_no_scope_that_the_api_does_not_have_although_it_was_consented_to(tenant: SampleTenant) -> None:
    tenant.endpoints.directory.consent(INGESTION, "00000003-0000-0000-c000-000000000000", ["Old.Read"])

    assert on_behalf_of(tenant, tenant.sign_in()).body["scope"] == f"{GRAPH_URL}/User.Read"


def test_response_has_a_refresh_token_only_if_offline_access_is_requested(tenant: SampleTenant) -> None:
    scope = f"{GRAPH_URL}/User.Read"
    plain = on_behalf_of(tenant, tenant.sign_in(), scope).body
    offline = on_behalf_of(tenant, tenant.sign_in(), f"{scope} offline_access").body
    form = {"client_id": INGESTION, "client_assertion_type": ASSERTION_TYPE, "scope": scope}
    form |= {"grant_type": "refresh_token", "client_assertion": exchange_assertion(tenant)}
    again = token_request(tenant, **form, refresh_token=offline["refresh_token"])

    directory = tenant.endpoints.directory
    application = directory.application(INGESTION)
    assert application is not None
    directory.change_application(REPORT, federated_credentials=application.federated_credentials)
    of_other = token_request(tenant, **{**form, "client_id": REPORT}, refresh_token=offline["refresh_token"])

    assert of_other.code == 70000
    assert plain.keys() == {"token_type", "scope", "expires_in", "ext_expires_in", "access_token"}
    assert unverified(again.body["access_token"])[1]["oid"] == ANNA.id
    assert token_request(tenant, **form, refresh_token=INGESTION).body["suberror"] == "bad_token"
    tenant.endpoints.tenant.revoke(ANNA.id)
    assert token_request(tenant, **form, refresh_token=offline["refresh_token"]).code == 50173
    tenant.endpoints.clock.advance(90_000)
    form["client_assertion"] = exchange_assertion(tenant)
    assert token_request(tenant, **form, refresh_token=offline["refresh_token"]).code == 700082


def test_conditional_access_answers_a_challenge_that_a_new_sign_in_satisfies(tenant: SampleTenant) -> None:
    policy = ConditionalAccess(policy="66666666-0000-4000-8000-000000000001", user=ANNA.id)
    tenant.endpoints.tenant.policies.append(policy)
    answer = on_behalf_of(tenant, tenant.sign_in())

    assert (answer.body["error"], answer.code) == ("interaction_required", 50076)
    assert json.loads(answer.body["claims"]) == {
        "access_token": {"capolids": {"essential": True, "values": [policy.policy]}}
    }
    assert on_behalf_of(tenant, tenant.sign_in(acrs=[policy.policy])).status_code == 200
    assert on_behalf_of(tenant, tenant.sign_in(BEN)).status_code == 200
    tenant.endpoints.tenant.policies[:] = [replace(policy, code=53003, challenges=False)]
    assert "claims" not in on_behalf_of(tenant, tenant.sign_in()).body


def test_graph_answers_a_revoked_token_of_a_capable_client_with_a_claims_challenge(tenant: SampleTenant) -> None:
    capable = json.dumps({"access_token": {"xms_cc": {"values": ["cp1"]}}})
    long, short = (on_behalf_of(tenant, tenant.sign_in(), claims=each).body for each in (capable, ""))
    tenant.endpoints.tenant.revoke(ANNA.id)
    me = [
        requests.get(f"{GRAPH_URL}/v1.0/me", headers={"Authorization": f"Bearer {each['access_token']}"}, timeout=9)
        for each in (long, short)
    ]
    header = me[0].headers["WWW-Authenticate"]
    claims = json.loads(base64.b64decode(header.partition('claims="')[2].rstrip('"')))

    assert (long["expires_in"], short["expires_in"]) == (86_400, 4500)
    # Without the capability, a token counts until it expires.
    assert [each.status_code for each in me] == [401, 200]
    assert 'error="insufficient_claims"' in header
    assert claims["access_token"]["nbf"]["essential"] is True
    assert on_behalf_of(tenant, tenant.sign_in()).status_code == 200


def test_loop_of_equal_requests_is_detected_for_one_user_alone(tenant: SampleTenant) -> None:
    tenant.endpoints.tenant.loop_limit = 2
    codes = [on_behalf_of(tenant, tenant.sign_in()).status_code for _ in range(3)]

    assert codes == [200, 200, 400]
    assert on_behalf_of(tenant, tenant.sign_in(BEN)).status_code == 200
    tenant.endpoints.clock.advance(301)
    assert on_behalf_of(tenant, tenant.sign_in()).status_code == 200


def test_throttled_user_gets_429_and_no_other_user_does(tenant: SampleTenant) -> None:
    switches = tenant.endpoints.switches
    switches.throttle(user=ANNA.id, retry_after="7")
    answer = on_behalf_of(tenant, tenant.sign_in())

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert on_behalf_of(tenant, tenant.sign_in(BEN)).status_code == 200
    switches.clear()
    switches.add(Fault(service="token", client=INGESTION, status=503, times=1))
    assert [on_behalf_of(tenant, tenant.sign_in()).status_code for _ in range(2)] == [503, 200]


def test_connection_is_closed_without_an_answer_if_it_is_switched_so(tenant: SampleTenant) -> None:
    tenant.endpoints.switches.add(Fault(service="token", drops=True, times=1))

    with pytest.raises(requests.exceptions.ConnectionError):
        on_behalf_of(tenant, tenant.sign_in())
    assert on_behalf_of(tenant, tenant.sign_in()).status_code == 200


def test_user_token_of_the_agent_has_the_claims_of_version_2(tenant: SampleTenant) -> None:
    header, claims = unverified(tenant.sign_in())

    assert header["alg"] == "RS256"
    assert (claims["ver"], claims["aud"], claims["scp"]) == ("2.0", INGESTION, "user_impersonation")
    assert claims["iss"] == f"https://login.microsoftonline.com/{claims['tid']}/v2.0"
    assert (claims["idtyp"], claims["acct"], claims["azpacr"]) == ("user", 0, "0")


def test_sign_in_is_refused_to_unassigned_users_and_unknown_clients(tenant: SampleTenant) -> None:
    endpoints = tenant.endpoints

    with pytest.raises(EntraRefusal, match="50105"):
        tenant.sign_in(CARA)
    with pytest.raises(EntraRefusal, match="65001"):
        endpoints.user_token(ANNA.id, client=OTHER_CLIENT, audience=INGESTION)
    with pytest.raises(EntraRefusal, match="650053"):
        endpoints.user_token(ANNA.id, client=OTHER_CLIENT, audience=INGESTION, scope="other")
    endpoints.directory.members[EVERYBODY].add(BEN.id)
    role = RoleAssignment(resource=principal(INGESTION).id, principal=CARA.id, role=USER_ACCESS.id)
    endpoints.directory.assignments.append(role)
    assert tenant.sign_in(CARA)


def test_new_key_signs_while_the_old_one_stays_published(tenant: SampleTenant) -> None:
    entra = tenant.endpoints.tenant
    url = f"https://login.microsoftonline.com/{entra.id}"
    configuration = requests.get(f"{url}/v2.0/.well-known/openid-configuration", timeout=9).json()
    old = tenant.sign_in()
    entra.rotate_keys()
    keys = requests.get(configuration["jwks_uri"], timeout=9).json()["keys"]

    assert configuration["issuer"] == f"{url}/v2.0"
    assert [each["kid"] for each in keys] == [unverified(each)[0]["kid"] for each in (tenant.sign_in(), old)]
    assert {each["issuer"] for each in keys} == {entra.issuer}
    assert on_behalf_of(tenant, old).status_code == 200
    entra.rotate_keys(keeps_old=False)
    assert on_behalf_of(tenant, old).code == 50013


def test_application_itself_gets_no_token_of_a_user_and_none_without_default(tenant: SampleTenant) -> None:
    form = {"grant_type": "client_credentials", "client_id": INGESTION, "client_assertion_type": ASSERTION_TYPE}
    form["client_assertion"] = exchange_assertion(tenant)
    answer = token_request(tenant, **form, scope=f"{GRAPH_URL}/.default")
    claims = unverified(answer.body["access_token"])[1]

    assert (claims["oid"], claims["idtyp"]) == (principal(INGESTION).id, "app")
    assert not claims.keys() & {"scp", "roles", "name"}
    assert answer.body.keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert token_request(tenant, **form, scope=f"{GRAPH_URL}/User.Read").code == 70011
    assert token_request(tenant, **form, scope=f"api://{REPORT}/.default").code == 501051


def test_application_needs_an_app_role_for_a_token_for_another_agent(tenant: SampleTenant) -> None:
    container = tenant.endpoints.container("ingestion")
    query = f"?api-version=2019-08-01&resource=api://{REPORT}"
    headers = {"X-IDENTITY-HEADER": container.header}
    refused = requests.get(container.url + query, headers=headers, timeout=9)
    app = tenant.azure.world.get(container.app)
    assert app is not None
    agent = tenant.azure.world.find_owned_principal(app.id)
    assert agent is not None
    tenant.endpoints.directory.assignments.append(
        RoleAssignment(resource=principal(REPORT).id, principal=agent.id, role=AGENT_CALL.id)
    )
    granted = requests.get(container.url + query, headers=headers, timeout=9)
    claims = unverified(granted.json()["access_token"])[1]

    assert refused.status_code == 400
    assert "AADSTS501051" in refused.json()["message"]
    assert (claims["roles"], claims["aud"], claims["idtyp"]) == (["Agent.Call"], REPORT, "app")
    assert "scp" not in claims


def test_national_cloud_has_its_own_issuer_audience_and_graph() -> None:
    with sample_tenant("us-government") as tenant:
        scope = "https://graph.microsoft.us/User.Read"
        answer = on_behalf_of(tenant, tenant.sign_in(), scope)
        headers = {"Authorization": f"Bearer {answer.body['access_token']}"}
        me = requests.get("https://graph.microsoft.us/v1.0/me", headers=headers, timeout=9).json()

        assert me["id"] == ANNA.id
        assert unverified(tenant.sign_in())[1]["iss"].startswith("https://login.microsoftonline.us/")
        assert on_behalf_of(tenant, tenant.sign_in(), f"{GRAPH_URL}/User.Read").code == 500011
        public = exchange_assertion(tenant, aud="api://AzureADTokenExchange")
        assert on_behalf_of(tenant, tenant.sign_in(), scope, client_assertion=public).code == 700212


def test_unknown_tenant_is_refused(tenant: SampleTenant) -> None:
    url = f"https://login.microsoftonline.com/{INGESTION}/oauth2/v2.0/token"
    answer = requests.post(url, data={"client_id": INGESTION}, timeout=9)
    assert answer.json()["error_codes"] == [90002]
    assert requests.get(f"https://login.microsoftonline.com/{tenant.endpoints.tenant.id}", timeout=9).status_code == 404


def test_every_code_of_the_token_endpoint_has_a_source() -> None:
    assert {code for code, row in CODES.items() if "Microsoft Learn" not in row.source} <= {
        *(500011, 50013, 500131, 500133, 70000, 700024, 700231, 7000113, 7002138),
    }
    assert all(any(digit.isdecimal() for digit in row.source) for row in CODES.values())
