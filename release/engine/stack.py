"""Stack of the Pulumi engine: its state, previews, drift and deployment, without a secret in clear text.

Owns which calls are made. The Automation API's `export_stack`, `outputs` and the result of `up` have secrets in clear
text, and its errors have the whole output (pulumi/pulumi, sdk/python/lib/pulumi/automation, 3.272): here the CLI is run
through that API with the arguments that mask them, and errors keep one line. A stack is selected, and never created.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from pulumi import automation
from pulumi.automation.errors import StackNotFoundError

from access.model.json_values import mapping, text
from access.model.urns import resource_name
from release.engine.command import OwnSessionCommand
from release.engine.failure_reason import failure_reason, plain_message
from release.engine.interruption import InterruptedRun
from release.engine.overrides import engine_overrides
from release.errors import ReleaseError

__all__ = ["EngineStack", "Outcome", "Pack", "Violation"]

Event = Mapping[str, Any]

_ENVIRONMENT = {
    # The link would be a signed address of the state in Azure Storage, or a warning that there is none.
    "PULUMI_OPTION_SUPPRESS_PERMALINK": "true",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}

_NO_BACKEND = "PULUMI_ACCESS_TOKEN must be set"
"""Part of the CLI's error where no backend is set, so that Pulumi Cloud is taken (pulumi/pulumi, pkg/backend, 2026)."""


@dataclass(frozen=True)
class Pack:
    """Policy pack of a run, with its configuration if it has one."""

    folder: Path
    configuration: Path | None = None


class Violation(NamedTuple):
    """Violation of a mandatory policy: the name of the policy, and the message about a resource."""

    policy: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Outcome of a deployment: the error of the engine if there is one, and the changed resources."""

    failure: str = ""
    """Reason for which the engine stopped; empty if it deployed everything."""
    is_interrupted: bool = False
    """True if a signal stopped the release."""
    violations: tuple[str, ...] = ()
    """Messages of mandatory policies."""
    applied: tuple[tuple[str, str], ...] = ()
    """Operation and URN of each change that was made, in order."""


class EngineStack:
    """Stack of a project, whose commands run with the Pulumi CLI on PATH."""

    def __init__(self, root: Path, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Select a stack of a project, which exists already.

        Args:
            root: folder of the project.
            name: name of the stack.
            environment: environment variables in addition to those of this process.

        Raises:
            ReleaseError: the CLI is missing or too old, there is no such stack, or a file of Pulumi has a key that no
                plan binds.
        """
        self.name, self.root = name, root
        self.environment = {**_ENVIRONMENT, **(environment or {})}
        overrides = list(engine_overrides(root, name))
        if overrides:
            raise ReleaseError("\n".join(overrides))
        try:
            self._command = OwnSessionCommand()
            options = automation.LocalWorkspaceOptions(env_vars=self.environment, pulumi_command=self._command)
            self._stack = automation.select_stack(stack_name=name, work_dir=str(root), opts=options)
        except FileNotFoundError:
            raise ReleaseError("pulumi: not found on PATH; install the CLI of Pulumi") from None
        except automation.InvalidVersionError as error:
            raise ReleaseError(f"pulumi: {error}") from None
        except StackNotFoundError:
            raise ReleaseError(
                f"stack {name!r} does not exist in the backend, and a release creates none; create it once with `pulumi"
                f" stack init {name}`, and commit its stack file"
            ) from None
        except automation.CommandError as error:
            reason = failure_reason(error)
            if _NO_BACKEND in reason:
                reason = (
                    "no backend is set; set PULUMI_BACKEND_URL to azblob://CONTAINER?storage_account=ACCOUNT, or try"
                    f" it on local Azure: `agent-network engine -- 'agent-network release plan --stack {name}'`"
                )
            raise ReleaseError(f"stack {name!r} cannot be selected: {reason}") from None

    @property
    def full_environment(self) -> dict[str, str]:
        """Return all environment variables with which the Pulumi CLI runs."""
        return {**os.environ, **self.environment}

    @property
    def project(self) -> str:
        """Return the name of the project."""
        return self._stack.workspace.project_settings().name

    def export(self) -> Mapping[str, Any]:
        """Return the state of the stack, with secrets encrypted.

        Raises:
            ReleaseError: the state cannot be read.
        """
        return self._document(["stack", "export"], "the state of the stack cannot be read")

    def preview(self, packs: Sequence[Pack] = (), variables: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Return the document of a preview with all resources, in which secrets are masked.

        Args:
            packs: policy packs.
            variables: environment variables for this preview alone.

        Raises:
            ReleaseError: the program failed, or a mandatory policy of a pack is violated.
        """
        arguments = ["preview", "--json", "--show-sames", *_pack_arguments(packs)]
        return self._document(arguments, "the preview failed", variables)

    def policy_violations(
        self, packs: Sequence[Pack], variables: Mapping[str, str] | None = None
    ) -> tuple[Violation, ...]:
        """Return the violations of mandatory policies by a preview, which its document does not have.

        Args:
            packs: policy packs.
            variables: environment variables for this preview alone.
        """
        found: list[Violation] = []

        def see(event: Event) -> None:
            found.extend(_violations(event))

        streaming = {**(variables or {}), "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
        with suppress(ReleaseError):
            self._run(["preview", "--json", *_pack_arguments(packs)], "the preview failed", _collecting(see), streaming)
        return tuple(dict.fromkeys(found))

    def refresh_preview(self) -> Mapping[str, Any]:
        """Return the document of a refresh that changes nothing, with the resources that differ in Azure.

        Raises:
            ReleaseError: Azure cannot be read.
        """
        return self._document(["refresh", "--preview-only", "--json"], "the comparison of the state with Azure failed")

    def up(self, packs: Sequence[Pack], on_event: Callable[[Event], None]) -> Outcome:
        """Deploy the stack, and return the outcome, also of a deployment that stopped.

        Args:
            packs: policy packs.
            on_event: receives each event of the engine, in order.
        """
        applied: list[tuple[str, str]] = []
        violations: list[str] = []
        errors: list[str] = []

        def see(event: Event) -> None:
            on_event(event)
            done = mapping(mapping(event.get("resOutputsEvent")).get("metadata"))
            if done and done.get("op") != "same":
                applied.append((str(done.get("op")), str(done.get("urn"))))
            violations.extend(each.message for each in _violations(event))
            diagnostic = mapping(event.get("diagnosticEvent"))
            if diagnostic.get("severity") == "error":
                errors.append(plain_message(str(diagnostic.get("message"))))

        arguments = ["up", "--yes", "--skip-preview", "--json", *_pack_arguments(packs)]
        failure, is_interrupted = "", False
        try:
            self._run(arguments, "the deployment failed", _collecting(see))
        except InterruptedRun as interrupted:
            failure, is_interrupted = f"the deployment was {interrupted}", True
        except ReleaseError as error:
            failure = errors[0] if errors else "a mandatory policy is violated" if violations else str(error)
        return Outcome(
            failure=failure,
            is_interrupted=is_interrupted,
            violations=tuple(dict.fromkeys(violations)),
            applied=tuple(applied),
        )

    def stop(self) -> None:
        """Stop the deployment that runs, as Ctrl-C does; for the receiver of its events."""
        self._command.stop()

    def _document(
        self, arguments: list[str], what: str, variables: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        text = self._run(arguments, what, variables=variables)
        try:
            return cast("Mapping[str, Any]", json.loads(text))
        except ValueError:
            raise ReleaseError(f"stack {self.name!r}: {what}: the engine's answer is not JSON") from None

    def _run(
        self,
        arguments: list[str],
        what: str,
        on_line: Callable[[str], None] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        try:
            return self._command.run(
                [*arguments, "--stack", self.name], str(self.root), {**self.environment, **(variables or {})}, on_line
            ).stdout
        except automation.CommandError as error:
            raise ReleaseError(f"stack {self.name!r}: {what}: {failure_reason(error)}") from None


def _violations(event: Event) -> Iterator[Violation]:
    """Yield the violation of a mandatory policy that an event of the engine is about, with the resource's name."""
    policy = mapping(event.get("policyEvent"))
    if policy.get("enforcementLevel") == "mandatory":
        name, message = resource_name(text(policy, "resourceUrn")), plain_message(text(policy, "message"))
        yield Violation(text(policy, "policyName"), message if name in message else f"{name}: {message}")


def _pack_arguments(packs: Sequence[Pack]) -> list[str]:
    arguments: list[str] = []
    for pack in packs:
        arguments += ["--policy-pack", str(pack.folder)]
    # The CLI takes a configuration for all packs or for none.
    for pack in packs:
        if pack.configuration is not None:
            arguments += ["--policy-pack-config", str(pack.configuration)]
    return arguments


def _collecting(see: Callable[[Event], None]) -> Callable[[str], None]:
    def collect(line: str) -> None:
        try:
            event: object = json.loads(line)
        except ValueError:
            return  # a warning of the CLI between the events
        if isinstance(event, dict):
            see(cast("Event", event))

    return collect
