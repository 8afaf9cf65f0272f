"""Reads of the status of asynchronous changes over the HTTP API of local Azure.

Owns the headers of the answer to an asynchronous request, and the answers at their URLs: `InProgress` at the first read
of an operation, so that a client has to read again, and then the end. Facts: "Track asynchronous Azure operations",
Microsoft Learn, 2026. Operations are of one process, and are not in the state file.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from localazure.arm.asynchronous import AsynchronousOperation
from localazure.errors import AzureError

_OK, _CREATED, _ACCEPTED, _NO_CONTENT = 200, 201, 202, 204
_RETRY = {"Retry-After": "0"}


class Reply(NamedTuple):
    """HTTP response of local Azure: status code, JSON body and headers; a URL in a header is a path."""

    status: int
    document: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = {}


class StatusReads:
    """Asynchronous operations that an HTTP API has begun, by the paths of their URLs."""

    def __init__(self) -> None:
        self._by_path: dict[str, AsynchronousOperation] = {}
        self._in_progress: set[str] = set()
        self._refused: dict[str, AzureError] = {}

    def begin(self, operation: AsynchronousOperation | None, reply: Reply) -> Reply:
        """Return the answer to a request: as given, or as Azure answers before the change is done."""
        if operation is None:
            return reply
        self._by_path |= {path.lower(): operation for path in operation.paths}
        self._in_progress.add(operation.name)
        self._refused.pop(operation.name, None)
        urls = {"Azure-AsyncOperation": operation.urls.status, "Location": operation.urls.result}
        headers = {name: path for name, path in urls.items() if path}
        status = _CREATED if reply.status == _CREATED and not operation.urls.result else _ACCEPTED
        state = "Creating" if reply.status == _CREATED else "Updating"
        return Reply(status, _in_state(reply.document, state), {**headers, **_RETRY})

    def begin_refused(self, operation: AsynchronousOperation | None, error: AzureError) -> Reply:
        """Return the answer to a request that Azure accepts, and whose status will have the reason of a refusal."""
        if operation is None:
            raise error
        reply = self.begin(operation, Reply(_ACCEPTED))
        self._refused[operation.name] = error
        return reply

    def find(self, path: str) -> AsynchronousOperation | None:
        """Return the operation whose status or result is read at a path; None for any other path."""
        return self._by_path.get(path.lower())

    def reply(self, operation: AsynchronousOperation, path: str, made: Mapping[str, Any] | None) -> Reply:
        """Return the answer to one read of an operation; `made` is the changed resource, if it exists."""
        running = operation.name in self._in_progress
        self._in_progress.discard(operation.name)
        error = None if running else self._refused.get(operation.name)
        if error is not None:
            failure = {"error": {"code": error.code, "message": error.message}}
            if path.lower() == operation.urls.status.lower():
                return Reply(_OK, {"id": path, "name": operation.name, "status": "Failed", **failure})
            return Reply(error.status, failure)
        if path.lower() == operation.urls.status.lower():
            document = {"id": path, "name": operation.name, "status": "InProgress" if running else "Succeeded"}
            return Reply(_OK, document, _RETRY if running else {})
        if running:
            return Reply(_ACCEPTED, None, _RETRY)
        return Reply(_NO_CONTENT) if made is None else Reply(_OK, made)


def _in_state(document: Mapping[str, Any] | None, state: str) -> Mapping[str, Any] | None:
    """Return a resource as it is before a change is done, if it has a state; a read of it has the end already."""
    properties = (document or {}).get("properties")
    if document is None or not isinstance(properties, dict) or "provisioningState" not in properties:
        return document
    return {**document, "properties": {**cast("dict[str, Any]", properties), "provisioningState": state}}
