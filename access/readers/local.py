"""Local Azure: the document of a run, and the file that keeps a world.

Owns their form as far as it is read here. The file also has what no program knows any more, such as the assignment of
an identity that is gone, and says of everybody whether they exist.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import Values, listed, mapping, required_list, text, texts
from access.readers.foundry_identities import ASKED
from access.readers.graph_builder import graph
from access.readers.resource_state import State, state_of

_DOCUMENT = "document of local Azure"
_FORMAT, _VERSION = "local-azure-world", 1


def read(document: Mapping[str, Any]) -> Graph:
    """The graph of what `agent-network preview --json` printed.

    Raises:
        UnreadableSource: it is something else, or not whole.
    """
    rows = required_list(document, "resources", _DOCUMENT)
    states = [state_of(row, _DOCUMENT) for row in rows if not _goes(row)]
    told = f"{text(document, 'operation') or 'run'} on local Azure"
    return graph(states, source=told, unread=_failures(document))


def read_world(path: Path) -> Graph:
    """The graph of what stands in the file of a local Azure.

    Raises:
        UnreadableSource: it is none, not whole, or of another version.
    """
    where = str(path)
    try:
        content: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(where, f"cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(where, f"is not whole JSON: {error}") from None
    world = mapping(content)
    if world.get("format") != _FORMAT or world.get("version") != _VERSION:
        raise UnreadableSource(where, f"is no world of local Azure of version {_VERSION}")
    return graph_of_world(world, where, source=f"local Azure in {path.name}")


def graph_of_world(world: Mapping[str, Any], where: str, *, source: str) -> Graph:
    """The graph of a world's content, as it is in its file.

    Args:
        world: the content.
        where: the name of the world in errors.
        source: the name of the graph's source.

    Raises:
        UnreadableSource: the content is not complete.
    """
    return graph(_of_world(world, where), source=source, existing=_existing(world, where))


def _goes(row: object) -> bool:
    return isinstance(row, Mapping) and cast("Values", row).get("change") == "delete"


def _failures(document: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(document.get("errors"))):
        yield Unread(text(each, "urn") or _DOCUMENT, f"it failed, and is missing here: {text(each, 'message')}")
    for urn in texts(document.get("skipped")):
        yield Unread(urn, "it was skipped after a failure, and is missing here")


def _of_world(world: Mapping[str, Any], where: str) -> list[State]:
    """What is in Azure: as the stack calls it, where that remembers it, and never as the stack remembers it to be."""
    # What waits to be deleted is still in Azure, and is no part of the stack any more.
    rows = [row for row in required_list(world, "stack", where) if mapping(row).get("replaced") is not True]
    remembered = [state_of(row, where) for row in rows]
    there = {row.id.lower(): row for row in _in_azure(world, where)}
    known = [_now(state, there.get(state.id.lower())) for state in remembered if _exists(state, there)]
    named = {state.id.lower() for state in known if state.id}
    return known + [state for id_, state in there.items() if id_ not in named]


def _in_azure(world: Mapping[str, Any], where: str) -> Iterator[State]:
    owned = {owner.lower(): id_ for id_, owner in _existing(world, where).items()}
    for row in map(mapping, required_list(world, "resources", where)):
        resource_id, token = text(row, "id"), text(row, "token")
        if not resource_id or not token:
            raise UnreadableSource(where, "one of its resources has no 'id' or no 'token'; it is damaged")
        inputs, outputs = mapping(row.get("inputs")), mapping(row.get("outputs"))
        if token == ASKED and "given" not in inputs:
            outputs = {**outputs, "principal_id": owned.get(_whose(inputs).lower(), "")}
        yield State(
            # Of no program, so it has no URN: its id stands for that.
            urn=resource_id,
            type=token,
            name=resource_id.rpartition("/")[2],
            id=resource_id,
            inputs=inputs,
            outputs=outputs,
            external=row.get("adopted") is True,
        )


def _exists(state: State, there: Mapping[str, State]) -> bool:
    """Whether what the stack remembers is there still; it is never in Azure, where its id is none of Azure's."""
    return state.id.lower() in there or not state.id.lower().startswith("/subscriptions/")


def _now(state: State, found: State | None) -> State:
    if found is None:
        return state
    return replace(state, inputs=found.inputs, outputs=found.outputs, external=found.external)


def _whose(asked: Values) -> str:
    """Whose identity Foundry was asked for, which it tells only who asks: by now, that may be another."""
    project, agents = text(asked, "project_id"), texts(asked.get("agents"))
    shared = text(asked, "identity") == "shared" or not agents
    return f"{project}/sharedAgentIdentity" if shared else f"{project}/agents/{agents[0]}"


def _existing(world: Mapping[str, Any], where: str) -> dict[str, str]:
    rows = map(mapping, required_list(world, "principals", where))
    return {text(row, "id").lower(): text(row, "owner") for row in rows if text(row, "id")}
