"""Reads the resources that a Pulumi policy pack receives into an access graph.

Owns reading the policy SDK's objects without that SDK. A value that raises because it is not known yet counts as
unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from access.azure.scopes import ROOT, ancestors, key
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.model.json_values import UNKNOWN, text, texts
from access.model.urns import resource_name
from access.readers.generic_resources import resource_ids_of
from access.readers.graph_builder import graph
from access.readers.resource_state import ResourceState
from access.readers.stack_outputs import texts_of_rows

_WHERE = "policy pack"
_DEEPEST = 100


@dataclass(frozen=True)
class PackResources:
    """Resources of a program as a policy pack receives them."""

    states: tuple[ResourceState, ...]

    def graph(self) -> Graph:
        """Return the access graph of the resources."""
        return graph(self.states, source=_WHERE)

    def texts(self) -> dict[str, str]:
        """Return outputs of stacks and values of resources outside Azure, as texts by location."""
        return texts_of_rows(
            {"type": each.type, "urn": each.urn, "inputs": each.inputs, "outputs": each.outputs} for each in self.states
        )

    @cached_property
    def urns(self) -> Mapping[str, str]:
        """Return the URN of each resource, by its Azure id and by the URN itself, in normalized form."""
        resource_ids = resource_ids_of(self.states)
        named = {key(resource_ids.id_of(each)): each.urn for each in resource_ids.states if each.token}
        return named | {key(each.urn): each.urn for each in resource_ids.states}

    def urn_of(self, location: str) -> str:
        """Return the URN of the resource at or above a location; empty if there is none."""
        around = (self.urns.get(each, "") for each in reversed(ancestors(key(location))) if each != ROOT)
        return self.urns.get(key(location)) or next(filter(None, around), "")


def pack_resources(
    resources: Iterable[object], inputs_by_urn: Mapping[str, Mapping[str, Any]] | None = None
) -> PackResources:
    """Convert the resource objects of the policy SDK to resource states.

    Args:
        resources: the resources that a stack policy gets; their `props` are outputs.
        inputs_by_urn: inputs by URN, as resource policies get them; without it, `props` is used for both.

    Raises:
        UnreadableSource: an object is not a resource.
    """
    inputs = inputs_by_urn or {}
    return PackResources(tuple(_state(each, inputs) for each in resources))


def read(resources: Iterable[object]) -> Graph:
    """Return the access graph of the resource objects of the policy SDK.

    Raises:
        UnreadableSource: an object is not a resource.
    """
    return pack_resources(resources).graph()


def properties(values: object) -> dict[str, Any]:
    """Return a resource's properties from the policy SDK as plain data; unknown values become a marker.

    Raises:
        UnreadableSource: the values are nested too deeply.
    """
    plain = _plain(values, 0)
    return cast("dict[str, Any]", plain) if isinstance(plain, dict) else {}


def _state(resource: object, inputs_by_urn: Mapping[str, Mapping[str, Any]]) -> ResourceState:
    urn = getattr(resource, "urn", None)
    kind = getattr(resource, "resource_type", None) or getattr(resource, "type", None)
    if not (isinstance(urn, str) and urn and isinstance(kind, str) and kind):
        raise UnreadableSource(_WHERE, "a resource of the program has no 'urn' or no 'resource_type'")
    props = properties(getattr(resource, "props", None))
    parent = _urn(getattr(resource, "parent", None)) or _urn(getattr(getattr(resource, "opts", None), "parent", None))
    return ResourceState(
        urn=urn,
        type=kind,
        name=resource_name(urn),
        id=text(props, "id"),
        parent=parent,
        inputs=inputs_by_urn.get(urn, props),
        outputs=props,
        property_dependencies=_dependencies(getattr(resource, "property_dependencies", None)),
        provider=_urn(getattr(resource, "provider", None)),
        # The engine names a provider for each resource but components.
        custom=getattr(resource, "provider", None) is not None,
    )


def _dependencies(dependencies: object) -> dict[str, tuple[str, ...]]:
    """Return the URNs that each property of a resource depends on."""
    if not isinstance(dependencies, Mapping):
        return {}
    by_property = cast("Mapping[str, Iterable[object]]", dependencies)
    return {str(name): texts([_urn(each) for each in others]) for name, others in by_property.items()}


def _urn(other: object) -> str:
    """Return the URN of a resource, or of an object that has one."""
    urn = getattr(other, "urn", other)
    return urn if isinstance(urn, str) else ""


def _plain(value: object, depth: int) -> object:
    """Convert a value of the policy SDK, which raises for unknown values, to plain data."""
    if depth > _DEEPEST:
        raise UnreadableSource(_WHERE, "the properties of a resource of the program are nested too deeply")
    if isinstance(value, Mapping):
        return {str(name): _item(cast("Any", value), name, depth) for name in cast("Iterable[object]", value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_item(cast("Any", value), index, depth) for index in range(len(cast("Sequence[object]", value)))]
    return value


def _item(holder: Any, name: object, depth: int) -> object:  # noqa: ANN401 - a mapping or a sequence of the SDK's
    try:
        found = holder[name]
    except Exception:  # noqa: BLE001 - the SDK has an error of its own for this, which cannot be imported here
        return UNKNOWN
    return _plain(found, depth + 1)
