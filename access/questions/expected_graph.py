"""Builds the expected graph: a graph's identities and resources with exactly the declared role assignments.

Owns the meaning of a declared verb or role. It is built from network.yaml and `access.azure.verbs` alone, so
that the deployed graph can be compared with it.
"""

from collections.abc import Iterator
from dataclasses import replace

from access.azure.catalogue import built_in_name
from access.azure.planes import AGENT
from access.azure.roles import Role, by_name
from access.azure.verbs import VERBS
from access.evaluate.platform_grants import is_platform_assignment
from access.evaluate.relevance import resource_type
from access.model.declared import Declared, DeclaredAccess
from access.model.errors import UnknownRole
from access.model.graph import Assignment, Graph, Principal, Resource, Unread

PULL = "pull"


def expected_graph(declared: Declared, graph: Graph) -> Graph:
    """Return the graph with only the declared role assignments; `unread` lists those that cannot be assigned."""
    return _Expectation(declared, graph).graph()


class _Expectation:
    def __init__(self, declared: Declared, graph: Graph) -> None:
        self._declared = declared
        self._graph = graph
        self._resources = {one.name: one for one in graph.resources if one.declared}
        self._of_agent: dict[tuple[str, str], Principal] = {}
        self._of_party: dict[str, Principal] = {}
        for one in graph.principals:
            for agent in one.agents:
                self._of_agent.setdefault((agent, one.purpose), one)
            if one.party:
                self._of_party.setdefault(one.party, one)
        self._missing: list[Unread] = []

    def graph(self) -> Graph:
        # Agents that share an identity get the access of each of them, once.
        assignments = {one.id.lower(): one for principal in self._everybody() for one in self._of(principal)}
        return Graph(
            principals=self._graph.principals,
            # As if every service honoured roles: what is declared must work, or the proof fails.
            resources=(replace(one, ignores_roles=None) for one in self._graph.resources),
            assignments=assignments.values(),
            unread=self._missing,
            actors=self._graph.actors,
            memberships=self._graph.memberships,
            applications=self._graph.applications,
            management_groups_known=self._graph.management_groups_known,
            source="network.yaml",
        )

    def _everybody(self) -> list[Principal]:
        """Return the principals that have declared access or pull images."""
        found: list[Principal | None] = []
        clusters: dict[str, int] = {}
        for name, agent in self._declared.agents.items():
            place = self._declared.location(agent.line)
            granted = (one for one in agent.access if not one.waits)
            found += (self._agent(name, "own", self._declared.location(one.line)) for one in granted)
            if agent.pulls and self._registry is not None:
                found.append(self._agent(name, PULL, place))
            if agent.cluster:
                clusters.setdefault(agent.cluster, agent.line)
        for name, party in self._declared.parties.items():
            granted = (one for one in party.access if not one.waits)
            found += (self._party(name, "of its own", self._declared.location(one.line)) for one in granted)
        for name, line in clusters.items() if self._registry is not None else ():
            found.append(self._party(name, "to pull images with", self._declared.location(line)))
        found += [one for one in self._graph.principals if one.purpose == "host" and one.party]
        return list(dict.fromkeys(one for one in found if one is not None))

    @property
    def _registry(self) -> Resource | None:
        declared = self._declared.registry
        return self._resources.get(declared.name) if declared else None

    def _agent(self, agent: str, purpose: str, place: str) -> Principal | None:
        found = self._of_agent.get((agent, purpose))
        if found is None:
            self._missing.append(Unread(place, f"{agent} has no identity {_WORDS[purpose]}"))
        return found

    def _party(self, party: str, what: str, place: str) -> Principal | None:
        found = self._of_party.get(party)
        if found is None:
            self._missing.append(Unread(place, f"{party} has no identity {what}"))
        return found

    def _of(self, principal: Principal) -> Iterator[Assignment]:
        agents = self._declared.pulls(principal)
        if agents and self._registry is not None:
            role = self._pulling(principal, self._registry)
            yield _assignment(principal, role, self._registry.id, self._declared.location(agents[0].line))
        if principal.purpose == PULL:
            return
        yield from (one for one in self._graph.assignments_of(principal.id) if is_platform_assignment(principal, one))
        for access in self._declared.access_of(principal):
            place = self._declared.location(access.line)
            for role, resource in self._roles(access, place):
                yield _assignment(principal, role, self._scope(resource, access, principal), place)

    def _roles(self, access: DeclaredAccess, place: str) -> Iterator[tuple[Role, Resource]]:
        resource = self._resources.get(access.resource)
        if resource is None:
            self._missing.append(
                Unread(place, f"{access.resource} is declared in network.yaml and does not exist in the graph")
            )
            return
        names = VERBS.get((resource.kind, access.verb), ()) if access.verb else (access.role,)
        # A Foundry agent is called with one role as an application, and with another at its own endpoint.
        name = names[-1] if names and resource_type(resource) == AGENT else names[0] if names else access.verb
        try:
            yield by_name(name), resource
        except UnknownRole as error:
            self._missing.append(Unread(place, str(error)))

    def _scope(self, resource: Resource, access: DeclaredAccess, principal: Principal) -> str:
        """Return the scope of a declared access: the resource, or the subscription of a topic's receiver."""
        if resource.kind != "service-bus-topic" or access.verb != "receive":
            return resource.id
        app = (principal.app or principal.owner.rpartition("/")[2]).lower()
        inside = (one for one in self._graph.resources_within(resource.id) if one.id.lower().endswith(f"/{app}"))
        return next((one.id for one in inside), resource.id)

    def _pulling(self, principal: Principal, registry: Resource) -> Role:
        """Return the least privileged role for pulling images in a registry's permissions mode."""
        by_registry, by_repository = VERBS["image-registry", PULL]
        held = {built_in_name(one.role) for one in self._graph.held_at_or_above(principal.id, registry.id)}
        return by_name(by_repository if by_repository in held else by_registry)


_WORDS = {"own": "of its own", PULL: "to pull its image with"}


def _assignment(principal: Principal, role: Role, scope: str, place: str) -> Assignment:
    return Assignment(
        id=f"declared {principal.id} {role.id} {scope}",
        name=f"{principal.display_name} {role.name}",
        principal=principal.id,
        scope=scope,
        role=role,
        role_id=role.id,
        location=place,
        system=role.system,
    )
