"""Reads the state of a stack, and replaces ids in it.

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
from release.foundry.state import Row, renamed

__all__ = ["EngineStack", "ExportedStack", "LocalStack", "Stack"]


class Stack(Protocol):
    """State of a stack that can be read and changed."""

    @property
    def rows(self) -> Sequence[Row]:
        """Resources in the state of the stack."""
        ...

    @property
    def where(self) -> str:
        """Description of the location of the state, with the next step if one is needed."""
        ...

    def rename(self, names: Mapping[str, str]) -> None:
        """Replace GUIDs in the current state of the stack."""
        ...


class EngineStack:
    """Stack in the backend of the Pulumi engine."""

    def __init__(self, name: str, root: Path) -> None:
        """Read the state of a stack with the Pulumi CLI.

        Raises:
            ReleaseError: the CLI is missing or too old, or the stack cannot be read.
        """
        from pulumi import automation  # noqa: PLC0415 - importing costs, and the other places do without

        self._api = automation
        try:
            self._stack = automation.select_stack(stack_name=name, work_dir=str(root))
            self._exported = self._stack.export_stack()
        except FileNotFoundError:
            raise ReleaseError(
                "pulumi: not found on PATH; install the CLI, or give a file of `pulumi stack export` with --export"
            ) from None
        except automation.InvalidVersionError as error:
            raise ReleaseError(f"pulumi: {error}") from None
        except automation.CommandError as error:
            raise ReleaseError(f"stack {name!r} cannot be read: {_last_line(str(error))}") from None
        self.where = f"stack {name}"

    @property
    def rows(self) -> Sequence[Row]:
        """Resources in the state of the stack."""
        return _rows(cast("Mapping[str, Any]", self._exported.deployment), self.where)

    def rename(self, names: Mapping[str, str]) -> None:
        """Export the state again, since others may have deployed, and import it with the replaced GUIDs.

        Raises:
            ReleaseError: the engine refuses the import, or a deployment is running.
        """
        try:
            self._exported = self._stack.export_stack()
            rows = renamed(self.rows, names)
            deployment = {**cast("dict[str, Any]", self._exported.deployment), "resources": rows}
            self._exported = self._api.Deployment(version=self._exported.version, deployment=deployment)
            self._stack.import_stack(self._exported)
        except self._api.CommandError as error:
            raise ReleaseError(f"{self.where} cannot be written: {_last_line(str(error))}; run this again") from None


class ExportedStack:
    """Stack in a file that `pulumi stack export` wrote; changes are written to a second file in the same folder."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            ReleaseError: the file is not an export of a stack.
        """
        self._target = path.with_name(f"{path.stem}.reconciled.json")
        self._document = _json(path)
        self.where = f"{self._target}; take it into the stack with `pulumi stack import --file {self._target}`"
        _rows(cast("Mapping[str, Any]", self._document.get("deployment") or {}), str(path))

    @property
    def rows(self) -> Sequence[Row]:
        """Resources in the state of the stack."""
        return cast("Sequence[Row]", self._document["deployment"]["resources"])

    def rename(self, names: Mapping[str, str]) -> None:
        """Write the state with the replaced GUIDs to a second file.

        Raises:
            ReleaseError: the file cannot be written.
        """
        deployment = {**self._document["deployment"], "resources": renamed(self.rows, names)}
        self._document = {**self._document, "deployment": deployment}
        try:
            self._target.write_text(json.dumps(self._document, indent=4) + "\n", "utf-8")
        except OSError as error:
            raise ReleaseError(f"{self._target} cannot be written: {error.strerror}; run this again") from None


class LocalStack:
    """A stack that `agent-network up` deployed to local Azure, without the engine."""

    def __init__(self, path: Path) -> None:
        """Find the state file of a local run.

        Raises:
            ReleaseError: nothing was deployed.
        """
        if not path.exists():
            raise ReleaseError(f"{path}: nothing is deployed there; run `agent-network up --stack {path.stem}` first")
        self._path = path
        self.where = str(path)

    @property
    def rows(self) -> Sequence[Row]:
        """Resources in the state of the stack."""
        try:
            return cast("Sequence[Row]", World.load(self._path).stack)
        except LocalAzureError as error:
            raise ReleaseError(str(error)) from None

    def rename(self, names: Mapping[str, str]) -> None:
        """Replace GUIDs in the state file."""
        try:
            with exclusive(self._path):
                world = World.load(self._path)
                world.stack = [dict(row) for row in renamed(world.stack, names)]
                world.save(self._path)
        except LocalAzureError as error:
            raise ReleaseError(str(error)) from None


def _rows(deployment: Mapping[str, Any], where: str) -> Sequence[Row]:
    rows = deployment.get("resources")
    if not isinstance(rows, list):
        raise ReleaseError(f"{where} has no resources; deploy it first, or give what `pulumi stack export` printed")
    if deployment.get("pending_operations"):
        # Importing a state drops pending operations, and so the resources that they created.
        why = f"{where}: an update was interrupted, or still goes on"
        raise ReleaseError(f"{why}; let it end, or run `pulumi up`, and then this again")
    return cast("Sequence[Row]", rows)


def _json(path: Path) -> dict[str, Any]:
    try:
        document: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path} cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise ReleaseError(f"{path} is nothing that `pulumi stack export` printed")
    return cast("dict[str, Any]", document)


def _last_line(text: str) -> str:
    said = [line.strip() for line in text.splitlines() if "error:" in line]
    return said[-1].partition("error:")[2].strip() if said else " ".join(text.split())[:200]
