"""Compares what agents may do as users with what network.yaml declares, both ways.

Owns the comparison of permissions, consent, clients and people. A source other than live Azure does not show what an
administrator makes outside the program; what is missing there is no failure of the program.
"""

from collections.abc import Iterator
from typing import NamedTuple

from access.azure.delegated_permissions import scope_ids, shown_api
from access.evaluate.application_names import api_name, client_name, person_name, quoted_list
from access.evaluate.application_problems import ApplicationProblem
from access.evaluate.user_rights import EVERYBODY, UserRight, user_rights
from access.model.declared import Declared, DeclaredAgent
from access.model.graph import Graph
from access.model.user_access import DeclaredUserAccess, Elsewhere

__all__ = ["MissingRight", "missing_rights", "scope_counts", "undeclared_rights", "unseen_applications"]

_NOTHING = DeclaredUserAccess()


class MissingRight(NamedTuple):
    """Declared part of acting for users that a source does not have, as a sentence."""

    agent: str
    what: str
    location: str


def undeclared_rights(graph: Graph, declared: Declared) -> Iterator[ApplicationProblem]:
    """Yield a problem for each right to act as a user that an agent has and network.yaml does not declare."""
    for name in sorted({one.agent for one in graph.applications if one.agent}):
        agent = declared.agents.get(name)
        acts = agent.acts_for_users if agent else None
        found = _Excess(graph, declared, name, acts or _NOTHING)
        place = declared.location(acts.line if acts else agent.line) if agent else ""
        for what, right in found.sentences():
            yield ApplicationProblem("undeclared-user-access", what, place or right.location, name, about=(right.of,))
        for api, scopes in found.unnamed.items():
            shown = api_name(api, declared)
            what = f"the names of {len(scopes)} permissions of {shown} that the application of agent {name!r} requires"
            what = f"{what} are not known here, so that they are not compared with network.yaml: {quoted_list(scopes)}"
            yield ApplicationProblem("unread", what, place, name, widens=False)


class _Excess:
    """Rights of one agent, compared with what is declared for the agent."""

    def __init__(self, graph: Graph, declared: Declared, agent: str, acts: DeclaredUserAccess) -> None:
        self._graph, self._declared, self._agent, self._acts = graph, declared, agent, acts
        self._scopes = {(api, scope) for api, scope in acts.scopes} | {
            (api.name, scope) for api in acts.apis for scope in api.scopes
        }
        self._rights = user_rights(graph, agent)
        self.unnamed = self._unnamed()

    def _unnamed(self) -> dict[str, list[str]]:
        """Return the required permissions by API that may be declared ones, of which only the ids are known here."""
        found: dict[str, list[str]] = {}
        for api in self._acts.apis:
            required = [one.what for one in self._rights if one.kind == "scope" and one.of == api.app_id]
            known = scope_ids(shown_api(api.app_id))
            absent = [scope for scope in api.scopes if scope not in required and scope not in known]
            ids = [each for each in required if _is_id(each)]
            if ids and len(ids) <= len(absent):
                found[api.app_id] = ids
        return found

    def sentences(self) -> Iterator[tuple[str, UserRight]]:
        for one in self._rights:
            what = self._sentence(one)
            if what:
                yield f"agent {self._agent!r} {what}, which network.yaml does not declare", one

    def _sentence(self, one: UserRight) -> str:
        if one.kind == "client":
            if one.of not in self._acts.callers.values():
                return f"gets users' tokens from client {self._client(one)}"
        elif one.kind == "person":
            # A missing assignment has a problem of its own.
            if one.of != EVERYBODY and one.of not in self._acts.people.values():
                return f"acts for {person_name(self._graph, one.of, one.location, self._declared, self._agent)!r}"
        elif one.kind == "permission":
            return f"has, without any user, the permission {one.what!r} of {self._api(one)}"
        elif one.kind == "scope":
            if (one.of, one.what) not in self._scopes and one.what not in self.unnamed.get(one.of, ()):
                return f"requires the permission {one.what!r} of {self._api(one)} for users"
        else:
            return self._consent(one)
        return ""

    def _consent(self, one: UserRight) -> str:
        whose = "one user" if one.whose else "all users"
        if (one.of, one.what) not in self._scopes:
            return f"has the consent of {whose} to {one.what!r} of {self._api(one)}"
        if not one.whose and self._acts.consent != "admin":
            return f"has the consent of all users to {one.what!r} of {self._api(one)}, and not of each user"
        # What users consent to themselves in a client is theirs to decide.
        return ""

    def _client(self, one: UserRight) -> str:
        return repr(client_name("" if one.of == one.location else one.of, one.location, self._declared, self._agent))

    def _api(self, one: UserRight) -> str:
        return repr(api_name(one.of, self._declared)) if one.of else "an API that is not known"


def missing_rights(graph: Graph, declared: Declared) -> Iterator[MissingRight]:
    """Yield each declared part of acting for users that a source lacks, though the source would show it."""
    for agent in declared.agents.values():
        if agent.acts_for_users is not None and not _unseen_parts(graph, agent.acts_for_users).application:
            place = declared.location(agent.acts_for_users.line or agent.line)
            for what in _missing(graph, declared, agent, agent.acts_for_users):
                yield MissingRight(agent.name, f"{agent.name} {what}, which is declared", place)


def scope_counts(graph: Graph, declared: Declared) -> tuple[int, int]:
    """Return the number of permissions that agents may use as users, and of those that their applications require."""
    count = granted = 0
    for agent in declared.agents.values():
        acts = agent.acts_for_users
        if acts is None or _unseen_parts(graph, acts).application:
            continue
        required = {(one.of, one.what) for one in user_rights(graph, agent.name) if one.kind == "scope"}
        unnamed = _Excess(graph, declared, agent.name, acts).unnamed
        wanted = list(acts.scopes)
        count += len(wanted)
        granted += sum((api, scope) in required or api in unnamed for api, scope in wanted)
    return count, granted


def unseen_applications(graph: Graph, declared: Declared) -> Iterator[DeclaredAgent]:
    """Yield the agents of which an administrator makes the application, and of which a source does not show it."""
    for agent in declared.agents.values():
        if agent.acts_for_users is not None and _unseen_parts(graph, agent.acts_for_users).application:
            yield agent


def _unseen_parts(graph: Graph, acts: DeclaredUserAccess) -> Elsewhere:
    """Return the parts of an application that an administrator makes; none if a source shows the directory."""
    return Elsewhere() if graph.directory_known else acts.elsewhere


def _missing(graph: Graph, declared: Declared, agent: DeclaredAgent, acts: DeclaredUserAccess) -> Iterator[str]:
    applications = graph.applications_of_agent(agent.name)
    if not applications:
        yield "has no Entra application, so that it cannot act for users"
        return
    rights = user_rights(graph, agent.name)
    if not any(one.principal for one in applications):
        yield "has an Entra application without a service principal, so that nobody gets tokens for it"
    required = {(one.of, one.what) for one in rights if one.kind == "scope"}
    unnamed = _Excess(graph, declared, agent.name, acts).unnamed
    for api, scope in acts.scopes:
        if (api, scope) not in required and api not in unnamed:
            yield f"does not require the permission {scope!r} of {api_name(api, declared)!r} for users"
    clients = {one.of for one in rights if one.kind == "client"}
    for name, client_id in acts.callers.items():
        if client_id not in clients:
            yield f"gets no users' tokens from client {name!r}"
    people = {one.of for one in rights if one.kind == "person"}
    unseen = _unseen_parts(graph, acts)
    for name, principal in acts.people.items():
        if principal not in people and name not in unseen.assignments:
            yield f"does not act for {name!r}"
    yield from _missing_consent(graph, declared, acts, {one.key for one in rights})
    if not unseen.credential and not any(
        one.kind == "federated credential" for each in applications for one in each.trusts
    ):
        yield "has an Entra application without a federated credential, so that it cannot get tokens"


def _missing_consent(
    graph: Graph, declared: Declared, acts: DeclaredUserAccess, known: set[tuple[str, str, str, str]]
) -> Iterator[str]:
    if acts.consent == "users":
        return
    whose = {"all users": ""} if acts.consent == "admin" else dict(acts.users)
    unseen = _unseen_parts(graph, acts)
    for api in (each for each in acts.apis if each.name not in unseen.consents):
        for scope in api.scopes:
            for name, user in whose.items():
                given = {("consent", of, scope, one) for of in (api.app_id, api.name) for one in (user, "")}
                if known.isdisjoint(given):
                    yield f"has no consent of {name} to {scope!r} of {api_name(api.app_id, declared)!r}"


def _is_id(text: str) -> bool:
    return len(text) == len("00000000-0000-0000-0000-000000000000") and text.count("-") == 4  # noqa: PLR2004
