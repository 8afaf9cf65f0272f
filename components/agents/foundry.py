"""Component for an agent that Foundry runs: its identity and the access of its callers.

An agent has an identity and an endpoint of its own from its creation: "Migrate from agent applications to the new agent
endpoint and publishing experience", Microsoft Learn, 2026-07-21. Legacy agents share the identity of their project, or
have that of the application that they are published as, which this component creates. The agent itself, with its
instructions and versions, is created in the project's data plane before this component is deployed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, NotRequired, TypedDict, get_args
from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native import cognitiveservices

from access.azure.principal_types import AGENT_IDENTITY
from access.azure.roles import by_name, definition_id
from access.azure.types import of_token
from access.azure.types.row import VerbRole
from components.agents.agent_identity import register_agent_identity
from components.agents.base import Agent
from components.agents.unpublished import UnpublishedAgents
from components.grants import Grant, Grantee, assign
from components.hosts.foundry_project import FoundryProject

__all__ = ["FoundryAgent", "FoundryAgentArgs", "IdentitySource"]

IdentitySource = Literal["per-agent", "given", "shared", "application"]
"""Source of an agent's identity.

`per-agent`: created with the agent, as Azure does for every agent now. `given`: an identity whose id is configured.
Legacy are `shared`, the identity of all unpublished agents of the project, and `application`, created and deleted with
the agent's application, when it is published.
"""


class FoundryAgentArgs(TypedDict):
    """Arguments of a `FoundryAgent`."""

    project: FoundryProject
    """Project of the agent."""
    agent: str
    """Name of the agent in the project."""
    app_name: str
    """Name in Azure of the agent's application, and of other resources that are created for the agent."""
    identity: IdentitySource
    """Source of the agent's identity."""
    version: NotRequired[str]
    """Version of the agent that its callers get, which the reconciler can pin; required for `application` (legacy)."""
    shared: NotRequired[UnpublishedAgents]
    """Legacy: unpublished agents that share the identity; required for `shared`."""
    principal_id: NotRequired[str | None]
    """Principal id: required for `given`; for `per-agent`, replaces the lookup. A shared identity's id is refused."""
    principal_type: NotRequired[str]
    """Principal type of the identity in role assignments; by default the one of all agent identities."""
    locate_error: NotRequired[Callable[[str], str]]
    """Function that adds the file and line of `principal_id` to an error message."""


class FoundryAgent(Agent):
    """Component for an agent that Foundry runs, with the principal that its access is granted to."""

    TOKEN = "agent-network:index:FoundryAgent"  # noqa: S105 - a type token
    VERBS: ClassVar[Mapping[str, Mapping[str, VerbRole]]] = {
        "application": of_token("azure-native:cognitiveservices:AgentApplication").roles(),
        "per-agent": of_token("pulumi-python:dynamic/foundry:AgentIdentity").roles(),
    }
    """Verbs for callers by source of identity; with any other source, an agent has no endpoint to grant access to."""

    scope: pulumi.Output[str]
    """Scope of callers' role assignments; empty if no caller can be granted access."""
    verbs: dict[str, str]
    """Verb → name of the role that it assigns to a caller."""
    published: bool
    """True if the agent is published as an application, which is legacy."""

    def __init__(self, name: str, args: FoundryAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        _check(name, args)
        identity, project = args["identity"], args["project"]
        inputs = {
            "agent": args["agent"],
            "identity": identity,
            "project": project.resource_name,
            "app_name": args["app_name"],
        }
        # In the state for the reconciler alone: a deployment has no way to pin the version.
        version = args.get("version") if identity == "per-agent" else None
        pinned = {"version": version} if version else {}
        super().__init__(name, {**inputs, **pinned, "principal_id": args.get("principal_id")}, opts)
        self.identity = identity
        self.principal_type = args.get("principal_type") or AGENT_IDENTITY
        self.app_name = args["app_name"]
        self.published = identity == "application"
        self._project = project
        self._shared = args.get("shared")
        self.verbs = {verb: row.role for verb, row in self.VERBS.get(identity, {}).items()}
        self.scope = _as_output("")
        if self.published:
            application = self._publish(args)
            self.scope = application.id
            self.principal_id = application.properties.apply(
                lambda known: _application_principal_id(self.app_name, known)
            )
        else:
            self.principal_id = self._unpublished_principal_id(args)
            if identity == "per-agent":
                self.scope = pulumi.Output.concat(project.project_id, "/agents/", args["agent"])
        self.endpoint = pulumi.Output.concat(project.project_endpoint, _endpoint_path(args))
        self.host = project.project_endpoint.apply(lambda address: urlsplit(address).hostname or "")
        self._register_common_outputs(scope=self.scope, verbs=self.verbs, published=self.published)

    @property
    def grantee(self) -> Grantee:
        """Return the grantee of the agent's role assignments: the agent, or the component of its shared identity."""
        return self._shared or self

    def variables(self) -> Mapping[str, pulumi.Input[str]]:
        """Return environment variables with the agent's endpoint for a caller, by the last part of their names."""
        return {"ENDPOINT": self.endpoint}

    def allow(self, caller: Grantee, verb: str) -> pulumi.CustomResource:
        """Assign a caller the role of a verb on this agent, and return the role assignment.

        Raises:
            ValueError: the verb does not exist, or no scope is narrower than the whole project.
        """
        rows = self.VERBS.get(self.identity)
        if rows is None:
            raise ValueError(
                f"agent {self.agent_name!r} with identity {self.identity!r} has no scope for a caller's grant but the"
                " whole project; publish it and set identity 'application', or set 'per-agent'"
            )
        if verb not in rows:
            raise ValueError(f"{self.agent_name!r} has no verb {verb!r}; its verbs are {', '.join(sorted(rows))}")
        role = by_name(rows[verb].role)
        subscription = _as_output(self._project.account.subscription_id)
        return assign(
            caller,
            Grant(
                title=f"{caller.agent_name}-may-{verb}-{self.agent_name}",
                reason=f"{caller.agent_name} may {verb} {self.agent_name}",
                role=role,
                definition_id=subscription.apply(lambda known: definition_id(role, known)),
                scope=self.scope,
            ),
        )

    def _unpublished_principal_id(self, args: FoundryAgentArgs) -> pulumi.Output[str]:
        if self._shared is not None:
            return self._shared.principal_id
        configured_id = args.get("principal_id")
        identity = register_agent_identity(self, args["project"], [args["agent"]], "per-agent", configured_id)
        if configured_id is None:
            return identity.principal_id
        ids = pulumi.Output.all(identity.principal_id, identity.shared)
        return ids.apply(lambda known: _check_not_shared(args, *known))

    def _publish(self, args: FoundryAgentArgs) -> "cognitiveservices.AgentApplication":
        project, account = self._project, self._project.account
        application = cognitiveservices.AgentApplication(
            self.agent_name,
            name=self.app_name,
            project_name=project.project_name,
            account_name=account.azure_name,
            resource_group_name=account.resource_group_name,
            properties=cognitiveservices.AgenticApplicationPropertiesArgs(
                display_name=self.app_name,
                agents=[cognitiveservices.AgentReferencePropertiesArgs(agent_name=args["agent"])],
                # Callers need a role assignment; membership of the organization is not enough.
                authorization_policy=cognitiveservices.RoleBasedBuiltInAuthorizationPolicyArgs(type="Default"),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[project.project, account.last_write]),
        )
        account.last_write = cognitiveservices.AgentDeployment(
            f"{self.agent_name}-is-deployed",
            deployment_name=self.app_name,
            app_name=self.app_name,
            project_name=project.project_name,
            account_name=account.azure_name,
            resource_group_name=account.resource_group_name,
            properties=_deployment_properties(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[application]),
        )
        return application


def _as_output(value: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value)


def _check_not_shared(args: FoundryAgentArgs, principal_id: str, shared_ids: Sequence[str]) -> str:
    """Return the configured principal id; raise if it is the project's shared identity, whose grants all agents get."""
    if principal_id.lower() in {one.lower() for one in shared_ids}:
        locate_error = args.get("locate_error", f"agent {args['agent']!r}: principal_id: {{}}".format)
        raise pulumi.RunError(
            locate_error(
                f"'{principal_id}' is the identity that all unpublished agents of project"
                f" {args['project'].resource_name!r} share; set the id of this"
                " agent alone, or remove it here and publish the agent"
            )
        )
    return principal_id


def _check(name: str, args: FoundryAgentArgs) -> None:
    identity, configured_id = args["identity"], args.get("principal_id")
    if identity not in get_args(IdentitySource):
        choices = ", ".join(get_args(IdentitySource))
        raise ValueError(f"agent {name!r} has identity {identity!r}; the choices are {choices}")
    published = identity == "application"
    if published and not args.get("version"):
        raise ValueError(f"agent {name!r} is published, and its version is missing; set 'version'")
    if identity == "shared" and args.get("version") is not None:
        raise ValueError(f"agent {name!r} has no endpoint; leave out version, or set another identity than 'shared'")
    if identity == "given" and configured_id is None:
        raise ValueError(f"agent {name!r} has identity 'given'; set its id in 'principal_id'")
    if (identity == "shared") != (args.get("shared") is not None):
        raise ValueError(
            f"agent {name!r} has identity {identity!r}; the argument 'shared' is required for identity 'shared' alone"
        )
    if identity in {"application", "shared"} and configured_id is not None:
        raise ValueError(f"agent {name!r} has identity {identity!r}, which Foundry assigns; leave out 'principal_id'")


def _endpoint_path(args: FoundryAgentArgs) -> str:
    """Return the path of the agent's endpoint below the project's endpoint; empty without an endpoint of its own."""
    if args["identity"] == "application":
        return f"/applications/{args['app_name']}/protocols/openai"
    if args["identity"] == "per-agent":
        return f"/agents/{args['agent']}/endpoint/protocols/openai"
    return ""


def _deployment_properties(args: FoundryAgentArgs) -> "cognitiveservices.ManagedAgentDeploymentArgs":
    agents = [
        cognitiveservices.VersionedAgentReferenceArgs(agent_name=args["agent"], agent_version=args.get("version"))
    ]
    protocols = [
        cognitiveservices.AgentProtocolVersionArgs(protocol=cognitiveservices.AgentProtocol.RESPONSES, version="1.0")
    ]
    # The other type, Hosted, ran containers with replicas; its backend is retired since 2026-08-20: "Migrate hosted
    # agents to the refreshed public preview", Microsoft Learn, 2026-08.
    return cognitiveservices.ManagedAgentDeploymentArgs(deployment_type="Managed", agents=agents, protocols=protocols)


def _application_principal_id(
    app_name: str, properties: "cognitiveservices.outputs.AgenticApplicationPropertiesResponse"
) -> str:
    identity = properties.default_instance_identity
    if identity is None:
        raise RuntimeError(
            f"Foundry published {app_name!r} without an identity of its own: the agent keeps the one that it has."
            " Remove 'identities: shared' from its project if it was created with one; or remove it from 'published'"
            " of the stack and set, in 'agent_identities', the id that the application's JSON view in the Azure portal"
            " shows (component: identity 'per-agent', or 'given' with 'principal_id')"
        )
    return identity.principal_id
