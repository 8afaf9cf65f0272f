"""Tests of local Azure's HTTP server against other programs and web pages: hosts, origins, tokens and bad requests."""

import json
import subprocess
import sys
from collections.abc import Generator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from localazure.fronts.rest import MANAGEMENT, LocalCredential
from localazure.fronts.serving import serve_http
from localazure.fronts.shared_world import SharedWorld
from tests.localazure.samples import GROUP, IDENTITY, ROLE_ASSIGNMENT, SAMPLES, VAULT, make

ASSIGNMENT = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-0000000000aa"
PROGRAM = "from localazure.fronts.rest import *; print(LocalCredential().get_token(MANAGEMENT).token)"


class Client:
    """HTTP client of a server, which sends exactly the given headers in addition to the token."""

    def __init__(self, endpoint: str) -> None:
        self.address = endpoint.removeprefix("http://")

    def send(self, method: str, body: bytes | str = b"", **headers: str) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection(self.address, timeout=10)
        sent = {"Host": self.address, "Authorization": f"Bearer {LocalCredential().get_token(MANAGEMENT).token}"}
        sent |= {"Content-Length": str(len(body))} | {name.replace("_", "-"): text for name, text in headers.items()}
        connection.putrequest(method, f"{ASSIGNMENT}?api-version=2022-04-01", skip_host=True)
        for name, text in sent.items():
            connection.putheader(name, text)
        connection.endheaders(body.encode() if isinstance(body, str) else body)
        with connection.getresponse() as response:
            found = response.status, json.loads(response.read() or "{}")
        connection.close()
        return found


@pytest.fixture
def client(tmp_path: Path) -> Generator[Client]:
    path = tmp_path / "world.json"
    with SharedWorld(path).writing() as azure:
        make(azure, VAULT)
    with serve_http(path) as endpoint:
        yield Client(endpoint)


def test_local_azure_server_answers_a_request_for_its_own_host(client: Client) -> None:
    port = client.address.rpartition(":")[2]

    assert client.send("GET")[0] == 404
    assert client.send("GET", Host=f"localhost:{port}")[0] == 404


@pytest.mark.parametrize("host", ["contoso.example", "contoso.example:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_local_azure_server_refuses_a_request_for_another_host_with_421(host: str, client: Client) -> None:
    status, document = client.send("GET", Host=host.format(port=client.address.rpartition(":")[2]))

    assert (status, document["error"]["code"]) == (421, "MisdirectedRequest")


@pytest.mark.parametrize("origin", ["https://contoso.example", "null", "http://127.0.0.1"])
def test_local_azure_server_refuses_a_request_with_an_origin_header_with_403(origin: str, client: Client) -> None:
    status, document = client.send("PUT", "{}", Origin=origin)

    assert (status, document["error"]["code"]) == (403, "OriginNotAllowed")


def test_local_azures_token_differs_in_each_process() -> None:
    tokens = {subprocess.check_output([sys.executable, "-c", PROGRAM], text=True) for _ in range(2)}  # noqa: S603

    assert len({*tokens, LocalCredential().get_token(MANAGEMENT).token}) == 3


@pytest.mark.parametrize("token", ["", "local-azure-for https://management.azure.com/.default", "é"])
def test_local_azure_server_refuses_a_wrong_token_with_401(token: str, client: Client) -> None:
    status, document = client.send("GET", Authorization=f"Bearer {token}")

    assert (status, document["error"]["code"]) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("", {"Content_Length": "abc"}),
        ("", {"Content_Length": "-1"}),
        ("", {"Content_Length": "1" * 30}),
        ("{", {}),
        (b"\xff\xfe", {}),
        ("[" * 100_000, {}),
        ("[1]", {}),
        ('"text"', {}),
        ("5", {}),
        ('{"properties": [1]}', {}),
        ('{"properties": {"principalId": [1], "roleDefinitionId": {}}}', {}),
    ],
    ids=["length", "negative", "huge", "json", "encoding", "deep", "list", "text", "number", "properties", "types"],
)
def test_local_azure_server_answers_a_malformed_request_with_400_without_traceback(
    body: bytes | str, headers: dict[str, str], client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    status, document = client.send("PUT", body, **headers)

    assert (status, bool(document["error"]["message"])) == (400, True)
    assert capfd.readouterr().err == ""


def test_local_azure_server_creates_a_role_assignment_with_the_token_of_its_process(
    client: Client, tmp_path: Path
) -> None:
    with SharedWorld(tmp_path / "world.json").writing() as azure:
        make(azure, IDENTITY)
    inputs = SAMPLES[ROLE_ASSIGNMENT].inputs
    body = {"properties": {name: inputs[name] for name in ("principalId", "principalType", "roleDefinitionId")}}

    status, document = client.send("PUT", json.dumps(body))

    assert (status, document["id"]) == (201, ASSIGNMENT)
