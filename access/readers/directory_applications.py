"""Reads from Microsoft Graph the Entra applications of a network's agents.

Owns the requests, and the form of the rows as resources of the provider `azuread`, so that live applications are judged
like those of a program. An application is read if it has the name or the client id of an agent's application in the
program, or if it trusts the identity that is the credential of one. Sources: "List applications", "List
appRoleAssignments granted to a service principal", "List oauth2PermissionGrants", "List owners" and "application
resource type", Microsoft Graph v1.0, Microsoft Learn, 2026. Missing permission is one note, and no further request is
sent.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from azure.core.credentials import TokenCredential

from access.model.errors import UnreadableSource
from access.model.graph import Graph, Unread
from access.model.json_values import Values, listed, mapping, text
from access.readers import azuread_types as entra
from access.readers.azuread_types import token
from access.readers.http_client import Service, is_loopback, other_host_refusal
from access.readers.resource_state import ResourceState

__all__ = ["FoundApplications", "Wanted", "application_states", "wanted_applications"]

_AUDIENCE = "https://graph.microsoft.com"
_FIELDS = (
    "id,appId,displayName,signInAudience,api,web,spa,publicClient,isFallbackPublicClient,requiredResourceAccess,appRoles,"
    "passwordCredentials,keyCredentials"
)
_PRINCIPAL_FIELDS = "id,appId,displayName,appRoleAssignmentRequired,passwordCredentials,keyCredentials"
_API_FIELDS = "id,appId,displayName,oauth2PermissionScopes,appRoles"
_MOST_PAGES = 1000
_NEXT = "@odata.nextLink"
_NOT_FOUND = "404"


class Wanted(NamedTuple):
    """Applications to read: by names and client ids in the network's program, and by the identities they trust."""

    names: Mapping[str, str]
    """Display name in lower case → the agent."""
    clients: Mapping[str, str]
    """Client id in lower case of an application that an administrator has made → the agent."""
    identities: Mapping[str, str]
    """Principal id in lower case of an identity that is the credential of an application → the agent."""


@dataclass
class FoundApplications:
    """Applications as resources of `azuread`, and the reason why something is missing."""

    states: list[ResourceState] = field(default_factory=list[ResourceState])
    unread: list[Unread] = field(default_factory=list[Unread])
    complete: bool = False
    """True if everything about the applications was read."""


def wanted_applications(like: Graph, states: list[ResourceState]) -> Wanted | None:
    """Return the applications to read for a network's program; None if none of its agents has one.

    Args:
        like: graph of the network's program.
        states: the resources of live Azure, with the agents' identities.
    """
    names = {one.name.lower(): one.agent for one in like.applications if one.agent and one.seen}
    credentials = {_name(one.owner): one.agent for one in like.principals if one.purpose == "credential"}
    # The client ids of applications that the program creates are those of local Azure, or of no application yet.
    clients = {one.id.lower(): one.agent for one in like.applications if one.agent and not one.seen}
    if not names and not clients and not credentials:
        return None
    identities = {
        text(each.outputs, "principalId").lower(): credentials[_name(each.id)]
        for each in states
        if each.type.endswith(":UserAssignedIdentity") and _name(each.id) in credentials
    }
    return Wanted(names, clients, {each: agent for each, agent in identities.items() if each})


def application_states(wanted: Wanted, credential: TokenCredential, directory: str) -> FoundApplications:
    """Return the applications of agents, with everything that Microsoft Graph has about them.

    Args:
        wanted: the applications to read.
        credential: credential of a principal that may read them, such as with `Application.Read.All` and
            `DelegatedPermissionGrant.Read.All`.
        directory: URL of Microsoft Graph; plain http only on loopback.
    """
    found = FoundApplications()
    try:
        with Service(directory, _AUDIENCE if is_loopback(directory) else directory, credential, directory) as service:
            _Directory(service).read(wanted, found)
        found.complete = True
    except UnreadableSource as error:
        found.unread.append(
            Unread(
                "Microsoft Graph",
                "what agents may do as users is not known, nor who else can sign in as their applications, and is not"
                f" judged; {error}",
            )
        )
    return found


class _Directory:
    """Requests to Microsoft Graph about applications; a failure is an error, since nothing may be missing."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._apis: dict[str, Values] = {}

    def read(self, wanted: Wanted, found: FoundApplications) -> None:
        query = f"$select={_FIELDS}&$expand=federatedIdentityCredentials&$top=100"
        by_name: list[tuple[Values, str]] = []
        by_identity: list[tuple[Values, str]] = []
        for row in self._list(f"applications?{query}"):
            trusted = {text(each, "subject").strip().lower() for each in _rows(row, "federatedIdentityCredentials")}
            agent = wanted.names.get(text(row, "displayName").lower(), "")
            agent = wanted.clients.get(text(row, "appId").lower(), agent)
            if agent:
                by_name.append((row, agent))
            else:
                by_identity += [(row, wanted.identities[each]) for each in trusted if each in wanted.identities][:1]
        named = {agent for _, agent in by_name}
        several = Counter(agent for _, agent in by_identity)
        for row, agent in by_name:
            found.states += self._application(row, agent)
        for row, agent in by_identity:
            # An application that exists already has any name; another one that trusts the same identity is a stranger.
            found.states += self._application(row, agent if agent not in named and several[agent] == 1 else "")
        for identity in wanted.identities:
            found.states += self._app_roles(identity, f"identity {identity}")
            found.states += self._directory_roles(identity, f"identity {identity}")

    def _application(self, row: Values, agent: str) -> Iterator[ResourceState]:
        object_id, client_id = text(row, "id"), text(row, "appId")
        where = f"application {client_id}"
        parent = f"agent {agent}" if agent else ""
        owners = [text(each, "id") for each in self._list(f"applications/{quote(object_id)}/owners?$select=id")]
        api = mapping(row.get("api"))
        values = {
            "displayName": text(row, "displayName"),
            "signInAudience": row.get("signInAudience"),
            "owners": owners,
            "api": {
                "requestedAccessTokenVersion": api.get("requestedAccessTokenVersion"),
                "knownClientApplications": listed(api.get("knownClientApplications")),
            },
            "appRoles": listed(row.get("appRoles")),
            "web": {
                "redirectUris": listed(mapping(row.get("web")).get("redirectUris")),
                "implicitGrant": _implicit(mapping(mapping(row.get("web")).get("implicitGrantSettings"))),
            },
            "singlePageApplication": {"redirectUris": listed(mapping(row.get("spa")).get("redirectUris"))},
            "publicClient": {"redirectUris": listed(mapping(row.get("publicClient")).get("redirectUris"))},
            "fallbackPublicClientEnabled": row.get("isFallbackPublicClient") is True,
            "requiredResourceAccesses": [self._required(each) for each in _rows(row, "requiredResourceAccess")],
        }
        outputs = {"clientId": client_id, "objectId": object_id}
        yield _state(token("Application"), where, f"/applications/{object_id}", parent, values, outputs)
        belongs = {"applicationId": f"/applications/{object_id}"}
        for each in _rows(row, "federatedIdentityCredentials"):
            kind = "ApplicationFederatedIdentityCredential"
            inputs = {name: each.get(name) for name in ("issuer", "subject", "audiences")}
            expression = text(mapping(each.get("claimsMatchingExpression")), "value")
            inputs |= {"displayName": text(each, "name"), "claimsMatchingExpression": expression}
            yield _state(token(kind), where, f"{where}/{text(each, 'id')}", parent, {**belongs, **inputs})
        for each in _rows(api, "preAuthorizedApplications"):
            inputs = {**belongs, "authorizedClientId": text(each, "appId")}
            kind = "ApplicationPreAuthorized"
            yield _state(token(kind), where, f"{where}/{inputs['authorizedClientId']}", parent, inputs)
        for kind, name, each in _secrets(row):
            yield _state(
                token(f"Application{kind}"), where, f"{where}/{each}", parent, {**belongs, "displayName": name}
            )
        yield from self._principal(client_id, where, parent)

    def _principal(self, client_id: str, where: str, parent: str) -> Iterator[ResourceState]:
        path = f"servicePrincipals(appId='{quote(client_id)}')"
        row, failure = self._service.get(f"{self._service.origin}/v1.0/{path}?$select={_PRINCIPAL_FIELDS}")
        if _NOT_FOUND in failure:
            return
        if failure:
            raise UnreadableSource("Microsoft Graph", failure)
        object_id = text(row, "id")
        at = f"servicePrincipals/{quote(object_id)}"
        values = {
            "clientId": client_id,
            "appRoleAssignmentRequired": row.get("appRoleAssignmentRequired") is True,
            "owners": [text(each, "id") for each in self._list(f"{at}/owners?$select=id")],
        }
        outputs = {"objectId": object_id, "displayName": text(row, "displayName")}
        yield _state(entra.SERVICE_PRINCIPAL, where, f"/servicePrincipals/{object_id}", parent, values, outputs)
        for kind, name, each in _secrets(row):
            inputs = {"servicePrincipalId": f"/servicePrincipals/{object_id}", "displayName": name}
            yield _state(token(f"ServicePrincipal{kind}"), where, f"{where}/{each}", parent, inputs)
        for each in self._list(f"{at}/appRoleAssignedTo"):
            yield _assignment(each, where, text(each, "resourceId"))
        yield from self._app_roles(object_id, where)
        yield from self._directory_roles(object_id, where)
        for each in self._list(f"{at}/oauth2PermissionGrants"):
            inputs = {
                "servicePrincipalObjectId": object_id,
                "resourceServicePrincipalObjectId": text(self._api(text(each, "resourceId")), "appId"),
                "claimValues": text(each, "scope").split(),
                "userObjectId": text(each, "principalId") or None,
            }
            yield _state(entra.CONSENT, where, f"{where}/{text(each, 'id')}", parent, inputs)

    def _app_roles(self, principal: str, where: str) -> Iterator[ResourceState]:
        """Yield the app roles that a principal has in APIs."""
        for each in self._list(f"servicePrincipals/{quote(principal)}/appRoleAssignments"):
            yield _assignment(each, where, text(self._api(text(each, "resourceId")), "appId"))

    def _directory_roles(self, principal: str, where: str) -> Iterator[ResourceState]:
        """Yield the directory roles of a principal for the whole tenant, also those through a group.

        Roles within an administrative unit and custom roles are not among them: "List a servicePrincipal's
        transitive memberOf", Microsoft Graph v1.0, Microsoft Learn, 2025.
        """
        for each in self._list(f"servicePrincipals/{quote(principal)}/transitiveMemberOf?$select=id,displayName"):
            if text(each, "@odata.type").lower() == "#microsoft.graph.directoryrole":
                inputs = {
                    "memberObjectId": principal,
                    "roleObjectId": text(each, "id"),
                    "roleName": text(each, "displayName"),
                }
                kind = token("DirectoryRoleMember")
                yield _state(kind, where, f"{where}/{text(each, 'id')}", "", inputs)

    def _required(self, row: Values) -> Values:
        """Return the permissions that an application requires of an API, by name where the API is in the tenant."""
        app_id = text(row, "resourceAppId")
        api, failure = self._service.get(
            f"{self._service.origin}/v1.0/servicePrincipals(appId='{quote(app_id)}')?$select={_API_FIELDS}"
        )
        if failure and _NOT_FOUND not in failure:
            raise UnreadableSource("Microsoft Graph", failure)
        names = {text(each, "id"): text(each, "value") for each in _rows(api, "oauth2PermissionScopes")}
        given = [(text(each, "id"), text(each, "type")) for each in _rows(row, "resourceAccess")]
        return {
            "resourceAppId": app_id,
            "resourceAccesses": [
                {"id": names.get(each, each) if kind != "Role" else each, "type": kind} for each, kind in given
            ],
        }

    def _api(self, object_id: str) -> Values:
        if object_id not in self._apis:
            url = f"{self._service.origin}/v1.0/servicePrincipals/{quote(object_id)}?$select={_API_FIELDS}"
            row, failure = self._service.get(url)
            if failure and _NOT_FOUND not in failure:
                raise UnreadableSource("Microsoft Graph", failure)
            self._apis[object_id] = row
        return self._apis[object_id]

    def _list(self, path: str) -> Iterator[Values]:
        """Yield all rows of a list of Microsoft Graph.

        Raises:
            UnreadableSource: a page cannot be read.
        """
        url = f"{self._service.origin}/v1.0/{path}"
        for _ in range(_MOST_PAGES):
            page, failure = self._service.get(url)
            if failure or not isinstance(page.get("value"), list):
                raise UnreadableSource("Microsoft Graph", failure or "the response is not a list")
            yield from _rows(page, "value")
            url = text(page, _NEXT)
            if not url:
                return
            if refusal := other_host_refusal(url, self._service.origin):
                raise UnreadableSource("Microsoft Graph", refusal)
        raise UnreadableSource("Microsoft Graph", "the pages of a list have no end")


def _assignment(row: Values, where: str, api: str) -> ResourceState:
    """Return an assignment of an app role of an API, which its client id or the id of its service principal names."""
    inputs = {
        "appRoleId": text(row, "appRoleId"),
        "principalObjectId": text(row, "principalId"),
        "resourceObjectId": api or text(row, "resourceId"),
    }
    return _state(entra.ROLE_ASSIGNMENT, where, f"{where}/{text(row, 'id')}", "", inputs)


def _state(  # noqa: PLR0913, PLR0917 - one parameter for each part of a state
    kind: str, where: str, resource_id: str, parent: str, inputs: Values, outputs: Values | None = None
) -> ResourceState:
    given = {name: value for name, value in inputs.items() if value is not None}
    named = text(inputs, "displayName") or where
    # The URN is the place in messages; it is distinct, since resources are found by it.
    return ResourceState(
        urn=where if kind == token("Application") else f"{where}: {kind.rpartition(':')[2]} {resource_id}",
        type=kind,
        name=named,
        id=resource_id,
        parent=parent,
        inputs=given,
        outputs=outputs or {},
    )


def _rows(values: Values, name: str) -> list[Values]:
    return [mapping(each) for each in listed(values.get(name))]


def _secrets(row: Values) -> Iterator[tuple[str, str, str]]:
    """Yield the secrets of an application or service principal: kind, name and id."""
    for kind, name in (("Password", "passwordCredentials"), ("Certificate", "keyCredentials")):
        for each in _rows(row, name):
            yield kind, text(each, "displayName") or text(each, "keyId"), text(each, "keyId")


def _implicit(settings: Values) -> Values:
    return {
        "accessTokenIssuanceEnabled": settings.get("enableAccessTokenIssuance") is True,
        "idTokenIssuanceEnabled": settings.get("enableIdTokenIssuance") is True,
    }


def _name(resource_id: str) -> str:
    """Return an id without its subscription, in lower case: a preview uses another subscription."""
    return resource_id.lower().partition("/resourcegroups/")[2]
