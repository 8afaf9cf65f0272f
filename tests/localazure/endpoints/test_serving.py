"""Tests of the server of local Azure's TLS endpoints: which hosts it serves, whom clients trust, and its end."""

import asyncio
import http.client
import socket
import ssl

import aiohttp
import pytest
import requests

from localazure.arm.world import World
from localazure.endpoints import Directory, Endpoints, serve
from localazure.endpoints.request_log import fingerprint
from localazure.endpoints.switches import Fault


def status(azure: Endpoints, host: str, path: str = "/", context: ssl.SSLContext | None = None) -> int:
    """Return the status of a request over TLS whose header names a host; the certificate is checked for localhost."""
    connection = http.client.HTTPSConnection("localhost", azure.port, context=context or azure.client_context())
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    finally:
        connection.close()


def test_client_that_was_not_given_the_certificate_authority_refuses_the_server() -> None:
    with serve(World()) as azure, pytest.raises(ssl.SSLCertVerificationError):
        status(azure, "login.microsoftonline.com", context=ssl.create_default_context())


def test_host_that_no_service_has_is_refused_and_localhost_is_the_sign_in_service() -> None:
    with serve(World()) as azure:
        configuration = f"/{azure.tenant.id}/v2.0/.well-known/openid-configuration"

        assert status(azure, "example.com", configuration) == 421
        assert status(azure, "vault.azure.net") == 421
        assert status(azure, "a.b.vault.azure.net") == 421
        assert status(azure, "unknown.vault.azure.net") == 404
        assert status(azure, f"localhost:{azure.port}", configuration) == 200
        assert [each.service for each in azure.log] == ["unknown", "unknown", "unknown", "key-vault", "token"]


def test_hosts_of_azure_lead_to_the_server_only_inside_the_block() -> None:
    resolve = socket.getaddrinfo
    with serve(World()) as azure:
        with azure.reachable():
            addresses = {each[4] for each in socket.getaddrinfo("LOGIN.microsoftonline.com", 443)}
            assert addresses == {("127.0.0.1", azure.port)}
        assert socket.getaddrinfo is resolve
        port = azure.port
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass


def test_two_tenants_are_served_side_by_side_with_authorities_of_their_own() -> None:
    with serve(World()) as one, serve(World(tenant_id="77777777-0000-4000-8000-000000000001")) as other:
        with other.reachable():
            issuer = requests.get(
                f"https://login.microsoftonline.com/{other.tenant.id}/v2.0/.well-known/openid-configuration", timeout=9
            ).json()["issuer"]

        assert other.tenant.id in issuer
        assert one.tenant.id != other.tenant.id
        with pytest.raises(ssl.SSLCertVerificationError):
            status(one, "localhost", context=other.client_context())


def test_directory_of_another_state_is_refused() -> None:
    with pytest.raises(ValueError, match="another state"), serve(World(), directory=Directory(World())):
        pass


def test_answer_is_delayed_as_switched_and_requests_of_others_are_not() -> None:
    async def run(azure: Endpoints) -> list[int]:
        url = f"https://login.microsoftonline.com/{azure.tenant.id}"
        async with aiohttp.ClientSession() as session:
            timeout = aiohttp.ClientTimeout(total=0.2)
            with pytest.raises(TimeoutError):
                await session.get(f"{url}/v2.0/.well-known/openid-configuration", timeout=timeout)
            async with session.get(f"{url}/discovery/v2.0/keys") as keys:
                return [len((await keys.json())["keys"])]

    with serve(World()) as azure, azure.reachable():
        azure.switches.add(Fault(service="token", text="openid-configuration", delay=5))
        assert asyncio.run(run(azure)) == [1]


def test_fingerprints_of_two_tokens_differ() -> None:
    assert fingerprint("one") == fingerprint("one") != fingerprint("two")
