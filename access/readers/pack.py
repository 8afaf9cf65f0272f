"""The resources that a Pulumi policy pack is shown, in a preview or an update.

Owns reading objects that the policy SDK makes, without that SDK: they are asked for what they have, and a value that
raises because it is not known yet counts as not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from access.errors import UnreadableSource
from access.graph import Graph
from access.readers.state import State
from access.readers.states import graph
from access.readers.values import UNKNOWN, text, texts

_WHERE = "policy pack"
_DEEPEST = 100


def read(resources: Iterable[object]) -> Graph:
    """The graph of a pack's resources: objects with `resource_type` or `type`, `props`, `urn`, `name` and `opts`.

    Raises:
        UnreadableSource: one of them is no resource.
    """
    return graph([_state(each) for each in resources], source=_WHERE)


def _state(resource: object) -> State:
    urn = getattr(resource, "urn", None)
    kind = getattr(resource, "resource_type", None) or getattr(resource, "type", None)
    if not (isinstance(urn, str) and urn and isinstance(kind, str) and kind):
        raise UnreadableSource(_WHERE, "one of its resources has no 'urn' or no 'resource_type'")
    shown = _plain(getattr(resource, "props", None), 0)
    props = cast("dict[str, Any]", shown) if isinstance(shown, dict) else {}
    parent = _urn(getattr(resource, "parent", None)) or _urn(getattr(getattr(resource, "opts", None), "parent", None))
    return State(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        id=text(props, "id"),
        parent=parent,
        inputs=props,
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
