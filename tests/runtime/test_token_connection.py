"""Tests of the connections for token requests: what counts as a response, and which connections are used again."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from agent_network_runtime.exchange import NoResponse, Post, Response
from agent_network_runtime.secret import Secret
from agent_network_runtime.token_connection import TokenConnections

from localazure.endpoints.certificates import CA_FILE, server_context

BODY = b'{"access_token": "x"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
CLOSED = b""


@dataclass
class Endpoint:
    """TLS server that answers each request with the next of its texts, and closes the connection on an empty one."""

    texts: list[bytes]
    server_tls: ssl.SSLContext
    client_tls: ssl.SSLContext
    port: int = 0
    requests: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                text = self.texts.pop(0)
                if text == CLOSED:
                    break
                writer.write(text)
                if b"Content-Length" not in text and b"chunked" not in text:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    folder: Path = tmp_path_factory.mktemp("certificates")
    return server_context(folder, ("localhost",)), ssl.create_default_context(cafile=folder / CA_FILE)


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def run(
    contexts: Contexts, texts: list[bytes], work: Callable[[TokenConnections, Endpoint], Awaitable[object]]
) -> tuple[object, Endpoint]:
    async def main() -> tuple[object, Endpoint]:
        endpoint = Endpoint(list(texts), *contexts)
        server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, ssl=contexts[0])
        endpoint.port = server.sockets[0].getsockname()[1]
        connections = TokenConnections(contexts[1])
        try:
            return await work(connections, endpoint), endpoint
        finally:
            await connections.close()
            server.close()

    return asyncio.run(main())


def request_to(endpoint: Endpoint, host: str = "localhost", seconds: float = 5.0) -> Post:
    url = f"https://{host}:{endpoint.port}/tenant/oauth2/v2.0/token"
    return Post(url, "an-id", seconds, "grant_type=a", Secret("proof"), Secret("token"))


def once(contexts: Contexts, text: bytes) -> Response | NoResponse:
    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        return await connections.post(request_to(endpoint, seconds=1.0))

    result, _ = run(contexts, [text], work)
    assert isinstance(result, Response | NoResponse)
    return result


def test_token_request_has_its_fields_and_form(contexts: Contexts) -> None:
    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        return await connections.post(request_to(endpoint))

    _, endpoint = run(contexts, [OK], work)
    (sent,) = endpoint.requests
    head, _, form = sent.decode().partition("\r\n\r\n")

    assert head.split("\r\n") == [
        "POST /tenant/oauth2/v2.0/token HTTP/1.1",
        f"Host: localhost:{endpoint.port}",
        "Accept: application/json",
        "Content-Type: application/x-www-form-urlencoded",
        "client-request-id: an-id",
        "return-client-request-id: true",
        f"Content-Length: {len(form)}",
    ]
    assert form == "grant_type=a&client_assertion=proof&assertion=token"


@pytest.mark.parametrize(
    ("text", "response"),
    [
        (OK, Response(200, None, BODY)),
        (b"HTTP/1.1 429 \r\nRETRY-AFTER:  7 \r\nContent-Length: 0\r\n\r\n", Response(429, "7", b"")),
        (b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nA: b\r\n\r\n",
         Response(400, None, b"abcde")),
        (b"HTTP/1.0 503 No\r\n\r\nto the end", Response(503, None, b"to the end")),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", Response(204, None, b"")),
    ],
)  # fmt: skip
def test_response_is_read_by_length_by_chunks_or_to_the_end(
    contexts: Contexts, text: bytes, response: Response
) -> None:
    assert once(contexts, text) == response


@pytest.mark.parametrize(
    "text",
    [
        CLOSED,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        b"HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nX: \x00\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + b"a" * 300_000,
        b"<html>\r\n\r\nContent-Length",
    ],
)
def test_text_that_is_not_a_short_response_counts_as_none(contexts: Contexts, text: bytes) -> None:
    assert isinstance(once(contexts, text), NoResponse)


def several(
    contexts: Contexts, texts: list[bytes], times: int, *, at_once: bool = False
) -> tuple[list[Response | NoResponse], int]:
    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        if at_once:
            return await asyncio.gather(*(connections.post(request_to(endpoint)) for _ in range(times)))
        return [await connections.post(request_to(endpoint)) for _ in range(times)]

    found, endpoint = run(contexts, texts, work)
    assert isinstance(found, list)
    return found, endpoint.connections


def test_connection_is_used_again(contexts: Contexts) -> None:
    found, connections = several(contexts, [OK] * 5, 5)

    assert found == [Response(200, None, BODY)] * 5
    assert connections == 1


def test_requests_at_once_use_a_limited_number_of_connections(contexts: Contexts) -> None:
    found, connections = several(contexts, [OK] * 150, 150, at_once=True)

    assert found == [Response(200, None, BODY)] * 150
    assert connections == 64


@pytest.mark.parametrize(
    "first",
    [
        OK.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n"),
        OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_connection_that_is_not_clean_is_not_used_again(contexts: Contexts, first: bytes) -> None:
    found, connections = several(contexts, [first, OK], 2)

    assert found[1] == Response(200, None, BODY)
    assert connections == 2


def test_connection_that_was_closed_while_idle_is_replaced_without_an_error(contexts: Contexts) -> None:
    found, connections = several(contexts, [OK, CLOSED, OK], 2)

    assert found == [Response(200, None, BODY)] * 2
    assert connections == 2


def test_new_connection_that_is_closed_is_not_tried_again(contexts: Contexts) -> None:
    found, connections = several(contexts, [CLOSED, OK], 1)

    assert isinstance(found[0], NoResponse)
    assert connections == 1


def test_cancelled_request_leaves_no_connection_for_the_next_one(contexts: Contexts) -> None:
    late = OK.replace(b"x", b"late")

    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        await connections.post(request_to(endpoint))
        endpoint.texts.insert(0, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        waiting = asyncio.ensure_future(connections.post(request_to(endpoint)))
        while len(endpoint.requests) < 2:  # noqa: ASYNC110 - the other side is in this loop
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait((waiting,))
        assert waiting.cancelled()
        return await connections.post(request_to(endpoint)), late

    found, endpoint = run(contexts, [OK, OK], work)

    assert found == (Response(200, None, BODY), late)
    assert endpoint.connections == 2


def test_response_that_does_not_come_in_time_counts_as_none(contexts: Contexts) -> None:
    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        return await connections.post(request_to(endpoint, seconds=0.2))

    found, _ = run(contexts, [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"], work)

    assert found == NoResponse("no response within 0.2 seconds")


def test_certificate_of_another_host_is_not_accepted(contexts: Contexts) -> None:
    async def work(connections: TokenConnections, endpoint: Endpoint) -> object:
        return await connections.post(request_to(endpoint, host="127.0.0.1"))

    found, endpoint = run(contexts, [OK], work)

    assert found == NoResponse("the connection failed (SSLCertVerificationError)")
    assert endpoint.requests == []
