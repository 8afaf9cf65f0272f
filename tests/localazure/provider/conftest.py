"""Fixtures that start the provider plugin in the test's process, reachable over gRPC on loopback."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub, add_ResourceProviderServicer_to_server

from localazure.arm.permissions import RequestCheck, allow_everything
from localazure.fronts.provider import Provider
from localazure.fronts.shared_world import SharedWorld
from tests.localazure.provider.calls import Engine


@pytest.fixture
def request_check() -> RequestCheck:
    """Return the check of each request to local Azure; a test file has a fixture of its own to refuse requests."""
    return allow_everything


@pytest.fixture
def engine(tmp_path: Path, request_check: RequestCheck) -> Iterator[Engine]:
    path = tmp_path / "engine.json"
    ended: list[bool] = []
    server = grpc.server(ThreadPoolExecutor(8))
    provider = Provider("azure-native", SharedWorld(path, request_check), lambda: ended.append(True))
    add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(ResourceProviderStub(channel), path, ended)
    server.stop(None).wait()
