"""Follows an asynchronous change in Azure until it is done, and judges which refusals are temporary.

Owns the two headers in the answer to an accepted request, and the answers at their URLs. Facts: "Track asynchronous
Azure operations", Microsoft Learn, 2026. Cosmos DB accepts a role assignment and looks its principal up afterwards, so
that only the status has the refusal, with the code BadRequest (Azure/ARO-HCP#5320, 2026-05;
pulumi/pulumi-azure-native#2816).
"""

from collections.abc import Callable, Mapping
from typing import Any

from access.model.json_values import mapping, text
from access.readers.http_client import Reply

__all__ = ["PAUSE", "TIMEOUT", "final_reply", "is_temporary"]

TIMEOUT = 300.0
"""Seconds after which a change of one assignment has failed."""
PAUSE = 5.0
"""Seconds between two attempts, and between two reads of a status without the header `Retry-After`."""

_LONGEST_PAUSE = 60.0
_OK, _ACCEPTED, _BAD_REQUEST, _NOT_FOUND = 200, 202, 400, 404
_ERRORS = 400
_UNREADABLE = frozenset({401, 403, _NOT_FOUND})
_FAILURES = frozenset({"failed", "canceled", "cancelled"})
# A new identity is replicated with a delay ("Troubleshoot Azure RBAC", Microsoft Learn, 2025), and an account of
# Cosmos DB takes one assignment at a time.
_TEMPORARY_CODES = frozenset({"PrincipalNotFound", "PreconditionFailed", "Conflict", "TooManyRequests"})
_NOT_REPLICATED = "was not found in the aad tenant"

Wait = Callable[[float], None]
Read = Callable[[str], Reply | None]
"""Function that reads a URL; None if no token may be sent there."""


def is_temporary(reply: Reply) -> bool:
    """Return True if Azure refuses a change that it may accept later, such as for a principal that is still new."""
    message = text(mapping(mapping(reply.body).get("error")), "message").lower()
    return reply.code in _TEMPORARY_CODES or _NOT_REPLICATED in message


def final_reply(accepted: Reply, read: Read, wait: Wait) -> Reply:
    """Return the reply that decides a change: the given one, or the last one at the URL of the change's status.

    A status that cannot be read decides nothing: the given reply is returned, and the caller looks for the change.

    Args:
        accepted: reply to the request.
        read: reads a URL of the reply.
        wait: waits a number of seconds.
    """
    status_url = accepted.headers.get("azure-asyncoperation", "")
    url = status_url or accepted.headers.get("location", "")
    if not url or accepted.status >= _ERRORS:
        return accepted
    waited = 0.0
    while waited <= TIMEOUT:
        reply = read(url)
        if reply is None or reply.status in _UNREADABLE:
            return accepted
        state = text(mapping(reply.body), "status").lower() if status_url else ""
        if state in _FAILURES:
            return Reply(_BAD_REQUEST, {"error": _error(reply)})
        if reply.status >= _ERRORS or state == "succeeded":
            return reply
        if not status_url and reply.status != _ACCEPTED:
            return reply
        pause = _pause(reply)
        wait(pause)
        # A pause of 0 seconds counts, too, or a change that never ends would be read for ever.
        waited += max(pause, 1.0)
    return accepted


def _error(reply: Reply) -> Mapping[str, Any]:
    found = mapping(mapping(reply.body).get("error"))
    return found or {"code": "OperationFailed", "message": "the status of the change has no reason"}


def _pause(reply: Reply) -> float:
    try:
        return min(max(float(reply.headers.get("retry-after", PAUSE)), 0.0), _LONGEST_PAUSE)
    except ValueError:  # a date
        return PAUSE
