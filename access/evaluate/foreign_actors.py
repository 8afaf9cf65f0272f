"""Decides which subjects can act as an identity of the network without being a part of the network.

Owns the comparison. A subject is the network's own where it is the host of the identity's agent, or where it is the
agent's own service account and the issuer is a cluster of the network: issuer and subject must both match. Sources:
"Workload identity federation", Microsoft Learn, 2025, and "Use Microsoft Entra Workload ID with AKS", likewise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from access.azure.scopes import ancestors, key, type_of
from access.model.actors import Actor
from access.model.graph import Graph, Principal, Resource
from access.model.json_values import mapping, text

_CLUSTER = "microsoft.containerservice/managedclusters"
_SERVICE_ACCOUNT = "system:serviceaccount:"


@dataclass
class _Network:
    """Clusters of a graph, and the subjects that can act as each identity, to recognise the network's own subjects."""

    graph: Graph
    issuers: dict[str, str] = field(default_factory=dict[str, str])
    """Issuer URL by cluster; empty where it is unknown."""
    nodes: set[str] = field(default_factory=set[str])
    """Resource groups in which Azure manages the nodes of the clusters, as keys."""
    users: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Distinct hosts and service accounts by principal id."""

    def __post_init__(self) -> None:
        known = [one for one in self.graph.resources if _is_cluster(one.id)]
        parties = {key(one.owner) for one in self.graph.principals if one.party}
        # A program without the network's components has no other sign of which clusters are its own.
        own = [one for one in known if key(one.id) in parties] or known
        for one in own:
            values = one.flat_properties
            self.issuers[key(one.id)] = text(mapping(values.get("oidcIssuerProfile")), "issuerURL").rstrip("/")
            nodes = text(values, "nodeResourceGroup")
            if nodes:
                self.nodes.add("/".join((*key(one.id).split("/")[:3], nodes.lower())))
        for each in self.graph.actors:
            if each.kind in {"host", "credential"}:
                user = each.account if each.kind == "credential" else key(each.subject_id)
                self.users.setdefault(each.target.lower(), set()).add(f"{each.issuer} {user}")

    def is_own(self, actor: Actor) -> bool:
        """Return True if a subject that can act as an identity is a part of the network."""
        if actor.kind == "host":
            return self._is_own_host(actor)
        if actor.kind == "credential":
            return self._is_own_account(actor)
        return actor.kind == "pod" and bool(actor.home) and actor.agent == actor.home

    def _is_own_host(self, actor: Actor) -> bool:
        principal = self.graph.principal(actor.target)
        is_owner = principal is not None and key(principal.owner) == key(actor.subject_id)
        if is_owner or not self.nodes.isdisjoint(ancestors(key(actor.subject_id))):
            return True
        if actor.home:
            return actor.agent == actor.home
        shared_for_pulling = actor.platform_only and bool(actor.agent)
        return shared_for_pulling or self._is_only_user(actor)

    def _is_own_account(self, actor: Actor) -> bool:
        principal = self.graph.principal(actor.target)
        if principal is None or not actor.account.startswith(_SERVICE_ACCOUNT) or not self._is_own_issuer(actor):
            return False
        account = actor.account.removeprefix(_SERVICE_ACCOUNT)
        # Live Azure does not show the service accounts of a cluster.
        return account == principal.service_account or (not principal.service_account and self._is_only_user(actor))

    def _is_own_issuer(self, actor: Actor) -> bool:
        if actor.issuer:
            return actor.issuer in self.issuers.values()
        return bool(actor.issuing_clusters) and self.issuers.keys() >= set(map(key, actor.issuing_clusters))

    def _is_only_user(self, actor: Actor) -> bool:
        return len(self.users.get(actor.target.lower(), ())) == 1


@lru_cache(maxsize=8)
def _network(graph: Graph) -> _Network:
    return _Network(graph)


def is_of_network(graph: Graph, actor: Actor) -> bool:
    """Return True if a subject that can act as an identity is a part of the network, such as an agent's own pods."""
    return _network(graph).is_own(actor)


@lru_cache(maxsize=8)
def foreign_actors(graph: Graph) -> tuple[Actor, ...]:
    """Return every way in which a subject outside the network acts as an identity or as a cluster's agents."""
    return tuple(each for each in graph.actors if not is_of_network(graph, each))


def actors_of_network(graph: Graph, administrators: Mapping[str, tuple[str, ...]]) -> Iterator[Actor]:
    """Yield the foreign actors of the network's identities, without the declared administrators of clusters.

    Args:
        graph: the graph.
        administrators: by name of the cluster in network.yaml, the object ids of its declared groups.
    """
    clusters = {key(one.owner): one.party for one in graph.principals if one.party and _is_cluster(one.owner)}
    of_clusters = {one.target.lower() for one in graph.actors if key(one.subject_id) in clusters}
    for each in foreign_actors(graph):
        target = target_of(graph, each)
        if isinstance(target, Principal):
            # An identity that a cluster of the network has can act in it, and so as every agent there.
            if target.is_in_network or key(target.owner) in clusters or target.id.lower() in of_clusters:
                yield each
        else:
            declared = administrators.get(clusters.get(key(each.target), ""), ())
            if each.subject_id.lower() not in {one.lower() for one in declared}:
                yield each


def _is_cluster(resource_id: str) -> bool:
    return type_of(key(resource_id)) == _CLUSTER


def target_of(graph: Graph, actor: Actor) -> Principal | Resource | None:
    """Return the identity that an actor can act as, or the cluster that it administers; None if unknown."""
    return graph.principal(actor.target) or graph.resource(actor.target)


def target_name(graph: Graph, actor: Actor) -> str:
    """Return the name of what an actor can act as: agents, an identity, or every agent in a cluster."""
    found = target_of(graph, actor)
    if isinstance(found, Principal):
        pulls = found.purpose == "pull" and found.agents
        return f"the identity that pulls images for {found.display_name}" if pulls else found.display_name
    if isinstance(found, Resource):
        party = next((one.party for one in graph.principals if one.party and key(one.owner) == key(found.id)), "")
        return f"every agent in cluster {party or found.name!r}"
    return actor.target


def actor_sentence(graph: Graph, actor: Actor) -> str:
    """Return a sentence which states who can act as which identity, and by which way."""
    can = "can" if actor.certain else "can perhaps"
    return f"{actor.subject} {can} act as {target_name(graph, actor)}, by {actor.reason}"


__all__ = [
    "actor_sentence",
    "actors_of_network",
    "foreign_actors",
    "is_of_network",
    "target_name",
    "target_of",
]
