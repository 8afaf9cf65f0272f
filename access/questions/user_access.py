"""Answers what each agent may do as a user: which permissions of which API, for whom, through which clients.

Owns the rows of that access, which is apart from the access of the agent itself: it lasts as long as a user's request,
and is never more than the user may do. `access.evaluate.user_rights` finds the rights.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from access.azure.delegated_permissions import APPLICATION_IDS, shown_api
from access.evaluate.application_names import api_name, client_name, person_name
from access.evaluate.user_rights import EVERYBODY, UserRight, acting_agents, user_rights
from access.model.declared import Declared
from access.model.graph import Graph

__all__ = ["ApiAccess", "UserAccess", "stolen_tokens", "user_access"]

EVERY_USER = "every user of the tenant"
"""Words for the people of an agent whose application requires no assignment."""


@dataclass(frozen=True)
class ApiAccess:
    """API that an agent uses as a user, with the permissions and the consent to them."""

    name: str
    app_id: str
    scopes: tuple[str, ...]
    consent: str
    """Words for the consent: `each user`, `all users`, or how many single users."""
    without_user: tuple[str, ...] = ()
    """Permissions that the agent has there without any user."""


@dataclass(frozen=True)
class UserAccess:
    """Access of one agent as a user: APIs, the people that it acts for, and the clients that send their tokens."""

    agent: str
    apis: tuple[ApiAccess, ...]
    people: tuple[str, ...]
    clients: tuple[str, ...]
    location: str
    """Line of network.yaml that declares it; empty if none does."""

    def api(self, name: str) -> ApiAccess | None:
        """Return the access to an API by name or application id; None if the agent uses no such API."""
        return next((one for one in self.apis if name.lower() in {one.name.lower(), one.app_id.lower()}), None)


def user_access(graph: Graph, declared: Declared | None = None) -> tuple[UserAccess, ...]:
    """Return the access as a user of every agent that has any, sorted by agent."""
    return tuple(_of_agent(graph, declared, agent) for agent in acting_agents(graph))


def _of_agent(graph: Graph, declared: Declared | None, agent: str) -> UserAccess:
    rights = user_rights(graph, agent)
    entry = declared.agents.get(agent) if declared else None
    acts = entry.acts_for_users if entry else None
    people = (
        EVERY_USER if one.of == EVERYBODY else person_name(graph, _id(one), one.location, declared, agent)
        for one in rights
        if one.kind == "person"
    )
    clients = (client_name(_id(one), one.location, declared, agent) for one in rights if one.kind == "client")
    apis = dict.fromkeys(one.of for one in rights if one.kind in {"scope", "consent", "permission"})
    return UserAccess(
        agent,
        tuple(sorted((_api(rights, api, declared) for api in apis), key=lambda one: one.name)),
        tuple(sorted(set(people))),
        tuple(sorted(set(clients))),
        declared.location(acts.line) if declared and acts else "",
    )


def _id(one: UserRight) -> str:
    return "" if one.of == one.location else one.of


def _api(rights: tuple[UserRight, ...], api: str, declared: Declared | None) -> ApiAccess:
    own = [one for one in rights if one.of == api]
    scopes = {one.what for one in own if one.kind in {"scope", "consent"}}
    of_all = {one.what for one in own if one.kind == "consent" and not one.whose}
    users = {one.whose for one in own if one.kind == "consent" and one.whose}
    if scopes and of_all >= scopes:
        consent = "all users"
    elif of_all:
        consent = f"all users to {', '.join(sorted(of_all))}"
    else:
        consent = f"each user, {len(users)} so far" if users else "each user"
    without = {one.what for one in own if one.kind == "permission"}
    shown = api_name(api, declared) if api else "an API that is not known"
    return ApiAccess(shown, api, tuple(sorted(scopes)), consent if scopes else "", tuple(sorted(without)))


def stolen_tokens(graph: Graph, agent: str) -> Iterator[str]:
    """Yield sentences about what somebody who runs code as an agent gets of its users.

    An access token lives for 60 to 90 minutes: "Configurable token lifetimes in the Microsoft identity platform",
    Microsoft Learn, 2025.
    """
    found = next((one for one in user_access(graph) if one.agent == agent), None)
    if found is None:
        return
    uses = " and ".join(f"{', '.join(one.scopes)} of {one.name}" for one in found.apis if one.scopes)
    if uses:
        who = ", ".join(found.people) or "nobody that is known"
        yield f"has the tokens of users who call {agent} now ({who}), and with each may use {uses} as that user"
        yield (
            f"may do the same with every other user's token for {agent} that leaks elsewhere, as long as the token"
            " lives: 60 to 90 minutes"
        )
        # It cannot be revoked without a secret: "Generating a user access token for a GitHub App", GitHub Docs, 2026.
        yield f"keeps a user's token of GitHub for up to 8 hours, if {agent} uses GitHub's device flow"
    for one in found.apis:
        if one.without_user:
            yield f"has {', '.join(one.without_user)} of {one.name} without any user"


def known_apis(graph: Graph, declared: Declared | None) -> frozenset[str]:
    """Return the names and application ids of all APIs that agents use as a user, or that are well known."""
    used = {name for one in user_access(graph, declared) for api in one.apis for name in (api.name, api.app_id)}
    agents = declared.agents.values() if declared else ()
    named = {api.name for one in agents if one.acts_for_users for api in one.acts_for_users.apis}
    return frozenset({*used, *named, *APPLICATION_IDS, *map(shown_api, APPLICATION_IDS.values())} - {""})
