"""Live Azure: who may do what in a subscription now.

Owns what the network's words are for what is found there. What is asked for stands in `access.readers.subscription`.
Not
read: who is in a group of Entra ID, and roles that somebody may take for a while, which no managed identity can.
"""

import re
from dataclasses import replace

from azure.core.credentials import TokenCredential

from access.azure.scopes import key, type_of
from access.azure.types import TYPES
from access.azure.verb_roles import CALLED
from access.model.errors import UnreadableSource
from access.model.graph import Graph, Principal, Resource
from access.readers.arm_client import PUBLIC, ArmClient, signed_in
from access.readers.graph_builder import graph
from access.readers.subscription import Reading

# Agents are found by their principals, and are no resources of the network.
_KINDS = {row.key: row.kind for row in TYPES if row.kind and row.kind != CALLED}
_IN_SUBSCRIPTION = 2
_GROUP_NAME = re.compile(r"[\w().-]{0,89}[\w()-]")


def read(  # noqa: PLR0913 - each its own choice of the caller
    subscription_id: str,
    credential: TokenCredential,
    *,
    endpoint: str = PUBLIC,
    resource_group: str | None = None,
    network: str = "",
    stack: str = "",
    like: Graph | None = None,
) -> Graph:
    """The graph of a subscription, or of one resource group with what reaches it from above.

    Args:
        subscription_id: which.
        credential: of someone with the role Reader; to read who agents of Foundry are, Cognitive Services Data Reader
            besides.
        endpoint: of another cloud; plain http only on loopback.
        resource_group: name of the only one to read.
        network: what agents' apps are called by, `<network>-<agent>-<stack>`.
        stack: likewise.
        like: a graph of the network's program. What lies at the same place there, in whichever subscription, lends its
            name; without one, everything of a kind that networks have counts as declared, under its name in Azure.

    Raises:
        UnreadableSource: nobody is signed in, or may not read that; with what to do.
    """
    if resource_group is not None and not _GROUP_NAME.fullmatch(resource_group):
        raise UnreadableSource(f"resource group {resource_group!r}", "is no name of a resource group")
    with ArmClient(subscription_id, credential, endpoint) as arm:
        arm.check()
        base = arm.subscription + (f"/resourceGroups/{resource_group}" if resource_group is not None else "")
        reading = Reading(arm, base, credential)
        states = reading.states(network, stack)
    found = graph(states, source=f"live Azure, {base}", unread=reading.unread, known_principals=reading.principals)
    people = _People(like)
    names = None if like is None else {_place(each.id): each for each in like.resources if each.declared}
    return Graph(
        principals=map(people.display_name, found.principals),
        resources=(_called(each, names) for each in found.resources),
        assignments=(reading.as_it_is_now(each) for each in found.assignments),
        denies=reading.denies,
        unread=found.unread,
        source=found.source,
    )


class _People:
    """Who the program says that somebody is: the same place has it, or for people the same id."""

    def __init__(self, like: Graph | None) -> None:
        known = like.principals if like is not None else ()
        self._by_place = {
            (_place(each.owner), each.purpose): each for each in known if each.owner and each.is_in_network
        }
        self._by_id = {each.id.lower(): each for each in known if each.purpose == "people"}

    def display_name(self, found: Principal) -> Principal:
        """The same principal, as the network calls it."""
        people = self._by_id.get(found.id.lower())
        if people is not None:
            return people
        like = self._by_place.get((_place(found.owner), found.purpose)) if found.owner else None
        if like is None:
            return found
        return replace(found, agent=like.agent, other_agents=like.other_agents, party=like.party, app=like.app)


def _called(found: Resource, names: dict[str, Resource] | None) -> Resource:
    """A resource with its name and kind in the network."""
    kind = _KINDS.get(type_of(key(found.id)), "")
    if names is None:
        return replace(found, kind=kind or found.kind, declared=bool(kind))
    like = names.get(_place(found.id))
    if like is None:
        return replace(found, kind=kind or found.kind, declared=False)
    return replace(found, name=like.name, kind=like.kind, declared=True)


def _place(resource_id: str) -> str:
    """An id without its subscription: a preview on local Azure has another."""
    return "/".join(key(resource_id).split("/")[_IN_SUBSCRIPTION:])


__all__ = ["read", "signed_in"]
