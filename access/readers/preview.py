"""Reads the output of `pulumi preview --json --show-sames` into a graph.

Most resources have no id yet. The state after a step contains the program's inputs, and of Azure's outputs only those
that exist already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import Values, is_known, listed, mapping, required_list, text
from access.readers.graph_builder import graph
from access.readers.resource_state import ResourceState, state_of

_WHERE = "pulumi preview"
_GOES = frozenset(
    {"delete", "delete-replaced", "discard", "read-discard", "discard-replaced", "remove-pending-replace"}
)
_STAYS = frozenset({"same", "update", "refresh"})


def read(document: Mapping[str, Any]) -> Graph:
    """Build the graph of a Pulumi preview.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    values = mapping(document)
    failures = list(_failures(values))
    if failures and "steps" not in values:
        raise UnreadableSource(_WHERE, f"failed before there was anything to read: {failures[0].what}")
    steps = [mapping(step) for step in required_list(values, "steps", _WHERE)]
    _check_whole(steps, mapping(values.get("changeSummary")))
    states: dict[str, ResourceState] = {}
    for step in steps:
        for state in _after(step):
            states[state.urn] = state
    return graph(states.values(), source=_WHERE, unread=failures)


def _check_whole(steps: list[Values], counts: Values) -> None:
    """Raise an error for a preview without its unchanged resources, whose graph would be wrong."""
    expected = counts.get("same")
    missing = (expected if isinstance(expected, int) else 0) - sum(step.get("op") == "same" for step in steps)
    if missing > 0:
        raise UnreadableSource(_WHERE, f"leaves out {missing} unchanged resources; run it with --show-sames")


def _after(step: Values) -> Iterator[ResourceState]:
    """Return the state of a resource after a step; None if the step deletes it."""
    op = step.get("op")
    if not isinstance(op, str):
        raise UnreadableSource(_WHERE, "one of its steps has no 'op'; it has another format or is damaged")
    if op in _GOES:
        return
    state = state_of(step.get("newState"), _WHERE)
    if op in _STAYS and "oldState" in step:
        before = state_of(step["oldState"], _WHERE)
        outputs = {**before.outputs, **{name: value for name, value in state.outputs.items() if is_known(value)}}
        state = replace(state, id=state.id or before.id, outputs=outputs)
    yield state


def _failures(document: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(document.get("diagnostics"))):
        if each.get("severity") == "error":
            message = " ".join(text(each, "message").split())
            yield Unread(text(each, "urn") or _WHERE, message or "the preview failed")
