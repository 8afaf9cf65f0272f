"""Reads the Entra applications of a Pulumi program: who may use each, for what, with which credentials, and its owners.

Owns the collection of one application's parts from the resources that name it, whether their ids are known or not. An
application that exists already is known only by the parts that the program adds. Sources: the reference of `azuread` 6,
pulumi.com, 2026; "application resource type", "servicePrincipal resource type" and "oAuth2PermissionGrant resource
type", Microsoft Graph v1.0, Microsoft Learn, 2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from access.azure.catalogue import every_role
from access.azure.delegated_permissions import APPLICATION_IDS, scope_name
from access.azure.verbs import CALLABLE, VERBS
from access.model.applications import (
    ApiScope,
    Application,
    ApplicationOwner,
    AppRole,
    Assignee,
    ClientApplication,
    Consent,
    Trust,
)
from access.model.graph import Unread
from access.model.json_values import is_known, listed, mapping, text, texts
from access.readers import azuread_types as entra
from access.readers.application_settings import risky_settings, unknown_settings
from access.readers.attached_identities import CLUSTER, IDENTITY
from access.readers.azuread_types import last_part, reference, texts_and_unknown, token
from access.readers.components import APPLICATION, Components, kind_of
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["EntraApplications"]

_NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""Id of the default role: assigned without a role ("Grant an appRoleAssignment to a user", Microsoft Graph, 2026)."""

CALL_ROLE = VERBS[CALLABLE, "use"][0]
"""App role for calls of an agent by other agents."""

_OF_OTHERS = frozenset({entra.ROLE_ASSIGNMENT, token("ApplicationPreAuthorized")})
"""Types that the component of one agent may contain for the application of another agent, which it calls."""


@dataclass
class _Parts:
    """Resources of a program that make up one application; any of them may be missing."""

    key: str
    """Object id of the application or of its service principal where neither is in the program, or a URN."""
    application: ResourceState | None = None
    principal: ResourceState | None = None
    others: list[ResourceState] = field(default_factory=list[ResourceState])

    @property
    def states(self) -> list[ResourceState]:
        return [each for each in (self.application, self.principal) if each] + self.others

    @property
    def client_id(self) -> str:
        own = [] if self.application is None else [self.application.outputs]
        of_principal = [] if self.principal is None else [self.principal.values, self.principal.outputs]
        # An application that an administrator has made is named by the component of its agent.
        of_principal += [each.inputs for each in self.others if kind_of(each) == APPLICATION]
        names = ("clientId", "applicationId", "client_id")
        found = (text(each, name) for each in (*own, *of_principal) for name in names)
        return next((each.lower() for each in found if each), "")

    @property
    def principal_id(self) -> str:
        if self.principal is None:
            return ""
        return text(self.principal.outputs, "objectId") or last_part(self.principal.id) or self.principal.location


class EntraApplications:
    """Entra applications of a program, and notes on grants of applications that the program does not show."""

    def __init__(self, resource_ids: ResourceIds, components: Components, principals: Principals) -> None:
        self._ids_of, self._components, self._principals = resource_ids, components, principals
        self._states = [each for each in resource_ids.states if each.type in entra.TYPES]
        managed = [each.outputs for each in resource_ids.states if each.token == IDENTITY]
        ids = ((principals.find(text(each, "principalId")), text(each, "tenantId").lower()) for each in managed)
        self._tenants = dict(ids)
        """Principal id of each user-assigned identity → its tenant."""
        self._parts: list[_Parts] = []
        self._elsewhere: dict[tuple[str, str], _Parts] = {}
        for state in self._states:
            if state.type in entra.APPLICATIONS:
                self._parts.append(_Parts(state.urn, application=state))
        for state in self._states:
            if state.type == entra.SERVICE_PRINCIPAL:
                self._add_principal(state)
        for state in components.of_kind(APPLICATION):
            self._add_existing(state)
        for state in self._states:
            self._add(state)
        self.all = tuple(self._application(each) for each in self._parts)
        """Applications of the program, and those of which it adds a part."""
        self.unread = [*self._notes()]
        self.of_agents = frozenset(
            each.location
            for parts, one in zip(self._parts, self.all, strict=True)
            for each in (parts.states if one.agent else ())
        )
        """Locations of the resources that belong to an application of an agent."""

    def _add_principal(self, state: ResourceState) -> None:
        given, depends = reference(state, "clientId")
        given = given or text(state.outputs, "clientId")
        for each in self._parts:
            if each.application is not None and (each.key in depends or (given and given.lower() == each.client_id)):
                if each.principal is None:
                    each.principal = state
                else:
                    each.others.append(state)
                return
        self._parts.append(_Parts(state.urn, principal=state))

    def _add_existing(self, component: ResourceState) -> None:
        """Add the component of an application that an administrator has made, by the id of its service principal."""
        where = last_part(text(component.inputs, "service_principal_id"))
        if where and ("principal", where) not in self._elsewhere:
            self._elsewhere["principal", where] = _Parts(where, others=[component])
            self._parts.append(self._elsewhere["principal", where])

    def _add(self, state: ResourceState) -> None:
        """Add a resource to the application that it names."""
        if state.type in entra.OF_APPLICATION:
            self._of(state, "applicationId", "application").others.append(state)
        elif state.type in entra.OF_PRINCIPAL:
            self._of(state, "servicePrincipalId", "principal").others.append(state)
        elif state.type == entra.CONSENT:
            self._of(state, "servicePrincipalObjectId", "principal").others.append(state)
        elif state.type == entra.ROLE_ASSIGNMENT:
            self._of(state, "resourceObjectId", "principal").others.append(state)

    def _of(self, state: ResourceState, name: str, part: str) -> _Parts:
        """Return the application, or the service principal, that a property names; a new entry if it is elsewhere."""
        for each in self._parts:
            own: ResourceState | None = getattr(each, part)
            if own and entra.refers_to(state, name, own.urn, (own.id, text(own.outputs, "objectId"))):
                return each
        where = last_part(reference(state, name)[0]) or state.urn
        if (part, where) not in self._elsewhere:
            self._elsewhere[part, where] = _Parts(where)
            self._parts.append(self._elsewhere[part, where])
        return self._elsewhere[part, where]

    def _application(self, parts: _Parts) -> Application:
        own = parts.application or parts.principal
        named = text(own.values, "displayName") or text(own.outputs, "displayName") if own else ""
        return Application(
            id=parts.client_id or (own.location if own else parts.key),
            name=named or (own.name if own else parts.key),
            location=own.location if own else parts.others[0].location,
            agent=self._agent(parts),
            principal=parts.principal_id or ("" if own else self._mentioned_principal(parts)),
            seen=parts.application is not None,
            assignment_required=_assignment_required(parts),
            scopes=tuple(self._scopes(parts)),
            consents=tuple(self._consents(parts)),
            app_roles=tuple(self._app_roles(parts)),
            assignees=tuple(self._assignees(parts)),
            clients=tuple(_clients(parts)),
            trusts=tuple(self._trusts(parts)),
            owners=tuple(_owners(parts)),
            risky=tuple(risky_settings(parts.states)),
            unknown=tuple(unknown_settings(parts.states)),
        )

    def _agent(self, parts: _Parts) -> str:
        """Return the agent whose component contains a part of an application, or whose identity it trusts."""
        # A component may contain an assignment to the application of another agent, which it calls.
        own = [self._components.agent_of(each) for each in parts.states if each.type not in _OF_OTHERS]
        if not self._components.has_agents:
            own += [self._principals.agent_with(one.identity) for one in self._trusts(parts) if one.identity]
        return next(filter(None, (*own, *self._with_existing(parts))), "")

    def _with_existing(self, parts: _Parts) -> Iterator[str]:
        """Yield the agent whose component names an application that exists already, by the id of its principal."""
        for each in self._components.of_kind(APPLICATION):
            named = text(each.inputs, "service_principal_id") or text(each.outputs, "service_principal_id")
            if named and last_part(named) in {parts.key, parts.principal_id.lower()}:
                yield each.name

    def _mentioned_principal(self, parts: _Parts) -> str:
        by_principal = {*entra.OF_PRINCIPAL, entra.CONSENT, entra.ROLE_ASSIGNMENT}
        named = any(each.type in by_principal or kind_of(each) == APPLICATION for each in parts.others)
        return parts.key if named else ""

    def _scopes(self, parts: _Parts) -> Iterator[ApiScope]:
        for state, api, kind, permission in _required(parts):
            if kind != "Role":
                yield ApiScope(api, scope_name(api, permission), state.location)

    def _app_roles(self, parts: _Parts) -> Iterator[AppRole]:
        for state, api, kind, permission in _required(parts):
            # A kind that is not known counts as both.
            if kind != "Scope":
                yield AppRole(api, permission, granted=False, location=state.location)
        if parts.principal is None and not self._mentioned_principal(parts):
            return
        principal = parts.principal
        ids = (principal.id, text(principal.outputs, "objectId")) if principal else (parts.key,)
        urn = principal.urn if principal else ""
        assignments = (each for each in self._states if each.type == entra.ROLE_ASSIGNMENT)
        for state in entra.referring(assignments, "principalObjectId", urn, ids):
            yield AppRole(
                self._api(state, "resourceObjectId"), self._role(state), granted=True, location=state.location
            )

    def _consents(self, parts: _Parts) -> Iterator[Consent]:
        for state in parts.others:
            if state.type != entra.CONSENT:
                continue
            scopes, unknown = texts_and_unknown(state.values.get("claimValues"))
            user = state.values.get("userObjectId")
            api = self._api(state, "resourceServicePrincipalObjectId")
            names = tuple(dict.fromkeys(one for each in scopes for one in each.split()))
            # A user that is not known yet is one user, and not all of them.
            whose = text(state.values, "userObjectId") or ("a user that is not known" if user else "")
            yield Consent(api, names, whose, state.location, certain=not unknown and bool(api))

    def _api(self, state: ResourceState, name: str) -> str:
        """Return the application id of the service principal that a property names, or else its object id."""
        for each in self._parts:
            own = each.principal
            if own and entra.refers_to(state, name, own.urn, (own.id, text(own.outputs, "objectId"), each.client_id)):
                return each.client_id or own.location
        return self._named_api(state) or reference(state, name)[0].lower()

    def _named_api(self, state: ResourceState) -> str:
        """Return the API in the name of a consent in an agent's component, such as `x-may-use-microsoft-graph-for-y`.

        A program knows the API of a consent only by the object id in its tenant, and looks that id up.
        """
        agent = self._components.agent_of(state)
        api, has_user, _ = state.name.removeprefix(f"{agent}-may-use-").rpartition("-for-")
        is_named = agent and has_user and state.name.startswith(f"{agent}-may-use-")
        return APPLICATION_IDS.get(api, api) if is_named else ""

    def _assignees(self, parts: _Parts) -> Iterator[Assignee]:
        for state in parts.others:
            if state.type == entra.ROLE_ASSIGNMENT:
                yield Assignee(self._principal(state, "principalObjectId"), self._role(state), state.location)
        yield from self._assigned_by_administrator(self._agent(parts))

    def _assigned_by_administrator(self, agent: str) -> Iterator[Assignee]:
        """Yield the callers to which an administrator has assigned the app role of an agent, by the stack's file."""
        for component in self._components.of_kind(APPLICATION) if agent else ():
            callers = texts(component.inputs.get("assigned_callers")) if component.name == agent else ()
            for caller in callers:
                found = (one.id for one in self._principals.all if caller in one.agents and one.purpose == "own")
                yield Assignee(next(found, ""), CALL_ROLE, f"{component.location}/{caller}")

    def _role(self, state: ResourceState) -> str:
        """Return the value of the app role that an assignment gives, or else its id."""
        given, depends = reference(state, "appRoleId")
        if given == _NO_ROLE:
            return ""
        for urn in depends:
            owner = self._ids_of.by_urn.get(urn)
            if owner is not None and owner.type == token("ApplicationAppRole"):
                return text(owner.values, "value") or given
        resource = next((each for each in self._parts if state in each.others), None)
        named = next((value for role_id, value in _roles(resource) if role_id == given.lower()), "")
        known = next((each.name for each in every_role() if each.system == "entra" and each.id == given.lower()), "")
        return named or known or given

    def _principal(self, state: ResourceState, name: str) -> str:
        given, depends = reference(state, name)
        if given:
            return self._principals.find(given) or given.lower()
        found = self._principals.of(depends)
        own = [each.principal_id for each in self._parts if each.principal and each.principal.urn in depends]
        return next(iter((*found, *own)), "")

    def _trusts(self, parts: _Parts) -> Iterator[Trust]:
        for state in parts.states:
            if state.type in entra.FEDERATED:
                yield self._federated(state)
            elif state.type.endswith("Certificate"):
                yield Trust("certificate", state.name, state.location)
            elif state.type.endswith("Password") or state.values.get("password") not in (None, "", [], {}):
                yield Trust("password", state.name, state.location)

    def _federated(self, state: ResourceState) -> Trust:
        # Blanks and letters are part of what Entra compares, so they stay.
        subject, issuer = _exact(state, "subject"), _exact(state, "issuer")
        expression = _exact(state, "claimsMatchingExpression")
        audience = _exact(state, "audience")
        audiences, unknown = texts_and_unknown(state.values.get("audiences"))
        named_by = self._principals.of(reference(state, "subject")[1])
        identity = self._principals.find(subject.strip()) if subject else next(iter(named_by), "")
        named = text(state.values, "displayName") or state.name
        behind_issuer = self._ids_of.named(reference(state, "issuer")[1])
        clusters = tuple(self._ids_of.id_of(each) for each in behind_issuer if each.token == CLUSTER)
        return Trust(
            "federated credential",
            named,
            state.location,
            subject=subject or expression,
            issuer=issuer,
            audiences=audiences or ((audience,) if audience else ()),
            identity=identity,
            tenant=self._tenants.get(identity, ""),
            issuing_clusters=clusters,
            certain=bool(subject or expression or identity) and bool(issuer or clusters) and not unknown,
        )

    def _notes(self) -> Iterator[Unread]:
        for parts, one in zip(self._parts, self.all, strict=True):
            if one.agent or one.trusted_identities:
                yield from (Unread(one.location, what, about=()) for what in one.unknown)
            elif parts.application is None:
                yield from self._of_unknown_application(parts, one)

    def _of_unknown_application(self, parts: _Parts, one: Application) -> Iterator[Unread]:
        """Yield a note for each permission that is given in an application outside the program."""
        for each in one.assignees:
            whose = (each.principal,) if each.principal else ()
            what = "it gives a permission in an application that this source does not show"
            yield Unread(each.location, what, about=whose)
        if parts.principal is None:
            for each in one.consents:
                what = "it lets an application that this source does not show act as users"
                yield Unread(each.location, what, about=())


def _exact(state: ResourceState, name: str) -> str:
    value = state.values.get(name)
    return value if isinstance(value, str) and is_known(value) else ""


def _required(parts: _Parts) -> Iterator[tuple[ResourceState, str, str, str]]:
    """Yield the permissions that an application requires: resource, application id of the API, kind and id."""
    for state in parts.states:
        if state.type in entra.APPLICATIONS:
            for each in map(mapping, listed(state.values.get("requiredResourceAccesses"))):
                for one in map(mapping, listed(each.get("resourceAccesses"))):
                    yield state, text(each, "resourceAppId").lower(), text(one, "type"), text(one, "id")
        elif state.type == token("ApplicationApiAccess"):
            api = text(state.values, "apiClientId").lower()
            for name, kind in (("scopeIds", "Scope"), ("roleIds", "Role")):
                for each in texts_and_unknown(state.values.get(name))[0]:
                    yield state, api, kind, each.lower()


def _roles(parts: _Parts | None) -> Iterator[tuple[str, str]]:
    """Yield the app roles that an application defines, each with id and value."""
    for state in parts.states if parts else ():
        if state.type == token("ApplicationAppRole"):
            yield text(state.values, "roleId").lower(), text(state.values, "value")
        for each in map(mapping, listed(state.values.get("appRoles"))):
            yield text(each, "id").lower(), text(each, "value")


def _clients(parts: _Parts) -> Iterator[ClientApplication]:
    for state in parts.states:
        if state.type == token("ApplicationPreAuthorized"):
            client_id = reference(state, "authorizedClientId")[0]
            yield ClientApplication(client_id.lower(), "pre-authorized client", state.location)
        elif state.type == token("ApplicationKnownClients"):
            yield from _known_clients(state, state.values.get("knownClientIds"))
        elif state.type in entra.APPLICATIONS:
            yield from _known_clients(state, mapping(state.values.get("api")).get("knownClientApplications"))


def _known_clients(state: ResourceState, given: object) -> Iterator[ClientApplication]:
    found, unknown = texts_and_unknown(given)
    for each in (*found, *([""] if unknown else [])):
        yield ClientApplication(each.lower(), "known client", state.location)


def _owners(parts: _Parts) -> Iterator[ApplicationOwner]:
    for state in parts.states:
        if state.type == token("ApplicationOwner"):
            yield ApplicationOwner(reference(state, "ownerObjectId")[0].lower(), "application", state.location)
        elif state.type in entra.APPLICATIONS or state.type == entra.SERVICE_PRINCIPAL:
            found, unknown = texts_and_unknown(state.values.get("owners"))
            for each in (*found, *([""] if unknown else [])):
                owns = "service principal" if state.type == entra.SERVICE_PRINCIPAL else "application"
                yield ApplicationOwner(each.lower(), owns, state.location)


def _assignment_required(parts: _Parts) -> bool | None:
    """Return whether only assigned principals may use an application; None if that is not known.

    Several resources can be of the one service principal that a tenant has (`useExisting`), and the last update counts,
    so that each must require it.
    """
    found = [_requires(each) for each in parts.states if each.type == entra.SERVICE_PRINCIPAL]
    return False if False in found else None if None in found or not found else True


def _requires(principal: ResourceState) -> bool | None:
    """Return whether a service principal requires an assignment; Entra's default is that everybody may use it."""
    value = None if principal.unseen else principal.values.get("appRoleAssignmentRequired")
    if principal.unseen or (value is None and principal.external) or (value is not None and not is_known(value)):
        return None
    return value is True
