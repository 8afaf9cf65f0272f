"""Faults that a test switches on in local Azure's TLS endpoints: throttling, failures, delays, broken answers.

Owns which requests a fault concerns and what is answered instead. Nothing happens by chance: a fault begins when it is
switched on, and ends when it is switched off or has occurred as often as was requested. Rules of Entra that a test can
change, such as Conditional Access, are methods of the tenant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from localazure.endpoints.messages import Received, Reply
from localazure.endpoints.signed_tokens import MalformedToken, unverified

__all__ = ["Fault", "Switches"]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Failure or delay of requests to a service, which a test has switched on; empty filters match every request."""

    service: str
    """Name of a service as in the request log, such as `token`, `identity` or `graph`."""
    user: str = ""
    """Object id of a user: only requests with a token of this user."""
    client: str = ""
    """Client id: only token requests of this application, or of this managed identity."""
    text: str = ""
    """Text that the path, the query or the scope of a request must contain."""
    status: int = 0
    """HTTP status of the answer; 0 lets the service answer, after the delay."""
    body: object = field(default_factory=dict[str, object])
    """JSON document of the answer, or its text."""
    retry_after: str = ""
    """Header Retry-After of the answer: seconds, or a date."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    """Seconds before the answer."""
    drops: bool = False
    """True if the connection is closed without an answer."""
    times: int | None = None
    """Number of requests that the fault concerns; None for all until it is switched off."""

    def reply(self) -> Reply:
        """Return the answer that a client gets instead of the service's."""
        headers = {**self.headers, **({"Retry-After": self.retry_after} if self.retry_after else {})}
        if isinstance(self.body, str):
            return Reply(status=self.status, body=self.body.encode(), headers=headers, content_type="text/html")
        return Reply(status=self.status, body=json.dumps(self.body).encode(), headers=headers)

    def concerns(self, service: str, received: Received) -> bool:
        """Return True if the fault concerns a request to a service."""
        if service != self.service:
            return False
        if self.user and user_in(received) != self.user:
            return False
        named = received.form.get("client_id") or received.query.get("client_id", "")
        if self.client and named != self.client:
            return False
        where = f"{received.path}?{received.query_text} {received.form.get('scope', '')}"
        return self.text in where


class Switches:
    """Faults that are switched on in local Azure's TLS endpoints at the moment."""

    def __init__(self) -> None:
        self._faults: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> Fault:
        """Switch on a fault, which then precedes the faults that were switched on before; return it."""
        self._faults.insert(0, (fault, fault.times))
        return fault

    def throttle(self, service: str = "token", *, user: str = "", text: str = "", retry_after: str = "60") -> Fault:
        """Answer requests to a service with 429 and Retry-After, as Entra does to a client that sends too many.

        MSAL.NET's "Throttling", Microsoft Learn, 2026, states 60 seconds; the body is local Azure's own.
        """
        body = {"error": "temporarily_unavailable", "error_description": "AADSTS90055: Too many incoming requests."}
        return self.add(Fault(service=service, user=user, text=text, status=429, body=body, retry_after=retry_after))

    def remove(self, fault: Fault) -> None:
        """Switch off a fault."""
        self._faults = [each for each in self._faults if each[0] is not fault]

    def clear(self) -> None:
        """Switch off all faults of local Azure's TLS endpoints."""
        self._faults.clear()

    def find(self, service: str, received: Received) -> Fault | None:
        """Return the fault that concerns a request to a service, and count that; None if there is none."""
        for number, (fault, left) in enumerate(self._faults):
            if fault.concerns(service, received):
                if left is not None:
                    self._faults[number] = (fault, left - 1)
                    if left <= 1:
                        del self._faults[number]
                return fault
        return None


def user_in(received: Received) -> str:
    """Return the object id of the user in a request's assertion or bearer token; empty if neither has one."""
    for token in (received.form.get("assertion", ""), received.token):
        try:
            claims = unverified(token)[1]
        except MalformedToken:
            continue
        if claims.get("scp"):
            return str(claims.get("oid") or "")
    return ""
