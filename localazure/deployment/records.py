"""State records: the saved state of each resource between two local runs.

Owns the record and how it is written as JSON. Secrets in it are hidden before it is made
(`localazure.arm.secret_values`). Knows
neither the file nor the world.
"""

from dataclasses import dataclass, field
from typing import Any, Self, cast


@dataclass(frozen=True, kw_only=True)
class Record:
    """The state of one resource after the last run."""

    urn: str
    type: str
    custom: bool
    parent: str = ""
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    external: bool = False
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    replaced: bool = False
    """True if a replacement has its URN and it is to be deleted."""

    @property
    def name(self) -> str:
        """The logical name, the last part of the URN."""
        return self.urn.rpartition("::")[2]

    def to_json(self) -> dict[str, Any]:
        """The JSON form; empty fields are left out."""
        written = {
            "urn": self.urn,
            "type": self.type,
            "custom": self.custom,
            "parent": self.parent,
            "id": self.id,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "dependencies": list(self.dependencies),
            "propertyDependencies": {name: list(urns) for name, urns in self.property_dependencies.items() if urns},
            "external": self.external,
            "protect": self.protect,
            "retainOnDelete": self.retain_on_delete,
            "deletedWith": self.deleted_with,
            "replaced": self.replaced,
        }
        return {name: value for name, value in written.items() if value or name == "custom"}

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Self:
        """Read the form that `to_json` writes.

        Raises:
            KeyError: where a record lacks its URN, its type or whether it is custom.
        """
        depends = cast("dict[str, list[str]]", written.get("propertyDependencies", {}))
        return cls(
            urn=written["urn"],
            type=written["type"],
            custom=written["custom"],
            parent=written.get("parent", ""),
            id=written.get("id", ""),
            inputs=written.get("inputs", {}),
            outputs=written.get("outputs", {}),
            dependencies=tuple(written.get("dependencies", ())),
            property_dependencies={name: tuple(urns) for name, urns in depends.items()},
            external=written.get("external", False),
            protect=written.get("protect", False),
            retain_on_delete=written.get("retainOnDelete", False),
            deleted_with=written.get("deletedWith", ""),
            replaced=written.get("replaced", False),
        )
