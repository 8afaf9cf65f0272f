"""Declared paths, probed: the condition that is there is asked about names inside the declared prefixes and outside.

Owns which names are tried: a declared prefix with something behind it, the prefix cut short, nothing at all, and every
text that the conditions compare with, for each may be a path that they open.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from access.conditions.attributes import Known
from access.declared import Declared, DeclaredAccess
from access.effective import Reach, reach, relevant
from access.graph import Graph, Resource
from access.scopes import key

Pair = tuple[str, str]
"""A principal and a resource, by key."""

_BLOBS = "microsoft.storage/storageaccounts/blobservices/containers/blobs"
_PATH, _PREFIX = f"resource[{_BLOBS}:path]", f"request[{_BLOBS}:prefix]"
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Leak:
    """Operations that a condition lets through where it should not, or the other way round."""

    operations: frozenset[str]
    where: str
    grows: bool


def restricted(graph: Graph, declared: Declared) -> Mapping[Pair, DeclaredAccess]:
    """The pairs for which only some paths are declared."""
    ids = {one.name: key(one.id) for one in graph.resources if one.declared}
    own = {one.agent: key(one.id) for one in graph.principals if one.purpose == "own"}
    whole = {
        (name, access.resource)
        for name, agent in declared.agents.items()
        for access in agent.access
        if not access.paths
    }
    return {
        (own[name], ids[access.resource]): access
        for name, agent in declared.agents.items()
        for access in agent.access
        if access.paths and name in own and access.resource in ids and (name, access.resource) not in whole
    }


def leaks(graph: Graph, pair: Pair, access: DeclaredAccess) -> Iterator[Leak]:
    """What the condition of a pair lets through outside the declared paths, and what it does not inside them."""
    resource = graph.resource(pair[1])
    if resource is None:
        return
    blobs = {name for name in relevant(resource, data=True) if "/blobs/" in name.lower()}
    wanted = _possible(_reach_at(graph, pair, resource, None)) & blobs
    for path in access.paths:
        lacking = wanted - _reach_at(graph, pair, resource, f"{path}probe").data_allowed
        if lacking:
            yield Leak(lacking, f"under {path!r}", grows=False)
    told = (text for one in graph.held_at_or_above(*pair) for text in _QUOTED.findall(one.condition or ""))
    for path in ["", "\x00", *(path[:-1] + "\x00" for path in access.paths), *(f"{text}probe" for text in told)]:
        if path.startswith(access.paths):
            continue
        open_ = _possible(_reach_at(graph, pair, resource, path)) & blobs
        if open_:
            yield Leak(open_, f"outside {', '.join(access.paths)}", grows=True)
            return


def _possible(reached: Reach) -> frozenset[str]:
    return reached.data_allowed | reached.data_conditional


def _reach_at(graph: Graph, pair: Pair, resource: Resource, path: str | None) -> Reach:
    """The reach where the request is about one path; where it is about any, for None."""
    about: dict[str, Known] = {} if path is None else {_PATH: path, _PREFIX: path}
    probe = replace(resource, attributes={**resource.attributes, **about})
    principal = graph.principal(pair[0])
    few = Graph(
        principals=[principal] if principal else (),
        resources=[probe],
        assignments=graph.held_at_or_above(pair[0], resource.id),
        denies=graph.denies_at_or_above(resource.id),
    )
    return reach(few, pair[0], resource.id)
