"""Tokens of users for asynchronous code: the client of one process, a user's request, and the credentials it gives.

The client is shared by all requests and keeps no user's token. `request` gives the tokens of one request of one user;
they end with it. `credential_for` gives what Azure's clients take.
"""

import asyncio
import contextlib
import os
import ssl
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from azure.core.credentials import AccessTokenInfo, TokenRequestOptions

from agent_network_runtime.agent_identity import AsyncAgentIdentity
from agent_network_runtime.api_hosts import BearerMiddleware, HostPolicy
from agent_network_runtime.azure_tokens import UserAccessToken, UserAccessTokenInfo
from agent_network_runtime.errors import RuntimeLibraryError, TemporaryError
from agent_network_runtime.exchange import Granted, NoResponse, Post, Response, Rules, TokenRequest, exchange
from agent_network_runtime.flights import AsyncFlights
from agent_network_runtime.parties import Application, IncomingToken, application_for_users
from agent_network_runtime.platform_variables import FEDERATED_TOKEN_FILE
from agent_network_runtime.proof import KeptProof, pod_token
from agent_network_runtime.request_cache import LARGEST_HELD, LARGEST_REQUEST, TokenCache
from agent_network_runtime.requested_tokens import CredentialPurpose, cache_key, options_of
from agent_network_runtime.scopes import DeclaredScopes, default_scope
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import PodToken, Settings
from agent_network_runtime.token_http import AsyncHttp

Send = Callable[[Post], Awaitable[Response | NoResponse]]


class AsyncProof:
    """Proof of the agent's application: a token of the identity that it trusts, kept for the process."""

    def __init__(self, identity: AsyncAgentIdentity, audience: str, rules: Rules) -> None:
        self._identity = identity
        self._scope = f"{audience}/.default"
        self._kept = KeptProof(clock=rules.clock)
        self._flights: AsyncFlights[Secret] = AsyncFlights()

    async def get(self) -> Secret:
        """Return a proof that is valid now."""
        return self._kept.current() or await self._flights.join("proof", self._renew)

    async def _renew(self) -> Secret:
        try:
            return self._kept.renew(await self._identity.get_token_info(self._scope))
        except RuntimeLibraryError:
            kept = self._kept.not_renewed()
            if kept is None:
                raise
            return kept

    async def settle(self) -> None:
        """Wait until no cancelled request for a proof is left."""
        await self._flights.settle()

    async def close(self) -> None:
        """Stop requests and close the connections."""
        await self._flights.close()
        await self._identity.close()


class AsyncPodProof:
    """The proof of the agent's application on AKS without a managed identity: the token of the pod."""

    async def get(self) -> Secret:
        """Return a proof that is valid now."""
        return pod_token(Path(os.environ.get(FEDERATED_TOKEN_FILE, "")))

    async def settle(self) -> None:
        """Wait for nothing: the file is read at once."""

    async def close(self) -> None:
        """Close nothing."""


class AsyncUserTokenClient:
    """Client of the token endpoint for one process; it keeps connections, waiting times and its proof."""

    def __init__(
        self,
        application: Application,
        declared: DeclaredScopes,
        proof: AsyncProof | AsyncPodProof,
        *,
        rules: Rules | None = None,
        http: AsyncHttp | None = None,
    ) -> None:
        self.declared = declared
        self.rules = rules or Rules()
        self.held = TokenCache(LARGEST_HELD, self.rules.clock)
        self._application = application
        self._proof = proof
        self._http = http or AsyncHttp()
        self._flights: AsyncFlights[Granted] = AsyncFlights()

    @classmethod
    def from_settings(
        cls, settings: Settings, *, rules: Rules | None = None, tls: ssl.SSLContext | None = None
    ) -> Self:
        """Make the client that an agent's settings describe."""
        application, acts = application_for_users(settings)
        rules = rules or Rules()
        if isinstance(acts.credential, PodToken):
            proof = AsyncPodProof()
        else:
            proof = AsyncProof(AsyncAgentIdentity(settings, acts.credential), acts.token_exchange_audience, rules)
        return cls(
            application,
            DeclaredScopes(acts.apis),
            proof,
            rules=rules,
            http=AsyncHttp(tls),
        )

    def request(self, incoming: IncomingToken) -> "AsyncUserTokens":
        """Return the tokens of one request of one user."""
        return AsyncUserTokens(self, incoming)

    async def fetch(self, request: TokenRequest, until: asyncio.Future[None]) -> Granted:
        """Get a token from Entra, in one request for all callers who want the same one now."""
        own = Secret(request.incoming.token.reveal())  # callers who share the request do not end it for each other
        key = (*cache_key(request), request.claims)
        return await self._flights.join(key, partial(self._exchange, request, own), until=until)

    async def _exchange(self, request: TokenRequest, own: Secret) -> Granted:
        try:
            steps = exchange(self._application, request, await self._ready_proof(), self.rules, own)
            step = next(steps)
            while True:
                if isinstance(step, Post):
                    step = steps.send(await self._http.post(step))
                else:
                    await asyncio.sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            granted: Granted = done.value
        finally:
            own.drop()
        return granted

    async def _ready_proof(self) -> Secret:
        """Return the proof, within the time of an exchange: the platform may be slow to answer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.rules.total):
                return await self._proof.get()
        raise TemporaryError("the platform did not issue the proof of the agent's application in time", retry_after=5)

    @property
    def waiting_callers(self) -> int:
        """Number of the requests for tokens that are under way."""
        return len(self._flights)

    async def settle(self) -> None:
        """Wait until no request is left whose callers have all gone."""
        await self._flights.settle()
        await self._proof.settle()

    async def close(self) -> None:
        """Stop requests, drop held tokens and close the connections."""
        self.held.close()
        await self._flights.close()
        await self._proof.close()
        await self._http.close()


class AsyncUserTokens:
    """Tokens of one request of one user; they and the user's own token end with it."""

    def __init__(self, client: AsyncUserTokenClient, incoming: IncomingToken) -> None:
        self._client = client
        self._incoming = incoming
        self._cache = TokenCache(LARGEST_REQUEST, client.rules.clock)
        self._ended: asyncio.Future[None] | None = None
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def credential_for(self, scopes: str | Iterable[str], *more: str, hold_for: float = 0.0) -> "AsyncUserCredential":
        """Return a credential for declared scopes of one API; `hold_for` keeps its tokens for further requests."""
        requested = self._client.declared.select(scopes, *more)
        return AsyncUserCredential(self, CredentialPurpose(self._incoming, requested, hold_for))

    async def get(self, request: TokenRequest, hold_for: float) -> Granted:
        """Return a token that this request has, or get it."""
        key = cache_key(request)
        if not request.claims:
            found = self._cache.get(key)
            if found is not None:
                return found
            if hold_for and (held := self._client.held.get(key)) is not None:
                return self._cache.keep(key, held)
        if self._ended is None:
            self._ended = asyncio.get_running_loop().create_future()
        self._waiting += 1
        self._idle.clear()
        try:
            granted = await self._client.fetch(request, self._ended)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._idle.set()
        if hold_for:
            self._client.held.keep(key, granted, hold_for)
        return self._cache.keep(key, granted)

    async def close(self) -> None:
        """End the tokens at once, then the requests for further ones."""
        self._cache.close()
        self._incoming.token.drop()
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)
        await self._idle.wait()
        await self._client.settle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class AsyncUserCredential:
    """Credential of a user for declared scopes of one API, which any asynchronous client of Azure takes."""

    def __init__(self, tokens: AsyncUserTokens, purpose: CredentialPurpose) -> None:
        self._tokens = tokens
        self._purpose = purpose

    @property
    def host_policy(self) -> HostPolicy:
        """Policy for clients of Azure that refuses every host outside the API."""
        return HostPolicy(self._purpose.hosts)

    @property
    def bearer(self) -> BearerMiddleware:
        """Middleware for sessions of aiohttp that adds the token, for hosts of the API alone."""
        return BearerMiddleware(self._purpose.hosts, self, default_scope(self._purpose.requested.api))

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_: Any,  # noqa: ANN401 - the protocol's signature
    ) -> UserAccessToken:
        """Get a token for these scopes, in azure-core's older form."""
        granted = await self._get(scopes, options_of(claims, tenant_id, enable_cae=enable_cae))
        return UserAccessToken(granted.token, int(granted.expires_on))

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Get a token for these scopes."""
        granted = await self._get(scopes, options or {})
        return UserAccessTokenInfo(granted.token, int(granted.expires_on))

    async def _get(self, scopes: tuple[str, ...], options: TokenRequestOptions) -> Granted:
        return await self._tokens.get(self._purpose.token_request(scopes, options), self._purpose.hold_for)

    async def close(self) -> None:
        """Close nothing: the tokens end with the user's request."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close nothing."""
