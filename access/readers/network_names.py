"""Gives resources and principals of Azure the names that the network's program has for them.

Azure knows neither agents nor the names in network.yaml. A resource at the same path as one of the program, in whatever
subscription, is the same resource, and so is the identity of a resource at the same path.
"""

from dataclasses import replace

from access.azure.scopes import key, type_of
from access.azure.types import TYPES
from access.azure.verbs import CALLABLE, CALLED_KINDS
from access.model.graph import Graph, Principal, Resource
from access.readers.property_comparison import differences_of

__all__ = ["ProgramPrincipals", "agents_by_path", "named_like", "path_without_subscription", "with_network_name"]

_KINDS = {row.key: row.kind for row in TYPES if row.kind and row.kind not in CALLED_KINDS}
_IN_SUBSCRIPTION = 2


def named_like(found: Graph, like: Graph) -> Graph:
    """Return a graph with the names that another graph, of the network's program, has for the same objects."""
    people, names = ProgramPrincipals(like), {path_without_subscription(each.id): each for each in like.resources}
    return Graph(
        principals=map(people.display_name, found.principals),
        resources=(with_network_name(each, names) for each in found.resources),
        assignments=found.assignments,
        denies=found.denies,
        unread=found.unread,
        actors=found.actors,
        outside_apps=found.outside_apps,
        memberships=found.memberships,
        applications=found.applications,
        directory_rights=found.directory_rights,
        management_groups_known=found.management_groups_known,
        directory_known=found.directory_known,
        source=found.source,
    )


def agents_by_path(like: Graph) -> dict[str, str]:
    """Return the program's agents by the paths of their apps and identities."""
    # The service principal of an agent's application is nothing in a subscription.
    found = (one for one in like.principals if one.agent and one.owner and one.purpose != "application")
    return {path_without_subscription(one.owner): one.agent for one in found}


class ProgramPrincipals:
    """Finds, for a principal of live Azure, the same principal of the network's program, by path or id."""

    def __init__(self, like: Graph | None) -> None:
        known = like.principals if like is not None else ()
        self._by_place = {
            (path_without_subscription(each.owner), each.purpose): each
            for each in known
            if each.owner and each.is_in_network
        }
        self._by_id = {each.id.lower(): each for each in known if each.purpose == "people"}

    def display_name(self, found: Principal) -> Principal:
        """Return a live principal with the names that it has in the network."""
        people = self._by_id.get(found.id.lower())
        if people is not None:
            return people
        like = self._by_place.get((path_without_subscription(found.owner), found.purpose)) if found.owner else None
        if like is None:
            return found
        return replace(
            found,
            agent=like.agent,
            other_agents=like.other_agents,
            party=like.party,
            app=like.app,
            service_account=like.service_account,
        )


def with_network_name(found: Resource, names: dict[str, Resource] | None) -> Resource:
    """Return a live resource with its name and kind in the network."""
    if found.kind == CALLABLE:
        return found  # it has the name of its agent already, and another id in every tenant
    kind = _KINDS.get(type_of(key(found.id)), "")
    if names is None:
        return replace(found, kind=kind or found.kind, declared=bool(kind))
    like = names.get(path_without_subscription(found.id))
    differences = () if like is None or like.unseen else differences_of(like.properties, found.properties)
    if like is None:
        return replace(found, kind=kind or found.kind, declared=False)
    if not like.declared:
        return replace(found, kind=like.kind, declared=False, differences=differences)
    return replace(found, name=like.name, kind=like.kind, declared=True, differences=differences)


def path_without_subscription(resource_id: str) -> str:
    """Return an id without its subscription, since a preview uses another subscription."""
    return "/".join(key(resource_id).split("/")[_IN_SUBSCRIPTION:])
