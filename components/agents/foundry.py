"""Agents that Foundry runs: who each of them is, and who may call it.

Owns the four ways in which Foundry gives an agent an identity, and the application that a published agent is. The agent
itself, its instructions and its versions, is made in the project's data plane, before this component asks for it.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, NotRequired, TypedDict, get_args
from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native import cognitiveservices

from access.roles import by_name, definition_id
from components.agents.foundry_identity import FoundryIdentity
from components.foundry import FoundryProject
from components.grants import Grant, Grantee, assign
from components.resources.base import Verb

__all__ = ["FoundryAgent", "FoundryAgentArgs", "Identity"]

Identity = Literal["shared", "application", "per-agent", "given"]
"""Whose identity an agent has.

`shared`: the one of all the project's unpublished agents. `application`: its own from its publication, and it ends with
the application. `per-agent`: its own from its creation. `given`: the one whose id is given.
"""


class FoundryAgentArgs(TypedDict):
    """Arguments of a `FoundryAgent`."""

    project: FoundryProject
    """Where the agent is."""
    agent: str
    """Name of the agent in the project."""
    identity: Identity
    """Whose identity it has."""
    version: NotRequired[str]
    """Version of the agent that callers get; required for `application`."""
    application_name: NotRequired[str]
    """Name of the application that the agent is published as; required for `application`."""
    max_replicas: NotRequired[int]
    """Never more, for an agent that is a container; without it, the agent is a prompt."""
    min_replicas: NotRequired[int]
    """Never fewer, for an agent that is a container."""
    principal_id: NotRequired[pulumi.Input[str] | None]
    """Id of its principal: required for `given`; for `shared` and `per-agent`, instead of asking Foundry."""


class FoundryAgent(pulumi.ComponentResource):
    """An agent that Foundry runs, as the principal that its access is granted to."""

    # Of the roles with the data action applications/invoke, 'Foundry User' reads least and lists no keys at this scope:
    # keys are the account's, above it. 'Cognitive Services User' and the others add as much or more.
    VERBS: ClassVar[Mapping[str, Mapping[str, Verb]]] = {
        "application": {
            "use": Verb(
                "Foundry User",
                "call the application",
                "Publish and share agents in Microsoft Foundry, Microsoft Learn, 2026-06",
            ),
        },
        "per-agent": {
            "use": Verb(
                "Foundry Agent Consumer",
                "call every agent of the project that has an endpoint",
                "Migrate agent applications, Microsoft Learn, 2026-07",
            ),
        },
    }

    principal_id: pulumi.Output[str]
    """The agent itself: to this its access is granted."""
    app_name: str
    """Name of the application, or without one, of the agent in its project."""
    host: pulumi.Output[str]
    """Name at which it can be reached."""
    endpoint: pulumi.Output[str]
    """Address that callers ask: the application's, the agent's own, or for `shared` and `given` the project's."""
    published: bool
    """Whether it is an application."""

    def __init__(self, name: str, args: FoundryAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        identity = args["identity"]
        _check(name, args)
        shown = {"agent": args["agent"], "identity": identity}
        super().__init__("agent-network:index:FoundryAgent", name, shown, opts)
        self.agent_name = name
        self.identity = identity
        self._project = args["project"]
        self._callable: pulumi.Output[str] = self._project.project_id
        self.app_name = args.get("application_name", args["agent"])
        self.published = identity == "application"
        if self.published:
            application = self._publish(args)
            self._callable = application.id
            called = self.app_name
            self.principal_id = application.properties.apply(lambda known: _of_application(called, known))
        else:
            self.principal_id = self._principal(args)
        self.endpoint = pulumi.Output.concat(self._project.project_endpoint, _path(args))
        self.host = self._project.project_endpoint.apply(lambda address: urlsplit(address).hostname or "")
        self.register_outputs(
            {
                "principal_id": self.principal_id,
                "app_name": self.app_name,
                "host": self.host,
                "endpoint": self.endpoint,
                "published": self.published,
            }
        )

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """What the agent is called in Azure."""
        return self.app_name

    @property
    def component(self) -> pulumi.Resource:
        """What holds its grants."""
        return self

    def allow(self, caller: Grantee, verb: str) -> pulumi.CustomResource:
        """Let somebody do what the verb says with this agent.

        Raises:
            ValueError: there is no such verb, or nothing narrower than the whole project to grant it on.
        """
        rows = self.VERBS.get(self.identity)
        if rows is None:
            raise ValueError(
                f"agent {self.agent_name!r} with identity {self.identity!r} has no scope on which a caller could be"
                " granted anything but the whole project; publish it and say 'application', or say 'per-agent'"
            )
        if verb not in rows:
            raise ValueError(f"{self.agent_name!r} has no verb {verb!r}; its verbs are {', '.join(sorted(rows))}")
        role = by_name(rows[verb].role)
        within = pulumi.Output.from_input(self._project.subscription_id)
        return assign(
            caller,
            Grant(
                title=f"{caller.agent_name}-may-{verb}-{self.agent_name}",
                reason=f"{caller.agent_name} may {verb} {self.agent_name}",
                role=role,
                definition_id=within.apply(lambda known: definition_id(role, known)),
                scope=self._callable,
            ),
        )

    def _principal(self, args: FoundryAgentArgs) -> pulumi.Output[str]:
        given, identity = args.get("principal_id"), args["identity"]
        if given is not None:
            return pulumi.Output.from_input(given)
        found = FoundryIdentity(
            f"{self.agent_name}-identity",
            {
                "project_id": self._project.project_id,
                "project_endpoint": self._project.project_endpoint,
                "agent": args["agent"],
                "identity": "shared" if identity == "shared" else "per-agent",
            },
            pulumi.ResourceOptions(parent=self),
        )
        return found.principal_id

    def _publish(self, args: FoundryAgentArgs) -> "cognitiveservices.AgentApplication":
        project, agent = self._project, args["agent"]
        application = cognitiveservices.AgentApplication(
            self.agent_name,
            name=self.app_name,
            project_name=project.project_name,
            account_name=project.azure_name,
            resource_group_name=project.resource_group_name,
            properties=cognitiveservices.AgenticApplicationPropertiesArgs(
                display_name=self.app_name,
                agents=[cognitiveservices.AgentReferencePropertiesArgs(agent_name=agent)],
                # Callers are known by role assignments, and not by being of the same organization.
                authorization_policy=cognitiveservices.RoleBasedBuiltInAuthorizationPolicyArgs(type="Default"),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[project.project]),
        )
        cognitiveservices.AgentDeployment(
            f"{self.agent_name}-is-deployed",
            deployment_name=self.app_name,
            app_name=self.app_name,
            project_name=project.project_name,
            account_name=project.azure_name,
            resource_group_name=project.resource_group_name,
            properties=_deployment(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[application]),
        )
        return application


def _check(name: str, args: FoundryAgentArgs) -> None:
    identity, given = args["identity"], args.get("principal_id")
    if identity not in get_args(Identity):
        raise ValueError(f"agent {name!r} has identity {identity!r}; there are {', '.join(get_args(Identity))}")
    published = identity == "application"
    missing = [key for key in ("version", "application_name") if published and not args.get(key)]
    if missing:
        raise ValueError(f"agent {name!r} is published, and so needs {' and '.join(missing)}")
    only = ("version", "application_name", "max_replicas", "min_replicas")
    idle = [key for key in only if not published and args.get(key) is not None]
    if idle:
        raise ValueError(f"agent {name!r} is not published; leave out {', '.join(idle)}, or say identity 'application'")
    if args.get("min_replicas") is not None and args.get("max_replicas") is None:
        raise ValueError(f"agent {name!r} has min_replicas; say max_replicas too, or leave both out for a prompt")
    if identity == "given" and given is None:
        raise ValueError(f"agent {name!r} has a given identity; say which in 'principal_id'")
    if published and given is not None:
        raise ValueError(f"agent {name!r} gets its identity by being published; leave out 'principal_id'")


def _path(args: FoundryAgentArgs) -> str:
    """Where it answers below the project: "Publish and share agents in Microsoft Foundry", Microsoft Learn, 2026-06."""
    if args["identity"] == "application":
        return f"/applications/{args.get('application_name')}/protocols/openai"
    if args["identity"] == "per-agent":
        return f"/agents/{args['agent']}/endpoint/protocols/openai"
    return ""


def _deployment(
    args: FoundryAgentArgs,
) -> "cognitiveservices.ManagedAgentDeploymentArgs | cognitiveservices.HostedAgentDeploymentArgs":
    agents = [
        cognitiveservices.VersionedAgentReferenceArgs(agent_name=args["agent"], agent_version=args.get("version"))
    ]
    protocols = [
        cognitiveservices.AgentProtocolVersionArgs(protocol=cognitiveservices.AgentProtocol.RESPONSES, version="1.0")
    ]
    most = args.get("max_replicas")
    if most is None:
        return cognitiveservices.ManagedAgentDeploymentArgs(
            deployment_type="Managed", agents=agents, protocols=protocols
        )
    return cognitiveservices.HostedAgentDeploymentArgs(
        deployment_type="Hosted",
        agents=agents,
        protocols=protocols,
        min_replicas=args.get("min_replicas"),
        max_replicas=most,
    )


def _of_application(called: str, properties: "cognitiveservices.outputs.AgenticApplicationPropertiesResponse") -> str:
    own = properties.default_instance_identity
    if own is None:
        raise RuntimeError(
            f"Foundry published {called!r} without an identity of its own: the agent keeps the one that it has."
            " Say identity 'per-agent' where it was made with one, or copy its id from the application's JSON view in"
            " the Azure portal and say identity 'given' with that as 'principal_id'"
        )
    return own.principal_id
