"""Process of a Pulumi provider plugin: `python -m localazure.fronts.plugin <package> [engine address]`.

Owns the process around the provider: it refuses to start with real credentials in the environment, listens on loopback
alone, prints the port as the engine expects it, and ends when the engine does.
"""

import argparse
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from localazure.ambient_credentials import credentials_error
from localazure.arm.faults import NO_FAULTS, VARIABLE, Faults, FaultsError
from localazure.arm.permissions import check_of
from localazure.fronts.packages import CALLER, DYNAMIC, PACKAGES, WORLD
from localazure.fronts.provider import Provider
from localazure.fronts.shared_world import SharedWorld

_NEW_OBJECTS = 100_000  # after which the garbage collector runs; most objects of a plugin live until it ends
_LOOPBACK = "127.0.0.1:0"
_THREADS = 16
_GRACE = 5.0  # seconds for calls under way when the plugin is stopped
_LOOKOUT = 1.0  # seconds between two checks that the engine still runs
_UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))


def serve(package: str, path: Path, caller: str = "", faults: Faults = NO_FAULTS) -> None:
    """Serve a Pulumi package to the engine on local Azure's state file at `path`, until the engine ends the plugin.

    `caller` is the principal id of the deploying identity; without it, every request is allowed.
    """
    # Looked up before anything is printed: the reader of the port may be gone right after.
    engine = os.getppid()
    ended = threading.Event()

    def end(_signal: int, _frame: object) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_UNLIMITED)
    provider = Provider(package, SharedWorld(path, check_of(caller), faults), ended.set)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port(_LOOPBACK)
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    # a killed engine sends no request to stop; its plugin then has another parent
    while not ended.wait(_LOOKOUT) and os.getppid() == engine:
        pass
    server.stop(_GRACE).wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Start a provider plugin as the Pulumi engine does; return 0 when it has ended, 1 if it refuses to start."""
    parser = argparse.ArgumentParser(prog="pulumi-resource", description="Run local Azure as a Pulumi provider plugin.")
    parser.add_argument("package", choices=(*PACKAGES, DYNAMIC))
    # the engine's address and its logging flags mean nothing here: this plugin never calls back
    package: str = parser.parse_known_args(arguments)[0].package
    refusal = credentials_error(os.environ)
    world = os.environ.get(WORLD, "")
    if refusal is None and not world:
        refusal = f"{WORLD} is not set: it holds the path of the state file; `agent-network engine` sets it"
    faults = NO_FAULTS
    try:
        faults = Faults.parse(os.environ.get(VARIABLE, ""))
    except FaultsError as error:
        refusal = refusal or str(error)
    if refusal is not None:
        sys.stderr.write(f"{refusal}\n")
        return 1
    gc.set_threshold(_NEW_OBJECTS)
    serve(package, Path(world), os.environ.get(CALLER, ""), faults)
    return 0


if __name__ == "__main__":
    sys.exit(main())
