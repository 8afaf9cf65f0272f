"""State of one resource of a Pulumi program, in a form that all readers share.

Owns the checks of a row, and the type as azure-native's module and name without version. Other modules own its
meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from access.azure.flat_properties import flattened
from access.azure.type_tokens import azure_native_token
from access.model.errors import UnreadableSource
from access.model.json_values import Values, mapping, text, texts
from access.model.urns import resource_name


@dataclass(frozen=True, kw_only=True)
class ResourceState:
    """State of one resource in a source: a Pulumi component, or a resource in Azure."""

    urn: str
    type: str
    name: str = ""
    id: str = ""
    parent: str = ""
    """URN of the parent resource."""
    inputs: Values = field(default_factory=dict[str, Any], hash=False)
    outputs: Values = field(default_factory=dict[str, Any], hash=False)
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
    external: bool = False
    """True if the resource is only read by the program, so that its properties are unknown."""
    unseen: bool = False
    """True if local Azure has taken a resource to exist without ever having seen its settings."""
    of_subscription: bool = False
    """True if the resource is listed by a subscription, so that it may have nothing to do with the network."""
    provider: str = ""
    """URN of the provider resource."""
    custom: bool = True
    """False for a component, which is nothing in Azure by itself."""

    @property
    def location(self) -> str:
        """Return the location of the resource for messages: its URN or id."""
        return self.urn or self.id

    @property
    def token(self) -> str:
        """Return the Pulumi type token without API version; empty for types outside azure-native."""
        return azure_native_token(self.type)

    @property
    def values(self) -> Values:
        """Return all properties of the resource in one mapping: inputs of the program before Azure's outputs."""
        return flattened(self.inputs, self.outputs)

    def known_text(self, name: str) -> str:
        """Return a known string property: the input, or else Azure's output."""
        return text(self.inputs, name) or text(self.outputs, name)


RETAINED = "the program deletes it, but it stays in Azure (retainOnDelete)"
"""Note on a resource that leaves the stack and not Azure."""


def left_behind(state: ResourceState) -> ResourceState:
    """Return a retained resource as one outside the program: its id takes the place of the URN, which is free again."""
    return replace(state, urn=state.id or state.urn)


def state_of(row: object, where: str) -> ResourceState:
    """Return the resource state for a row of a stack export or preview.

    Raises:
        UnreadableSource: the row is not a resource.
    """
    if not isinstance(row, Mapping):
        raise UnreadableSource(
            where, "a resource in the document is not an object; the document has another format or is truncated"
        )
    values = cast("Values", row)
    urn, kind = values.get("urn"), values.get("type")
    if not (isinstance(urn, str) and urn and isinstance(kind, str) and kind):
        raise UnreadableSource(
            where, "a resource in the document has no 'urn' or no 'type'; the document has another format or is damaged"
        )
    depends = mapping(values.get("propertyDependencies"))
    return ResourceState(
        urn=urn,
        type=kind,
        name=resource_name(urn),
        id=text(values, "id"),
        parent=text(values, "parent"),
        inputs=mapping(values.get("inputs")),
        outputs=mapping(values.get("outputs")),
        property_dependencies={name: texts(urns) for name, urns in depends.items()},
        external=values.get("external") is True,
        # The reference to a provider is its URN and its id, which a first preview does not know.
        provider=str(values.get("provider") or "").rpartition("::")[0],
        custom=values.get("custom") is not False,
    )
