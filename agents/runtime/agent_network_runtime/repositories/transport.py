"""Runs the conversations with a repository API over HTTPS, asynchronously or synchronously.

A transport belongs to one origin and adds its token to requests for that origin only. Redirects are not followed, since
they would carry the token elsewhere; responses are read up to the size that the request allows. A timeout or a broken
connection becomes a `TemporaryError` without its cause, whose text could contain a header.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
import requests
from requests.auth import AuthBase

from agent_network_runtime.errors import RuntimeLibraryError, TemporaryError
from agent_network_runtime.repositories.errors import RepositoryTooLargeError
from agent_network_runtime.repositories.http_exchange import ApiRequest, ApiResponse, Exchange, Pause
from agent_network_runtime.secret import Secret

SECONDS = 30.0
"""Time limit of one request."""
_CHUNK = 1 << 16
_T = TypeVar("_T")


def checked_origin(origin: str) -> str:
    """Return an origin such as `https://api.github.com`; raise ValueError for a URL with more, or without TLS."""
    parts = urlsplit(origin)
    if parts.scheme != "https" or not parts.hostname or parts.username or origin != f"https://{parts.netloc}":
        raise ValueError(f"{origin!r} is not the origin of an API; write it like 'https://api.github.com'")
    return origin


class AsyncTransport:
    """Sends the requests of conversations to one origin, with aiohttp."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        origin: str,
        token: Callable[[], Awaitable[Secret]] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._session = session
        self._origin = checked_origin(origin)
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def run(self, exchange: Exchange[_T]) -> _T:
        """Run a conversation to its end and return its result."""
        try:
            step = next(exchange)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(exchange)
                else:
                    step = exchange.send(_received(await self._send(step)))
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()

    async def _send(self, request: ApiRequest) -> ApiResponse | RuntimeLibraryError:
        headers = {**request.headers}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {(await self._token()).reveal()}"
        data = _data(request, headers)
        try:
            async with self._session.request(
                request.method,
                self._origin + _checked_path(request.path),
                headers=headers,
                data=data,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    body += chunk
                    if len(body) > request.largest:
                        return _too_large(request, self._origin)
                return ApiResponse(response.status, _lowered(response.headers), bytes(body))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return _unreachable(self._origin)
        finally:
            # A traceback shows local variables.
            headers.clear()
            data = None


class SyncTransport:
    """Sends the requests of conversations to one origin, with requests."""

    def __init__(
        self,
        session: requests.Session,
        origin: str,
        token: Callable[[], Secret] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._session = session
        self._origin = checked_origin(origin)
        self._token = token
        self._seconds = seconds

    def run(self, exchange: Exchange[_T]) -> _T:
        """Run a conversation to its end and return its result."""
        try:
            step = next(exchange)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(exchange)
                else:
                    step = exchange.send(_received(self._send(step)))
        except StopIteration as end:
            return end.value
        finally:
            exchange.close()

    def _send(self, request: ApiRequest) -> ApiResponse | RuntimeLibraryError:
        headers = {**request.headers}
        authorization = None if self._token is None else _Bearer(self._token())
        data = _data(request, headers)
        deadline = time.monotonic() + self._seconds
        try:
            with self._session.request(
                request.method,
                self._origin + _checked_path(request.path),
                headers=headers,
                data=data,
                # Without an `auth` of its own, requests would take one from a .netrc file.
                auth=authorization or _Nothing(),
                allow_redirects=False,
                timeout=self._seconds,
                stream=True,
            ) as response:
                body = bytearray()
                for chunk in response.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > request.largest:
                        return _too_large(request, self._origin)
                    if time.monotonic() > deadline:
                        return _unreachable(self._origin)
                return ApiResponse(response.status_code, _lowered(response.headers), bytes(body))
        except (requests.RequestException, OSError):
            return _unreachable(self._origin)


class _Bearer(AuthBase):
    """Adds the token as the request is sent."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class _Nothing(AuthBase):
    """Adds nothing to a request."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _data(request: ApiRequest, headers: dict[str, str]) -> bytes | None:
    """Return the body of a request as bytes, and set its type in `headers`."""
    if request.form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return urlencode(request.form).encode()
    if request.body is not None:
        headers["Content-Type"] = "application/json"
        return json.dumps(request.body).encode()
    return None


def _checked_path(path: str) -> str:
    """Return a path that cannot change the host it is sent to."""
    if not path.startswith("/") or path.startswith("//") or not path.isascii() or not path.isprintable():
        raise ValueError(f"{path!r} is not an encoded path of an API")
    return path


def _received(answer: ApiResponse | RuntimeLibraryError) -> ApiResponse:
    """Return a response, or raise an error outside the function that held the request and its token."""
    if isinstance(answer, RuntimeLibraryError):
        raise answer
    return answer


def _too_large(request: ApiRequest, origin: str) -> RepositoryTooLargeError:
    return RepositoryTooLargeError(f"{origin} answered with more than {request.largest} bytes, which are not read")


def _lowered(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _unreachable(origin: str) -> TemporaryError:
    return TemporaryError(f"{origin} did not answer in time, or the connection broke; try again")
