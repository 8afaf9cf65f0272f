"""Records that pass between front ends, the deployment and the output: desired resources, steps, failures.

Owns plain data only; decides nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from localazure.arm.property_paths import Change, Path
from localazure.deployment.records import Record


@dataclass(frozen=True, kw_only=True)
class DesiredResource:
    """A resource as the program registers it. Options that are None or empty are inherited, or off."""

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

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class DeployedResource:
    """Id and outputs of a deployed resource, as the program receives them."""

    id: str
    outputs: dict[str, Any]
    secrets: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class ResourceDiff:
    """Changed inputs of a resource since the last run."""

    changed: tuple[Change, ...] = ()
    forced_by: tuple[Change, ...] = ()
    """Those of them that force a replacement."""


NO_DIFF = ResourceDiff()


class Op(StrEnum):
    """The operation on a resource, done or planned."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class ResourceStep:
    """The operation on one resource in a run; secrets are masked."""

    op: Op
    record: Record
    inputs: dict[str, Any]
    """As the program registered them; of a deleted resource, the last ones."""
    differences: ResourceDiff = NO_DIFF


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The failure of a resource, or of the whole program if `urn` is empty."""

    message: str
    urn: str = ""
    code: str = ""
    traceback: str = ""
    """Of a programming mistake; a user's mistake has none."""
