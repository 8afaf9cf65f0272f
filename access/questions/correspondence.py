"""Determines which principals and resources of two graphs are the same, for the diff.

Agents, hosts and people are the same by their names in network.yaml, and everything else by id. The network's own
subscription counts as equal in both graphs, since local Azure has one of its own. A resource of the network is the same
by its name; where the graphs show one environment, its id counts, too: a declared name that means another resource than
before is a change. Two graphs show one environment if any declared resource has one path in both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from access.azure.distinct_names import distinct_names
from access.azure.scopes import is_path, key
from access.azure.verbs import CALLED_KINDS
from access.model.graph import Graph, Resource
from access.questions.display_names import Subject

_OWN_SUBSCRIPTION = "subscriptions/of-the-network"


class Identity(NamedTuple):
    """Key by which a principal or a resource is compared between two graphs: name, id without subscription, detail."""

    name: str
    """Name in network.yaml; empty for principals and resources outside the network."""
    place: str = ""
    """Comparable id; empty if the name alone decides."""
    detail: str = ""
    """Purpose and name of one of several identities of a resource."""


@dataclass
class _Shown:
    """Display name and Azure id of a principal or resource in a comparison of two graphs."""

    name: str
    id: str


class Correspondence:
    """Comparison keys of the principals and resources in two graphs, with one display name for each."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self._own = {id(graph): _own_subscription(graph) for graph in (before, after)}
        was, is_now = self._places(before), self._places(after)
        in_both = was.keys() & is_now.keys()
        is_one_environment = any(was[each] == is_now[each] for each in in_both)
        self.is_one_environment = is_one_environment or not in_both
        """True if ids mean the same in both graphs, or if no resource of the network shows that they do not."""
        several = {each for places in (was, is_now) for each, found in places.items() if len(found) > 1}
        self._by_place = several | {each for each in in_both if is_one_environment and was[each] != is_now[each]}
        """Names in network.yaml, each with a kind, that do not say alone which resource is meant."""
        self._accounts = {} if is_one_environment else {id(graph): _accounts(graph) for graph in (before, after)}
        self._shown: dict[Identity, _Shown] = {}

    def of_subject(self, graph: Graph, subject: Subject) -> Identity:
        """Return the comparison key of a principal or agent of a graph, and record its display name."""
        found = Identity("", self.place_of(graph, subject.id), subject.detail) if subject.id else Identity(subject.name)
        self._shown[found] = _Shown(subject.name, subject.id)
        return found

    def of_resource(self, graph: Graph, resource: Resource, name: str) -> Identity:
        """Return the comparison key of a resource of a graph, and record its display name."""
        place = self.place_of(graph, resource.id)
        detail = f"resource {resource.kind if resource.declared else ''}"
        is_named = resource.declared and (resource.name, resource.kind) not in self._by_place
        account = self._accounts.get(id(graph), {}).get(key(resource.id), "")
        found = Identity(resource.name, "", detail) if is_named else Identity("", account or place, detail)
        self._shown[found] = _Shown(name, resource.id)
        return found

    def names(self) -> Mapping[Identity, str]:
        """Return a display name for each comparison key so far; no two keys of a kind have the same name."""
        resources = {each: shown for each, shown in self._shown.items() if each.detail.startswith("resource ")}
        others = {each: shown for each, shown in self._shown.items() if not each.detail.startswith("resource ")}
        return {**_distinct(resources), **_distinct(others)}

    def _places(self, graph: Graph) -> dict[tuple[str, str], frozenset[str]]:
        """Return the comparable ids of the network's resources by name and kind, where they are known."""
        found: dict[tuple[str, str], set[str]] = {}
        for one in graph.resources:
            # An agent that is called has another id once it is published, and is the same agent.
            if one.declared and one.kind not in CALLED_KINDS and is_path(key(one.id)):
                found.setdefault((one.name, one.kind), set()).add(self.place_of(graph, one.id))
        return {each: frozenset(places) for each, places in found.items()}

    def place_of(self, graph: Graph, resource_id: str) -> str:
        """Return an id for comparison, in which the network's own subscription is replaced by a fixed word."""
        place = key(resource_id)
        own = self._own[id(graph)]
        return place.replace(own, _OWN_SUBSCRIPTION, 1) if own and f"{place}/".startswith(f"{own}/") else place


def _accounts(graph: Graph) -> dict[str, str]:
    """Return the accounts of the network's Foundry projects, each with a text that is the same in every environment."""
    projects: dict[str, list[str]] = {}
    for one in graph.principals:
        if one.purpose == "host" and one.party and one.owner:
            projects.setdefault(key(one.owner).rpartition("/projects/")[0], []).append(one.party)
    return {account: f"account of {', '.join(sorted(names))}" for account, names in projects.items()}


def _own_subscription(graph: Graph) -> str:
    """Return the subscription that most resources of the network are in; empty if none is known."""
    found = Counter(_subscriptions(one.id for one in graph.resources if one.declared))
    return found.most_common(1)[0][0] if found else ""


def _subscriptions(ids: Iterable[str]) -> list[str]:
    paths = (key(each).split("/") for each in ids)
    return ["/".join(path[:2]) for path in paths if path[0] == "subscriptions" and len(path) > 1]


def _distinct(shown: Mapping[Identity, _Shown]) -> dict[Identity, str]:
    several = Counter(one.name for one in shown.values())
    # A name in network.yaml stays as it is, unless it means two things.
    names = {each: one.name for each, one in shown.items() if several[one.name] == 1 or each.name}
    rest = {each: one for each, one in shown.items() if each not in names}
    distinct = distinct_names({one.id: one.name for one in rest.values()}, names.values())
    return names | {each: distinct[one.id] for each, one in rest.items()}
