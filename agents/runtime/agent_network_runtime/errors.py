"""Errors of the runtime library: each knows the status and the headers with which a web service answers.

    RuntimeLibraryError
    ├── SettingsError           500  the settings of the agent are missing, contradictory or not valid
    ├── ConfigurationError      500  Entra or the platform refuses the agent itself: an operator must act
    │   └── CredentialRefusedError   500  … its application or federated credential, which Entra may not know yet
    ├── ScopeNotDeclaredError   500  the code requests a scope that the agent does not declare
    ├── HostNotDeclaredError    500  the code sends a token to a host outside its API
    ├── InvalidTokenError       401  the client must send another token
    │   ├── MissingTokenError        401  … because it has sent none
    │   └── ClaimsChallengeError     401  … with the claims that the challenge names
    ├── ForbiddenError          403  no token of this user or caller would be accepted
    │   └── ConsentRequiredError     403  … until somebody consents to the scope
    └── TemporaryError          503  the same request can succeed later

No error holds a token: messages consist of this library's own words, of names and of ids, and errors of other libraries
are never chained to them. `raise … from None` at every place hides the cause from tracebacks; the places that handle
tokens also keep them out of local variables in readable form (see `secret`).
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from agent_network_runtime.challenge import AUTHORITY, COMMON, bearer_challenge, claims_challenge

LONGEST_WAIT: Final = 3600
"""Seconds: the longest `Retry-After` that this library passes on."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Entra's ids and numbers of a failed token request, for logs alone.

    The numbers change ("Microsoft Entra authentication and authorization error codes", Microsoft Learn, 2024-04-01), so
    no decision depends on them.
    """

    codes: tuple[int, ...] = ()
    correlation_id: str = ""
    trace_id: str = ""


NO_TRACE: Final = Trace()


class RuntimeLibraryError(Exception):
    """Root of every error that the runtime library raises."""

    status: ClassVar[int] = 500

    def __init__(self, message: str, *, trace: Trace = NO_TRACE) -> None:
        super().__init__(message)
        self.message = message
        self.trace = trace

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the response, by name."""
        return {}

    def again(self) -> Self:
        """Return an equal error without traceback, to raise once more: every caller gets one of its own."""
        error = type(self).__new__(type(self), *self.args)
        error.__dict__.update(self.__dict__)
        return error


class SettingsError(RuntimeLibraryError):
    """The settings of the agent are missing, contradictory or not valid."""


class ConfigurationError(RuntimeLibraryError):
    """Entra or the platform refuses the agent itself, for every user."""


class CredentialRefusedError(ConfigurationError):
    """Entra refuses the agent's application or its federated credential, or does not know the credential yet."""


class ScopeNotDeclaredError(RuntimeLibraryError):
    """The agent's code requests a scope that `acts_for_users` does not declare."""


class HostNotDeclaredError(RuntimeLibraryError):
    """The agent's code sends a token to a host that does not belong to the token's API."""


class InvalidTokenError(RuntimeLibraryError):
    """The token that the client sent is missing, not valid, expired or revoked."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """The challenge of RFC 6750 for a token that is not valid."""
        return {"WWW-Authenticate": bearer_challenge("invalid_token")}


class MissingTokenError(InvalidTokenError):
    """The client sent no token at all."""

    @property
    def headers(self) -> dict[str, str]:
        """The challenge of RFC 6750 for a request without a token, which has no error code (section 3.1)."""
        return {"WWW-Authenticate": bearer_challenge()}


class ClaimsChallengeError(InvalidTokenError):
    """The client must sign the user in again, with the claims that the challenge names."""

    def __init__(
        self,
        message: str,
        *,
        claims: dict[str, Any],
        authority: str = AUTHORITY,
        tenant: str = COMMON,
        trace: Trace = NO_TRACE,
    ) -> None:
        super().__init__(message, trace=trace)
        self.claims = claims
        self.authority = authority
        self.tenant = tenant

    @property
    def headers(self) -> dict[str, str]:
        """The challenge with the claims."""
        return {"WWW-Authenticate": claims_challenge(self.claims, authority=self.authority, tenant=self.tenant)}


class ForbiddenError(RuntimeLibraryError):
    """The user, or the calling application, may not do this; another token would not help."""

    status = 403

    def __init__(
        self,
        message: str,
        *,
        scope: str = "",
        trace: Trace = NO_TRACE,
    ) -> None:
        super().__init__(message, trace=trace)
        self.scope = scope

    @property
    def headers(self) -> dict[str, str]:
        """The challenge of RFC 6750 that names the scope which the client's token lacks, if one would help."""
        if not self.scope:
            return {}
        return {"WWW-Authenticate": bearer_challenge("insufficient_scope", scope=self.scope)}


class ConsentRequiredError(ForbiddenError):
    """Nobody has consented to the scope yet: the user in the client, or an administrator, must do so first."""


class TemporaryError(RuntimeLibraryError):
    """Entra, the platform or the network did not answer now; the same request can succeed later."""

    status = 503

    def __init__(
        self,
        message: str,
        *,
        retry_after: float = 1,
        trace: Trace = NO_TRACE,
    ) -> None:
        super().__init__(message, trace=trace)
        self.retry_after = min(max(retry_after, 0.0), float(LONGEST_WAIT))

    @property
    def headers(self) -> dict[str, str]:
        """The number of seconds after which the client may repeat its request, rounded up."""
        return {"Retry-After": str(max(1, -int(-self.retry_after // 1)))}
