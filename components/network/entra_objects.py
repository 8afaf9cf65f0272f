"""Lists the objects in Entra ID that a network needs, with every property, as an administrator makes them by hand.

Pure. The properties have the names of Microsoft Graph, so that each entry is the body of one request. What is known
only after another object exists is written in angle brackets, such as `<principal id of contoso-desk-dev-credential>`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from access.azure.clouds import CLOUDS
from access.azure.delegated_permissions import scope_ids
from components.federation import POD_AUDIENCE
from components.user_context.entra_roles import CALL_ROLE, CALL_ROLE_ID, SCOPE, SCOPE_ID, USER_ROLE, USER_ROLE_ID
from manifest import Agent, Environment, Network
from manifest.apis import KNOWN_APIS
from manifest.entra import Entra, ExistingApplication
from manifest.generated_names import app_name, credential_identity_name, namespace_name

__all__ = ["EntraObject", "Maker", "entra_objects"]

Maker = Literal["administrator", "stack", "exists"]
"""Creator of an object: an administrator, the stack, or nobody, since its id is in the stack's file."""


@dataclass(frozen=True, slots=True)
class EntraObject:
    """Object in Entra ID of one agent, with the request that makes it."""

    agent: str
    kind: str
    """Kind of object, such as `federated credential`."""
    name: str
    """Name among the objects of one kind and agent; empty for the only one."""
    maker: Maker
    setting: str
    """Key below `entra.existing` of the stack's file at which its ids are set."""
    request: str
    """Method and URL of the request of Microsoft Graph."""
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Body of the request."""

    @property
    def title(self) -> str:
        """Return the kind of the object, and its name if there are several."""
        return f"{self.kind} {self.name}".rstrip()


def entra_objects(network: Network, environment: Environment) -> list[EntraObject]:
    """Return every object in Entra ID of a network, in the order in which they are made."""
    agents = sorted(network.agents.items())
    return [
        one for name, agent in agents if agent.has_application for one in _Listing(name, agent, network, environment)
    ]


class _Listing:
    """Objects in Entra ID of one agent."""

    def __init__(self, name: str, agent: Agent, network: Network, environment: Environment) -> None:
        self._name, self._agent, self._network, self._environment = name, agent, network, environment
        self._entra = environment.entra or Entra()
        self._graph = f"{KNOWN_APIS['microsoft-graph'].resources[environment.cloud]}/v1.0"
        self._title = app_name(network.name, name, environment.stack)
        ids: ExistingApplication | None = self._entra.existing.get(name)
        self._ids = ids
        self._made = self._entra.application_ids(name) is not None
        self._client_id, self._application, self._principal = self._entra.application_ids(name) or (
            f"<client id of {self._title}>",
            f"<object id of {self._title}>",
            f"<object id of the service principal of {self._title}>",
        )

    def __iter__(self) -> Iterator[EntraObject]:
        applications = "exists" if self._made else "administrator" if self._rights == "none" else "stack"
        url = f"{self._graph}/applications"
        yield self._object("application", "", applications, "application and client_id", f"POST {url}", self._body())
        update = f"PATCH {url}/{self._application}"
        yield self._object("application", "update", applications, "", update, self._update())
        yield self._object(
            "service principal",
            "",
            applications,
            "service_principal",
            f"POST {self._graph}/servicePrincipals",
            {"appId": self._client_id, "appRoleAssignmentRequired": True},
        )
        if self._agent.acts_for_users is not None:
            made = self._ids is not None and self._ids.federated_credential is not None
            maker: Maker = "exists" if made else "administrator" if self._rights == "none" else "stack"
            request = f"POST {url}/{self._application}/federatedIdentityCredentials"
            yield self._object("federated credential", "", maker, "federated_credential", request, self._federation())
        yield from self._assignments()
        yield from self._consents()

    @property
    def _rights(self) -> str:
        return self._entra.deployer_rights

    def _object(  # noqa: PLR0913, PLR0917 - a parameter for each field
        self, kind: str, name: str, maker: Maker, setting: str, request: str, properties: Mapping[str, Any]
    ) -> EntraObject:
        return EntraObject(self._name, kind, name, maker, setting, request, properties)

    def _body(self) -> dict[str, Any]:
        acts = self._agent.acts_for_users
        body: dict[str, Any] = {
            "displayName": self._title,
            "signInAudience": "AzureADMyOrg",
            "isFallbackPublicClient": False,
            "api": {"requestedAccessTokenVersion": 2},
            "appRoles": list(self._roles()),
            "optionalClaims": {
                "accessToken": [
                    {"name": "acct"},
                    {"name": "idtyp", "additionalProperties": ["include_user_token"]},
                    {"name": "xms_cc"},
                ]
            },
        }
        if self._entra.owners:
            body["owners@odata.bind"] = [f"{self._graph}/directoryObjects/{one}" for one in self._entra.owners]
        if acts is not None:
            body["api"]["oauth2PermissionScopes"] = [self._scope()]
            body["requiredResourceAccess"] = [
                {
                    "resourceAppId": self._environment.api(api).client_id,
                    "resourceAccess": [{"id": self._scope_id(api, one), "type": "Scope"} for one in sorted(scopes)],
                }
                for api, scopes in sorted(acts.apis.items())
            ]
        return body

    def _roles(self) -> Iterator[dict[str, Any]]:
        name = self._name
        rows = [
            (self._agent.callable, CALL_ROLE, CALL_ROLE_ID, "Application", f"Lets another agent call {name}."),
            (
                self._agent.acts_for_users is not None,
                USER_ROLE,
                USER_ROLE_ID,
                "User",
                f"Lets {name} act for a user or a group's members.",
            ),
        ]
        for wanted, value, role_id, member, description in rows:
            if wanted:
                yield {
                    "id": role_id,
                    "value": value,
                    "displayName": value,
                    "description": description,
                    "allowedMemberTypes": [member],
                    "isEnabled": True,
                }

    def _scope(self) -> dict[str, Any]:
        name = self._name
        return {
            "id": SCOPE_ID,
            "value": SCOPE,
            "type": "User",
            "isEnabled": True,
            "adminConsentDisplayName": f"Use {name}",
            "adminConsentDescription": f"Lets the client call {name}, which acts with the rights of the user.",
            "userConsentDisplayName": f"Use {name}",
            "userConsentDescription": f"Lets the client call {name}, which acts with your rights.",
        }

    @staticmethod
    def _scope_id(api: str, scope: str) -> str:
        return scope_ids(api).get(scope, f"<id of the scope {scope} of {api}>")

    def _update(self) -> dict[str, Any]:
        """Return what an application gets once it exists: the URI with its own client id, and its clients."""
        update: dict[str, Any] = {"identifierUris": [f"api://{self._client_id}"]}
        acts = self._agent.acts_for_users
        if acts is not None:
            clients = sorted(self._entra.callers[one] for one in acts.callers)
            update["api"] = {
                "knownClientApplications": clients,
                "preAuthorizedApplications": [{"appId": one, "delegatedPermissionIds": [SCOPE_ID]} for one in clients],
            }
        return update

    def _federation(self) -> dict[str, Any]:
        stack = self._environment.stack
        cloud = CLOUDS[self._environment.cloud]
        if self._agent.host == "aks":
            namespace = namespace_name(self._network.name, self._name, stack)
            issuer = f"<OIDC issuer URL of the cluster {self._agent.cluster}>"
            subject = f"system:serviceaccount:{namespace}:{self._agent.service_account}"
            return {"name": f"{self._name}-application-trusts-its-pod", **_trust(issuer, subject, POD_AUDIENCE)}
        identity = credential_identity_name(self._network.name, self._name, stack)
        trust = _trust(cloud.issuer("<tenant id>"), f"<principal id of {identity}>", cloud.exchange_audience)
        return {"name": f"{self._name}-application-trusts-its-credential", **trust}

    def _assignments(self) -> Iterator[EntraObject]:
        given: Mapping[str, str] = self._ids.assignments if self._ids else {}
        acts = self._agent.acts_for_users
        wanted = {one: (self._entra.people[one], USER_ROLE_ID) for one in (acts.people if acts else ())}
        if self._agent.callable:
            for caller, agent in sorted(self._network.agents.items()):
                if any(one.resource == self._name for one in agent.access):
                    wanted[caller] = (f"<principal id of the agent {caller}>", CALL_ROLE_ID)
        for who, (principal, role) in wanted.items():
            body = {"principalId": principal, "resourceId": self._principal, "appRoleId": role}
            request = f"POST {self._graph}/servicePrincipals/{self._principal}/appRoleAssignedTo"
            yield self._object("assignment", who, self._granter(who, given), f"assignments.{who}", request, body)

    def _consents(self) -> Iterator[EntraObject]:
        acts = self._agent.acts_for_users
        if acts is None or acts.consent != "admin":
            return
        given: Mapping[str, str] = self._ids.consents if self._ids else {}
        users = {} if acts.groups else {one: self._entra.users[one] for one in acts.users}
        for api, scopes in sorted(acts.apis.items()):
            for user, object_id in users.items() or [("", "")]:
                body = {
                    "clientId": self._principal,
                    "resourceId": f"<object id of the service principal of {self._environment.api(api).client_id}>",
                    "scope": " ".join(sorted(scopes)),
                    "consentType": "Principal" if user else "AllPrincipals",
                    **({"principalId": object_id} if user else {}),
                }
                name = f"{api} for {user or 'all users'}"
                request = f"POST {self._graph}/oauth2PermissionGrants"
                yield self._object("consent", name, self._granter(api, given), f"consents.{api}", request, body)

    def _granter(self, name: str, given: Mapping[str, str]) -> Maker:
        return "exists" if name in given else "stack" if self._rights == "all" else "administrator"


def _trust(issuer: str, subject: str, audience: str) -> dict[str, Any]:
    return {"issuer": issuer, "subject": subject, "audiences": [audience]}
