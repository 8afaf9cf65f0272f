"""Reads the state of a stack, and replaces GUIDs in the state.

The state is in one of three locations: the engine's backend (read with Pulumi's Automation API), a file that `pulumi
stack export` wrote, or the state file of a local run.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from localazure.arm.world import World
from localazure.deployment.state_file import exclusive
from localazure.errors import LocalAzureError
from release.errors import ReleaseError
from release.foundry.state import Row, with_replaced_guids

__all__ = ["EngineStack", "ExportedStack", "LocalStack", "Stack"]


class Stack(Protocol):
    """Interface of a stack whose state can be read and changed."""

    @property
    def rows(self) -> Sequence[Row]:
        """Return the resources in the state of the stack."""
        ...

    @property
    def location(self) -> str:
        """Return a description of the location of the state, with the next step if one is needed."""
        ...

    def replace_guids(self, guids: Mapping[str, str]) -> None:
        """Replace GUIDs in the current state of the stack, and save the state."""
        ...


class EngineStack:
    """Stack whose state is in the backend of the Pulumi engine."""

    def __init__(self, name: str, root: Path, environment: Mapping[str, str] | None = None) -> None:
        """Read the state of the stack with the Pulumi CLI.

        Args:
            name: name of the stack.
            root: folder of the project.
            environment: environment variables of the CLI in addition to those of this process.

        Raises:
            ReleaseError: the CLI is missing or too old, or the stack cannot be read.
        """
        from pulumi import automation  # noqa: PLC0415 - importing costs, and the other places do without

        self._api = automation
        try:
            options = automation.LocalWorkspaceOptions(env_vars=dict(environment or {}))
            self._stack = automation.select_stack(stack_name=name, work_dir=str(root), opts=options)
            self._exported = self._stack.export_stack()
        except FileNotFoundError:
            raise ReleaseError(
                "pulumi: not found on PATH; install the CLI, or give a file of `pulumi stack export` with --export"
            ) from None
        except automation.InvalidVersionError as error:
            raise ReleaseError(f"pulumi: {error}") from None
        except automation.CommandError as error:
            raise ReleaseError(f"stack {name!r} cannot be read: {_last_line(str(error))}") from None
        self.location = f"stack {name}"

    @property
    def rows(self) -> Sequence[Row]:
        """Return the resources in the state of the stack."""
        return _rows(cast("Mapping[str, Any]", self._exported.deployment), self.location)

    def replace_guids(self, guids: Mapping[str, str]) -> None:
        """Export the state again, since others may have deployed, and import it with GUIDs replaced.

        Raises:
            ReleaseError: the engine refuses the import, or a deployment is running.
        """
        try:
            self._exported = self._stack.export_stack()
            rows = with_replaced_guids(self.rows, guids)
            deployment = {**cast("dict[str, Any]", self._exported.deployment), "resources": rows}
            self._exported = self._api.Deployment(version=self._exported.version, deployment=deployment)
            self._stack.import_stack(self._exported)
        except self._api.CommandError as error:
            raise ReleaseError(
                f"the state of {self.location} cannot be written: {_last_line(str(error))}; run this command again"
            ) from None


class ExportedStack:
    """Stack whose state is in a file of `pulumi stack export`; changes go to a second file in the same folder."""

    def __init__(self, path: Path) -> None:
        """Read the exported state from the file at `path`.

        Raises:
            ReleaseError: the file is not an export of a stack.
        """
        self._target = path.with_name(f"{path.stem}.reconciled.json")
        self._document = _json(path)
        self.location = f"{self._target}; take it into the stack with `pulumi stack import --file {self._target}`"
        _rows(cast("Mapping[str, Any]", self._document.get("deployment") or {}), str(path))

    @property
    def rows(self) -> Sequence[Row]:
        """Return the resources in the state of the stack."""
        return cast("Sequence[Row]", self._document["deployment"]["resources"])

    def replace_guids(self, guids: Mapping[str, str]) -> None:
        """Write the state with GUIDs replaced to a second file next to the export.

        Raises:
            ReleaseError: the file cannot be written.
        """
        deployment = {**self._document["deployment"], "resources": with_replaced_guids(self.rows, guids)}
        self._document = {**self._document, "deployment": deployment}
        try:
            self._target.write_text(json.dumps(self._document, indent=4) + "\n", "utf-8")
        except OSError as error:
            raise ReleaseError(f"{self._target} cannot be written: {error.strerror}; run this command again") from None


class LocalStack:
    """Stack that `agent-network up` deployed to local Azure, whose state is in the state file of local Azure."""

    def __init__(self, path: Path) -> None:
        """Use the state file of local Azure at `path`.

        Raises:
            ReleaseError: nothing was deployed.
        """
        if not path.exists():
            raise ReleaseError(
                f"{path}: the stack is not deployed to local Azure; run `agent-network up --stack {path.stem}` first"
            )
        self._path = path
        self.location = str(path)

    @property
    def rows(self) -> Sequence[Row]:
        """Return the resources in the state of the stack."""
        try:
            return cast("Sequence[Row]", World.load(self._path).stack)
        except LocalAzureError as error:
            raise ReleaseError(str(error)) from None

    def replace_guids(self, guids: Mapping[str, str]) -> None:
        """Replace GUIDs in the stack's part of the state file of local Azure."""
        try:
            with exclusive(self._path):
                world = World.load(self._path)
                world.stack = [dict(row) for row in with_replaced_guids(world.stack, guids)]
                world.save(self._path)
        except LocalAzureError as error:
            raise ReleaseError(str(error)) from None


def _rows(deployment: Mapping[str, Any], location: str) -> Sequence[Row]:
    rows = deployment.get("resources")
    if not isinstance(rows, list):
        raise ReleaseError(
            f"{location} has no resources; deploy the stack first, or give a file of `pulumi stack export`"
        )
    if deployment.get("pending_operations"):
        # Importing a state drops pending operations, and so the resources that they created.
        raise ReleaseError(
            f"{location}: an update was interrupted, or is still running; wait until it ends, or recover it as in"
            " docs/howto/recover-an-interrupted-update.md, and then run this command again"
        )
    return cast("Sequence[Row]", rows)


def _json(path: Path) -> dict[str, Any]:
    try:
        document: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path} cannot be read as a stack export: {error}") from None
    if not isinstance(document, dict):
        raise ReleaseError(f"{path} is not an export of a stack; give a file of `pulumi stack export`")
    return cast("dict[str, Any]", document)


def _last_line(text: str) -> str:
    errors = [line.strip() for line in text.splitlines() if "error:" in line]
    return errors[-1].partition("error:")[2].strip() if errors else " ".join(text.split())[:200]
