"""Explains why an agent may or may not use a permission of an API as a user.

Owns the decision about an API that is not a resource of Azure. It is conditional at best: a user must send a token, and
the API decides what that user may do.
"""

from access.evaluate.application_names import api_name
from access.model.declared import Declared
from access.model.graph import Graph
from access.model.results import AccessDecision, Decision
from access.questions.user_access import ApiAccess, UserAccess, known_apis, user_access

__all__ = ["UserDecision", "is_api", "why_as_user"]

_ALL = frozenset({"all", "use"})
"""Words that mean every permission that the agent has at the API."""
UserDecision = tuple[str, AccessDecision, tuple[str, ...]]
"""Permission, decision and declaring lines."""


def is_api(graph: Graph, declared: Declared | None, name: str) -> bool:
    """Return True if a name is that of an API that an agent uses as a user, or of a well-known API."""
    return name.lower() in {each.lower() for each in known_apis(graph, declared)}


def why_as_user(graph: Graph, declared: Declared | None, agent: str, api: str, scope: str) -> list[UserDecision]:
    """Return the decisions about a permission of an API, or about each permission that an agent has there."""
    access = next((one for one in user_access(graph, declared) if one.agent == agent), None)
    found = access.api(api) if access else None
    places = (access.location,) if access and access.location else ()
    named = api_name(found.app_id, declared) if found else api
    if access is None or found is None:
        because = f"{agent} does not use {named} as a user: its application requires no permission there"
        return [(scope, AccessDecision(Decision.DENIED, (), (), because), ())]
    wanted = found.scopes if scope in _ALL else (scope,)
    return [(one, _decision(access, found, one), places) for one in wanted or (scope,)]


def _decision(access: UserAccess, api: ApiAccess, scope: str) -> AccessDecision:
    if scope in api.without_user:
        because = f"{access.agent} has this permission of {api.name} without any user"
        return AccessDecision(Decision.ALLOWED, (), (), because)
    if scope not in api.scopes:
        has = ", ".join(api.scopes) or "none"
        because = f"the application of {access.agent} does not require this permission of {api.name}; it has {has}"
        return AccessDecision(Decision.DENIED, (), (), because)
    people = f"a user among {', '.join(access.people)}" if access.people else "no user, since nobody is assigned"
    clients = ", ".join(access.clients) or "a client"
    consent = {"each user": "who has consented", "all users": "with the consent of an administrator for all users"}
    how = consent.get(api.consent, f"with the consent of {api.consent}")
    because = f"as a user: for {people}, {how}, whose token {clients} sends, and no more than that user may do"
    return AccessDecision(Decision.CONDITIONAL, (), (), because)
