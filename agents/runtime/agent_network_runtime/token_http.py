"""Requests to the sign-in service over HTTPS: an asynchronous and a synchronous client, each with pooled connections.

Both take a request of the exchange and return a response or the reason why there is none; they never raise an error of
their HTTP library, because its traceback holds the request and with it the user's token. No redirect is followed: a
token endpoint has none, and one would carry tokens elsewhere.
"""

import asyncio
import ssl
import threading
from typing import Final

import aiohttp
import urllib3

from agent_network_runtime.exchange import NoResponse, Post, Response
from agent_network_runtime.token_connection import CONNECTIONS, LARGEST_RESPONSE, TokenConnections

TOO_LONG: Final = "its response is too long"
ACCEPT: Final = {"Accept": "application/json"}


class AsyncHttp:
    """The asynchronous client: requests for tokens on connections of their own, documents on aiohttp."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._tokens: TokenConnections | None = None

    async def post(self, post: Post) -> Response | NoResponse:
        """Send one request for a token."""
        if self._tokens is None:
            self._tokens = TokenConnections(self._tls or ssl.create_default_context())
        return await self._tokens.post(post)

    async def get(self, url: str, seconds: float) -> Response | NoResponse:
        """Read a public document, such as the tenant's signing keys, within some seconds."""
        session = self._opened()
        try:
            timeout = aiohttp.ClientTimeout(total=seconds)
            async with session.get(url, headers=ACCEPT, allow_redirects=False, timeout=timeout) as response:
                return await _read(response)
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError) as failure:
            return NoResponse(_reason(failure, seconds))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            tls = self._tls or ssl.create_default_context()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=tls, limit=CONNECTIONS), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        if self._tokens is not None:
            await self._tokens.close()


async def _read(response: aiohttp.ClientResponse) -> Response | NoResponse:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_RESPONSE:
            return NoResponse(TOO_LONG)
    return Response(response.status, response.headers.get("Retry-After"), bytes(body))


def _reason(failure: Exception, seconds: float) -> str:
    """Return the reason why there is no response; of the HTTP library's own error only the kind is named."""
    if isinstance(failure, TimeoutError | urllib3.exceptions.TimeoutError):
        return f"no response within {seconds:.0f} seconds"
    return f"the connection failed ({type(failure).__name__})"


class SyncHttp:
    """The synchronous client, on urllib3, made with the first request; several threads may use it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._lock = threading.Lock()
        self._pool: urllib3.PoolManager | None = None

    def post(self, post: Post) -> Response | NoResponse:
        """Send one request."""
        try:
            response = self._opened().request(
                "POST",
                post.url,
                body=post.form(),
                headers=post.headers,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=post.timeout),
                pool_timeout=post.timeout,
            )
            return _read_in_thread(response)
        except (urllib3.exceptions.HTTPError, OSError) as failure:
            reason = _reason(failure, post.timeout)
        return NoResponse(reason)

    def get(self, url: str, seconds: float) -> Response | NoResponse:
        """Read a public document, such as the tenant's signing keys, within some seconds."""
        try:
            response = self._opened().request(
                "GET",
                url,
                headers=ACCEPT,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=seconds),
                pool_timeout=seconds,
            )
            return _read_in_thread(response)
        except (urllib3.exceptions.HTTPError, OSError) as failure:
            return NoResponse(_reason(failure, seconds))

    def _opened(self) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None:
                tls = self._tls or ssl.create_default_context()
                self._pool = urllib3.PoolManager(
                    num_pools=4, maxsize=CONNECTIONS, block=True, ssl_context=tls, retries=False
                )
            return self._pool

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()


def _read_in_thread(response: urllib3.BaseHTTPResponse) -> Response | NoResponse:
    body = response.read(LARGEST_RESPONSE + 1)
    response.release_conn()
    if len(body) > LARGEST_RESPONSE:
        response.close()
        return NoResponse(TOO_LONG)
    return Response(response.status, response.headers.get("Retry-After"), body)
