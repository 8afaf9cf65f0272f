"""Runs a Pulumi program in this process against local Azure: preview, up or destroy of one stack.

Owns the setup of the SDK around the program, and when the world is written: never by a preview, and after a failure
with the changes until then, as on Azure. Changes to resources are `localazure.deployment.deployment`'s.
"""

import asyncio
import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pulumi
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import MockEngine, MockSettings
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import SETTINGS, configure
from pulumi.runtime.stack import run_in_stack

from localazure.arm.faults import VARIABLE, Faults
from localazure.arm.permissions import RequestCheck, allow_everything
from localazure.arm.world import World
from localazure.azure import LocalAzure
from localazure.deployment import state_file as state
from localazure.deployment.deployment import LocalDeployment
from localazure.deployment.error_location import error_location
from localazure.deployment.records import Record
from localazure.deployment.steps import Failure, Op, ResourceStep
from localazure.deployment.urns import STACK_TYPE, Namespace, urn
from localazure.errors import LocalAzureError
from localazure.fronts.monitor import LocalMonitor


class Operation(StrEnum):
    """Operation of a local run: preview, up or destroy."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """Outcome of a local run: steps, failures, records and outputs; for a preview, the planned outcome."""

    operation: Operation
    stack: str
    steps: list[ResourceStep]
    failures: list[Failure]
    skipped: list[str]
    """URNs of resources that were skipped because a dependency failed."""
    world: World
    """State of local Azure after the run."""
    records: list[Record]
    """Records of the stack's resources after the run."""
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    """Outputs of the stack; secrets are masked."""
    messages: list[str] = field(default_factory=list[str])
    """Log messages that the program wrote with `pulumi.log`."""

    @property
    def ok(self) -> bool:
        """Return True if neither a resource nor the program failed."""
        return not self.failures


def run(  # noqa: PLR0913 (one argument for each setting of a run)
    program: Callable[[], None],
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    operation: Operation = Operation.PREVIEW,
    path: Path | None = None,
    root: Path | None = None,
    progress: Callable[[ResourceStep], None] = lambda _: None,
    today: date | None = None,
    request_check: RequestCheck = allow_everything,
    faults: Faults | None = None,
) -> RunResult:
    """Run a Pulumi program against local Azure and return the outcome.

    Args:
        program: registers resources; a `destroy` does not call it.
        project: name of the project.
        stack: name of the stack.
        config: the stack's configuration by full key, `project:key`.
        operation: what to do.
        path: the file of the stack's world; None for a world that is empty before and gone after.
        root: the project's folder, for the line of an error in the program.
        progress: called with every resource as it is done.
        today: the day by which models are deprecated or retired; by default, `current_date()`.
        request_check: called before each request to local Azure and may refuse it: `caller_check` for a deploying
            identity. A preview sends no request.
        faults: faults of Azure to inject, but never into a preview; by default those of `LOCALAZURE_FAULTS`.

    Raises:
        WorldFileError: the file is not this stack's, or another run is changing it.
        FaultsError: the faults cannot be read.
    """
    namespace = Namespace(stack=stack, project=project)
    injected = Faults.parse(os.environ.get(VARIABLE, "")) if faults is None else faults
    if operation is Operation.PREVIEW or path is None:
        return _run(program, namespace, config, operation, path, root, progress, today, request_check, injected)
    with state.exclusive(path):
        return _run(program, namespace, config, operation, path, root, progress, today, request_check, injected)


def _run(  # noqa: PLR0913, PLR0917 (as above)
    program: Callable[[], None],
    namespace: Namespace,
    config: Mapping[str, str],
    operation: Operation,
    path: Path | None,
    root: Path | None,
    progress: Callable[[ResourceStep], None],
    today: date | None,
    request_check: RequestCheck,
    faults: Faults,
) -> RunResult:
    world, records = state.load(path, namespace)
    if operation is Operation.PREVIEW:
        world = world.copy()
    else:
        world.faults = faults
    check = allow_everything if operation is Operation.PREVIEW else request_check
    azure = LocalAzure(world, today=today, request_check=check)
    deployment = LocalDeployment(azure, records, progress, config.get("azure-native:location", ""))
    engine = _LogEngine()
    if operation is not Operation.DESTROY:
        monitor = LocalMonitor(deployment, azure, namespace)
        failure = _execute(program, monitor, engine, namespace, config, operation, root)
        if failure is not None:
            deployment.failures.append(failure)
    deployment.finish()
    if path is not None and operation is not Operation.PREVIEW:
        _save(path, world, deployment, operation, records)
    top = deployment.record(urn(namespace, "", STACK_TYPE, f"{namespace.project}-{namespace.stack}"))
    steps = deployment.steps
    if deployment.failures and all(step.record.type == STACK_TYPE for step in steps):
        steps = []  # the stack itself is registered before the program begins, and is nothing that was deployed
    return RunResult(
        operation=operation,
        stack=namespace.stack,
        steps=steps,
        failures=deployment.failures,
        skipped=deployment.skipped,
        world=world,
        records=deployment.records,
        outputs={} if top is None else dict(top.outputs),
        messages=engine.messages,
    )


def _save(path: Path, world: World, deployment: LocalDeployment, operation: Operation, before: list[Record]) -> None:
    """Write local Azure's state file if a resource changed; delete the file after the whole stack is destroyed.

    Soft-deleted resources keep the file: they have their names until they are recovered, as on Azure.
    """
    changed = world.is_fault_counted or any(step.record.custom and step.op is not Op.SAME for step in deployment.steps)
    if operation is Operation.DESTROY and not deployment.failures and not world.soft_deleted:
        path.unlink(missing_ok=True)
    elif changed or (not deployment.failures and _by_urn(before) != _by_urn(deployment.saved_records)):
        state.save(path, world, deployment.saved_records)


def _by_urn(records: list[Record]) -> dict[tuple[str, str], Record]:
    return {(record.urn, record.id): record for record in records}


def _execute(  # noqa: PLR0913, PLR0917 (one argument for each setting of the SDK)
    program: Callable[[], None],
    monitor: LocalMonitor,
    engine: "_LogEngine",
    namespace: Namespace,
    config: Mapping[str, str],
    operation: Operation,
    root: Path | None,
) -> Failure | None:
    """Run the Pulumi program to its end; return the failure that stopped it, if any."""

    async def main() -> None:
        # One thread answers, so that resources come one after another and in the same order every time.
        loop = asyncio.get_running_loop()
        # Unawaited tasks of a failing program are part of the failure; asyncio does not report them again.
        loop.set_exception_handler(lambda _loop, _context: None)
        with ThreadPoolExecutor(max_workers=1) as executor:
            loop.set_default_executor(executor)
            configure(
                MockSettings(
                    monitor=monitor,
                    monitor_features=set(cast("Any", monitor).GetDeploymentInfo(Empty()).supportedFeatures),
                    engine=engine,
                    project=namespace.project,
                    stack=namespace.stack,
                    dry_run=operation is Operation.PREVIEW,
                    organization="organization",
                    callbacks=None,
                )
            )
            await run_in_stack(program)

    try:
        with _stack_configuration(config), _immediate_interrupt(), asyncio.Runner() as runner:
            runner.run(main())
    except (pulumi.RunError, LocalAzureError) as error:
        return Failure(message=str(error))
    except Exception as error:  # noqa: BLE001 (whatever a program raises)
        trace = "".join(traceback.format_exception(error))
        return Failure(message=f"{error_location(error, root)}{type(error).__name__}: {error}", traceback=trace)
    except SystemExit as error:
        return (
            Failure(message=f"the program ended with sys.exit({error.code!r}); remove that call")
            if error.code
            else None
        )
    return None


@contextmanager
def _immediate_interrupt() -> Generator[None]:
    """Make Ctrl-C interrupt a Pulumi program wherever it is, also in a call that blocks, such as `time.sleep`.

    `asyncio.Runner` replaces Python's own handler by one that lets the current call end first; other handlers stay.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _stack_configuration(config: Mapping[str, str]) -> Generator[None]:
    """Set the Pulumi SDK's global configuration for one program, and afterwards clear it with unfinished outputs."""
    set_all_config(dict(config))
    try:
        yield
    finally:
        set_all_config({})
        # Outputs that a failed program left unfinished belong to an event loop that is closed now.
        cast("Any", SETTINGS).outputs.clear()


class _LogEngine(MockEngine):
    """Replacement for the Pulumi engine's log that collects the program's messages, except debug messages."""

    def __init__(self) -> None:
        super().__init__(None)
        self.messages: list[str] = []

    def Log(self, request: engine_pb2.LogRequest) -> None:  # noqa: N802 (gRPC)
        if request.severity != engine_pb2.DEBUG and not request.ephemeral:
            severity = engine_pb2.LogSeverity.Name(request.severity).lower()
            self.messages.append(f"{severity}: {request.message}")
