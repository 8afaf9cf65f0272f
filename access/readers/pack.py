"""The resources that a Pulumi policy pack is shown, in a preview or an update.

Owns reading objects that the policy SDK makes, without that SDK: they are asked for what they have, and a value that
raises because it is not known yet counts as not known.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from access.azure.scopes import ROOT, ancestors, key
from access.model.errors import UnreadableSource
from access.model.graph import Graph
from access.model.json_values import UNKNOWN, is_known, text, texts
from access.readers.graph_builder import graph
from access.readers.resource_ids import Places
from access.readers.resource_state import State

_WHERE = "policy pack"
_STACK = "pulumi:pulumi:Stack"
_DEEPEST = 100


@dataclass(frozen=True)
class Shown:
    """What a pack is shown of a program; equal where nothing of it has changed."""

    states: tuple[State, ...]

    def graph(self) -> Graph:
        """Who was given what."""
        return graph(self.states, source=_WHERE)

    def outputs(self) -> dict[str, str]:
        """By place, the texts that the stack puts out."""
        stacks = [each for each in self.states if each.type == _STACK]
        told = {name: value for each in stacks for name, value in each.outputs.items() if is_known(value)}
        return {f"output {name}": json.dumps(value, default=str) for name, value in told.items()}

    @cached_property
    def urns(self) -> Mapping[str, str]:
        """By key of a resource's id in Azure, what the program calls it; by a URN, itself."""
        places = Places(self.states)
        named = {key(places.id_of(each)): each.urn for each in places.states if each.token}
        return named | {key(each.urn): each.urn for each in places.states}

    def urn_of(self, place: str) -> str:
        """The resource of the program that is a place, or that it lies within; empty where there is none."""
        around = (self.urns.get(each, "") for each in reversed(ancestors(key(place))) if each != ROOT)
        return self.urns.get(key(place)) or next(filter(None, around), "")


def shown(resources: Iterable[object], asked: Mapping[str, Mapping[str, Any]] | None = None) -> Shown:
    """A pack's resources: objects with `resource_type` or `type`, `props`, `urn`, `name` and `opts`.

    Args:
        resources: as a policy of a stack is given them; their `props` are what came of them.
        asked: by URN what they were asked to be, as policies of resources were given it; without it, `props` is both.

    Raises:
        UnreadableSource: one of them is no resource.
    """
    inputs = asked or {}
    return Shown(tuple(_state(each, inputs) for each in resources))


def read(resources: Iterable[object]) -> Graph:
    """The graph of a pack's resources.

    Raises:
        UnreadableSource: one of them is no resource.
    """
    return shown(resources).graph()


def properties(values: object) -> dict[str, Any]:
    """Properties as plain data; what is not known yet is the engine's sentinel.

    Raises:
        UnreadableSource: they lie too deep in each other.
    """
    plain = _plain(values, 0)
    return cast("dict[str, Any]", plain) if isinstance(plain, dict) else {}


def _state(resource: object, asked: Mapping[str, Mapping[str, Any]]) -> State:
    urn = getattr(resource, "urn", None)
    kind = getattr(resource, "resource_type", None) or getattr(resource, "type", None)
    if not (isinstance(urn, str) and urn and isinstance(kind, str) and kind):
        raise UnreadableSource(_WHERE, "one of its resources has no 'urn' or no 'resource_type'")
    props = properties(getattr(resource, "props", None))
    parent = _urn(getattr(resource, "parent", None)) or _urn(getattr(getattr(resource, "opts", None), "parent", None))
    return State(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        id=text(props, "id"),
        parent=parent,
        inputs=asked.get(urn, props),
        outputs=props,
        property_dependencies=_dependencies(getattr(resource, "property_dependencies", None)),
    )


def _dependencies(told: object) -> dict[str, tuple[str, ...]]:
    """URNs by property."""
    if not isinstance(told, Mapping):
        return {}
    by_property = cast("Mapping[str, Iterable[object]]", told)
    return {str(name): texts([_urn(each) for each in others]) for name, others in by_property.items()}


def _urn(other: object) -> str:
    """A resource's URN, given as such or with its resource."""
    urn = getattr(other, "urn", other)
    return urn if isinstance(urn, str) else ""


def _plain(value: object, depth: int) -> object:
    """A value as plain data. The SDK's own mappings and lists raise when they are asked for what is not known."""
    if depth > _DEEPEST:
        raise UnreadableSource(_WHERE, "the properties of one of its resources lie too deep in each other")
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
