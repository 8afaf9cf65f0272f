"""Maps the statuses of repository APIs to errors of this library.

Sources: "Troubleshooting the REST API" and "Rate limits for the REST API", GitHub Docs, 2026 (404 for a private
repository without access; 403 and 429 with `retry-after`, or with `x-ratelimit-remaining` 0 and a reset time); "Rate
and usage limits", Azure DevOps, Microsoft Learn, 2026 (429 and 503 with `Retry-After`). Azure DevOps answers a XX
"""

import time
from email.utils import parsedate_to_datetime

from agent_network_runtime.challenge import claims_of_challenge
from agent_network_runtime.errors import (
    ClaimsChallengeError,
    ForbiddenError,
    InvalidTokenError,
    RuntimeLibraryError,
    TemporaryError,
)
from agent_network_runtime.repositories.errors import RepositoryAccessError, UnexpectedResponseError
from agent_network_runtime.repositories.http_exchange import ApiResponse

_UNACCEPTED = {203, 302, 401}
_MISSING = {404, 410}
_MOVED = {301, 307, 308}
_FORBIDDEN, _TOO_MANY = 403, 429
_SERVER_ERRORS = range(500, 600)


def refusal(response: ApiResponse, subject: str) -> RuntimeLibraryError:  # noqa: PLR0911 - a branch per status
    """Return the error for a response other than the expected one; `subject` names what was requested."""
    status, headers = response.status, response.headers
    if status == _TOO_MANY or status in _SERVER_ERRORS or (status == _FORBIDDEN and _is_throttled(response)):
        wait = _seconds_to_wait(response)
        return TemporaryError(f"the repository host cannot serve {subject} now (status {status})", retry_after=wait)
    if status in _UNACCEPTED:
        challenge = claims_of_challenge(headers.get("www-authenticate", ""))
        if challenge is not None:
            return ClaimsChallengeError(
                f"{subject}: the user must sign in again, as the host demands", claims=challenge
            )
        return InvalidTokenError(f"{subject}: the repository host does not accept the user's token (status {status})")
    if status in _MISSING:
        return RepositoryAccessError(f"{subject} does not exist, or the user may not read it")
    if status in _MOVED:
        return RepositoryAccessError(f"{subject} has moved; use its present name")
    if status == _FORBIDDEN and "x-github-sso" in headers:
        # "Authenticating with SAML single sign-on", GitHub Docs, 2026: the user's session has to be live.
        return ForbiddenError(f"{subject}: the organization requires the user to sign in to GitHub with SAML first")
    if status == _FORBIDDEN:
        return RepositoryAccessError(f"{subject}: the repository host refuses it to the user")
    return UnexpectedResponseError(f"{subject}: the repository host answered with status {status}")


def _is_throttled(response: ApiResponse) -> bool:
    return "retry-after" in response.headers or response.headers.get("x-ratelimit-remaining") == "0"


def _seconds_to_wait(response: ApiResponse) -> float:
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    if after.isascii() and after.isdigit():
        return float(after)
    if after:
        try:
            return max(1.0, parsedate_to_datetime(after).timestamp() - time.time())
        except (ValueError, OverflowError):
            return 1.0
    if reset.isascii() and reset.isdigit() and response.headers.get("x-ratelimit-remaining") == "0":
        return max(1.0, float(reset) - time.time())
    return 1.0
