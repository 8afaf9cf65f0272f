"""One resource of a Pulumi program, as any of its documents tells of it.

Owns checking the form of a row, and reading a type as azure-native's module and name whatever the version. What the
row means is the business of the modules beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from access.model.errors import UnreadableSource
from access.model.json_values import Values, mapping, text, texts

_MODULES = {"documentdb": "cosmosdb"}
"""Modules of azure-native that were called otherwise before version 3."""


@dataclass(frozen=True, kw_only=True)
class State:
    """One resource: a component, or something in Azure."""

    urn: str
    type: str
    name: str = ""
    id: str = ""
    parent: str = ""
    """URN of what holds it."""
    inputs: Values = field(default_factory=dict[str, Any], hash=False)
    outputs: Values = field(default_factory=dict[str, Any], hash=False)
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
    external: bool = False
    """Only referred to: what it is made of is not known from here."""

    @property
    def location(self) -> str:
        """Where it was read."""
        return self.urn or self.id

    @property
    def token(self) -> str:
        """`storage:BlobContainer`, whatever the version of the API; empty for what is not azure-native's.

        A version stands in the module (`storage/v20240101`), or in the package that was generated for it
        (`azure-native_storage_v20240101`).
        """
        package, _, rest = self.type.partition(":")
        if package != "azure-native" and not package.startswith("azure-native_"):
            return ""
        module, _, name = rest.rpartition(":")
        module = module.partition("/")[0]
        return f"{_MODULES.get(module, module)}:{name}"

    def said(self, name: str) -> str:
        """A known text of the resource: what was asked for, else what Azure answered."""
        return text(self.inputs, name) or text(self.outputs, name)


def state_of(row: object, where: str) -> State:
    """The resource that a row of a document tells of.

    Raises:
        UnreadableSource: the row is no resource.
    """
    if not isinstance(row, Mapping):
        raise UnreadableSource(where, "one of its resources is no object; it is something else, or not whole")
    values = cast("Values", row)
    urn, kind = values.get("urn"), values.get("type")
    if not (isinstance(urn, str) and urn and isinstance(kind, str) and kind):
        raise UnreadableSource(
            where, "one of its resources has no 'urn' or no 'type'; it is something else, or damaged"
        )
    depends = mapping(values.get("propertyDependencies"))
    return State(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        id=text(values, "id"),
        parent=text(values, "parent"),
        inputs=mapping(values.get("inputs")),
        outputs=mapping(values.get("outputs")),
        property_dependencies={name: texts(urns) for name, urns in depends.items()},
        external=values.get("external") is True,
    )
