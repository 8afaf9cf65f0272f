"""What a deployment is asked for, what it did about it, and what went wrong.

Owns the plain data that passes between a front end, the deployment and what is shown of it; decides nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from localazure.arm.property_paths import Change, Path
from localazure.deployment.records import Record


@dataclass(frozen=True, kw_only=True)
class DesiredResource:
    """A resource as the program wants it. Options that are None or empty are the parent's to decide, or off."""

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
    """Whether what is replaced goes before the new one is made; the engine asks azure-native, which says so."""
    ignore_changes: tuple[Path, ...] = ()
    replace_on_changes: tuple[Path, ...] = ()
    aliases: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The logical name, which ends the URN."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class DeployedResource:
    """What the program learns of a resource that went well."""

    id: str
    outputs: dict[str, Any]
    secrets: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class ResourceDiff:
    """How a resource's inputs differ from the last run's."""

    changed: tuple[Change, ...] = ()
    forced_by: tuple[Change, ...] = ()
    """Those of them for which Azure takes no update, only another resource."""


NO_DIFF = ResourceDiff()


class Op(StrEnum):
    """What happened to a resource, or would happen."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    READ = "read"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class ResourceStep:
    """One resource's part of a run; secrets are masked."""

    op: Op
    record: Record
    inputs: dict[str, Any]
    """As the program registered them; of a deleted resource, as they last were."""
    differences: ResourceDiff = NO_DIFF


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a resource, or the whole program where `urn` is empty, did not go well."""

    message: str
    urn: str = ""
    code: str = ""
    traceback: str = ""
    """Of a programming mistake; a user's mistake has none."""
