"""Reads the state of local Azure into an access graph, from a preview's JSON or a state file.

Owns the parts of their formats that are needed here. The file also contains resources outside the program, such as the
assignment of a deleted identity, and shows for every principal whether it exists.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import Values, listed, mapping, required_list, text, texts
from access.model.state_log import FORMAT, SINGLE_OBJECT, VERSION, parse
from access.readers.foundry_identities import LOOKUP_TYPE
from access.readers.graph_builder import graph
from access.readers.resource_state import RETAINED, ResourceState, left_behind, state_of

_DOCUMENT = "document of local Azure"
_ENTRA = "azuread:"
_USER = "azuread:index/user:User"
_PART_OF_APPLICATION = re.compile(
    "(?P<application>[^/]+)/(?P<kind>federatedIdentityCredential|preAuthorizedApplication)/(?P<own>[^/]+)"
)
"""Ids of the parts of an application: the resources of hashicorp/terraform-provider-azuread, 2026-08."""


def read(document: Mapping[str, Any]) -> Graph:
    """Return the access graph of the output of `agent-network preview --json`.

    Raises:
        UnreadableSource: the document has another format or is truncated.
    """
    rows = required_list(document, "resources", _DOCUMENT)
    states = [_unseen_if_external(state_of(row, _DOCUMENT)) for row in rows if not _goes(row)]
    retained = [left_behind(state_of(row, _DOCUMENT)) for row in rows if _goes(row) and _is_retained(mapping(row))]
    notes = [Unread(each.location, RETAINED) for each in retained]
    source = f"{text(document, 'operation') or 'run'} on local Azure"
    return graph((*states, *retained), source=source, unread=(*_failures(document), *notes), current=True)


def read_world(path: Path) -> Graph:
    """Return the access graph of a state file of local Azure.

    Raises:
        UnreadableSource: the file has another format or version, or is truncated.
    """
    where = str(path)
    try:
        content: Any = parse(path.read_bytes()).content
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(where, f"cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(where, f"is not complete JSON: {error}") from None
    world = mapping(content)
    if world.get("format") != FORMAT or world.get("version") not in (SINGLE_OBJECT, VERSION):
        raise UnreadableSource(where, f"is not a state file of local Azure of version {SINGLE_OBJECT} or {VERSION}")
    return graph_of_world(world, where, source=f"local Azure in {path.name}")


def graph_of_world(world: Mapping[str, Any], where: str, *, source: str) -> Graph:
    """Return the access graph of the parsed content of a state file of local Azure.

    Args:
        world: content of the file.
        where: name of the world in errors.
        source: name of the graph's source.

    Raises:
        UnreadableSource: the content is truncated.
    """
    return graph(_of_world(world, where), source=source, existing=_existing(world, where), current=True)


def _goes(row: object) -> bool:
    return isinstance(row, Mapping) and cast("Values", row).get("change") == "delete"


def _is_retained(row: Values) -> bool:
    """Return True if a deleted resource stays in local Azure; components are nothing there."""
    return row.get("retainOnDelete") is True and bool(text(row, "id"))


def _failures(document: Values) -> Iterator[Unread]:
    for each in map(mapping, listed(document.get("errors"))):
        yield Unread(
            text(each, "urn") or _DOCUMENT,
            f"the resource failed in the deployment, and is missing in the results: {text(each, 'message')}",
        )
    for urn in texts(document.get("skipped")):
        yield Unread(urn, "the resource was skipped after a failure, and is missing in the results")


def _of_world(world: Mapping[str, Any], where: str) -> list[ResourceState]:
    """Return the resources in a state file of local Azure, with their URNs in the Pulumi stack."""
    # A resource that waits for deletion is still in Azure, but no longer in the stack.
    rows = [row for row in required_list(world, "stack", where) if mapping(row).get("replaced") is not True]
    remembered = [state_of(row, where) for row in rows]
    there = {_key(row): row for row in _in_azure(world, where)}
    known = [_now(state, there.get(_key(state))) for state in remembered if _exists(state, there)]
    named = {_key(state) for state in known if state.id}
    return known + [state for id_, state in there.items() if id_ not in named]


def _in_azure(world: Mapping[str, Any], where: str) -> Iterator[ResourceState]:
    owned = {owner.lower(): id_ for id_, owner in _existing(world, where).items()}
    for row in map(mapping, required_list(world, "resources", where)):
        resource_id, token = text(row, "id"), text(row, "token")
        if not resource_id or not token:
            raise UnreadableSource(where, "a resource in the state file has no 'id' or no 'token'; the file is damaged")
        if token == _USER:
            continue  # a person of the tenant, whom no program made; what the person may do is in other resources
        inputs, outputs = mapping(row.get("inputs")), mapping(row.get("outputs"))
        if token == LOOKUP_TYPE and "given" not in inputs:
            outputs = {**outputs, "principal_id": owned.get(_lookup_key(inputs).lower(), "")}
        yield ResourceState(
            # It belongs to no program and has no URN, so its id takes that place.
            urn=resource_id,
            type=token,
            name=resource_id.rpartition("/")[2],
            id=resource_id,
            inputs=inputs,
            outputs=outputs,
            external=row.get("adopted") is True,
            unseen=row.get("adopted") is True,
        )


def _exists(state: ResourceState, there: Mapping[str, ResourceState]) -> bool:
    """Return True if a resource of the stack's state still exists in local Azure."""
    held = state.id.lower().startswith("/subscriptions/") or state.type.startswith(_ENTRA)
    return _key(state) in there or not (held and state.id)


def _key(state: ResourceState) -> str:
    """Return a key that matches a resource of the stack with one of local Azure: the id, or a Kubernetes name.

    The provider `azuread` writes the ids of parts of an application in a form of its own.
    """
    part = _PART_OF_APPLICATION.fullmatch(state.id) if state.type.startswith(_ENTRA) else None
    if part is not None:
        return "/applications/{application}/{kind}s/{own}".format(**part.groupdict()).lower()
    if not state.type.startswith("kubernetes:"):
        return state.id.lower()
    metadata = mapping(state.inputs.get("metadata"))
    return f"{state.type} {text(metadata, 'namespace')}/{text(metadata, 'name')}".lower()


def _now(state: ResourceState, found: ResourceState | None) -> ResourceState:
    if found is None:
        return state
    return replace(state, inputs=found.inputs, outputs=found.outputs, external=found.external, unseen=found.unseen)


def _unseen_if_external(state: ResourceState) -> ResourceState:
    """Return a state of a run; local Azure invents the settings of a resource that the program only reads."""
    return replace(state, unseen=state.external)


def _lookup_key(lookup: Values) -> str:
    """Return the key of a looked-up Foundry identity, which can differ from the one in the state."""
    project, agents = text(lookup, "project_id"), texts(lookup.get("agents"))
    shared = text(lookup, "identity") == "shared" or not agents
    return f"{project}/sharedAgentIdentity" if shared else f"{project}/agents/{agents[0]}"


def _existing(world: Mapping[str, Any], where: str) -> dict[str, str]:
    rows = map(mapping, required_list(world, "principals", where))
    return {text(row, "id").lower(): text(row, "owner") for row in rows if text(row, "id")}
