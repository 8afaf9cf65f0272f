"""Gives each principal and resource of a graph a display name that no other has.

Owns which name is shown, and the identity behind it: agents, hosts and people are known by their name in network.yaml,
everything else by its Azure id. `access.questions.diff` compares identities, and never names.
"""

from collections import Counter
from dataclasses import dataclass

from access.azure.distinct_names import distinct_names
from access.azure.scopes import ancestors, key
from access.model.graph import Graph, Principal, Resource


@dataclass(frozen=True)
class Subject:
    """A row of the access matrix: an agent, or a principal that is not an agent."""

    name: str
    """Display name, which no other subject of the graph has."""
    id: str = ""
    """Azure id; empty for the network's agents, hosts and people, which their names identify."""
    detail: str = ""
    """Purpose and name of an identity, since a resource may have several."""


class DisplayNames:
    """Display names of the principals and resources of one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._around: dict[str, Resource | None] = {}
        self._declared = {key(one.id): one for one in graph.resources if one.declared}
        names = distinct_names({one.id: one.name for one in self._declared.values()})
        others = {
            one.id: one.name for one in graph.resources if not one.declared and self.declared_around(one.id) is None
        }
        names |= distinct_names(others, names.values())
        self._resources = {key(where): name for where, name in names.items()}
        network = {name for one in graph.principals for name in (*one.agents, one.party) if name}
        self._subjects = _subjects(graph, network)
        self._taken = {each.name for several in self._subjects.values() for each in several}

    def declared_around(self, scope: str) -> Resource | None:
        """Return the declared resource at a scope or above it, such as a topic of its subscription; None if none."""
        if scope not in self._around:
            above = reversed(ancestors(key(scope)))
            self._around[scope] = next((self._declared[each] for each in above if each in self._declared), None)
        return self._around[scope]

    def containing(self, resource: Resource) -> Resource:
        """Return the network's resource that contains a resource, or the resource itself."""
        return self.declared_around(resource.id) or resource

    def of_resource(self, resource: Resource) -> str:
        """Return the display name of a resource, or of the network's resource that contains it."""
        return self._resources.get(key(self.containing(resource).id), resource.name)

    def subjects_of(self, principal_id: str) -> tuple[Subject, ...]:
        """Return the subjects that act as a principal: every agent that shares the identity, or the principal."""
        found = self._subjects.get(_lowered(principal_id))
        if found is None:
            # A principal that only an assignment names has nothing but its id, which may look like a name.
            name = f"principal {principal_id}" if principal_id in self._taken else principal_id
            return (Subject(name, principal_id),)
        return found

    def resources_named(self, name: str) -> list[Resource]:
        """Return the resources with a name: a display name or an id alone, else all with this name in Azure."""
        shown = [one for one in self._graph.resources if self._resources.get(key(one.id)) == name]
        by_id = [one for one in self._graph.resources if key(one.id) == key(name)]
        return shown or by_id or [one for one in self._graph.resources if one.name == name]

    def principals_named(self, name: str) -> list[Principal]:
        """Return the identities of a subject: by display name or id, else all with this name in Azure."""
        principals = self._graph.principals
        shown = [one for one in principals if any(name == each.name for each in self.subjects_of(one.id))]
        by_id = [one for one in principals if _lowered(one.id) == _lowered(name)]
        return shown or by_id or [one for one in principals if name in {one.name, one.party}]


def _subjects(graph: Graph, network: set[str]) -> dict[str, tuple[Subject, ...]]:
    """Return the subjects of each principal, by principal id."""
    found: dict[str, tuple[Subject, ...]] = {}
    rest: dict[str, Principal] = {}
    for one in graph.principals:
        if one.agents:
            found[_lowered(one.id)] = tuple(Subject(each, graph.outside_apps.get(each, "")) for each in one.agents)
        elif one.party:
            found[_lowered(one.id)] = (Subject(one.party),)
        else:
            rest[one.id] = one
    names = _names_of_others(rest, network)
    for each, one in rest.items():
        detail = f"{one.purpose} {one.name}" if one.owner else ""
        found[_lowered(each)] = (Subject(names[each], one.owner or each, detail),)
    return found


def _names_of_others(principals: dict[str, Principal], taken: set[str]) -> dict[str, str]:
    """Return a name for each principal outside the network, by its owner's path if several have one name."""
    owners = Counter(key(one.owner) for one in principals.values())
    # The id of the owner shows more than a GUID does; a resource with two identities does not.
    where = {each: one.owner if one.owner and owners[key(one.owner)] == 1 else each for each, one in principals.items()}
    names = distinct_names({where[each]: one.display_name for each, one in principals.items()}, taken)
    return {each: names[where[each]] for each in principals}


def _lowered(principal_id: str) -> str:
    return principal_id.strip().rstrip("/").lower()
