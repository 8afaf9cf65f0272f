"""Requests to the token endpoint over HTTPS: one asynchronous and one synchronous client, each with pooled connections.

Both take a request of the exchange and return a response or the reason why there is none; they never raise an error of
their HTTP library, because its traceback holds the request and with it the user's token. No redirect is followed: a
token endpoint has none, and one would carry tokens elsewhere.
"""

import asyncio
import ssl
from typing import Final

import aiohttp
import urllib3

from agent_network_runtime.exchange import NoResponse, Post, Response

LARGEST_RESPONSE: Final = 256 * 1024
"""Bytes: far above any token response."""
CONNECTIONS: Final = 64
"""Connections to the token endpoint at once; further requests wait for one of them."""


class AsyncHttp:
    """The asynchronous client, on aiohttp; its session is made with the first request, in the loop that sends it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def post(self, post: Post) -> Response | NoResponse:
        """Send one request."""
        session = self._opened()
        try:
            async with session.post(
                post.url,
                data=post.form(),
                headers=post.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=post.timeout),
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > LARGEST_RESPONSE:
                        return NoResponse("its response is too long")
                return Response(response.status, response.headers.get("Retry-After"), bytes(body))
        except TimeoutError:
            reason = f"no response within {post.timeout:.0f} seconds"
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError) as failure:
            reason = f"the connection failed ({type(failure).__name__})"
        return NoResponse(reason)

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


class SyncHttp:
    """The synchronous client, on urllib3; several threads may use it at once."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._pool = urllib3.PoolManager(
            num_pools=4,
            maxsize=CONNECTIONS,
            block=True,
            ssl_context=tls or ssl.create_default_context(),
            retries=False,
        )

    def post(self, post: Post) -> Response | NoResponse:
        """Send one request."""
        try:
            response = self._pool.request(
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
            body = response.read(LARGEST_RESPONSE + 1)
            response.release_conn()
            if len(body) > LARGEST_RESPONSE:
                response.close()
                return NoResponse("its response is too long")
            return Response(response.status, response.headers.get("Retry-After"), body)
        except urllib3.exceptions.TimeoutError:
            reason = f"no response within {post.timeout:.0f} seconds"
        except (urllib3.exceptions.HTTPError, OSError) as failure:
            reason = f"the connection failed ({type(failure).__name__})"
        return NoResponse(reason)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()
