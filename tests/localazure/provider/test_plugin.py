"""Tests of the provider plugin's process: output, address, end, and refusals to start."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from localazure.ambient_credentials import VARIABLES
from localazure.fronts.packages import WORLD
from localazure.fronts.plugin import main

COMMAND = [sys.executable, "-m", "localazure.fronts.plugin", "azuread", "127.0.0.1:1", "--logflow"]
PATIENCE = 20.0


@contextmanager
def started(command: list[str], world: Path) -> Generator[tuple[subprocess.Popen[str], int]]:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    process = subprocess.Popen(  # noqa: S603 (this interpreter)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment | {WORLD: str(world)}
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout, process.stderr:
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_local_azures_provider_plugin_prints_its_port_listens_on_loopback_only_and_ends_on_cancel(
    tmp_path: Path,
) -> None:
    with started(COMMAND, tmp_path / "world.json") as (process, port):
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            plugin = ResourceProviderStub(channel)
            version = plugin.GetPluginInfo(Empty()).version
            elsewhere = reachable(port)
            plugin.Cancel(Empty())

        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert version
    assert not elsewhere


def reachable(port: int) -> bool:
    """Report if the port accepts connections on another loopback address than 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.2", port)) == 0


def test_ctrl_c_ends_local_azures_provider_plugin_without_output(tmp_path: Path) -> None:
    with started(COMMAND, tmp_path / "world.json") as (process, _port):
        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_local_azures_provider_plugin_ends_when_its_engine_is_killed(tmp_path: Path) -> None:
    engine = (
        "import subprocess, sys, time;"
        f"plugin = subprocess.Popen({COMMAND!r}, stdout=subprocess.PIPE, text=True);"
        "plugin.stdout.readline(); print(plugin.pid, flush=True); time.sleep(600)"
    )
    with started([sys.executable, "-c", engine], tmp_path / "world.json") as (process, plugin):
        assert alive(plugin)

        process.kill()
        process.wait(PATIENCE)

        limit = time.monotonic() + PATIENCE
        while alive(plugin) and time.monotonic() < limit:
            time.sleep(0.1)
        assert not alive(plugin)


def alive(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    if not Path("/proc/self").exists():
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True
    # a process that nobody has waited for is over, though it still has its number
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*VARIABLES, WORLD):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_local_azures_provider_plugin_refuses_to_start_with_real_credentials(
    outside: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.setenv(WORLD, str(tmp_path / "world.json"))
    outside.setenv("AZURE_CLIENT_SECRET", "hidden")

    assert main(["azure-native"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("real Azure credentials are set (AZURE_CLIENT_SECRET): ")
    assert "hidden" not in printed.err


def test_local_azures_provider_plugin_refuses_to_start_without_a_state_file_path(
    outside: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outside.delenv(WORLD, raising=False)

    assert main(["azure-native"]) == 1
    assert capsys.readouterr().err.startswith(f"{WORLD} is not set")


def test_local_azures_provider_plugin_refuses_packages_that_local_azure_does_not_simulate(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["aws"])

    assert ended.value.code == 2
    assert "azure-native" in capsys.readouterr().err
