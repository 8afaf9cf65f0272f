"""Meaning of the token endpoint's refusals of an exchange, as errors of this library.

Decisions depend on the status, `error`, `suberror` and `claims` alone: Entra's numbers and texts change
("Microsoft Entra authentication and authorization error codes", Microsoft Learn, 2024-04-01). `invalid_grant` without
`suberror` and without claims means an unacceptable or revoked token as well as a user who is not assigned. The token's
age decides: an old token is worth a new one (401); for a token that is minutes old a new one would not help (403). So a
client that gets a new token and tries again comes to an end.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, cast

from agent_network_runtime.challenge import claims_object
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ConfigurationError,
    ConsentRequiredError,
    CredentialRefusedError,
    ForbiddenError,
    InvalidTokenError,
    RuntimeLibraryError,
    Trace,
)
from agent_network_runtime.parties import Application, IncomingToken

SERVER_ERROR: Final = 500
TOO_MANY_REQUESTS: Final = 429
TEMPORARY: Final = frozenset({"temporarily_unavailable", "server_error"})
CONSENT: Final = "consent_required"
SIGN_IN: Final = frozenset({"interaction_required", "login_required", "access_denied"})
"""Errors after which only the user, in the client, can go on."""
UNACCEPTABLE: Final = "invalid_grant"
STALE: Final = frozenset({"bad_token", "token_expired"})
"""Parts of `invalid_grant` that concern the token alone, as MSAL.NET reads them ("Handle errors and exceptions in
MSAL.NET", Microsoft Learn, 2024-06-04)."""
HOPELESS: Final = "message_only"
"""The part of an error that no action of the user resolves (same source)."""
OF_THE_AGENT: Final = frozenset({"invalid_client", "invalid_request", "unauthorized_client"})
"""Errors about the application and its proof; an unknown federated credential is one of them."""
NEARLY_EXPIRED: Final = 60.0
"""Seconds before its end at which a token counts as expired, for clocks that differ."""
FRESH: Final = 300.0
"""Seconds of age up to which another token of the same user would be refused as well."""

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ID: Final = re.compile(r"[0-9a-fA-F-]{8,64}")
_MOST_CODES: Final = 8


def members(body: bytes) -> dict[str, Any]:
    """Return the members of a JSON object in a response; empty for anything else, such as a proxy's page."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The parts of a refusal that decide, and those that logs name; nothing else of the response is kept."""

    status: int
    error: str = ""
    suberror: str = ""
    claims: dict[str, Any] | None = field(default=None, repr=False)
    trace: Trace

    @classmethod
    def of(cls, status: int, body: bytes) -> "Refused":
        """Read a response."""
        read = members(body)
        codes = read.get("error_codes")
        numbers = [code for code in cast("list[object]", codes) if type(code) is int] if isinstance(codes, list) else []
        return cls(
            status=status,
            error=_part(read, "error", _WORD),
            suberror=_part(read, "suberror", _WORD),
            claims=claims_object(read.get("claims")),
            trace=Trace(
                codes=tuple(numbers[:_MOST_CODES]),
                correlation_id=_part(read, "correlation_id", _ID),
                trace_id=_part(read, "trace_id", _ID),
            ),
        )

    def text(self, sentence: str) -> str:
        """Return a message with the names and ids of the refusal."""
        names = "/".join(name for name in (self.error, self.suberror) if name) or f"status {self.status}"
        known = f", correlation id {self.trace.correlation_id}" if self.trace.correlation_id else ""
        return f"{sentence} ({names}{known})"


def is_temporary(refused: Refused) -> bool:
    """Return True if the same request can succeed later."""
    if refused.status == TOO_MANY_REQUESTS or refused.status >= SERVER_ERROR:
        return True
    return refused.error in TEMPORARY


def refusal(refused: Refused, application: Application, incoming: IncomingToken, now: float) -> RuntimeLibraryError:
    """Return the error that a lasting refusal means for the request of this user."""
    if CONSENT in (refused.error, refused.suberror):
        text = refused.text(
            "nobody has consented to this scope for the agent: consent in the client, or as administrator"
        )
        return ConsentRequiredError(text, trace=refused.trace)
    if refused.claims is not None:
        return _challenge(refused, refused.claims, application, incoming)
    if refused.error in SIGN_IN or refused.suberror == HOPELESS:
        return ForbiddenError(refused.text("a policy of the tenant blocks this user here"), trace=refused.trace)
    if refused.error == UNACCEPTABLE:
        return _unacceptable(refused, incoming, now)
    if refused.error in OF_THE_AGENT:
        text = refused.text("Entra refuses the agent's application, its federated credential or its request")
        return CredentialRefusedError(text, trace=refused.trace)
    return ConfigurationError(
        refused.text("Entra refuses the request for reasons that concern the agent, not the user"), trace=refused.trace
    )


def _challenge(
    refused: Refused, claims: dict[str, Any], application: Application, incoming: IncomingToken
) -> RuntimeLibraryError:
    """Return the claims challenge if the client can handle it; without the capability another token would not come."""
    if not incoming.handles_claims:
        text = refused.text(
            "the user must sign in with further proof, which this client cannot request (no capability cp1)"
        )
        return ForbiddenError(text, trace=refused.trace)
    return ClaimsChallengeError(
        refused.text("the user must sign in with further proof"),
        claims=claims,
        authority=application.authority,
        tenant=application.tenant_id,
        trace=refused.trace,
    )


def _unacceptable(refused: Refused, incoming: IncomingToken, now: float) -> RuntimeLibraryError:
    """Return 401 for a token that a new one can replace, 403 for one so fresh that a new one would be refused too."""
    stale = refused.suberror in STALE or incoming.expires_on - now < NEARLY_EXPIRED
    if not stale and 0 <= now - incoming.issued_at < FRESH:
        return ForbiddenError(
            refused.text("Entra refuses this user, who may not be assigned to the agent or its API"),
            trace=refused.trace,
        )
    return InvalidTokenError(
        refused.text("Entra no longer accepts the user's token; sign in again"), trace=refused.trace
    )


def _part(read: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """Return a member if it has the expected form; texts of a response reach no message otherwise."""
    value = read.get(name)
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""
