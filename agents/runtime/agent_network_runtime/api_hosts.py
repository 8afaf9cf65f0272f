"""Check that a token goes only to a host of its API, before each request and each redirect.

A client that follows a redirect, or takes an address from its input, would otherwise hand a user's token to another
server, which could then act as the user. Azure's clients take the policy, as
`per_retry_policies=[credential.host_policy]`; sessions of aiohttp take the middleware, which also adds the token, as
`middlewares=(credential.bearer,)`. Hosts are compared whole: a host is neither a suffix nor a pattern. Both remove the
token from the request once it is answered: responses and errors of these libraries keep the request, `repr` of an error
of aiohttp shows its headers, and a response can outlive the user's request.
"""

from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from azure.core.credentials import AccessTokenInfo
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import SansIOHTTPPolicy

from agent_network_runtime.errors import HostNotDeclaredError

AUTHORIZATION = "Authorization"
HTTPS_PORT = 443


class ApiHosts:
    """Hosts of one API, to which its tokens may go."""

    def __init__(self, api: str, hosts: Iterable[str]) -> None:
        self._api = api
        self._hosts = frozenset(host.lower() for host in hosts)

    def check(self, url: str) -> None:
        """Refuse an address that is not of this API, or not protected by TLS."""
        try:
            parts = urlsplit(url)
            port = parts.port or HTTPS_PORT
        except ValueError:
            raise HostNotDeclaredError("the address of the request is not valid; no token is sent") from None
        host = (parts.hostname or "").lower()
        named = host if port == HTTPS_PORT else f"{host}:{port}"
        if parts.scheme.lower() != "https" or parts.username is not None or named not in self._hosts:
            raise HostNotDeclaredError(
                f"the token for {self._api} does not go to {parts.scheme}://{named}: "
                f"its hosts are {', '.join(sorted(self._hosts))}, over https"
            )


class HostPolicy(SansIOHTTPPolicy[Any, Any]):
    """Policy for the pipeline of any client of Azure, synchronous or asynchronous, that checks the host."""

    def __init__(self, hosts: ApiHosts) -> None:
        super().__init__()
        self._hosts = hosts

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Refuse a request to a host outside the API, before it is sent."""
        try:
            self.check(request.http_request.url)
        except HostNotDeclaredError:
            request.http_request.headers.pop(AUTHORIZATION, None)
            raise

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Remove the token from an answered request; a repetition gets it again from the client's own policy."""
        del response
        request.http_request.headers.pop(AUTHORIZATION, None)

    def on_exception(self, request: PipelineRequest[Any]) -> None:
        """Remove the token from a request without an answer."""
        request.http_request.headers.pop(AUTHORIZATION, None)

    def check(self, url: str) -> None:
        """Refuse an address outside the API, for clients without a pipeline of Azure."""
        self._hosts.check(url)


class _Credential(Protocol):
    async def get_token_info(self, *scopes: str) -> AccessTokenInfo: ...


class BearerMiddleware:
    """Middleware of an aiohttp session that adds the token to every request and redirect to a host of its API."""

    def __init__(self, hosts: ApiHosts, credential: _Credential, scope: str) -> None:
        self._hosts = hosts
        self._credential = credential
        self._scope = scope

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Check the host, add the token, send the request, remove the token."""
        self._hosts.check(str(request.url))
        try:
            request.headers[AUTHORIZATION] = f"Bearer {(await self._credential.get_token_info(self._scope)).token}"
            return await handler(request)
        finally:
            request.headers.popall(AUTHORIZATION, None)
