"""Credentials of the identities that the agent itself may use: its own, and the one that its application trusts.

An identity is chosen once and explicitly, by the kind that the settings name: never by a chain that tries one after
another, which could run an agent as another identity than the declared one. azure-identity makes the requests. Its
credential of a managed identity would look for other platforms when the platform's endpoint is missing, so a missing
endpoint is an error here. Another kind of identity is one more case in `_plan`.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from azure.core.credentials import AccessToken, AccessTokenInfo, SupportsTokenInfo, TokenRequestOptions
from azure.core.credentials_async import AsyncSupportsTokenInfo
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.core.pipeline import PipelineResponse
from azure.identity import ManagedIdentityCredential, WorkloadIdentityCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential
from azure.identity.aio import WorkloadIdentityCredential as AsyncWorkloadIdentityCredential

from agent_network_runtime.errors import ConfigurationError, RuntimeLibraryError, TemporaryError
from agent_network_runtime.platform_variables import FEDERATED_TOKEN_FILE, IDENTITY_ENDPOINT, IDENTITY_HEADER
from agent_network_runtime.refusals import members
from agent_network_runtime.requested_tokens import options_of
from agent_network_runtime.settings import (
    FoundryAgentIdentity,
    Identity,
    ManagedIdentity,
    Settings,
    WorkloadIdentity,
)

LIMITS: Final = {"connection_timeout": 5, "read_timeout": 10, "retry_total": 2}
"""Seconds and repetitions of azure-identity's requests to the platform, whose defaults are minutes."""
OK: Final = 200
TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500


@dataclass(frozen=True)
class _Plan:
    """One chosen identity: how azure-identity makes its credential, and how messages name it."""

    name: str
    asynchronous: Callable[..., AsyncSupportsTokenInfo]
    synchronous: Callable[..., SupportsTokenInfo]
    options: Mapping[str, Any]
    needs: tuple[str, ...]
    """Variables of the platform without which the identity cannot be used."""


def _plan(settings: Settings, identity: Identity) -> _Plan:
    """Choose the credential of one identity."""
    client_id = identity.client_id if isinstance(identity, ManagedIdentity) else None
    named = f"the managed identity with client id {client_id}" if client_id else "the system-assigned identity"
    match identity:
        case ManagedIdentity() if settings.host != "aks":
            endpoint = (IDENTITY_ENDPOINT, IDENTITY_HEADER)
            options = {"client_id": client_id} if client_id else {}
            return _Plan(named, AsyncManagedIdentityCredential, ManagedIdentityCredential, options, endpoint)
        case ManagedIdentity() | WorkloadIdentity():
            # A pod uses an identity that trusts its token; the variable names the one of its service account.
            options = {
                "tenant_id": settings.tenant_id,
                "authority": settings.authority_host,
                "disable_instance_discovery": True,  # the settings name the sign-in service
                **({"client_id": client_id} if client_id else {}),
            }
            name = named if client_id else "the workload identity of the pod"
            needs = (FEDERATED_TOKEN_FILE,) if client_id else (FEDERATED_TOKEN_FILE, "AZURE_CLIENT_ID")
            return _Plan(name, AsyncWorkloadIdentityCredential, WorkloadIdentityCredential, options, needs)
        case FoundryAgentIdentity():
            # Inside a hosted agent, azure-identity's managed identity is the agent's own ("Hosted agents in Foundry
            # Agent Service", Microsoft Learn, 2026); no document names the variables of its endpoint.
            name = "the identity of the Foundry agent"
            return _Plan(name, AsyncManagedIdentityCredential, ManagedIdentityCredential, {}, ())


class _Environment:
    """The platform's endpoint for identities as azure-identity read it; Container Apps changes the header at times."""

    def __init__(self, plan: _Plan) -> None:
        self._plan = plan
        self._read: tuple[str | None, ...] | None = None

    def changed(self) -> bool:
        """Return True if the credential must be made again; an error if a variable is missing."""
        missing = [name for name in self._plan.needs if not os.environ.get(name)]
        if missing:
            raise ConfigurationError(
                f"{self._plan.name} cannot be used: the platform has not set {' and '.join(missing)}; "
                "give the container the identity"
            )
        now = tuple(os.environ.get(name) for name in (IDENTITY_ENDPOINT, IDENTITY_HEADER))
        before, self._read = self._read, now
        return now != before


class _Status:
    """Status of the last response of the platform, which azure-identity's errors do not always have."""

    def __init__(self) -> None:
        self.last: int | None = None

    def note(self, response: PipelineResponse[Any, Any]) -> None:
        """Remember the status; refuse a broken token here, because azure-identity would log the whole response."""
        self.last = response.http_response.status_code
        if self.last == OK:
            read = members(response.http_response.body())
            ends = str(read.get("expires_on") or read.get("expires_in") or "")
            if "access_token" in read and not (isinstance(read["access_token"], str) and ends.isdecimal()):
                raise TemporaryError("the platform's response is not a token")


class AsyncAgentIdentity:
    """Credential of one identity of the agent, for asynchronous code."""

    def __init__(self, settings: Settings, identity: Identity) -> None:
        self._plan = _plan(settings, identity)
        self._environment = _Environment(self._plan)
        self._status = _Status()
        self._made: AsyncSupportsTokenInfo | None = None

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_: Any,  # noqa: ANN401 - the protocol's signature
    ) -> AccessToken:
        """Get a token for these scopes, in azure-core's older form."""
        found = await self.get_token_info(*scopes, options=options_of(claims, tenant_id, enable_cae=enable_cae))
        return AccessToken(found.token, found.expires_on)

    async def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Get a token for these scopes; errors hold neither a request nor a secret of the platform."""
        credential = await self._credential()
        try:
            return await credential.get_token_info(*scopes, options=options or {})
        except Exception as failure:  # noqa: BLE001 - azure-identity's errors have no common root
            error = _error(self._plan, failure, self._status.last)
        raise error

    async def _credential(self) -> AsyncSupportsTokenInfo:
        if self._environment.changed() or self._made is None:
            await self.close()
            self._made = self._plan.asynchronous(**self._plan.options, **LIMITS, raw_response_hook=self._status.note)
        return self._made

    async def close(self) -> None:
        """Close the connections."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


class AgentIdentity:
    """Credential of one identity of the agent, for synchronous code."""

    def __init__(self, settings: Settings, identity: Identity) -> None:
        self._plan = _plan(settings, identity)
        self._environment = _Environment(self._plan)
        self._status = _Status()
        self._made: SupportsTokenInfo | None = None
        self._lock = threading.Lock()

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **_: Any,  # noqa: ANN401 - the protocol's signature
    ) -> AccessToken:
        """Get a token for these scopes, in azure-core's older form."""
        found = self.get_token_info(*scopes, options=options_of(claims, tenant_id, enable_cae=enable_cae))
        return AccessToken(found.token, found.expires_on)

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Get a token for these scopes; errors hold neither a request nor a secret of the platform."""
        credential = self._credential()
        try:
            return credential.get_token_info(*scopes, options=options or {})
        except Exception as failure:  # noqa: BLE001 - azure-identity's errors have no common root
            error = _error(self._plan, failure, self._status.last)
        raise error

    def _credential(self) -> SupportsTokenInfo:
        with self._lock:
            if self._environment.changed() or self._made is None:
                self._close()
                self._made = self._plan.synchronous(**self._plan.options, **LIMITS, raw_response_hook=self._status.note)
            return self._made

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        made, self._made = self._made, None
        if made is not None:
            made.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


def _error(plan: _Plan, failure: Exception, status: int | None) -> RuntimeLibraryError:
    """Return the error of a failed token request; of azure-identity's own error only the kind is named."""
    if isinstance(failure, RuntimeLibraryError):
        return failure.again()
    kind = f"{type(failure).__name__}, status {status}" if status else type(failure).__name__
    connection = isinstance(failure, ServiceRequestError | ServiceResponseError | OSError)
    if connection or status == TOO_MANY_REQUESTS or (status or 0) >= SERVER_ERROR:
        return TemporaryError(f"the platform did not issue a token of {plan.name} now ({kind})", retry_after=5)
    return ConfigurationError(
        f"the platform refuses a token of {plan.name} ({kind}): check that the identity is assigned to this container "
        "and that its lifecycle includes the main container"
    )
