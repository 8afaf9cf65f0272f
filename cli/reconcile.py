"""Moves role assignments to the current identities of Foundry agents: prints a plan, and applies it if requested."""

import json
import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from access.readers.http_client import signed_in
from access.reports.terminal import Style
from cli.errors import CommandError
from cli.exit_codes import ExitCode
from cli.foundry_plan import (
    pin_document,
    pin_line,
    pin_lines,
    pin_summary,
    plan_document,
    plan_lines,
    step_line,
    summary,
)
from cli.output import print_text
from cli.pipeline_sign_in import engine_sign_in, print_line
from cli.project_root import check_stack
from localazure.arm.faults import VARIABLE, Faults
from localazure.deployment.state_file import state_file_path
from localazure.fronts.packages import WORLD
from localazure.fronts.rest import LocalCredential
from localazure.fronts.serving import serve_http
from release.foundry.azure import Azure
from release.foundry.reconciling import Move, Step, apply, plan
from release.foundry.stack import EngineStack, ExportedStack, LocalStack, Stack
from release.foundry.state import Grant
from release.foundry.versions import VersionPin, apply_pins, plan_pins

__all__ = ["reconcile"]


def reconcile(  # noqa: PLR0913 (an option each)
    root: Path,
    stack_name: str,
    *,
    apply_changes: bool,
    as_json: bool,
    export: Path | None,
    local: bool,
    pin_versions: bool,
    sign_in: bool = True,
) -> ExitCode:
    """Print the plan that moves Foundry agents' role assignments, apply it if requested, and return the exit code.

    With `pin_versions`, the plan also has the versions that the agents' endpoints are to serve. Without `sign_in`, the
    caller has signed in to the pipeline's identity.

    Raises:
        CommandError: two sources are given, or there is no such stack.
        ReleaseError: the stack or Azure cannot be read, or a change failed.
    """
    if export is not None and local:
        raise CommandError("--export and --local name two different stacks; give only one of the two options")
    if export is None:
        check_stack(root, stack_name.rpartition("/")[2])  # the engine accepts ORGANIZATION/PROJECT/STACK too
    style = Style.of(sys.stdout)
    with (
        _engine_environment(root, stack_name, is_needed=sign_in and not local) as variables,
        _azure(root, stack_name, local=local) as azure,
    ):
        stack = _stack(root, stack_name, export, variables, local=local)
        planned, is_applied = plan(stack, azure), False
        pins = plan_pins(stack, azure) if pin_versions else ()
        for line in () if as_json else (*plan_lines(planned, style), *pin_lines(pins)):
            print_text(line)
        try:
            if apply_changes:
                apply(planned, stack, azure, _step_reporter(style, quiet=as_json))
                apply_pins(pins, azure, _pin_reporter(style, quiet=as_json))
                is_applied = True
        finally:
            if as_json:
                document = plan_document(planned, applied=is_applied) | pin_document(pins)
                print_text(json.dumps(document, indent=2))
    if not as_json:
        print_text(summary(planned, stack, style, applied=apply_changes))
        for line in pin_summary(pins, style, applied=apply_changes):
            print_text(line)
    if (planned.moves or pins) and not apply_changes:
        return ExitCode.GROWTH
    return ExitCode.NO if planned.obstacles else ExitCode.OK


@contextmanager
def _azure(root: Path, stack: str, *, local: bool) -> Generator[Azure]:
    """Yield the reconciler's client for Azure, or for local Azure if the run is local."""
    world = os.environ.get(WORLD, "")
    if world or local:
        faults = Faults.parse(os.environ.get(VARIABLE, ""))
        with serve_http(Path(world) if world else state_file_path(root, stack), faults) as endpoint:
            yield Azure(LocalCredential(), endpoint, report=print_line)
    else:
        yield Azure(signed_in(), report=print_line)


@contextmanager
def _engine_environment(root: Path, stack: str, *, is_needed: bool) -> Generator[Mapping[str, str]]:
    """Yield the engine's additional variables, with the sign-in of the pipeline if this process runs in one."""
    if not is_needed or os.environ.get(WORLD):
        yield {}
        return
    with engine_sign_in(root, stack.rpartition("/")[2]) as variables:
        yield variables


def _stack(root: Path, name: str, export: Path | None, variables: Mapping[str, str], *, local: bool) -> Stack:
    if export is not None:
        return ExportedStack(export)
    return LocalStack(state_file_path(root, name)) if local else EngineStack(name, root, variables)


def _step_reporter(style: Style, *, quiet: bool) -> Callable[[Step, Move, Grant | None], None]:
    def report(step: Step, move: Move, grant: Grant | None) -> None:
        if not quiet:
            print_text(step_line(step, move, grant, style))

    return report


def _pin_reporter(style: Style, *, quiet: bool) -> Callable[[VersionPin], None]:
    def report(pin: VersionPin) -> None:
        if not quiet:
            print_text(pin_line(pin, style))

    return report
