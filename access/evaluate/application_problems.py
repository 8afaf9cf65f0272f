"""Finds problems of the Entra applications that act for users: credentials, owners, settings, identities.

Owns the judgment of one application; `access.evaluate.declared_rights` compares its rights with what is declared. An
application is judged if it is an agent's, or if it trusts a managed identity and uses APIs as a user. Sources:
"Important considerations and restrictions for federated identity credentials" and "Configure an application to trust a
managed identity", Microsoft Learn, 2024-12: Entra compares issuer, subject and audience with letters and blanks.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from access.azure.clouds import CLOUDS
from access.azure.scopes import key, shown
from access.evaluate.application_names import application_text, person_name
from access.evaluate.foreign_actors import is_of_network
from access.evaluate.unowned_identities import attached_identities, unowned_identities
from access.model.actors import Actor
from access.model.applications import Application, DirectoryRight, Trust
from access.model.declared import Declared
from access.model.graph import Graph, Principal, Resource
from access.model.json_values import listed, mapping, text

__all__ = ["ApplicationProblem", "application_problems"]

ProblemRule = Literal[
    "credential-identity-elsewhere",
    "credential-identity-with-role",
    "everybody-may-use-agent",
    "foreign-application-credential",
    "identity-without-owner",
    "risky-application-setting",
    "secret-on-application",
    "undeclared-owner",
    "undeclared-user-access",
    "unread",
]
"""Ids of the finding rules about applications."""
_SERVICE_ACCOUNT = "system:serviceaccount:"
_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_POD_AUDIENCE = "api://AzureADTokenExchange"
"""Audience of a pod's token in every cloud (Azure/azure-workload-identity#1675, 2025-10)."""


class ApplicationProblem(NamedTuple):
    """Problem of one Entra application, as a sentence, with the finding rule that it belongs to."""

    rule: ProblemRule
    what: str
    location: str
    agent: str = ""
    widens: bool = True
    """True if somebody can do more than is declared, which no comparison of roles finds."""
    about: tuple[str, ...] = ()
    """Further names by which an exception can refer to the problem."""


def application_problems(graph: Graph, declared: Declared | None = None) -> Iterator[ApplicationProblem]:
    """Yield every problem of the Entra applications of agents, or that act for users, and of identities for them."""
    for one in graph.applications:
        if one.acts_for_users:
            judged = _Judged(graph, one, declared)
            for found in judged.problems():
                yield found._replace(agent=one.agent, about=(one.name, one.id, *found.about))
    trusted = {each for one in graph.applications for each in one.trusted_identities}
    for identity in graph.principals:
        if identity.purpose == "credential" and identity.id not in trusted:
            # Its application is made outside the program, and the identity is judged nevertheless.
            unseen = Application(id="", name="", location=identity.owner, agent=identity.agent, seen=False)
            judged = _Judged(graph, unseen, declared)
            for found in (*judged.roles(identity), *judged.attached(identity)):
                yield found._replace(agent=identity.agent)
    for identity in unowned_identities(graph):
        what = f"identity {identity.name!r} belongs to no agent and no other resource, so that nobody is responsible"
        about = (identity.name, identity.id)
        yield ApplicationProblem("identity-without-owner", what, identity.owner, widens=False, about=about)


class _Judged:
    """One Entra application that is judged, with its agent's declaration."""

    def __init__(self, graph: Graph, application: Application, declared: Declared | None) -> None:
        self.graph, self.application, self.declared = graph, application, declared
        self.text = application_text(application)
        trusted = (graph.principal(each) for each in application.trusted_identities)
        self.identities = tuple(each for each in trusted if each is not None)

    def problems(self) -> Iterator[ApplicationProblem]:
        yield from self._secrets()
        yield from self._federated()
        for identity in self.identities:
            yield from self._other_applications(identity)
            yield from self.roles(identity)
            yield from self.attached(identity)
        yield from self._roles_of_principal()
        yield from self._settings()
        yield from self._owners()

    def _secrets(self) -> Iterator[ApplicationProblem]:
        for one in self.application.trusts:
            if one.kind != "federated credential":
                what = f"{self.text} has the {one.kind} {one.name!r}: anyone who has it signs in as the application"
                yield ApplicationProblem("secret-on-application", what, one.location, about=(one.name,))

    def _federated(self) -> Iterator[ApplicationProblem]:
        for one in self.application.trusts:
            why = _wrong_trust(self, one) if one.kind == "federated credential" else ""
            if why:
                what = f"{self.text} trusts {_subject(one)} by the federated credential {one.name!r}, and {why}"
                yield ApplicationProblem("foreign-application-credential", what, one.location, about=(one.name,))

    def _other_applications(self, identity: Principal) -> Iterator[ApplicationProblem]:
        for other in self.graph.applications:
            is_same = other is self.application or (self.application.agent and other.agent == self.application.agent)
            if not is_same and identity.id in other.trusted_identities:
                place = next(each.location for each in other.trusts if each.identity == identity.id)
                what = f"identity {identity.name!r} can sign in as {self.text} and as {application_text(other)} too"
                yield ApplicationProblem("foreign-application-credential", what, place, about=(other.name, other.id))

    def roles(self, identity: Principal) -> Iterator[ApplicationProblem]:
        """Yield a problem for each role of an identity that an application trusts."""
        for one in self.graph.assignments_of(identity.id):
            through = "" if one.principal.lower() == identity.id.lower() else " through a group"
            role = f"{one.role_text} at {shown(one.scope)}{through}"
            what = f"identity {identity.name!r}, which {self.text} trusts, has {role}"
            place = one.location or one.id
            about = (identity.name, one.id)
            # The access of the network's identities is compared with what is declared, which finds the role, too.
            yield ApplicationProblem("credential-identity-with-role", what, place, widens=False, about=about)
        for right in self._rights_of(identity.id):
            what = f"identity {identity.name!r}, which {self.text} trusts, has {right.what}"
            yield ApplicationProblem("credential-identity-with-role", what, right.location, about=(identity.name,))

    def _rights_of(self, principal: str) -> Iterator[DirectoryRight]:
        """Yield the rights of a principal in Entra ID itself, of which no other rule knows."""
        ids = {principal.lower(), *self.graph.memberships.groups_of.get(principal.lower(), ())}
        return (each for each in self.graph.directory_rights if each.principal.lower() in ids)

    def _roles_of_principal(self) -> Iterator[ApplicationProblem]:
        for one in self.graph.assignments_of(self.application.principal) if self.application.principal else ():
            what = f"{self.text} has {one.role_text} at {shown(one.scope)} itself, and so without any user"
            place = one.location or one.id
            yield ApplicationProblem("credential-identity-with-role", what, place, widens=False, about=(one.id,))
        for right in self._rights_of(self.application.principal) if self.application.principal else ():
            what = f"{self.text} has {right.what} itself, and so without any user"
            yield ApplicationProblem("credential-identity-with-role", what, right.location)

    def attached(self, identity: Principal) -> Iterator[ApplicationProblem]:
        """Yield a problem for each resource in which other code than the agent's gets tokens of an identity."""
        own = {key(one.owner): one.agent for one in self.graph.principals if one.owner and one.purpose == "own"}
        for resource in self.graph.resources:
            if not identity.owner or key(identity.owner) not in attached_identities(resource):
                continue
            # The own identity of an agent is the app's, or another one that is attached to the app.
            agent = next((own[each] for each in (key(resource.id), *attached_identities(resource)) if each in own), "")
            if self.application.agent and agent != self.application.agent:
                what = f"identity {identity.name!r}, which {self.text} trusts, is attached to {resource.name!r}, too"
                yield ApplicationProblem(
                    "credential-identity-elsewhere", what, resource.id, about=(identity.name, resource.name)
                )
            lifecycle = _lifecycle(resource, identity.owner)
            if lifecycle not in {"main", ""}:
                what = (
                    f"identity {identity.name!r}, which {self.text} trusts, has lifecycle {lifecycle!r} in"
                    f" {resource.name!r}: only 'Main' gives its tokens to the agent's code alone"
                )
                yield ApplicationProblem(
                    "credential-identity-elsewhere", what, resource.id, about=(identity.name, resource.name)
                )

    def _settings(self) -> Iterator[ApplicationProblem]:
        one = self.application
        for each in one.risky:
            what = f"{self.text} {each.what}"
            yield ApplicationProblem("risky-application-setting", what, each.location, widens=each.widens)
        if one.assignment_required is False:
            what = (
                f"{self.text} requires no assignment (appRoleAssignmentRequired): every user and every application of"
                " the tenant gets tokens for it"
            )
            yield ApplicationProblem("everybody-may-use-agent", what, one.location)

    def _owners(self) -> Iterator[ApplicationProblem]:
        one, declared = self.application, self.declared
        for each in one.owners if declared and declared.application_owners is not None else ():
            allowed = declared.application_owners if declared else None
            if allowed is not None and each.principal not in allowed:
                who = person_name(self.graph, each.principal, "", declared, one.agent)
                what = f"{who} owns the {each.owns} of {self.text}, is not a declared owner, and can add a credential"
                yield ApplicationProblem("undeclared-owner", what, each.location, about=(each.principal,))
        for kind, seen in (("application", one.seen), ("service principal", one.assignment_required is not None)):
            if one.agent and seen and not any(each.owns == kind for each in one.owners):
                whose = self.text if kind == "application" else f"the service principal of {self.text}"
                what = f"{whose} has no owner, so that nobody is responsible for it"
                yield ApplicationProblem("identity-without-owner", what, one.location, widens=False)


def _wrong_trust(judged: _Judged, one: Trust) -> str:
    """Return why a federated credential is not the one that an agent's application needs; empty if it is."""
    if not one.certain:
        return "what it trusts is not known before deployment, so that it cannot be judged"
    if one.subject.strip().lower().startswith(_SERVICE_ACCOUNT):
        return _wrong_pod(judged, one)
    identity = judged.graph.principal(one.identity) if one.identity else None
    if identity is None:
        return "that is not an identity of this source"
    agent = judged.application.agent
    if agent and agent not in identity.agents:
        return f"that is the identity of {identity.display_name!r}"
    return _wrong_values(one, identity)


def _wrong_pod(judged: _Judged, one: Trust) -> str:
    agent = judged.application.agent
    for identity in judged.graph.principals_of_agent(agent) if agent else ():
        actor = Actor(
            subject=one.subject,
            target=identity.id,
            kind="credential",
            reason="",
            location=one.location,
            home=agent,
            account=one.subject,
            issuer=one.issuer.rstrip("/"),
            issuing_clusters=one.issuing_clusters,
        )
        if identity.service_account and is_of_network(judged.graph, actor):
            known = one.audiences in {(), (_POD_AUDIENCE,)}
            return "" if known else f"its audience is not {_POD_AUDIENCE!r} alone"
    return "that is not the service account of the agent in a cluster of the network"


def _wrong_values(one: Trust, identity: Principal) -> str:
    """Return which value of a federated credential for an agent's own identity differs from what Entra compares."""
    cloud = next((each for each in CLOUDS.values() if one.issuer.startswith(f"{each.authority_host}/")), None)
    tenant = one.issuer.removeprefix(f"{cloud.authority_host}/").removesuffix("/v2.0") if cloud else ""
    if one.issuer and not (cloud and re.fullmatch(_GUID, tenant) and one.issuer == cloud.issuer(tenant)):
        return f"its issuer {one.issuer!r} is not exactly that of the identity's tenant"
    if one.issuer and one.tenant and tenant != one.tenant:
        return f"its issuer {one.issuer!r} is another tenant than that of the identity, {one.tenant!r}"
    if one.subject and one.subject != identity.id:
        return f"its subject is not exactly the principal id {identity.id!r}: Entra compares letters and blanks"
    audience = cloud.exchange_audience if cloud else ""
    if audience and one.audiences != (audience,):
        return f"its audience is not {audience!r} alone ({', '.join(one.audiences) or 'it has none'})"
    return ""


def _subject(one: Trust) -> str:
    issuer = repr(one.issuer) if one.issuer else "an issuer that is not known"
    return f"{one.subject!r} of {issuer}" if one.subject else f"a subject of {issuer}"


def _lifecycle(resource: Resource, identity: str) -> str:
    """Return the lifecycle of an identity in a Container App, in lower case; empty for other resources.

    `All` is the default: "Managed identities in Azure Container Apps", Microsoft Learn, 2025-06.
    """
    if "microsoft.app/" not in key(resource.id):
        return ""
    settings = listed(mapping(resource.flat_properties.get("configuration")).get("identitySettings"))
    entries = [mapping(each) for each in settings]
    found = [each for each in entries if key(text(each, "identity")) == key(identity)]
    if found:
        return (text(found[0], "lifecycle") or "All").lower()
    # Before the deployment, an entry may be for an identity that is not known yet.
    unknown = [text(each, "lifecycle").lower() for each in entries if not text(each, "identity")]
    return "main" if "main" in unknown else "that is not known" if unknown else "all"
