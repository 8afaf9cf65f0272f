"""Reads the output of `pulumi stack export` into an access graph."""

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
    """Return the access graph of a stack export; raise UnreadableSource for another format.

    Resources that wait for deletion count: they still exist. Those that wait for their replacement do not: Pulumi has
    deleted them already, and keeps them in the state until their replacement exists.

    Raises:
        UnreadableSource: the document has another format or version, or is truncated.
    """
    values = mapping(document)
    deployment = mapping(values.get("deployment"))
    if not deployment:
        raise UnreadableSource(_WHERE, "the stack export has no 'deployment'; it has another format or is truncated")
    version = values.get("version")
    if version not in _VERSIONS or isinstance(version, bool | float):
        raise UnreadableSource(_WHERE, "the stack export has an unsupported version; versions 3 and 4 are supported")
    # The state of a stack without any deployment has no list.
    empty = "resources" not in deployment and "manifest" in deployment
    rows = [] if empty else required_list(deployment, "resources", _WHERE)
    there = [row for row in rows if mapping(row).get("pendingReplacement") is not True]
    return graph([state_of(row, _WHERE) for row in there], source=_WHERE, unread=_pending(deployment))


def resource_rows(document: Mapping[str, Any]) -> list[Values]:
    """Return the resources of a stack export as they are; none for a document of another form."""
    return [mapping(row) for row in listed(mapping(document.get("deployment")).get("resources"))]


def _pending(deployment: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(deployment.get("pending_operations"))):
        urn = text(mapping(each.get("resource")), "urn") or _WHERE
        yield Unread(urn, "an operation on this resource was interrupted, and its outcome is not known")
