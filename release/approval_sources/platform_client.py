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

_OK = 200
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
        request = HttpRequest("GET", f"{self._origin}{path}", headers=self._headers)
        try:
            response = self._client.send_request(request)
        except AzureError as error:
            raise ReleaseError(f"{self._origin}: cannot be reached: {type(error).__name__}") from None
        if response.status_code != _OK:
            raise ReleaseError(f"{self._origin}{path.partition('?')[0]}: responded with {response.status_code}")
        try:
            return response.json()
        except ValueError:
            raise ReleaseError(f"{self._origin}{path.partition('?')[0]}: the response is not JSON") from None
