"""`pulumi stack export`: what the engine remembers of a deployed stack."""

from collections.abc import Iterator, Mapping
from typing import Any

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import Values, listed, mapping, required_list, text
from access.readers.graph_builder import graph
from access.readers.resource_state import state_of

_WHERE = "stack export"
_VERSIONS = (3, 4)


def read(document: Mapping[str, Any]) -> Graph:
    """The graph of an export.

    What waits to be deleted counts: it is still there.

    Raises:
        UnreadableSource: it is something else, of another version, or not whole.
    """
    values = mapping(document)
    deployment = mapping(values.get("deployment"))
    if not deployment:
        raise UnreadableSource(_WHERE, "has no 'deployment'; it is something else, or not whole")
    version = values.get("version")
    if version not in _VERSIONS or isinstance(version, bool | float):
        raise UnreadableSource(_WHERE, "is of a version that is not read; versions 3 and 4 are")
    # A stack that nothing was deployed to has no list.
    empty = "resources" not in deployment and "manifest" in deployment
    rows = [] if empty else required_list(deployment, "resources", _WHERE)
    return graph([state_of(row, _WHERE) for row in rows], source=_WHERE, unread=_pending(deployment))


def _pending(deployment: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(deployment.get("pending_operations"))):
        urn = text(mapping(each.get("resource")), "urn") or _WHERE
        yield Unread(urn, "an operation on it was interrupted; whether it happened is not known")
