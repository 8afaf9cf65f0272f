"""The on-behalf-of exchange without input and output: the request to send, the waits, and the meaning of each response.

A user's token and the proof of the agent's own identity are exchanged for a token of one API
("Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow", Microsoft Learn, 2024-01-01). `exchange` is a generator:
it yields what is to be done (send a request, pause) and receives the response, so that the asynchronous and the
synchronous client differ in nothing but their input and output. It requests exactly the declared scopes: no
`offline_access`, so that no refresh token exists, and nothing of a sign-in.
"""

import json
import logging
import random
import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import quote_plus, urlencode

from agent_network_runtime.errors import CredentialRefusedError, InvalidTokenError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.parties import Application, IncomingToken
from agent_network_runtime.refusals import Refused, is_temporary, members, refusal
from agent_network_runtime.scopes import RequestedScopes
from agent_network_runtime.secret import Secret
from agent_network_runtime.waits import Breaker, Clock, WaitingUsers, retry_after

_LOG: Final = logging.getLogger("agent_network_runtime.exchange")

GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOO_MANY_REQUESTS: Final = 429
OK: Final = 200
SERVER_ERROR: Final = 500
CAPABILITY: Final = {"access_token": {"xms_cc": {"values": ["cp1"]}}}
"""The claims request by which a client states that it handles claims challenges."""


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """One wish for a token: for which user, which scopes, and with which claims."""

    incoming: IncomingToken
    requested: RequestedScopes
    continuous: bool = False
    """Request a token that its API can revoke while it is valid (continuous access evaluation)."""
    claims: str = ""
    """Claims of a resource's challenge, as JSON."""

    @property
    def throttle_key(self) -> tuple[str, str]:
        """The user and the scopes, which are throttled apart from all others."""
        return self.incoming.user, self.requested.text

    def claims_parameter(self) -> str:
        """Return the parameter `claims`: those of the challenge, with the client capability."""
        claims = cast("dict[str, Any]", json.loads(self.claims)) if self.claims else {}
        if self.continuous:
            inner = claims.get("access_token")
            claims["access_token"] = {
                **(cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}),
                **CAPABILITY["access_token"],
            }
        return json.dumps(claims, separators=(",", ":")) if claims else ""


@dataclass(frozen=True)
class Post:
    """A request to the token endpoint; its form is put together at the moment of sending."""

    url: str
    request_id: str
    timeout: float
    _same: str
    _proof: Secret
    _token: Secret

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the request, with the id by which Entra's logs name it."""
        return {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "client-request-id": self.request_id,
            "return-client-request-id": "true",
        }

    def form(self) -> bytes:
        """Return the body, which holds the user's token: keep it in no variable."""
        proof, token = quote_plus(self._proof.reveal()), quote_plus(self._token.reveal())
        return f"{self._same}&client_assertion={proof}&assertion={token}".encode()


@lru_cache(maxsize=256)
def _same_for_all_users(client_id: str, scope: str, claims: str) -> str:
    """Return the part of the form that has no token."""
    return urlencode(
        {
            "grant_type": GRANT,
            "client_id": client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "requested_token_use": "on_behalf_of",
            "scope": scope,
            **({"claims": claims} if claims else {}),
        }
    )


@dataclass(frozen=True)
class Pause:
    """A time to wait before the next step."""

    seconds: float


@dataclass(frozen=True)
class Response:
    """A response of the token endpoint."""

    status: int
    retry_after: str | None
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class NoResponse:
    """The absence of a response: the time was over, or the connection failed."""

    reason: str


@dataclass(frozen=True)
class Granted:
    """A token of one API, and the time at which it ends."""

    token: Secret
    expires_on: float


@dataclass(kw_only=True)
class Rules:
    """Limits of the exchange in one process, and what earlier responses taught."""

    clock: Clock = time.time
    """Time of day, by which tokens end."""
    monotonic: Clock = time.monotonic
    """Time that never jumps, by which waits end."""
    total: float = 20.0
    """Seconds that one exchange may take, with all its retries."""
    each: float = 10.0
    """Seconds that one request may take."""
    attempts: int = 4
    settling: float = 300.0
    """Seconds after the start in which Entra may not know the federated credential yet."""
    waits: WaitingUsers = field(default_factory=WaitingUsers)
    breaker: Breaker = field(default_factory=Breaker)
    started: float = -1.0

    def __post_init__(self) -> None:
        if self.started < 0:
            self.started = self.monotonic()

    @property
    def is_settling(self) -> bool:
        """True in the first minutes after the start."""
        return self.monotonic() - self.started < self.settling


Steps = Generator[Post | Pause, Response | NoResponse | None, Granted]


def exchange(
    application: Application, request: TokenRequest, proof: Secret, rules: Rules, token: Secret | None = None
) -> Steps:
    """Exchange a user's token, step by step; returns the token, raises an error of this library.

    Requests that share one exchange give it a copy of the `token`, which does not end when one of them ends.
    """
    deadline = rules.monotonic() + rules.total
    same = _same_for_all_users(application.client_id, request.requested.text, request.claims_parameter())
    attempt = 0
    while True:
        yield from _admission(request, rules, deadline)
        attempt += 1
        post = Post(
            application.token_url,
            str(uuid.uuid4()),
            max(0.1, min(rules.each, deadline - rules.monotonic())),
            same,
            proof,
            token or request.incoming.token,
        )
        sent = rules.clock()
        answer = yield post
        granted = _granted(answer, sent, request)
        if granted is not None:
            rules.breaker.answered()
            return granted
        failure, seconds = _failure(answer, application, request, rules, attempt)
        reason = answer.reason if isinstance(answer, NoResponse) else failure.message
        answer = None  # the error's traceback keeps this frame, and no response may live as long as that
        left = deadline - rules.monotonic()
        retried = isinstance(failure, TemporaryError) and attempt < rules.attempts and seconds < left
        _log(post, request, reason, failure, retried=retried)
        if not retried:
            raise failure
        yield Pause(seconds)


def _admission(request: TokenRequest, rules: Rules, deadline: float) -> Generator[Pause, object, None]:
    """Wait for the time of this user and scope, or refuse at once if the wait would be too long."""
    if request.incoming.expires_on <= rules.clock():
        raise InvalidTokenError("the user's token has expired")
    if (paused := rules.breaker.remaining()) > 0:
        raise TemporaryError(
            "Entra's token endpoint fails for several users; no request is sent now", retry_after=paused
        )
    if (left := rules.waits.remaining(request.throttle_key)) > 0:
        if rules.monotonic() + left >= deadline:
            raise TemporaryError("Entra throttles the requests of this user for this scope", retry_after=left)
        yield Pause(left)


def _granted(answer: Response | NoResponse | None, sent: float, request: TokenRequest) -> Granted | None:
    """Return the token of a response, or None if it holds none."""
    if not isinstance(answer, Response) or answer.status != OK:
        return None
    read = members(answer.body)
    token, life = read.get("access_token"), read.get("expires_in")
    if isinstance(life, str) and life.isascii() and life.isdigit():
        life = int(life[:9])
    bearer = str(read.get("token_type", "")).lower() == "bearer"
    if not (bearer and isinstance(token, str) and token and isinstance(life, int) and life is not True and life > 0):
        return None
    return Granted(Secret(token), min(sent + life, request.incoming.expires_on))


def _failure(
    answer: Response | NoResponse | None, application: Application, request: TokenRequest, rules: Rules, attempt: int
) -> tuple[RuntimeLibraryError, float]:
    """Return the error of an attempt, and the seconds until the next attempt if there is one."""
    backoff = min(2.0 ** (attempt - 1), 8.0) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries
    if not isinstance(answer, Response):
        reason = answer.reason if isinstance(answer, NoResponse) else "no response"
        return TemporaryError(f"Entra's token endpoint did not answer: {reason}", retry_after=backoff), backoff
    if answer.status == OK:
        return TemporaryError("the token endpoint's response is not a token", retry_after=backoff), backoff
    refused = Refused.of(answer.status, answer.body)
    if answer.status >= SERVER_ERROR:
        rules.breaker.server_error(request.incoming.user)
    else:
        rules.breaker.answered()
    if is_temporary(refused):
        seconds = retry_after(answer.retry_after, rules.clock())
        seconds = backoff if seconds is None else max(seconds, 0.1)
        if answer.status == TOO_MANY_REQUESTS or answer.retry_after is not None:
            rules.waits.wait(request.throttle_key, seconds)
        return TemporaryError(
            refused.text("Entra cannot answer now"), retry_after=seconds, trace=refused.trace
        ), seconds
    error = refusal(refused, application, request.incoming, rules.clock())
    if isinstance(error, CredentialRefusedError) and rules.is_settling:
        return TemporaryError(f"{error.message}; Entra may not know it yet", retry_after=10, trace=error.trace), backoff
    return error, backoff


def _log(post: Post, request: TokenRequest, reason: str, failure: RuntimeLibraryError, *, retried: bool) -> None:
    """Log a refused attempt with ids and numbers, never with a token."""
    _LOG.info(
        "token request %s for user %s, scope %s: %s%s; Entra's numbers %s, correlation id %s",
        post.request_id,
        request.incoming.user,
        request.requested.text,
        reason,
        ", will be repeated" if retried else "",
        list(failure.trace.codes),
        failure.trace.correlation_id or "none",
    )
