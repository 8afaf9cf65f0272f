"""HTTP server on this machine alone, for the answers of a service in a test."""

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

__all__ = ["loopback_server"]


@contextmanager
def loopback_server(handler: type[BaseHTTPRequestHandler]) -> Generator[str]:
    """Serve requests at a free port of 127.0.0.1 until the context ends, print none of them, and yield the address."""
    quiet = type("QuietHandler", (handler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
