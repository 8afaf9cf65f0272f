"""State records: the state of each resource that is saved between two local runs.

Owns the record and how it is written as JSON. Secrets in it are hidden before it is made
(`localazure.arm.secret_values`). Knows
neither the file nor the world.
"""

from dataclasses import dataclass, field
from typing import Any, Self, cast


@dataclass(frozen=True, kw_only=True)
class Record:
    """State of one resource after the last run on local Azure: URN, inputs, outputs, dependencies and options."""

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
    """True if the resource was replaced and still has to be deleted; its replacement has the same URN."""

    @property
    def name(self) -> str:
        """Return the logical name of the resource, the last part of its URN."""
        return self.urn.rpartition("::")[2]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values; empty fields are left out."""
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
        """Create a record from the JSON values that `to_json` returns.

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
