"""HTTP client for Azure services that sends the caller's token to permitted hosts only.

Owns signing in, retries and the messages for hosts that do not respond. Readers send GET only; callers own the content
of requests.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse

from access.model.errors import UnreadableSource
from access.model.json_values import Values, mapping, text
from access.readers.token_file_credential import token_file_credential

SIGN_IN = "sign in with `az login`"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"http": 80, "https": 443}
_OK, _UNAUTHORIZED = 200, 401
_LONGEST_WAIT = 300
"""Maximum number of seconds for one request, retries included."""
_SHOWN = 200


class _BoundedRetry(RetryPolicy[HttpRequest, HttpResponse]):
    """HTTP retry policy that waits as long as Azure requests, up to a limit."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        return super().is_retry(settings, response) and (self.get_retry_after(response) or 0) <= _LONGEST_WAIT


@dataclass(frozen=True)
class Reply:
    """Status, JSON body and headers of an HTTP response of Azure."""

    status: int
    body: Values | None
    """The JSON object of the response; None if there is none."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers of the response by name, in lower case."""

    @property
    def failure(self) -> str:
        """Return the error message for an unexpected HTTP response of Azure."""
        return f"Azure responded with {self.status}{_azure_message(self.body)}"

    @property
    def code(self) -> str:
        """Return Azure's error code in the response; empty if there is none."""
        return text(mapping(mapping(self.body).get("error")), "code")


class Service:
    """HTTP client for one Azure service, with the caller's credential."""

    def __init__(self, origin: str, audience: str, credential: TokenCredential, called: str) -> None:
        """Prepare the client, without sending a request.

        Args:
            origin: URL of the service; plain http only on loopback.
            audience: audience of the token.
            credential: credential for the token.
            called: name of the service in error messages.

        Raises:
            UnreadableSource: no token may be sent to this host.
        """
        self.origin, self._called = origin, called
        parts = urlsplit(origin)
        local = is_loopback(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UnreadableSource(origin, "does not begin with https, and a token would be sent there")
        self._local = local
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            origin,
            policies=[
                UserAgentPolicy("agent-network"),
                _BoundedRetry(retry_total=6, retry_status=6, timeout=_LONGEST_WAIT),
                BearerTokenCredentialPolicy(credential, f"{audience}/.default"),
            ],
            # No proxy is used for loopback.
            transport=RequestsTransport(use_env_settings=not local),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> tuple[Values, str]:
        """Return the JSON object at a URL and an empty text; or an empty object and the reason why there is none.

        Raises:
            UnreadableSource: nobody is signed in, or the host cannot be reached.
        """
        reply = self.send("GET", url, headers=headers)
        if reply.status != _OK:
            return {}, reply.failure
        return (reply.body, "") if reply.body is not None else ({}, "the response is not a JSON object")

    def send(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one HTTP request with the caller's token, and return the response.

        Raises:
            UnreadableSource: nobody is signed in, or the host cannot be reached.
        """
        more: dict[str, Any] = {} if body is None else {"json": body}
        request = HttpRequest(method, url, headers=dict(headers or {}), **more)
        try:
            response = self._client.send_request(request, enforce_https=not self._local)
        except ClientAuthenticationError as error:
            raise UnreadableSource(self._called, f"{SIGN_IN}: {_line(error.message)}") from None
        except (AzureError, ValueError, TypeError, OverflowError) as error:
            # In addition to azure-core's own errors, those for a header that it cannot parse.
            raise UnreadableSource(self.origin, f"cannot be reached: {_line(str(error))}") from None
        try:
            answered: Any = response.json()
        except (ValueError, RecursionError):
            answered = None
        if response.status_code == _UNAUTHORIZED:
            why = f"{SIGN_IN}; Azure does not accept the token{_azure_message(answered)}"
            raise UnreadableSource(self._called, why)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, cast("Values", answered) if isinstance(answered, dict) else None, headers)


def is_loopback(address: str) -> bool:
    """Return True if a URL's host is this machine."""
    return urlsplit(address).hostname in _LOOPBACK


def other_host_refusal(url: str, *origins: str) -> str:
    """Return the reason not to send a token to a URL at another host; empty for a URL at one of these origins."""
    permitted = origin_of(url) in map(origin_of, origins)
    return "" if permitted else "the next page of the list is at another host, which is not contacted"


def origin_of(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL; empty if the URL is invalid."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        return "", "", 0


def signed_in() -> TokenCredential:
    """Return the default Azure credential: environment, workload identity or Azure CLI."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - importing costs, and tests bring their own

    return token_file_credential(os.environ) or DefaultAzureCredential()


def _azure_message(body: object) -> str:
    """Return Azure's error message, in parentheses."""
    error = mapping(mapping(body).get("error"))
    message = ": ".join(filter(None, (text(error, "code"), text(error, "message"))))
    return f" ({_line(message)})" if message else ""


def _line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
