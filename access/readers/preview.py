"""Reads the output of `pulumi preview --json --show-sames` into an access graph.

Most resources have no id yet. The state after a step contains the program's inputs, and of Azure's outputs only those
that exist already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import UNKNOWN, Values, is_known, listed, mapping, required_list, text
from access.readers.graph_builder import graph
from access.readers.resource_state import RETAINED, ResourceState, left_behind, state_of

_WHERE = "pulumi preview"
_GOES = frozenset(
    {"delete", "delete-replaced", "discard", "read-discard", "discard-replaced", "remove-pending-replace"}
)
_STAYS = frozenset({"same", "update", "refresh"})
_MASK = "[secret]"
"""Text by which the CLI replaces a secret in its output, also inside a longer text (pulumi/pulumi#9830)."""


def read(document: Mapping[str, Any]) -> Graph:
    """Return the access graph that a Pulumi preview plans; raise UnreadableSource for another format.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    values = mapping(document)
    failures = list(_failures(values))
    if failures and "steps" not in values:
        raise UnreadableSource(_WHERE, f"the preview failed before it listed a resource: {failures[0].what}")
    retained = [each for step in _steps(values) for each in _retained(step)]
    notes = [Unread(each.location, RETAINED) for each in retained]
    return graph((*states(values), *retained), source=_WHERE, unread=(*failures, *notes))


def states(document: Values) -> tuple[ResourceState, ...]:
    """Return the state of each resource of a Pulumi preview after its steps, without the resources that it deletes.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    steps = _steps(document)
    _check_whole(steps, mapping(document.get("changeSummary")))
    found: dict[str, ResourceState] = {}
    for step in steps:
        for state in _after(step):
            found[state.urn] = state
    return tuple(found.values())


def without_masks(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value of a preview with the engine's marker for unknown values in place of masked secrets."""
    if isinstance(value, str):
        return UNKNOWN if _MASK in value else value
    if isinstance(value, Mapping):
        return {name: without_masks(each) for name, each in cast("Values", value).items()}
    return [without_masks(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


def _steps(document: Values) -> list[Values]:
    return [mapping(step) for step in required_list(document, "steps", _WHERE)]


def _check_whole(steps: list[Values], counts: Values) -> None:
    """Raise an error for a preview without its unchanged resources, whose graph would be wrong."""
    expected = counts.get("same")
    missing = (expected if isinstance(expected, int) else 0) - sum(step.get("op") == "same" for step in steps)
    if missing > 0:
        raise UnreadableSource(
            _WHERE, f"the preview leaves out {missing} unchanged resources; run `pulumi preview` with --show-sames"
        )


def _after(step: Values) -> Iterator[ResourceState]:
    """Yield the state of a resource after a preview step; nothing if the step deletes the resource."""
    op = step.get("op")
    if not isinstance(op, str):
        raise UnreadableSource(
            _WHERE, "a step of the preview has no 'op'; the preview has another format or is damaged"
        )
    if op in _GOES:
        return
    state = _state(step.get("newState"))
    if op in _STAYS and "oldState" in step:
        before = _state(step["oldState"])
        outputs = {**before.outputs, **{name: value for name, value in state.outputs.items() if is_known(value)}}
        state = replace(state, id=state.id or before.id, outputs=outputs)
    yield state


def _retained(step: Values) -> Iterator[ResourceState]:
    """Yield the state of a resource that a step removes from the stack but not from Azure."""
    old = mapping(step.get("oldState"))
    op = step.get("op")
    if isinstance(op, str) and op in _GOES and old.get("retainOnDelete") is True and old.get("custom") is not False:
        yield left_behind(_state(old))


def _state(row: object) -> ResourceState:
    state = state_of(row, _WHERE)
    return replace(state, inputs=without_masks(state.inputs), outputs=without_masks(state.outputs))


def _failures(document: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(document.get("diagnostics"))):
        if each.get("severity") == "error":
            message = " ".join(text(each, "message").split())
            yield Unread(text(each, "urn") or _WHERE, message or "the preview failed")
