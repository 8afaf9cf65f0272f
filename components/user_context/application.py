"""Component for the Entra application of an agent: who may call the agent, and what the agent may do for its callers.

Owns the application, its service principal, the clients, groups and users that may use it, and the consent that an
administrator gives. It has no password and no certificate: `components.user_context.credential` makes the application
trust an identity of the agent. Consent cannot be limited to a group, so the service principal requires an assignment:
"Microsoft identity platform and OAuth 2.0 On-Behalf-Of flow", Microsoft Learn, 2024-01. An application that already
exists is only referred to.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread

from components.grants import Grantee
from components.user_context.downstream_apis import ApiArgs, DownstreamApi
from components.user_context.entra_roles import CALL_ROLE, CALL_ROLE_ID, SCOPE, SCOPE_ID, USER_ROLE, USER_ROLE_ID

__all__ = ["ActsForUsersArgs", "AgentApplication", "AgentApplicationArgs", "ConsentArgs", "ExistingApplicationArgs"]


class ExistingApplicationArgs(TypedDict):
    """Ids of an application that an administrator has made, and that is neither created nor changed here."""

    client_id: str
    """Client id (application id) of the application."""
    object_id: str
    """Object id of the application."""
    service_principal_id: str
    """Object id of its service principal in the tenant."""


class ConsentArgs(TypedDict):
    """Consent that an administrator gives for exactly the scopes of the agent."""

    apis: Sequence[str]
    """APIs to whose scopes the administrator consents."""
    users: NotRequired[Mapping[str, str] | None]
    """User → object id of the user that the consent is for; by default, it is for all users of the tenant."""


class ActsForUsersArgs(TypedDict):
    """Arguments for an agent that acts for users: which clients, which users, and which APIs."""

    apis: Mapping[str, ApiArgs]
    """API → its client id and the scopes that the agent may have there for a user."""
    callers: Mapping[str, str]
    """Client application → its client id; only these may send users' tokens."""
    people: Mapping[str, str]
    """Group or user → its object id; only they, and the direct members of the groups, can use the agent."""
    consent: NotRequired[ConsentArgs | None]
    """Consent of an administrator; by default, each user consents in the client."""


class AgentApplicationArgs(TypedDict):
    """Arguments of an `AgentApplication`."""

    display_name: str
    """Name of the application and of its service principal in Entra ID."""
    owners: Sequence[pulumi.Input[str]]
    """Object ids of the owners, who can change the application; without owners, Entra ID makes its creator one."""
    acts_for_users: NotRequired[ActsForUsersArgs | None]
    """Clients, people and APIs of an agent that acts for users; by default, the agent acts for nobody."""
    callable: NotRequired[bool]
    """True if other agents can get the app role `Agent.Call`."""
    existing: NotRequired[ExistingApplicationArgs | None]
    """Ids of the application, if an administrator has made it; by default it is created."""
    after: NotRequired[Sequence[pulumi.Resource]]
    """Resources that must exist before anything is created in Entra ID, such as checks of Azure; by default, none."""
    assigned_callers: NotRequired[Sequence[str]]
    """Names of the agents to which an administrator has assigned the app role `Agent.Call`; by default, none."""


class AgentApplication(pulumi.ComponentResource):
    """Entra application of one agent, with a service principal that requires an assignment, and without a secret."""

    TOKEN = "agent-network:index:AgentApplication"  # noqa: S105 - a type token

    client_id: pulumi.Output[str]
    """Client id of the application, which is the audience of the tokens that the agent accepts."""
    application_id: pulumi.Output[str]
    """Id of the application in the provider `azuread`: `/applications/` and the object id."""
    service_principal_id: pulumi.Output[str]
    """Object id of the service principal."""

    def __init__(self, name: str, args: AgentApplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        acts, existing = args.get("acts_for_users"), args.get("existing")
        shown: dict[str, Any] = {"display_name": args["display_name"], "existing": existing is not None}
        if existing is not None:
            # In the state, so that readers know whose application it is.
            shown |= {name: existing[name] for name in ("client_id", "service_principal_id")}
        if callers := args.get("assigned_callers"):
            shown["assigned_callers"] = list(callers)
        super().__init__(self.TOKEN, name, shown, opts)
        self.agent_name = name
        self._own = pulumi.ResourceOptions(parent=self, depends_on=[*args.get("after", ())])
        apis = acts["apis"] if acts is not None else dict[str, ApiArgs]()
        self._apis = {api: DownstreamApi(api, entry, self._own) for api, entry in sorted(apis.items())}
        if existing is None:
            self._create(args)
        else:
            self.client_id = pulumi.Output.from_input(existing["client_id"])
            self.application_id = pulumi.Output.from_input(f"/applications/{existing['object_id']}")
            self.service_principal_id = pulumi.Output.from_input(existing["service_principal_id"])
        if acts is not None:
            self._let_people_use(acts["people"])
            self._consent(acts)
        self.register_outputs(
            {
                "client_id": self.client_id,
                "application_id": self.application_id,
                "service_principal_id": self.service_principal_id,
            }
        )

    def let_call(self, caller: Grantee) -> "azuread.AppRoleAssignment":
        """Assign the app role `Agent.Call` to the identity of another agent, and return the assignment."""
        return azuread.AppRoleAssignment(
            f"{caller.agent_name}-may-call-{self.agent_name}",
            app_role_id=CALL_ROLE_ID,
            principal_object_id=caller.principal_id,
            resource_object_id=self.service_principal_id,
            opts=pulumi.ResourceOptions(parent=caller.component),
        )

    def _create(self, args: AgentApplicationArgs) -> None:
        name, acts = self.agent_name, args.get("acts_for_users")
        application = azuread.Application(
            f"{name}-application",
            display_name=args["display_name"],
            description=f"Lets clients and other agents call the agent {name}.",
            owners=list(args["owners"]),
            sign_in_audience="AzureADMyOrg",
            fallback_public_client_enabled=False,
            api=_api(name, acts),
            app_roles=_app_roles(name, acts is not None, args.get("callable", False)),
            optional_claims=_optional_claims(),
            required_resource_accesses=[api.required_access() for api in self._apis.values()],
            # The URI contains the client id, which exists after the application does; a resource of its own sets it.
            opts=pulumi.ResourceOptions.merge(self._own, pulumi.ResourceOptions(ignore_changes=["identifier_uris"])),
        )
        self.client_id, self.application_id = application.client_id, application.id
        azuread.ApplicationIdentifierUri(
            f"{name}-identifier-uri",
            application_id=application.id,
            identifier_uri=pulumi.Output.concat("api://", application.client_id),
            opts=self._own,
        )
        # Each request changes the same list of the application, so they are sent one after the other.
        before: list[pulumi.Resource] = []
        callers = acts["callers"] if acts is not None else dict[str, str]()
        for caller, client_id in sorted(callers.items()):
            before = [
                azuread.ApplicationPreAuthorized(
                    f"{caller}-may-send-users-to-{name}",
                    application_id=application.id,
                    authorized_client_id=client_id,
                    permission_ids=[SCOPE_ID],
                    opts=pulumi.ResourceOptions.merge(self._own, pulumi.ResourceOptions(depends_on=before)),
                )
            ]
        principal = azuread.ServicePrincipal(
            f"{name}-service-principal",
            client_id=application.client_id,
            app_role_assignment_required=True,
            owners=list(args["owners"]),
            opts=self._own,
        )
        self.service_principal_id = principal.object_id

    def _let_people_use(self, people: Mapping[str, str]) -> None:
        for person, object_id in sorted(people.items()):
            azuread.AppRoleAssignment(
                f"{person}-may-use-{self.agent_name}",
                app_role_id=USER_ROLE_ID,
                principal_object_id=object_id,
                resource_object_id=self.service_principal_id,
                opts=self._own,
            )

    def _consent(self, acts: ActsForUsersArgs) -> None:
        consent = acts.get("consent")
        if consent is None:
            return
        users = consent.get("users")
        for name in sorted(consent["apis"]):
            api = self._apis[name]
            for user, object_id in sorted(users.items()) if users is not None else [("all-users", None)]:
                azuread.ServicePrincipalDelegatedPermissionGrant(
                    f"{self.agent_name}-may-use-{name}-for-{user}",
                    service_principal_object_id=self.service_principal_id,
                    resource_service_principal_object_id=api.service_principal_id,
                    claim_values=api.scopes,
                    user_object_id=object_id,
                    opts=self._own,
                )


def _api(name: str, acts: ActsForUsersArgs | None) -> "azuread.ApplicationApiArgs":
    """Return the API part of the application: version 2 tokens, and one scope if the agent acts for users."""
    if acts is None:
        return azuread.ApplicationApiArgs(requested_access_token_version=2)
    scope = azuread.ApplicationApiOauth2PermissionScopeArgs(
        id=SCOPE_ID,
        value=SCOPE,
        type="User",
        enabled=True,
        admin_consent_display_name=f"Use {name}",
        admin_consent_description=f"Lets the client call {name}, which acts with the rights of the signed-in user.",
        user_consent_display_name=f"Use {name}",
        user_consent_description=f"Lets the client call {name}, which acts with your rights.",
    )
    return azuread.ApplicationApiArgs(
        requested_access_token_version=2,
        oauth2_permission_scopes=[scope],
        # One prompt in the client covers the client and the agent: "Microsoft identity platform and OAuth 2.0
        # On-Behalf-Of flow", Microsoft Learn, 2024-01.
        known_client_applications=sorted(acts["callers"].values()),
    )


def _app_roles(name: str, acts: bool, called: bool) -> "list[azuread.ApplicationAppRoleArgs]":  # noqa: FBT001 - private
    roles: list[azuread.ApplicationAppRoleArgs] = []
    if called:
        roles.append(_app_role(CALL_ROLE, CALL_ROLE_ID, "Application", f"Lets another agent call {name}."))
    if acts:
        roles.append(_app_role(USER_ROLE, USER_ROLE_ID, "User", f"Lets {name} act for a user or a group's members."))
    return roles


def _app_role(value: str, role_id: str, member_type: str, description: str) -> "azuread.ApplicationAppRoleArgs":
    return azuread.ApplicationAppRoleArgs(
        id=role_id,
        value=value,
        display_name=value,
        description=description,
        allowed_member_types=[member_type],
        enabled=True,
    )


def _optional_claims() -> "azuread.ApplicationOptionalClaimsArgs":
    """Return the claims that the agent checks: kind of token, guest or member, and the client's capabilities."""
    claim = azuread.ApplicationOptionalClaimsAccessTokenArgs
    # Only tokens of applications have `idtyp`, since azuread refuses its property `include_user_token`
    # (hashicorp/terraform-provider-azuread, `schemaOptionalClaims`, 2026-08).
    return azuread.ApplicationOptionalClaimsArgs(
        access_tokens=[claim(name=name) for name in ("acct", "idtyp", "xms_cc")]
    )
