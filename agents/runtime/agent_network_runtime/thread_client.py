"""Tokens of users for synchronous code: the client of one process, a user's request, and the credentials it gives.

The same as `asyncio_client`, on threads instead of tasks: several threads may use one client.
"""

import os
import ssl
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from azure.core.credentials import AccessTokenInfo, TokenRequestOptions

from agent_network_runtime.agent_identity import AgentIdentity
from agent_network_runtime.api_hosts import HostPolicy
from agent_network_runtime.azure_tokens import UserAccessToken, UserAccessTokenInfo
from agent_network_runtime.errors import RuntimeLibraryError
from agent_network_runtime.exchange import Granted, Post, Rules, TokenRequest, exchange
from agent_network_runtime.flights import SyncFlights
from agent_network_runtime.parties import Application, IncomingToken, application_for_users
from agent_network_runtime.platform_variables import FEDERATED_TOKEN_FILE
from agent_network_runtime.proof import KeptProof, pod_token
from agent_network_runtime.request_cache import LARGEST_HELD, LARGEST_REQUEST, TokenCache
from agent_network_runtime.requested_tokens import CredentialPurpose, cache_key, options_of
from agent_network_runtime.scopes import DeclaredScopes
from agent_network_runtime.secret import Secret
from agent_network_runtime.settings import PodToken, Settings
from agent_network_runtime.token_http import SyncHttp


class IdentityProof:
    """Proof of the agent's application: a token of the identity that it trusts, kept for the process."""

    def __init__(self, identity: AgentIdentity, audience: str, rules: Rules) -> None:
        self._identity = identity
        self._scope = f"{audience}/.default"
        self._kept = KeptProof(clock=rules.clock)
        self._flights: SyncFlights[Secret] = SyncFlights()

    def get(self) -> Secret:
        """Return a proof that is valid now."""
        return self._kept.current() or self._flights.join("proof", self._renew)

    def _renew(self) -> Secret:
        try:
            return self._kept.renew(self._identity.get_token_info(self._scope))
        except RuntimeLibraryError:
            kept = self._kept.not_renewed()
            if kept is None:
                raise
            return kept

    def close(self) -> None:
        """Close the connections."""
        self._identity.close()


class PodProof:
    """The proof of the agent's application on AKS without a managed identity: the token of the pod."""

    def get(self) -> Secret:
        """Return a proof that is valid now."""
        return pod_token(Path(os.environ.get(FEDERATED_TOKEN_FILE, "")))

    def close(self) -> None:
        """Close nothing."""


class UserTokenClient:
    """Client of the token endpoint for one process; it keeps connections, waiting times and its proof."""

    def __init__(
        self,
        application: Application,
        declared: DeclaredScopes,
        proof: IdentityProof | PodProof,
        *,
        rules: Rules | None = None,
        http: SyncHttp | None = None,
    ) -> None:
        self.declared = declared
        self.rules = rules or Rules()
        self.held = TokenCache(LARGEST_HELD, self.rules.clock)
        self._application = application
        self._proof = proof
        self._http = http or SyncHttp()
        self._flights: SyncFlights[Granted] = SyncFlights()

    @classmethod
    def from_settings(
        cls, settings: Settings, *, rules: Rules | None = None, tls: ssl.SSLContext | None = None
    ) -> Self:
        """Make the client that an agent's settings describe."""
        application, acts = application_for_users(settings)
        rules = rules or Rules()
        if isinstance(acts.credential, PodToken):
            proof = PodProof()
        else:
            proof = IdentityProof(AgentIdentity(settings, acts.credential), acts.token_exchange_audience, rules)
        return cls(
            application,
            DeclaredScopes(acts.apis),
            proof,
            rules=rules,
            http=SyncHttp(tls),
        )

    def request(self, incoming: IncomingToken) -> "UserTokens":
        """Return the tokens of one request of one user."""
        return UserTokens(self, incoming)

    def fetch(self, request: TokenRequest) -> Granted:
        """Get a token from Entra, in one request for all threads that want the same one now."""
        own = Secret(request.incoming.token.reveal())  # callers who share the request do not end it for each other
        return self._flights.join((*cache_key(request), request.claims), partial(self._exchange, request, own))

    def _exchange(self, request: TokenRequest, own: Secret) -> Granted:
        try:
            steps = exchange(self._application, request, self._proof.get(), self.rules, own)
            step = next(steps)
            while True:
                if isinstance(step, Post):
                    step = steps.send(self._http.post(step))
                else:
                    time.sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            granted: Granted = done.value
        finally:
            own.drop()
        return granted

    def close(self) -> None:
        """Drop held tokens and close the connections."""
        self.held.close()
        self._proof.close()
        self._http.close()


class UserTokens:
    """Tokens of one request of one user; they and the user's own token end with it."""

    def __init__(self, client: UserTokenClient, incoming: IncomingToken) -> None:
        self._client = client
        self._incoming = incoming
        self._cache = TokenCache(LARGEST_REQUEST, client.rules.clock)

    def credential_for(self, scopes: str | Iterable[str], *more: str, hold_for: float = 0.0) -> "UserCredential":
        """Return a credential for declared scopes of one API; `hold_for` keeps its tokens for further requests."""
        requested = self._client.declared.select(scopes, *more)
        return UserCredential(self, CredentialPurpose(self._incoming, requested, hold_for))

    def get(self, request: TokenRequest, hold_for: float) -> Granted:
        """Return a token that this request has, or get it."""
        key = cache_key(request)
        if not request.claims:
            found = self._cache.get(key)
            if found is not None:
                return found
            if hold_for and (held := self._client.held.get(key)) is not None:
                return self._cache.keep(key, held)
        granted = self._client.fetch(request)
        if hold_for:
            self._client.held.keep(key, granted, hold_for)
        return self._cache.keep(key, granted)

    def close(self) -> None:
        """End the tokens."""
        self._cache.close()
        self._incoming.token.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class UserCredential:
    """Credential of a user for declared scopes of one API, which any synchronous client of Azure takes."""

    def __init__(self, tokens: UserTokens, purpose: CredentialPurpose) -> None:
        self._tokens = tokens
        self._purpose = purpose

    @property
    def host_policy(self) -> HostPolicy:
        """Policy for clients of Azure that refuses every host outside the API."""
        return HostPolicy(self._purpose.hosts)

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_: Any,  # noqa: ANN401 - the protocol's signature
    ) -> UserAccessToken:
        """Get a token for these scopes, in azure-core's older form."""
        granted = self._get(scopes, options_of(claims, tenant_id, enable_cae=enable_cae))
        return UserAccessToken(granted.token, int(granted.expires_on))

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Get a token for these scopes."""
        granted = self._get(scopes, options or {})
        return UserAccessTokenInfo(granted.token, int(granted.expires_on))

    def _get(self, scopes: tuple[str, ...], options: TokenRequestOptions) -> Granted:
        return self._tokens.get(self._purpose.token_request(scopes, options), self._purpose.hold_for)

    def close(self) -> None:
        """Close nothing: the tokens end with the user's request."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close nothing."""
