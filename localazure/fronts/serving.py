"""HTTP server of local Azure on this machine, for clients outside the Pulumi program.

Owns the socket, on loopback alone. Requests are handled by `localazure.fronts.rest`.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from localazure.fronts.rest import RestApi
from localazure.fronts.shared_world import SharedWorld

_POLL = 0.01  # seconds between two checks for the end


@contextmanager
def serve_http(path: Path) -> Generator[str]:
    """Serve local Azure's state file at `path` over HTTP until the block ends; yield the base URL."""
    rest = RestApi(SharedWorld(path))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet a response, or each waits for the other side

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            body: Any = json.loads(text) if text else None
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            reply = rest.handle(self.command, self.path, token, body)
            sent = b"" if reply.document is None else json.dumps(reply.document).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_PUT = do_DELETE = do_POST = _answer  # noqa: N815 - the base class names them

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Suppress the HTTP server's log, since clients report their own requests."""

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
