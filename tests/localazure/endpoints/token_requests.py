"""Requests to local Azure's token endpoint as plain HTTP, and tokens that a test needs without asking for them."""

from dataclasses import dataclass
from typing import Any

import requests

from localazure.endpoints import Endpoints
from localazure.endpoints.entra.tenant import Recipient
from tests.localazure.endpoints.sample_tenant import GRAPH, INGESTION, SampleTenant

OBO = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of a response of the token endpoint."""

    status_code: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def code(self) -> int:
        """Return the AADSTS code of a refusal."""
        return self.body["error_codes"][0]


def bearer(token: str, **headers: str) -> dict[str, str]:
    """Return the headers of a request with a token."""
    return {"Authorization": f"Bearer {token}", **headers}


def get(url: str, token: str, **headers: str) -> requests.Response:
    """Send a GET request with a token."""
    return requests.get(url, headers=bearer(token, **headers), timeout=9)


def exchange_assertion(tenant: SampleTenant, **changed: object) -> str:
    """Return the client assertion that the agent's identity gets, with changed claims."""
    claims = {**identity_claims(tenant), **changed}
    return tenant.endpoints.tenant.sign({name: value for name, value in claims.items() if value is not None})


def identity_claims(tenant: SampleTenant) -> dict[str, object]:
    identity = tenant.endpoints.directory.identity(tenant.exchange_client)
    assert identity is not None
    now = int(tenant.endpoints.clock.now())
    entra = tenant.endpoints.tenant
    times = {"iat": now, "nbf": now, "exp": now + 3600}
    return {
        "aud": "fb60f99c-7a34-4190-8149-302f77469936",
        "iss": entra.issuer,
        "sub": identity.id,
        "oid": identity.id,
        "azp": identity.client_id,
        **times,
    }


def token_request(tenant: SampleTenant, **form: str) -> Answer:
    """Send a token request to the tenant, and return the answer."""
    url = f"{tenant.endpoints.authority_host}/{tenant.endpoints.tenant.id}/oauth2/v2.0/token"
    answer = requests.post(url, data=form, timeout=9)
    return Answer(answer.status_code, dict(answer.headers), answer.json())


def on_behalf_of(
    tenant: SampleTenant, assertion: str, scope: str = "https://graph.microsoft.com/User.Read", **changed: str
) -> Answer:
    """Send an on-behalf-of request of the agent `ingestion` with a user's token."""
    form = {
        "grant_type": OBO,
        "client_id": INGESTION,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": exchange_assertion(tenant),
        "assertion": assertion,
        "requested_token_use": "on_behalf_of",
        "scope": scope,
        **changed,
    }
    return token_request(tenant, **{name: value for name, value in form.items() if value})


def user_token(endpoints: Endpoints, user: str, resource: str, scopes: set[str], audience: str = "") -> str:
    """Return a token of a user for an API through the agent, without the checks of the token endpoint."""
    found, api = endpoints.directory.user(user), endpoints.directory.resource(resource)
    assert found is not None
    assert api is not None
    recipient = Recipient(resource=api, client=INGESTION, proof="2", audience=audience or resource)
    return endpoints.tenant.user_token(found, recipient, frozenset(scopes)).text


def graph_token(endpoints: Endpoints, user: str) -> str:
    return user_token(endpoints, user, GRAPH, {"User.Read"})
