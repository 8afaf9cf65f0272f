"""Determines if a Container App with ingress accepts callers without a token.

The code in a container is not inspected: only what is outside of it counts. Callers need a token by the authentication
of the platform, or because the app is an agent of the network with an Entra application, whose runtime library checks
tokens. Source: "Ingress in Azure Container Apps", Microsoft Learn, 2025-01: internal ingress is open to every app of
the environment.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from access.azure.booleans import boolean
from access.azure.scopes import key
from access.evaluate.platform_authentication import CONFIG, admission_reasons, client_id_of, names_callers
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Resource
from access.model.json_values import Values, listed, mapping, text

__all__ = ["Ingress", "agent_of_app", "checks_tokens", "ingress_of", "open_reasons"]

_APP = "microsoft.app/containerapps"
_TCP = "tcp"


@dataclass(frozen=True)
class Ingress:
    """Ingress of a Container App: its callers, and the ports that take no part in authentication."""

    external: bool
    bypasses: tuple[str, ...]
    """Reasons why some connections reach the container without the authentication of the platform."""


def ingress_of(app: Resource) -> Ingress | None:
    """Return the ingress of a Container App; None for an app without ingress, and for another resource."""
    if resource_type(app) != _APP:
        return None
    found = mapping(mapping(app.flat_properties.get("configuration")).get("ingress"))
    if not found:
        return None
    return Ingress(boolean(found.get("external")) is True, tuple(_bypasses(found)))


def _bypasses(ingress: Values) -> list[str]:
    reasons: list[str] = []
    if text(ingress, "transport").lower() == _TCP:
        reasons.append("its ingress is TCP, which carries no token (transport)")
    if listed(ingress.get("additionalPortMappings")):
        reasons.append("further ports lead past the authentication (additionalPortMappings)")
    return reasons


def agent_of_app(graph: Graph, app: Resource) -> str:
    """Return the agent that runs in a Container App; empty if none does.

    An identity that several apps have does not show which of them is the agent.
    """
    return _agents_by_app(graph).get(key(app.id), "")


@lru_cache(maxsize=8)
def _agents_by_app(graph: Graph) -> Mapping[str, str]:
    """Return the agents by the keys of the apps that they run in."""
    apps = [one for one in graph.resources if resource_type(one) == _APP]
    users = Counter(each for one in apps for each in _attached(one))
    owners = (one for one in graph.principals if one.owner and one.purpose == "own" and one.agent)
    agents: dict[str, str] = {}
    for one in owners:
        agents.setdefault(key(one.owner), one.agent)
    found: dict[str, str] = {}
    for one in apps:
        ids = (key(one.id), *(each for each in _attached(one) if users[each] == 1))
        found[key(one.id)] = next((agents[each] for each in ids if each in agents), "")
    return found


def _attached(app: Resource) -> set[str]:
    """Return the keys of the user-assigned identities of an app."""
    ids = mapping(app.flat_properties.get("identity")).get("userAssignedIdentities")
    return {key(each) for each in (*listed(ids), *mapping(ids)) if isinstance(each, str)}


def checks_tokens(graph: Graph, app: Resource) -> bool:
    """Return True if an app is an agent of the network with an Entra application, whose library checks tokens."""
    agent = agent_of_app(graph, app)
    # An app of another program may have an application, too, and nothing shows for what.
    return bool(agent) and agent not in graph.outside_apps and bool(graph.applications_of_agent(agent))


def open_reasons(graph: Graph, app: Resource, ingress: Ingress, *, checks_tokens: bool) -> tuple[str, ...]:
    """Return the reasons why callers of an app need no token; none if every caller needs one.

    Args:
        graph: the graph of the app.
        app: the Container App.
        ingress: its ingress.
        checks_tokens: True if the code of the app is known to check tokens, by the runtime library of agents.
    """
    if checks_tokens:
        return ()
    configs = [one for one in graph.resources_within(app.id) if resource_type(one) == CONFIG]
    reasons = [_reasons(graph, one) for one in configs]
    if not reasons:
        return ("it has no authentication config (Microsoft.App/containerApps/authConfigs)",)
    # Of several configs the one that refuses most is in effect, as only one of them has the right name.
    return (*min(reasons, key=len), *ingress.bypasses)


def _reasons(graph: Graph, config: Resource) -> tuple[str, ...]:
    values = config.flat_properties
    found = tuple(admission_reasons(key(config.id).rpartition("/")[2], values))
    if found or names_callers(values) or _requires_assignment(graph, client_id_of(values)):
        return found
    return ("it admits every application of the tenant (validation.defaultAuthorizationPolicy)",)


def _requires_assignment(graph: Graph, client_id: str) -> bool:
    """Return True if Entra ID issues tokens of an application to those alone who are assigned to it."""
    known = (one for one in graph.applications if client_id and one.id.lower() == client_id.lower())
    return any(one.assignment_required for one in known)
