"""ID tokens of a pipeline's job, which Entra ID exchanges for tokens of an identity that trusts the pipeline.

GitHub answers a GET with an audience, Azure Pipelines a POST with the service connection, and refuses a GET. Sources:
"OpenID Connect reference", docs.github.com, 2026; azure-identity 1.27, credential AzurePipelinesCredential. The bearer
token of a request and the ID token are secrets: no message and no `repr` has them, and a redirect is never followed.
"""

import base64
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse

from access.readers.http_client import is_loopback
from release.errors import ReleaseError

__all__ = ["MAY_NOT_REQUEST", "IdToken", "TokenRequest", "azure_pipelines_request", "fetch", "github_request"]

MAY_NOT_REQUEST = (
    "the job may not request an ID token; add `id-token: write` to its permissions (a pull request from a fork never"
    " gets it): docs/howto/set-up-a-release-pipeline.md"
)
"""Message for a job of GitHub Actions without the variables with which ID tokens are requested."""
_OK = 200
_CONNECT_SECONDS, _READ_SECONDS = 10, 20
_PARTS = 3
"""Number of parts of a signed token."""


@dataclass(frozen=True)
class IdToken:
    """ID token of a pipeline's job, with the claims that a federated credential is compared with."""

    text: str = field(repr=False)
    lifetime: float
    """Seconds from its issue to its expiry: the issuer's clock may differ from this machine's."""
    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@dataclass(frozen=True)
class TokenRequest:
    """HTTP request for an ID token of a pipeline's job."""

    platform: str
    """Name of the platform in messages."""
    method: str
    url: str
    bearer: str = field(repr=False)
    member: str
    """Name of the token in the response."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def github_request(url: str, bearer: str, audience: str) -> TokenRequest:
    """Return the request for an ID token of a job of GitHub Actions."""
    return TokenRequest("GitHub", "GET", _with_query(url, {"audience": audience}), bearer.strip(), "value")


def azure_pipelines_request(url: str, bearer: str, service_connection: str) -> TokenRequest:
    """Return the request for an ID token of a service connection of Azure Pipelines."""
    query = {"api-version": "7.1", "serviceConnectionId": service_connection}
    # Without this header, an expired access token is answered with a redirect to a sign-in page (azure-identity 1.27).
    headers = {"Content-Type": "application/json", "X-TFS-FedAuthRedirect": "Suppress"}
    return TokenRequest("Azure Pipelines", "POST", _with_query(url, query), bearer.strip(), "oidcToken", headers)


def fetch(request: TokenRequest) -> IdToken:
    """Return a new ID token.

    Raises:
        ReleaseError: the platform gives none; without the token of the request or its response.
    """
    parts = urlsplit(request.url)
    loopback = is_loopback(request.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ReleaseError(f"{request.platform}: the address of ID tokens does not begin with https; nothing is sent")
    if not request.bearer.isascii() or not request.bearer.isprintable() or " " in request.bearer:
        # An HTTP library would repeat the header in its message.
        raise ReleaseError(f"{request.platform}: the variable with the token for requests is not a token")
    headers = {"Accept": "application/json", **request.headers, "Authorization": f"Bearer {request.bearer}"}
    client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
        request.url,
        policies=[UserAgentPolicy("agent-network")],
        transport=RequestsTransport(
            use_env_settings=not loopback, connection_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS
        ),
    )
    try:
        with client:
            response = client.send_request(HttpRequest(request.method, request.url, headers=headers))
            status, answer = response.status_code, _json(response)
    except (AzureError, OSError, ValueError, TypeError, OverflowError) as error:
        why = f"{parts.hostname} cannot be reached ({type(error).__name__})"
        raise ReleaseError(f"{request.platform} gives no ID token: {why}") from None
    if status != _OK:
        raise ReleaseError(f"{request.platform} gives no ID token: {parts.hostname} responded with {status}")
    return _token(request, answer.get(request.member))


def _with_query(url: str, added: Mapping[str, str]) -> str:
    """Return a URL with query parameters, which replace those of the same name."""
    parts = urlsplit(url.strip())
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in added]
    return urlunsplit(parts._replace(query=urlencode([*kept, *added.items()])))


def _json(response: HttpResponse) -> Mapping[str, Any]:
    try:
        answer: object = response.json()
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", answer) if isinstance(answer, dict) else {}


def _token(request: TokenRequest, text: object) -> IdToken:
    claims = _claims(text) if isinstance(text, str) else None
    if not isinstance(text, str) or claims is None:
        raise ReleaseError(f"{request.platform} gives no ID token: the response has no {request.member!r} with one")
    expiry, issued = claims.get("exp"), claims.get("iat", time.time())
    lifetime = expiry - issued if _is_time(expiry) and _is_time(issued) else 0
    if lifetime <= 0:
        raise ReleaseError(f"{request.platform} gives no ID token that can be used: it has no time of expiry")
    return IdToken(text, lifetime, str(claims.get("iss", "")), str(claims.get("sub", "")), claims)


def _claims(text: str) -> Mapping[str, Any] | None:
    """Return the claims of a token, whose signature Entra ID verifies; None if the text is not a token."""
    parts = text.split(".")
    if len(parts) != _PARTS:
        return None
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, Any]", claims) if isinstance(claims, dict) else None


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
