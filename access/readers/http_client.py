"""Asking a service of Azure, as whoever is signed in, and only where a token may be sent.

Owns signing in, waiting when told to wait, and what is said of an address that does not answer. Readers send GET alone;
what is asked for is their business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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

SIGN_IN = "sign in with `az login`"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"http": 80, "https": 443}
_OK, _UNAUTHORIZED = 200, 401
_LONGEST_WAIT = 300
"""Seconds that one request may take with all its retries."""
_SHOWN = 200


class _Patience(RetryPolicy[HttpRequest, HttpResponse]):
    """Waits as long as it is told to, within reason: an hour of silence would look like a hang."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        return super().is_retry(settings, response) and (self.get_retry_after(response) or 0) <= _LONGEST_WAIT


@dataclass(frozen=True)
class Reply:
    """What Azure answered."""

    status: int
    body: Values | None
    """Its object; None where it is none."""

    @property
    def failure(self) -> str:
        """What to say of it where it is not what was wanted."""
        return f"Azure answered {self.status}{_said(self.body)}"

    @property
    def code(self) -> str:
        """Azure's own word for an error; empty where it has none."""
        return text(mapping(mapping(self.body).get("error")), "code")


class Service:
    """One service of Azure, as whoever holds the credential may read it."""

    def __init__(self, origin: str, audience: str, credential: TokenCredential, called: str) -> None:
        """Ask nothing yet.

        Args:
            origin: address of the service; plain http only on loopback.
            audience: what a token must be for.
            credential: whose token.
            called: what to call the service where it cannot be asked.

        Raises:
            UnreadableSource: no token may be sent there.
        """
        self.origin, self._called = origin, called
        parts = urlsplit(origin)
        local = is_loopback(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UnreadableSource(origin, "is no https address; a token is sent there")
        self._local = local
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            origin,
            policies=[
                UserAgentPolicy("agent-network"),
                _Patience(retry_total=6, retry_status=6, timeout=_LONGEST_WAIT),
                BearerTokenCredentialPolicy(credential, f"{audience}/.default"),
            ],
            # No proxy leads to loopback.
            transport=RequestsTransport(use_env_settings=not local),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str) -> tuple[Values, str]:
        """What an address answers, and why it does not.

        Raises:
            UnreadableSource: nobody is signed in, or there is no way there.
        """
        reply = self.send("GET", url)
        if reply.status != _OK:
            return {}, reply.failure
        return (reply.body, "") if reply.body is not None else ({}, "the answer is no JSON object")

    def send(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Send one request.

        Raises:
            UnreadableSource: nobody is signed in, or there is no way there.
        """
        request = HttpRequest(method, url) if body is None else HttpRequest(method, url, json=body)
        try:
            response = self._client.send_request(request, enforce_https=not self._local)
        except ClientAuthenticationError as error:
            raise UnreadableSource(self._called, f"{SIGN_IN}: {_line(error.message)}") from None
        except (AzureError, ValueError, TypeError, OverflowError) as error:
            # Beside azure-core's own errors, those of a header that it cannot make sense of.
            raise UnreadableSource(self.origin, f"cannot be reached: {_line(str(error))}") from None
        try:
            answered: Any = response.json()
        except (ValueError, RecursionError):
            answered = None
        if response.status_code == _UNAUTHORIZED:
            raise UnreadableSource(self._called, f"{SIGN_IN}; Azure does not accept the token{_said(answered)}")
        return Reply(response.status_code, cast("Values", answered) if isinstance(answered, dict) else None)


def is_loopback(address: str) -> bool:
    """Whether an address leads to this machine."""
    return urlsplit(address).hostname in _LOOPBACK


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address, in one form; empty where it is none."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        return "", "", 0


def signed_in() -> TokenCredential:
    """Whoever is signed in here: as the environment says, as this workload, or with a command line."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - importing costs, and tests bring their own

    return DefaultAzureCredential()


def _said(body: object) -> str:
    """Azure's own words for an error."""
    error = mapping(mapping(body).get("error"))
    said = ": ".join(filter(None, (text(error, "code"), text(error, "message"))))
    return f" ({_line(said)})" if said else ""


def _line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
