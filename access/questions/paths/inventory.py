"""Index of the hosts of agents, attached identities and image registries in a graph.

Owns the lookups, indexed once. Resources that are only implied are added, such as the account of a container, since
access to them leads on, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from access.azure.scopes import ROOT, ancestors, is_path, key, type_of
from access.evaluate.platform_grants import assignments_for_agents
from access.model.actors import Actor
from access.model.graph import Graph, Principal, Resource
from access.questions.paths.pods import nodes, pods

_REGISTRY = "microsoft.containerregistry/registries"
_PULLS = frozenset({f"{_REGISTRY}/pull/read", f"{_REGISTRY}/repositories/content/read"})


class Inventory:
    """Lookup tables for escalation paths in one graph: agents, their identities, hosts and registries."""

    def __init__(self, graph: Graph) -> None:
        self.graph = _completed(graph)
        self._owned: dict[str, list[Principal]] = {}
        self._agents: dict[str, list[Principal]] = {}
        for principal in self.graph.principals:
            self._owned.setdefault(key(principal.owner), []).append(principal)
            for agent in principal.agents:
                self._agents.setdefault(agent, []).append(principal)
        self._pods = pods(self.graph)
        # Every machine in the group of a cluster's nodes may run its pods.
        self._cluster_of_nodes = {key(one).rpartition("/providers/")[0]: where for one, where in nodes(graph).items()}
        self._attached: dict[str, list[Principal]] = {}
        self._usable: dict[str, list[Principal]] = {}
        self._running: dict[str, tuple[list[str], list[Principal]]] = {}
        self._pulling: dict[str, dict[str, None]] = {}
        servers: dict[str, dict[str, None]] = {}
        self._with_known_registry: set[str] = set()
        for resource in self.graph.resources:
            where = key(resource.id)
            attached = (self._owned.get(key(one), []) for one in _attached(resource.properties))
            self._attached[where] = [principal for several in attached for principal in several]
            agents = self._agents_at(where)
            for server in _servers(resource.properties) if agents else ():
                servers.setdefault(server, {}).update(dict.fromkeys(agents))
                self._with_known_registry.update(agents)
        for resource in self.graph.resources:
            where = key(resource.id)
            if type_of(where) == _REGISTRY:
                self._pulling[where] = servers.get(where.rpartition("/")[2], {})

    @property
    def agents(self) -> tuple[str, ...]:
        """Return the names of all agents that have any identity."""
        return tuple(self._agents)

    def agents_in_cluster(self, cluster_id: str) -> list[str]:
        """Return the agents that run in a cluster; empty for any other id."""
        return self._pods.get(key(cluster_id), [])

    def administered_by(self, agent: str) -> Iterator[tuple[str, Actor]]:
        """Return the agents that an agent administers in its cluster, with the role binding that makes it possible."""
        for one in self.graph.actors:
            if one.kind == "administrator" and one.agent == agent:
                target = self.graph.principal(one.target)
                yield from ((other, one) for other in (target.agents if target else self.agents_in_cluster(one.target)))

    def is_node(self, resource_id: str) -> bool:
        """Return True if a resource is a machine on which the pods of a cluster run."""
        group, _, inside = key(resource_id).partition("/providers/")
        return group in self._cluster_of_nodes and inside.startswith("microsoft.compute/virtualmachine")

    def identities(self, agent: str) -> list[Principal]:
        """Return the identities that an agent's code can use, without those that only pull images.

        A Foundry agent can also use its project's identity, through the project's connections.
        """
        if agent in self._usable:
            return self._usable[agent]
        own = [one for one in self._agents.get(agent, ()) if one.purpose != "pull"]
        around = dict.fromkeys(scope for one in own for scope in ancestors(key(one.owner)) if type_of(scope) == PROJECT)
        self._usable[agent] = [
            *own,
            *(one for scope in around for one in self._owned.get(scope, ()) if one.purpose == "host"),
        ]
        return self._usable[agent]

    def agents_of_type_within(self, resource: Resource, kind: str) -> list[str]:
        """Return the agents whose identity belongs to a resource of one ARM type at or below a resource."""
        where = key(resource.id)
        return [
            agent
            for owner, several in self._owned.items()
            if type_of(owner) == kind and where in ancestors(owner)
            for one in several
            for agent in one.agents
        ]

    def project_identities_within(self, resource: Resource) -> list[Principal]:
        """Return the identities of the Foundry projects at or below a resource."""
        where = key(resource.id)
        several = (found for owner, found in self._owned.items() if where in ancestors(owner))
        return [one for found in several for one in found if one.purpose == "host"]

    def identities_of(self, resource: Resource) -> list[Principal]:
        """Return the identities of a resource: itself if it is an identity, or its system-assigned one."""
        return self._owned.get(key(resource.id), [])

    def agents_and_identities_at(self, resource: Resource, *, also_pulling: bool) -> tuple[list[str], list[Principal]]:
        """Return the agents that run in a resource, and its identities that no agent uses."""
        where = key(resource.id)
        if where not in self._running:
            agents = self._agents_at(where)
            usable = {one.id for agent in agents for one in self.identities(agent)}
            rest = {one.id: one for one in (*self._owned.get(where, ()), *self._attached.get(where, ()))}
            self._running[where] = agents, [one for one in rest.values() if one.id not in usable]
        agents, others = self._running[where]
        return agents, [one for one in others if also_pulling or one.purpose != "pull"]

    def record_pull(self, principal: Principal, registry: Resource, operations: Iterable[str]) -> None:
        """Record that a principal can pull from a registry, to which apps with unknown images are then assigned."""
        if type_of(key(registry.id)) != _REGISTRY or _PULLS.isdisjoint(name.lower() for name in operations):
            return
        # The nodes of a cluster pull for all the agents in it.
        for agent in principal.agents or self._pods.get(key(principal.owner), ()):
            pulls_otherwise = any(one.purpose == "pull" for one in self._agents[agent])
            if agent not in self._with_known_registry and (principal.purpose == "pull" or not pulls_otherwise):
                self._pulling[key(registry.id)][agent] = None

    def agents_pulling_from(self, registry: Resource) -> list[str]:
        """Return the agents whose apps run images of a registry."""
        return list(self._pulling.get(key(registry.id), ()))

    def keys_work(self, resource: Resource) -> bool | None:
        """Return True if access keys open a resource without roles; None if unknown."""
        states = (self.graph.resource(scope) for scope in reversed(ancestors(key(resource.id))))
        return next((one.local_auth for one in states if one is not None and one.local_auth is not None), None)

    def _agents_at(self, where: str) -> list[str]:
        """Return the agents that run in a resource, by its system-assigned or an attached identity."""
        if where in self._pods or self.is_node(where):
            return self._pods.get(self._cluster_of_nodes.get(where.partition("/providers/")[0], where), [])
        own = [agent for one in self._owned.get(where, ()) for agent in one.agents]
        attached = (one for one in self._attached.get(where, ()) if one.purpose != "other")
        name = where.rpartition("/")[2]
        shared = [agent for one in attached for agent in one.agents]
        # A shared identity does not show which of its agents runs here, unless the resource has an agent's name.
        found = own or [agent for agent in shared if agent.lower() == name] or shared
        return list(dict.fromkeys(found)) if type_of(where) != IDENTITY else []


IDENTITY = "microsoft.managedidentity/userassignedidentities"
PROJECT = "microsoft.cognitiveservices/accounts/projects"


def _completed(graph: Graph) -> Graph:
    """Return a graph that also has the parents of its resources and the owners of its principals as resources.

    Its role assignments are those that agents can use.
    """
    implied: dict[str, Resource] = {}
    ids = [*(one.id for one in graph.resources), *(one.owner for one in graph.principals), *nodes(graph)]
    for each in ids:
        for scope in ancestors(key(each)) if is_path(key(each)) else ():
            kind = type_of(scope) if scope != ROOT else ""
            is_name = scope.rpartition("/providers/")[2].count("/") % 2 == 0
            if "/" in kind and is_name and graph.resource(scope) is None and scope not in implied:
                name = "/" + "/".join(each.strip("/").split("/")[: scope.count("/") + 1])
                implied[scope] = Resource(id=name, name=name.rpartition("/")[2], kind=kind, declared=False)
    assignments = assignments_for_agents(graph)
    if not implied and assignments == graph.assignments:
        return graph
    return Graph(
        principals=graph.principals,
        resources=(*graph.resources, *implied.values()),
        assignments=assignments,
        denies=graph.denies,
        unread=graph.unread,
        actors=graph.actors,
        memberships=graph.memberships,
        applications=graph.applications,
        management_groups_known=graph.management_groups_known,
        source=graph.source,
    )


def _attached(properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of a resource's user-assigned identities, from a list or a mapping."""
    attached = _mapping(properties.get("identity")).get("userAssignedIdentities")
    for one in (*_listed(attached), *_mapping(attached)):
        if isinstance(one, str):
            yield one


def _servers(properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the Azure registries in an app's image references."""
    template = _mapping(properties.get("template"))
    for one in (*_listed(template.get("containers")), *_listed(template.get("initContainers"))):
        image = _mapping(one).get("image")
        server = image.partition("/")[0].lower() if isinstance(image, str) else ""
        if server.endswith(".azurecr.io"):
            yield server.partition(".")[0]


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
