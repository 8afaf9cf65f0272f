"""The graph that a network declares: the same identities and resources, with exactly the declared assignments.

Owns what a declared verb or role amounts to. It is made of the words of network.yaml and of `access.verbs` alone, so
that what was deployed can be held against it.
"""

from collections.abc import Iterator

from access.declared import Declared, DeclaredAccess
from access.errors import UnknownRole
from access.graph import Assignment, Graph, Principal, Resource, Unread
from access.roles import Role, by_name
from access.verbs import VERBS

PULL = "pull"


def expected(declared: Declared, graph: Graph) -> Graph:
    """What `graph` would be if it held what is declared and nothing else; `unread` says what had no place in it."""
    return _Expectation(declared, graph).graph()


class _Expectation:
    def __init__(self, declared: Declared, graph: Graph) -> None:
        self._declared = declared
        self._graph = graph
        self._resources = {one.name: one for one in graph.resources if one.declared}
        self._principals: dict[str, list[Principal]] = {}
        for one in graph.principals:
            self._principals.setdefault(one.agent, []).append(one)
        self._missing: list[Unread] = []

    def graph(self) -> Graph:
        assignments = [one for agent in self._declared.agents for one in self._of(agent)]
        return Graph(
            principals=self._graph.principals,
            resources=self._graph.resources,
            assignments=assignments,
            unread=self._missing,
            source="network.yaml",
        )

    def _of(self, agent: str) -> Iterator[Assignment]:
        entry = self._declared.agents[agent]
        for access in entry.access:
            place = self._declared.place(access.line)
            for role, resource in self._roles(access, place):
                principal = self._principal(agent, "own", place)
                if principal is not None:
                    yield _assignment(principal, role, self._scope(resource, access, principal), place)
        registry = self._declared.registry
        if registry is not None and registry.name in self._resources:
            resource, place = self._resources[registry.name], self._declared.place(entry.line)
            principal = self._principal(agent, PULL, place)
            if principal is not None:
                yield _assignment(principal, self._pulling(principal, resource), resource.id, place)

    def _principal(self, agent: str, purpose: str, place: str) -> Principal | None:
        found = [one for one in self._principals.get(agent, ()) if one.purpose == purpose]
        if not found:
            self._missing.append(Unread(place, f"{agent} has no identity {_WORDS[purpose]}"))
        return found[0] if found else None

    def _roles(self, access: DeclaredAccess, place: str) -> Iterator[tuple[Role, Resource]]:
        resource = self._resources.get(access.resource)
        if resource is None:
            self._missing.append(Unread(place, f"{access.resource} is declared and not there"))
            return
        names = VERBS.get((resource.kind, access.verb), ()) if access.verb else (access.role,)
        try:
            yield by_name(names[0] if names else access.verb), resource
        except UnknownRole as error:
            self._missing.append(Unread(place, str(error)))

    def _scope(self, resource: Resource, access: DeclaredAccess, principal: Principal) -> str:
        """Where an access holds: at the resource; receiving from a topic, at the agent's own subscription of it."""
        if resource.kind != "service-bus-topic" or access.verb != "receive":
            return resource.id
        app = principal.owner.rpartition("/")[2].lower()
        inside = (one for one in self._graph.resources_within(resource.id) if one.id.lower().endswith(f"/{app}"))
        return next((one.id for one in inside), resource.id)

    def _pulling(self, principal: Principal, registry: Resource) -> Role:
        """The role that pulls: which one depends on the registry's mode, and the narrower one is as good."""
        by_registry, by_repository = VERBS["image-registry", PULL]
        held = {one.role.name for one in self._graph.held_at_or_above(principal.id, registry.id) if one.role}
        return by_name(by_repository if by_repository in held else by_registry)


_WORDS = {"own": "of its own", PULL: "to pull its image with"}


def _assignment(principal: Principal, role: Role, scope: str, place: str) -> Assignment:
    return Assignment(
        id=f"declared {principal.id} {role.id} {scope}",
        name=f"{principal.agent} {role.name}",
        principal=principal.id,
        scope=scope,
        role=role,
        role_id=role.id,
        place=place,
        system=role.system,
    )
