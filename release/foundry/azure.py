"""Azure client of the reconciler: reads resources and Foundry agents, and creates and deletes role assignments.

Owns URLs, API versions, retries, and the wait until a change is visible. `release.foundry.reconciling` has the order of
the changes.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

from azure.core.credentials import TokenCredential

from access.azure.principal_types import AGENT_IDENTITY_TYPES, EXPLANATIONS, UNMATCHED
from access.model.errors import UnreadableSource
from access.readers.arm_client import PUBLIC
from access.readers.foundry_data_plane import OF_FOUNDRY
from access.readers.http_client import Reply, Service, is_loopback, other_host_refusal
from components.agents.azure_response import AzureResponse
from release.errors import ReleaseError
from release.foundry.change_status import PAUSE, TIMEOUT, final_reply, is_temporary

__all__ = ["Azure"]

# Versions of stable APIs in the REST reference, Microsoft Learn, 2026; applications are in preview.
_VERSIONS = {
    "microsoft.authorization/roleassignments": "2022-04-01",
    "microsoft.documentdb/databaseaccounts/sqlroleassignments": "2024-11-15",
    "microsoft.cognitiveservices/accounts/projects/applications": "2025-10-01-preview",
}
_OK, _CREATED, _ACCEPTED, _NO_CONTENT, _MISSING = 200, 201, 202, 204, 404

Body = Mapping[str, Any]


class _RefusedError(ReleaseError):
    """Error of a change of a role assignment that Azure refused, with Azure's error code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def _with_other_types(properties: Body) -> list[Body]:
    """Return a role assignment's properties, and the same with every other principal type of an agent identity."""
    given = properties.get("principalType")
    others = [each for each in AGENT_IDENTITY_TYPES if each != given] if given in AGENT_IDENTITY_TYPES else []
    return [dict(properties), *({**properties, "principalType": each} for each in others)]


class Azure:
    """Client of the reconciler for public Azure or local Azure, with the credential of the person who runs it."""

    def __init__(
        self,
        credential: TokenCredential,
        endpoint: str = PUBLIC,
        wait: Callable[[float], None] = time.sleep,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare the client, without sending a request.

        Args:
            credential: of the person who runs the reconciler.
            endpoint: URL of Resource Manager.
            wait: waits a number of seconds.
            report: called with a sentence before a change that Azure does not accept yet is requested again.
        """
        self._credential, self._endpoint, self._wait = credential, endpoint.rstrip("/"), wait
        self._report = report
        self._services: dict[tuple[str, str], Service] = {}

    def send_get_request(self, url: str, audience: str) -> AzureResponse:
        """Send a GET request to Resource Manager or to a Foundry project, and return the response.

        Raises:
            RuntimeError: no identity is signed in, or the host cannot be reached.
        """
        try:
            reply = self._service(url, audience.removesuffix("/.default")).send("GET", self._endpoint_url(url))
        except UnreadableSource as error:
            raise RuntimeError(str(error)) from None
        return AzureResponse(reply.status, reply.body or {})

    def send_patch_request(self, url: str, audience: str, body: Body, headers: Mapping[str, str]) -> AzureResponse:
        """Send a PATCH request to a Foundry project, and return the response.

        Raises:
            RuntimeError: no identity is signed in, or the host cannot be reached.
        """
        try:
            service = self._service(url, audience.removesuffix("/.default"))
            reply = service.send("PATCH", self._endpoint_url(url), body, headers=headers)
        except UnreadableSource as error:
            raise RuntimeError(str(error)) from None
        return AzureResponse(reply.status, reply.body or {})

    def get(self, resource_id: str) -> Body | None:
        """Return a resource as Resource Manager returns it; None if the resource does not exist.

        Raises:
            ReleaseError: the resource cannot be read.
        """
        reply = self._send("GET", self._url(resource_id, {}))
        if reply.status == _MISSING:
            return None
        if reply.status != _OK or reply.body is None:
            raise ReleaseError(f"{resource_id} cannot be read from Azure: {reply.failure}")
        return reply.body

    def list(self, path: str, **query: str) -> Iterator[Body]:
        """Yield every row of a list of Resource Manager, page by page; no rows if the parent does not exist.

        Raises:
            ReleaseError: the list cannot be read.
        """
        url = self._url(path, query)
        origins = (PUBLIC, self._manager().origin)
        while url:
            refusal = other_host_refusal(url, *origins)
            if refusal:
                raise ReleaseError(f"{path}: {refusal}")
            reply = self._send("GET", url)
            if reply.status == _MISSING:
                return
            found: Any = (reply.body or {}).get("value")
            if reply.status != _OK or not isinstance(found, list):
                raise ReleaseError(f"{path} cannot be listed in Azure: {reply.failure}")
            yield from (cast("Body", row) for row in cast("list[object]", found) if isinstance(row, Mapping))
            more = (reply.body or {}).get("nextLink")
            url = more if isinstance(more, str) else ""

    def put(self, assignment_id: str, properties: Body) -> None:
        """Create a role assignment in Azure, and wait until Azure returns it.

        If Azure has another principal type for an agent identity than the stack, the other types are tried.

        Raises:
            ReleaseError: Azure refuses the assignment, or does not return it in time.
        """
        first, *others = _with_other_types(properties)
        try:
            self._send_until_accepted("PUT", assignment_id, {"properties": first})
        except _RefusedError as refused:
            if refused.code != UNMATCHED or not self._is_accepted(assignment_id, others):
                raise

        def is_there() -> bool:
            found = self.get(assignment_id)
            returned = cast("Body", (found or {}).get("properties") or {})
            return str(returned.get("principalId", "")).lower() == str(properties["principalId"]).lower()

        self._wait_until(
            is_there,
            f"role assignment {assignment_id} was accepted, but Azure does not return it yet; run this command again",
        )

    def delete(self, assignment_id: str) -> None:
        """Delete a role assignment in Azure, and wait until it is gone; a missing one is not an error.

        Raises:
            ReleaseError: Azure refuses the deletion, or still returns the assignment.
        """
        self._send_until_accepted("DELETE", assignment_id)
        late = f"role assignment {assignment_id} was deleted, but Azure still returns it; run this command again"
        self._wait_until(lambda: self.get(assignment_id) is None, late)

    def _is_accepted(self, assignment_id: str, bodies: Sequence[Body]) -> bool:
        """Send the requests for a role assignment one after another, and return True once Azure accepts one of them."""
        for body in bodies:
            try:
                self._send_until_accepted("PUT", assignment_id, {"properties": body})
            except _RefusedError as refused:
                if refused.code != UNMATCHED:
                    raise
            else:
                return True
        return False

    def _send_until_accepted(self, method: str, resource_id: str, body: Body | None = None) -> None:
        wanted = {_OK, _CREATED, _ACCEPTED, _NO_CONTENT, *([_MISSING] if method == "DELETE" else [])}
        waited = 0.0

        def wait(seconds: float) -> None:
            nonlocal waited
            waited += seconds
            self._wait(seconds)

        while True:
            accepted = self._send(method, self._url(resource_id, {}), body)
            reply = final_reply(accepted, self._read_status, wait)
            if reply.status in wanted:
                return
            if not is_temporary(reply) or waited >= TIMEOUT:
                verb = "created" if method == "PUT" else "deleted"
                explanation = f"; {EXPLANATIONS[reply.code]}" if reply.code in EXPLANATIONS else ""
                message = f"role assignment {resource_id} cannot be {verb} in Azure: {reply.failure}{explanation}"
                raise _RefusedError(message, reply.code)
            self._report(
                f"Azure does not accept role assignment {resource_id} yet ({reply.code}); trying again for"
                f" {TIMEOUT - waited:.0f} more seconds"
            )
            wait(PAUSE)

    def _read_status(self, url: str) -> Reply | None:
        """Read the status of a change at the URL that Azure returned; None if no token may be sent to its host."""
        if url.startswith("/"):
            url = f"{PUBLIC}{url}"
        if other_host_refusal(url, PUBLIC, self._manager().origin):
            return None
        return self._send("GET", url)

    def _wait_until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        waited = 0.0
        while not is_so():
            if waited >= TIMEOUT:
                raise ReleaseError(otherwise)
            self._wait(PAUSE)
            waited += PAUSE

    def _send(self, method: str, url: str, body: Body | None = None) -> Reply:
        try:
            return self._manager().send(method, self._endpoint_url(url), body)
        except UnreadableSource as error:
            raise ReleaseError(str(error)) from None

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        parameters = {f"${name}" if name == "filter" else name: value for name, value in query.items()}
        parts = path.rpartition("/providers/")[2].lower().split("/")
        version = _VERSIONS["/".join((parts[0], *parts[1::2]))]
        return f"{PUBLIC}{quote(path)}?{urlencode({**parameters, 'api-version': version}, quote_via=quote)}"

    def _manager(self) -> Service:
        return self._service(PUBLIC, PUBLIC)

    def _service(self, url: str, audience: str) -> Service:
        parts = urlsplit(self._endpoint_url(url))
        origin = f"{parts.scheme}://{parts.netloc}"
        if (origin, audience) not in self._services:
            self._services[origin, audience] = Service(origin, audience, self._credential, origin)
        return self._services[origin, audience]

    def _endpoint_url(self, url: str) -> str:
        """Return a URL of Azure, or for local Azure the URL on this machine; raise for other hosts, which get no token.

        Raises:
            RuntimeError: the URL is not a URL of Azure.
        """
        if url.startswith(f"{PUBLIC}/") or url == PUBLIC:
            return self._endpoint + url.removeprefix(PUBLIC)
        if is_loopback(self._endpoint):
            return url if is_loopback(url) else f"{self._endpoint}/{url.removeprefix('https://')}"
        parts = urlsplit(url)
        if parts.scheme != "https" or not (parts.hostname or "").endswith(OF_FOUNDRY):
            raise RuntimeError(
                f"{url} is not an address of Foundry, so no token is sent there; correct the project's endpoint"
            )
        return url
