"""Data types that pass between front ends, deployment and output: desired resources, steps, failures.

Owns plain data only; decides nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import Any

from localazure.arm.property_paths import Change, ItemName, Path, overlaps
from localazure.deployment.records import Record


@dataclass(frozen=True, kw_only=True)
class DesiredResource:
    """A resource as the program registers it. Options that are None or empty are inherited from the parent, or off."""

    urn: str
    type: str
    custom: bool
    parent: str
    inputs: dict[str, Any]
    secrets: frozenset[Path] = frozenset()
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    protect: bool | None = None
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    delete_before_replace: bool = True
    """True if the old resource is deleted before its replacement is created, as azure-native requires."""
    ignore_changes: tuple[Path, ...] = ()
    replace_on_changes: tuple[Path, ...] = ()
    aliases: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()
    is_retried: Callable[[Sequence[str]], bool] = lambda _errors: False
    """Returns True if the program wants the resource to be tried again after errors, of which the newest is first."""

    @property
    def name(self) -> str:
        """Return the logical name of the resource, the last part of its URN."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class DeployedResource:
    """Id and outputs of a deployed resource, as the program receives them."""

    id: str
    outputs: dict[str, Any]
    secrets: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class ResourceDiff:
    """Inputs of a resource that changed since the last run, and those among them that force a replacement."""

    changed: tuple[Change, ...] = ()
    """Changed inputs; items of lists, such as environment variables, are matched by their names."""
    forced_by: tuple[Change, ...] = ()
    """Changed inputs that force a replacement of the resource; items of lists have their positions."""

    def forces_replacement(self, change: Change) -> bool:
        """Return True if a change in `changed` forces a replacement; items of one list count together."""
        return any(overlaps(_around_items(one.path), _around_items(change.path)) for one in self.forced_by)


def _around_items(path: Path) -> Path:
    """Return a property path up to its first list, whose items have positions in one form and names in another."""
    return tuple(takewhile(lambda step: not isinstance(step, int | ItemName), path))


NO_DIFF = ResourceDiff()


class Op(StrEnum):
    """Operation on a resource (create, update, delete, …), done in a deployment or planned in a preview."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class ResourceStep:
    """Operation on one resource in a run, with the resource's inputs; secrets are masked."""

    op: Op
    record: Record
    inputs: dict[str, Any]
    """Inputs as the program registered them; for a deleted resource, the inputs of the last run."""
    differences: ResourceDiff = NO_DIFF


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Failure of a resource, or of the whole program if `urn` is empty."""

    message: str
    urn: str = ""
    code: str = ""
    traceback: str = ""
    """Traceback of an exception in the program; empty for a mistake of the user."""
