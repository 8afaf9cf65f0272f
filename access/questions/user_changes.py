"""Compares what agents may do as users in two graphs, for the diff.

Owns what makes two rights the same: ids, and in graphs of different environments the names that network.yaml gives
clients and people, since the ids differ between tenants. What one user has consented to is not a change, unless the
application does not require it.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from access.evaluate.application_names import api_name, client_name, person_name
from access.evaluate.user_rights import EVERYBODY, UserRight, user_rights
from access.model.graph import Graph

__all__ = ["UserChange", "user_changes"]

_Key = tuple[str, ...]


class UserChange(NamedTuple):
    """Right to act as a user, or ownership of an agent's application, that only one of two graphs has."""

    subject: str
    words: str
    target: str
    grows: bool
    operations: tuple[str, ...] = ()


def user_changes(before: Graph, after: Graph, *, one_environment: bool) -> Iterator[UserChange]:
    """Yield a change for each right to act as a user that appears or disappears.

    Args:
        before: the earlier graph.
        after: the later graph.
        one_environment: True if ids mean the same in both graphs.
    """
    was, is_now = (_changes(graph, one_environment=one_environment) for graph in (before, after))
    for found, others, grows in ((is_now, was, True), (was, is_now, False)):
        yield from (one._replace(grows=grows) for key, one in found.items() if key not in others)


def _changes(graph: Graph, *, one_environment: bool) -> Mapping[_Key, UserChange]:
    found: dict[_Key, UserChange] = {}
    for agent in sorted({one.agent for one in graph.applications if one.agent}):
        rights = user_rights(graph, agent)
        required = {(one.of, one.what) for one in rights if one.kind == "scope"}
        for one in rights:
            if not (one.kind == "consent" and one.whose and (one.of, one.what) in required):
                change = _change(graph, agent, one)
                by_name = not one_environment and one.kind in {"client", "person"}
                who = change.subject if by_name or one.of == one.location else one.of
                found.setdefault((agent, one.kind, who, one.what, one.whose and "a user"), change)
        for application in graph.applications_of_agent(agent):
            for owner in application.owners:
                shown = person_name(graph, owner.principal, "", None, agent)
                words = f"owns the {owner.owns} of"
                found.setdefault((agent, owner.owns, owner.principal), UserChange(shown, words, agent, grows=True))
    return found


def _change(graph: Graph, agent: str, one: UserRight) -> UserChange:
    given = "" if one.of == one.location else one.of
    if one.kind == "client":
        name = client_name(given, one.location, None, agent)
        return UserChange(name, "may send users' tokens to", agent, grows=True)
    if one.kind == "person":
        everybody = one.of == EVERYBODY
        who = "every user of the tenant" if everybody else person_name(graph, given, one.location, None, agent)
        return UserChange(who, "can be acted for by", agent, grows=True)
    api = api_name(one.of, None) or "an API that is not known"
    words = {
        "scope": f"may, as a user, use {one.what} of",
        "consent": f"has the consent of {'a user' if one.whose else 'all users'} to {one.what} of",
        "permission": f"has, without any user, the permission {one.what} of",
    }[one.kind]
    return UserChange(agent, words, api, grows=True, operations=(one.what,))
