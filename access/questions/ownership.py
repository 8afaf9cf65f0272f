"""Lists every identity of a network with its owners: who is responsible for each.

Owns the rows. A managed identity belongs to the agent or host whose resource has it, and lives as long; an application
and its service principal have owners in Entra ID. The deployer is not part of the program that it deploys.
"""

from collections.abc import Iterator
from typing import NamedTuple

from access.evaluate.application_names import person_name
from access.evaluate.unowned_identities import unowned_identities
from access.model.applications import Application
from access.model.declared import Declared
from access.model.graph import Graph, Principal

__all__ = ["OwnedIdentity", "identities_with_owners"]

_KINDS = {
    "own": "identity of the agent",
    "pull": "identity that pulls images",
    "credential": "credential of the application",
    "host": "identity of the host",
    "other": "identity of the host",
}
"""Purpose of a principal → kind of identity in words."""


class OwnedIdentity(NamedTuple):
    """Identity of a network with its owners."""

    name: str
    """Name in network.yaml of the agent, host, group or user."""
    kind: str
    id: str
    """Principal id, or the client id of an application; a URN before it exists."""
    owners: tuple[str, ...]
    """Names of the owners; empty if there is none, or if they are not known here."""
    known: bool = True
    """False if the source does not show who the owners are."""


def identities_with_owners(graph: Graph, declared: Declared | None = None) -> tuple[OwnedIdentity, ...]:
    """Return every identity of a network with its owners, sorted by name."""
    found = [*map(_managed, filter(_is_managed, graph.principals))]
    found += [
        OwnedIdentity(one.display_name, "identity that nothing uses", one.id, ()) for one in unowned_identities(graph)
    ]
    for one in graph.applications:
        if one.agent:
            found += _of_application(graph, declared, one)
    found += [
        OwnedIdentity(one.party, one.kind or "principal", one.id, (), known=False)
        for one in graph.principals
        if one.purpose == "people"
    ]
    return tuple(sorted(found))


def _is_managed(one: Principal) -> bool:
    return one.is_in_network and one.purpose not in {"application", "people"}


def _managed(one: Principal) -> OwnedIdentity:
    owners = tuple(f"agent {name}" for name in one.agents) or (f"host {one.party}",)
    return OwnedIdentity(one.display_name, _KINDS.get(one.purpose, "identity"), one.id, owners)


def _of_application(graph: Graph, declared: Declared | None, one: Application) -> Iterator[OwnedIdentity]:
    for kind, where, seen in (
        ("application", one.id, one.seen),
        ("service principal", one.principal, one.assignment_required is not None),
    ):
        ids = [owner for owner in one.owners if owner.owns == kind]
        owners = tuple(
            dict.fromkeys(person_name(graph, each.principal, "", declared, one.agent) for each in ids if each.principal)
        )
        known = seen and all(each.principal for each in ids)
        if where:
            yield OwnedIdentity(one.agent, kind, where, owners, known=known)
