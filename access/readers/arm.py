"""Azure Resource Manager: reading lists page by page.

Owns signing in, waiting when told to wait, following pages, and what to tell whoever may not read. Only GET is ever
sent, and only to the endpoint: a page that lies elsewhere would be handed the token. What the answers mean is the
business of the modules beside.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import quote, urlencode, urlsplit

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse

from access.errors import UnreadableSource
from access.readers.values import Values, mapping, text

PUBLIC = "https://management.azure.com"
SIGN_IN = "sign in with `az login`"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS = {"http": 80, "https": 443}
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OK, _UNAUTHORIZED = 200, 401
_MOST_PAGES = 10_000
_LONGEST_WAIT = 300
"""Seconds that one request may take with all its retries."""
_SHOWN = 200


@dataclass(frozen=True)
class Listing:
    """What a list answered."""

    rows: tuple[Values, ...] = ()
    failure: str = ""
    """Why it is not whole; empty where it is."""


class _Patience(RetryPolicy[HttpRequest, HttpResponse]):
    """Waits as long as it is told to, within reason: an hour of silence would look like a hang."""

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        return super().is_retry(settings, response) and (self.get_retry_after(response) or 0) <= _LONGEST_WAIT


class ArmClient:
    """One subscription, as whoever holds the credential may read it."""

    def __init__(self, subscription_id: str, credential: TokenCredential, endpoint: str = PUBLIC) -> None:
        if not _GUID.fullmatch(subscription_id):
            why = "is no subscription id; `az account list --output table` shows those that you may read"
            raise UnreadableSource(f"subscription {subscription_id!r}", why)
        self.subscription = f"/subscriptions/{subscription_id}"
        self._origin = endpoint.rstrip("/")
        parts = urlsplit(self._origin)
        local = parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise UnreadableSource(endpoint, "is no https address; a token is sent there")
        self._local = local
        # Endpoints of other clouds are their own audience; a loopback one stands in for the public cloud.
        audience = PUBLIC if local else self._origin
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._origin,
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

    def check(self) -> None:
        """Make sure that the subscription can be read at all.

        Raises:
            UnreadableSource: it cannot, with what to do.
        """
        failure = self._get(self._url(self.subscription, "2022-12-01"))[1]
        if failure:
            why = f"{failure}; {SIGN_IN} as someone with the role Reader there, and check the id and the tenant"
            raise UnreadableSource(self.subscription, why)

    def listed(self, path: str, api_version: str, **query: str) -> Listing:
        """All rows of a list; after a failure those that were read before it.

        Args:
            path: of the list, from the root.
            api_version: which form of the answer.
            query: more of the query; `filter` becomes `$filter`.

        Raises:
            UnreadableSource: nobody is signed in, or Azure cannot be reached.
        """
        rows: list[Values] = []
        for page, failure in self._pages(self._url(path, api_version, query)):
            found = page.get("value")
            items = cast("list[object]", found) if isinstance(found, list) else []
            rows.extend(cast("Values", item) for item in items if isinstance(item, Mapping))
            if failure:
                return Listing(tuple(rows), failure)
            if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in items):
                return Listing(tuple(rows), "the answer is no list of objects")
        return Listing(tuple(rows))

    def _pages(self, url: str) -> Iterator[tuple[Values, str]]:
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= _MOST_PAGES:
                yield {"value": []}, "its pages lead in a circle, or have no end"
                return
            if _origin(url) != _origin(self._origin):
                yield {"value": []}, "its next page lies at another address, which is not asked"
                return
            seen.add(url)
            page, failure = self._get(url)
            yield page, failure
            url = "" if failure else text(page, "nextLink")

    def _get(self, url: str) -> tuple[Values, str]:
        """What an address answers, and why it does not."""
        try:
            response = self._client.send_request(HttpRequest("GET", url), enforce_https=not self._local)
        except ClientAuthenticationError as error:
            raise UnreadableSource(self.subscription, f"{SIGN_IN}: {_line(error.message)}") from None
        except (AzureError, ValueError, TypeError, OverflowError) as error:
            # Beside azure-core's own errors, those of a header that it cannot make sense of.
            raise UnreadableSource(self._origin, f"cannot be reached: {_line(str(error))}") from None
        try:
            body: Any = response.json()
        except (ValueError, RecursionError):
            body = None
        if response.status_code == _UNAUTHORIZED:
            raise UnreadableSource(self.subscription, f"{SIGN_IN}; Azure does not accept the token{_said(body)}")
        if response.status_code != _OK:
            return {}, f"Azure answered {response.status_code}{_said(body)}"
        return (cast("Values", body), "") if isinstance(body, dict) else ({}, "the answer is no JSON object")

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        asked = {("$filter" if name == "filter" else name): value for name, value in (query or {}).items()}
        return f"{self._origin}{quote(path)}?{urlencode({**asked, 'api-version': api_version}, quote_via=quote)}"


def signed_in() -> TokenCredential:
    """Whoever is signed in here: as the environment says, as this workload, or with a command line."""
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - importing costs, and tests bring their own

    return DefaultAzureCredential()


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        return "", "", 0


def _said(body: object) -> str:
    """Azure's own words for an error."""
    error = mapping(mapping(body).get("error"))
    said = ": ".join(filter(None, (text(error, "code"), text(error, "message"))))
    return f" ({_line(said)})" if said else ""


def _line(message: str) -> str:
    words = " ".join(message.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
