"""HTTP server of local Azure on this machine, for clients outside the Pulumi program.

Owns the socket, on loopback alone, and refuses requests that a web page may have sent. All others are handled by
`localazure.fronts.rest`.
"""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

from localazure.arm.faults import NO_FAULTS, Faults
from localazure.arm.permissions import check_of
from localazure.fronts.rest import RestApi
from localazure.fronts.shared_world import SharedWorld
from localazure.fronts.status_reads import Reply

_POLL = 0.01  # seconds between two checks for the end
_LENGTH = re.compile(r"[0-9]{1,10}", re.ASCII)
_LONGEST_BODY = 16 << 20


class _RefusedRequest(Exception):  # noqa: N818 - a reply, which the handler sends
    """A request that is answered before it reaches the HTTP API, with status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.reply = Reply(status, {"error": {"code": code, "message": message}})


class _Handler(BaseHTTPRequestHandler):
    """Handler of the HTTP requests on one connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet a response, or each waits for the other side

    def reply(self, token: str, body: object) -> Reply:
        """Return the response to a request with a valid header and a body of JSON."""
        raise NotImplementedError

    def _answer(self) -> None:
        try:
            self._check_origin()
            body = self._body()
            reply = self.reply((self.headers.get("Authorization") or "").removeprefix("Bearer "), body)
        except _RefusedRequest as refusal:
            # What is left of the request is unread, so that no further request can follow on the connection.
            self.close_connection = True
            reply = refusal.reply
        sent = b"" if reply.document is None else json.dumps(reply.document).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        for name, value in reply.headers.items():
            self.send_header(name, f"http://{self.headers['Host']}{value}" if value.startswith("/") else value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = _answer  # noqa: N815 - the base class names them

    def _check_origin(self) -> None:
        """Refuse requests that a page in a browser may have sent: of another host name, or with an origin.

        A page can send requests to this machine under its own host name, once that name resolves to 127.0.0.1.
        """
        _, port = cast("tuple[str, int]", self.server.server_address)
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0].lower() not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            raise _RefusedRequest(421, "MisdirectedRequest", "the header Host does not name this server")
        if self.headers.get("Origin") is not None:
            raise _RefusedRequest(403, "OriginNotAllowed", "requests of web pages, which have an Origin, are refused")

    def _body(self) -> object:
        if self.headers.get("Transfer-Encoding") is not None:
            raise _RefusedRequest(411, "LengthRequired", "Transfer-Encoding is not supported; send a Content-Length")
        lengths = self.headers.get_all("Content-Length") or ["0"]
        if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]) or int(lengths[0]) > _LONGEST_BODY:
            message = f"the header Content-Length must be one number from 0 to {_LONGEST_BODY}"
            raise _RefusedRequest(400, "BadRequest", message)
        text = self.rfile.read(int(lengths[0]))
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError):
            raise _RefusedRequest(400, "InvalidRequestContent", "the body is not valid JSON") from None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Suppress the HTTP server's log, since clients report their own requests."""


@contextmanager
def serve_http(path: Path, faults: Faults = NO_FAULTS, caller: str = "") -> Generator[str]:
    """Serve local Azure's state file at `path` over HTTP until the block ends; yield the base URL.

    `caller` is the principal id of the sender of all requests; without it, every request is allowed.
    """
    rest = RestApi(SharedWorld(path, check_of(caller), faults=faults), caller)

    class Handler(_Handler):
        def reply(self, token: str, body: object) -> Reply:
            return rest.handle(self.command, self.path, token, body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": _POLL})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
