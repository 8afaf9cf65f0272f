"""HTTP client for the REST API of the platform that runs a pipeline.

Sends the token of the pipeline's run to the host of that API alone, and follows no redirect. A failure is an error, and
never an approval.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from access.readers.http_client import is_loopback
from release.errors import ReleaseError

__all__ = ["PlatformClient"]

_HOW_TO = "docs/howto/set-up-a-release-pipeline.md"
_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_LONGEST_WAIT = 60
"""Maximum number of seconds for one request, retries included."""


class PlatformClient:
    """HTTP client for one platform's REST API, with the token of the pipeline's run."""

    def __init__(self, origin: str, token: str, headers: Mapping[str, str]) -> None:
        """Prepare the client.

        Args:
            origin: address of the API; plain http only on loopback.
            token: token of the run.
            headers: headers of each request.

        Raises:
            ReleaseError: the address is not one that a token may be sent to, or there is no token.
        """
        parts = urlsplit(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(origin)):
            raise ReleaseError(f"{origin}: does not begin with https, and a token would be sent there")
        if not token:
            raise ReleaseError("the token of the pipeline's run is missing; pass it to this command alone")
        self._origin = origin.rstrip("/")
        self._headers = {**headers, "Authorization": f"Bearer {token}"}
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._origin,
            policies=[UserAgentPolicy("agent-network"), RetryPolicy(retry_total=4, timeout=_LONGEST_WAIT)],
        )

    def get(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the JSON value at a path of the API.

        Raises:
            ReleaseError: the platform cannot be reached, or refuses the request.
        """
        return self._json(HttpRequest("GET", f"{self._origin}{path}", headers=self._headers))

    def find(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the JSON value at a path of the API; None if there is nothing.

        Raises:
            ReleaseError: the platform cannot be reached, or refuses the request.
        """
        return self._json(HttpRequest("GET", f"{self._origin}{path}", headers=self._headers), may_be_missing=True)

    def query(self, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 (any JSON value)
        """Send a query as a JSON object to the address of the API, and return the JSON value of the response.

        Raises:
            ReleaseError: the platform cannot be reached, or refuses the request.
        """
        return self._json(HttpRequest("POST", self._origin, headers=self._headers, json=document))

    def write(self, method: str, path: str, document: Mapping[str, Any]) -> None:
        """Send a JSON object to a path of the API.

        Args:
            method: POST to create, PATCH to change.
            path: path of the API.
            document: the JSON object.

        Raises:
            ReleaseError: the platform cannot be reached, or refuses the request.
        """
        self._json(HttpRequest(method, f"{self._origin}{path}", headers=self._headers, json=document))

    def _json(self, request: HttpRequest, *, may_be_missing: bool = False) -> Any:  # noqa: ANN401 (any JSON value)
        place = request.url.partition("?")[0]
        try:
            response = self._client.send_request(request)
        except AzureError as error:
            raise ReleaseError(f"{self._origin}: cannot be reached: {type(error).__name__}") from None
        if may_be_missing and response.status_code == _NOT_FOUND:
            return None
        if response.status_code not in {_OK, _CREATED}:
            raise ReleaseError(
                f"{place}: responded with {response.status_code}; check that the job's token may do this: {_HOW_TO}"
            )
        try:
            return response.json()
        except ValueError:
            raise ReleaseError(f"{place}: the response is not JSON") from None
