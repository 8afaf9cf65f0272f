"""Redirection of this process's connections to Azure's host names to local Azure's TLS endpoints.

Owns the way in which a client with production settings (`https://login.microsoftonline.com`) reaches the server on
loopback: name resolution gives the server's address and port, and the certificate authority is trusted. Clients
verify certificates as always, and no product needs a setting for it. Only the process that calls this is concerned.
"""

import os
import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

__all__ = ["is_served", "redirected"]

TRUST_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Environment variables from which OpenSSL, and the package requests, read the trusted certificate authorities."""


def is_served(host: str, hosts: Sequence[str]) -> bool:
    """Return True if a list of host names, some of them with `*` as first label, has a host."""
    return host in hosts or f"*.{host.partition('.')[2]}" in hosts


@contextmanager
def redirected(hosts: Sequence[str], port: int, ca_file: Path) -> Generator[None]:
    """Send this process's connections to some host names to a port of loopback until the block ends, and trust it."""
    resolve = socket.getaddrinfo

    def local(host: Any, service: Any, *others: Any, **named: Any) -> Any:  # noqa: ANN401 - as the standard library
        name = host.decode() if isinstance(host, bytes) else host
        if isinstance(name, str) and is_served(name.lower().rstrip("."), hosts):
            return resolve("127.0.0.1", port, *others, **named)
        return resolve(host, service, *others, **named)

    # aiohttp makes its default TLS settings when it is imported, before any variable can be set.
    defaults: Any = vars(import_module("aiohttp.connector"))["_SSL_CONTEXT_VERIFIED"]
    defaults.load_verify_locations(ca_file)
    trust = dict.fromkeys(TRUST_VARIABLES, str(ca_file))
    with patch.object(socket, "getaddrinfo", local), patch.dict(os.environ, trust):
        yield
