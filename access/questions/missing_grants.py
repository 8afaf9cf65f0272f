"""Finds access of a stack's state that Azure does not return: roles, app roles, consent, credentials.

Owns the comparison of records, by what they give and to whom. Effective access is not compared here: a role that is
missing may be made up for by another one, and is missing nevertheless.
"""

from collections.abc import Iterator

from access.azure.scopes import shown
from access.evaluate.user_rights import UserRight, user_rights
from access.model.actors import Actor
from access.model.applications import Trust
from access.model.graph import Graph
from access.questions.additional_grants import assignment_key

__all__ = ["missing_grants"]

_RIGHTS = {
    "client": "the client {of} of agent {agent!r}",
    "consent": "the consent to {what!r} for agent {agent!r}",
    "permission": "the permission {what!r} of agent {agent!r}",
    "person": "the assignment of {of} to the application of agent {agent!r}",
}
"""Kind of right → its words; permissions that an application requires give nothing by themselves."""


def missing_grants(state: Graph, live: Graph) -> Iterator[str]:
    """Yield a sentence for each part of a stack's access that Azure does not return.

    Args:
        state: access graph of the stack's state.
        live: access graph of Azure.
    """
    found = {assignment_key(one) for one in live.assignments}
    for one in state.assignments:
        if one.system != "settings" and not one.copy_of and assignment_key(one) not in found:
            yield f"{one.name}: Azure does not return {one.role_text} at {shown(one.scope)}"
    trusted = set(map(_credential, live.actors))
    for actor in state.actors:
        if actor.kind == "credential" and actor.certain and _credential(actor) not in trusted:
            principal = state.principal(actor.target)
            whose = principal.display_name if principal else actor.target
            yield f"{whose}: Azure does not return {actor.reason} for {actor.subject}"
    for agent in dict.fromkeys(one.agent for one in state.applications if one.agent and one.seen):
        yield from _of_application(state, live, agent)


def _of_application(state: Graph, live: Graph, agent: str) -> Iterator[str]:
    there = [one for one in live.applications_of_agent(agent) if one.seen]
    if not there:
        # Without a permission to read Microsoft Graph nothing is known, which the notes of the graph have.
        if live.directory_known or not any(one.where == "Microsoft Graph" for one in live.unread):
            yield f"{agent}: Azure does not return the Entra application of agent {agent!r}"
        return
    found = {_right(one) for one in user_rights(live, agent)}
    for right in user_rights(state, agent):
        words = _RIGHTS.get(right.kind)
        if words and right.certain and _right(right) not in found:
            yield f"{agent}: Azure does not return {words.format(of=right.of, what=right.what, agent=agent)}"
    trusts = {_trust(each) for one in there for each in one.trusts}
    for one in state.applications_of_agent(agent):
        for each in one.trusts:
            if each.certain and _trust(each) not in trusts:
                yield f"{agent}: Azure does not return the {each.kind} {each.name!r} of the application"


def _credential(one: Actor) -> tuple[str, str, str]:
    return one.target.lower(), one.issuer, one.account


def _trust(one: Trust) -> tuple[str, str, str]:
    return one.kind, one.issuer, one.subject


def _right(one: UserRight) -> tuple[str, str, str]:
    # The API of a consent is an application id in one source, and the id of a service principal in another.
    return one.kind, "" if one.kind in {"consent", "permission"} else one.of, f"{one.what} {one.whose}"
