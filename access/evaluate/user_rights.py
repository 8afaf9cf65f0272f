"""Determines what each agent may do as a user: permissions of APIs, for which people, through which clients.

Owns one list of rights per agent, from all parts of its Entra application. A permission counts if the application
requires it, since users then consent to it, and if there is consent to it, since Entra then gives tokens. Source:
"Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow", Microsoft Learn, 2024-01.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from access.azure.catalogue import by_name
from access.model.applications import Application, Assignee
from access.model.graph import Graph

__all__ = ["EVERYBODY", "UserRight", "acting_agents", "user_rights"]

RightKind = Literal["client", "consent", "permission", "person", "scope"]
EVERYBODY = "everybody"
"""Person of a right that every user of the tenant has, since no assignment is required."""
_UNKNOWN = "permissions that are not known"
_CALL, _USE = by_name("Agent.Call"), by_name("User.Access")
_CALLING = frozenset({_CALL.name, _CALL.id})
"""Name and id of the app role by which agents call agents."""
_AS_USER = frozenset({_USE.name, _USE.id})


class UserRight(NamedTuple):
    """One part of what an agent may do as a user; rights of a kind are the same if `of`, `what` and `whose` are."""

    kind: RightKind
    """`scope` and `consent` of an API, a `client` or `person`, or a `permission` without any user."""
    of: str
    """Application id of an API, client id of a client, or principal id of a person, in lower case."""
    what: str = ""
    """Name of a permission."""
    whose: str = ""
    """Principal id of the user who has consented; empty for all users."""
    location: str = ""
    certain: bool = True

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what makes two rights the same, wherever they are found."""
        return self.kind, self.of, self.what, self.whose


@lru_cache(maxsize=256)
def user_rights(graph: Graph, agent: str) -> tuple[UserRight, ...]:
    """Return the rights by which an agent acts for users, each once."""
    found: dict[tuple[str, str, str, str], UserRight] = {}
    for one in _rights(graph, agent):
        found.setdefault(one.key, one)
    return tuple(found.values())


def acting_agents(graph: Graph) -> tuple[str, ...]:
    """Return the agents that have an Entra application with any right to act for users, sorted."""
    agents = {one.agent for one in graph.applications if one.agent}
    return tuple(sorted(agent for agent in agents if user_rights(graph, agent)))


def _rights(graph: Graph, agent: str) -> Iterator[UserRight]:
    for one in graph.applications_of_agent(agent):
        yield from (UserRight("scope", each.api, each.scope, location=each.location) for each in one.scopes)
        yield from _consents(one)
        for client in one.clients:
            whom, known = client.client_id or client.location, bool(client.client_id)
            yield UserRight("client", whom, location=client.location, certain=known)
        # What identities may call is a role of the called agent, which is judged as a role.
        for person in (each for each in one.assignees if _is_person(graph, each)):
            whom, known = person.principal.lower() or person.location, bool(person.principal)
            yield UserRight("person", whom, location=person.location, certain=known)
        for role in (each for each in one.app_roles if each.role not in _CALLING):
            yield UserRight("permission", role.api, role.role, location=role.location)
        # An application that only agents call has no users, even if all of them get tokens for it.
        if one.assignment_required is False and (one.scopes or one.consents or one.clients):
            yield UserRight("person", EVERYBODY, location=one.location)


def _is_person(graph: Graph, one: Assignee) -> bool:
    """Return True unless an assignment is for calls by an identity, or may be one."""
    known = graph.principal(one.principal) if one.principal else None
    is_identity = known is not None and not known.kind and known.purpose != "people" and known.exists
    return one.role not in _CALLING and (one.role in _AS_USER or not is_identity)


def _consents(one: Application) -> Iterator[UserRight]:
    for consent in one.consents:
        for name in consent.scopes or (() if consent.certain else (_UNKNOWN,)):
            yield UserRight("consent", consent.api, name, consent.user.lower(), consent.location, consent.certain)
