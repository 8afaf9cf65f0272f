"""Connections to the token endpoint for asynchronous code: one kind of request over HTTP/1.1 and TLS, kept alive.

A token needs one POST and a short JSON response. A general HTTP client spends more CPU time on that than everything
else of a token together (docs/benchmarks.md), so these connections do nothing else: no redirects, no cookies, no
proxies, no compression, no pipelining. Whatever is not such a response (RFC 9112) counts as none, and closes its
connection.
"""

import asyncio
import re
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from agent_network_runtime.exchange import NoResponse, Post, Response

LARGEST_RESPONSE: Final = 256 * 1024
"""Bytes: far above any token response."""
CONNECTIONS: Final = 64
"""Connections at once; further requests wait for one of them."""
IDLE: Final = 30.0
"""Seconds after which an unused connection is not used again, since the endpoint may be closing it."""

_STATUS: Final = re.compile(r"HTTP/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELD: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_CHUNK: Final = re.compile(rb"([0-9a-fA-F]{1,8})(?:;[\t\x20-\x7e]*)?\r\n")
_INTERIM: Final = 200
_NO_BODY: Final = frozenset({204, 304})


class NotHttpError(ValueError):
    """The endpoint's response is not one that a token endpoint gives."""


class UnansweredError(ConnectionError):
    """The endpoint closed the connection without a byte of a response."""


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: float = 0.0

    @property
    def is_usable(self) -> bool:
        """True if the endpoint can still be listening."""
        open_ = not self.writer.is_closing() and not self.reader.at_eof()
        return open_ and time.monotonic() - self.used < IDLE

    def abort(self) -> None:
        """Close at once: what is left of a request or a response must not reach another one."""
        self.writer.transport.abort()


class TokenConnections:
    """Connections to token endpoints, reused between requests of one event loop."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._idle: dict[str, list[_Connection]] = defaultdict(list)
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def post(self, post: Post) -> Response | NoResponse:
        """Send one request, within its time."""
        try:
            async with asyncio.timeout(post.timeout), self._places:
                return await self._sent(post)
        except TimeoutError:
            return NoResponse(f"no response within {post.timeout:g} seconds")
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as failure:
            return NoResponse(f"the connection failed ({type(failure).__name__})")

    async def _sent(self, post: Post) -> Response:
        parts = urlsplit(post.url)
        idle = self._idle[parts.netloc]
        while idle:
            connection = idle.pop()
            if not connection.is_usable:
                connection.abort()
                continue
            try:
                return await self._on(connection, idle, post)
            except UnansweredError:
                continue  # it was closed while it was idle
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=self._tls)
        return await self._on(_Connection(reader, writer), idle, post)

    async def _on(self, connection: _Connection, idle: list[_Connection], post: Post) -> Response:
        """Send a request on a connection, and keep the connection if it is clean afterwards."""
        keep = False
        try:
            _write(connection.writer, post)
            response, keep = await _response(connection.reader)
        finally:
            if keep:
                connection.used = time.monotonic()
                idle.append(connection)
            else:
                connection.abort()
        return response

    async def close(self) -> None:
        """Close the connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.abort()
        self._idle.clear()
        for _ in range(3):  # a closed TLS transport closes its socket in the next rounds of the loop
            await asyncio.sleep(0)


def _write(writer: asyncio.StreamWriter, post: Post) -> None:
    """Write a request at once; no frame that waits later holds its text."""
    form = post.form()
    writer.write(_head(post, len(form)) + form)


def _head(post: Post, length: int) -> bytes:
    parts = urlsplit(post.url)
    fields = {"Host": parts.netloc, **post.headers, "Content-Length": str(length)}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {parts.path} HTTP/1.1\r\n{lines}\r\n".encode("ascii")


async def _response(reader: asyncio.StreamReader) -> tuple[Response, bool]:
    """Read one response; return it, and True if the connection can be used again."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as failure:
        if failure.partial:
            raise
        raise UnansweredError from None
    except ConnectionError:
        raise UnansweredError from None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    status = _STATUS.fullmatch(first)
    fields = _fields(lines)
    if status is None or int(status[2]) < _INTERIM or "content-encoding" in fields:
        raise NotHttpError
    code = int(status[2])
    body, delimited = (b"", True) if code in _NO_BODY else await _body(reader, fields)
    keep = delimited and status[1] == "1" and "close" not in fields.get("connection", "").lower()
    return Response(code, fields.get("retry-after"), body), keep


def _fields(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise NotHttpError
        name = field[1].lower()
        if name in {"content-length", "transfer-encoding"} and name in found:
            raise NotHttpError
        found[name] = field[2]
    return found


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> tuple[bytes, bool]:
    """Read the body of a response; return it, and False if only the end of the connection ends it."""
    length, coding = fields.get("content-length"), fields.get("transfer-encoding")
    if coding is not None:
        if length is not None or coding.lower() != "chunked":
            raise NotHttpError
        return await _chunks(reader), True
    if length is not None:
        if not (length.isascii() and length.isdigit()) or len(length) > len(str(LARGEST_RESPONSE)):
            raise NotHttpError
        return await reader.readexactly(_allowed(int(length))), True
    body = bytearray()
    while part := await reader.read(LARGEST_RESPONSE):
        body += part
        _allowed(len(body))
    return bytes(body), False


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        size = _CHUNK.fullmatch(await reader.readuntil(b"\r\n"))
        if size is None:
            raise NotHttpError
        length = int(size[1], 16)
        if not length:
            break
        _allowed(len(body) + length)
        body += await reader.readexactly(length)
        if await reader.readexactly(2) != b"\r\n":
            raise NotHttpError
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # fields after the body
    return bytes(body)


def _allowed(length: int) -> int:
    if length > LARGEST_RESPONSE:
        raise NotHttpError
    return length
