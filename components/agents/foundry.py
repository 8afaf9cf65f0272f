"""Agents that Foundry runs: who each of them is, and who may call it.

Owns the four ways in which Foundry gives an agent an identity, and the application that a published agent is. The agent
itself, its instructions and its versions, is made in the project's data plane, before this component asks for it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal, NotRequired, TypedDict, get_args
from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native import cognitiveservices

from access.azure.roles import by_name, definition_id
from components.agents.base import Agent
from components.agents.foundry_identity import asked
from components.agents.foundry_unpublished import UnpublishedAgents
from components.grants import Grant, Grantee, assign
from components.hosts.foundry_project import FoundryProject
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
    app_name: str
    """What it is called in Azure: the application that it is published as, and what is made for it elsewhere."""
    identity: Identity
    """Whose identity it has."""
    version: NotRequired[str]
    """Version of the agent that callers get; required for `application`."""
    shared: NotRequired[UnpublishedAgents]
    """The agents whose identity it is; required for `shared`."""
    max_replicas: NotRequired[int]
    """Never more, for an agent that is a container; without it, the agent is a prompt."""
    min_replicas: NotRequired[int]
    """Never fewer, for an agent that is a container."""
    principal_id: NotRequired[str | None]
    """Id of its principal: required for `given`; for `per-agent`, instead of asking. It may be no shared one."""
    place: NotRequired[Callable[[str], str]]
    """Says of a mistake in `principal_id` where that is written."""


class FoundryAgent(Agent):
    """An agent that Foundry runs, as the principal that its access is granted to."""

    TOKEN = "agent-network:index:FoundryAgent"  # noqa: S105 - a type token
    VERBS: ClassVar[Mapping[str, Mapping[str, Verb]]] = {
        # Of the roles with the data action applications/invoke, 'Foundry User' reads least. What else is in it reaches
        # nothing here: keys, models and other agents are the account's and the project's, above the application.
        "application": {
            "use": Verb(
                "Foundry User",
                "call the agent through its application",
                "Publish your agent as an Agent Application, Microsoft Learn, 2026-06-19",
            ),
        },
        "per-agent": {
            "use": Verb(
                "Foundry Agent Consumer",
                "call the agent at its endpoint",
                "Configure and share your agent, Microsoft Learn, 2026-04-14",
            ),
        },
    }
    """By identity, what a caller may do; an agent of any other has no endpoint of its own that one could be granted."""

    scope: pulumi.Output[str]
    """Where callers are granted; empty where nobody can be."""
    verbs: dict[str, str]
    """Verb → name of the role that a caller gets."""
    published: bool
    """Whether it is an application."""

    def __init__(self, name: str, args: FoundryAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        _check(name, args)
        identity, project = args["identity"], args["project"]
        shown = {"agent": args["agent"], "identity": identity, "project": project.called, "app_name": args["app_name"]}
        super().__init__(name, {**shown, "principal_id": args.get("principal_id")}, opts)
        self.identity = identity
        self.app_name = args["app_name"]
        self.published = identity == "application"
        self._project = project
        self._shared = args.get("shared")
        self.verbs = {verb: row.role for verb, row in self.VERBS.get(identity, {}).items()}
        self.scope = _known("")
        if self.published:
            application = self._publish(args)
            self.scope = application.id
            self.principal_id = application.properties.apply(lambda known: _of_application(self.app_name, known))
        else:
            self.principal_id = self._principal(args)
            if identity == "per-agent":
                self.scope = pulumi.Output.concat(project.project_id, "/agents/", args["agent"])
        self.endpoint = pulumi.Output.concat(project.project_endpoint, _path(args))
        self.host = project.project_endpoint.apply(lambda address: urlsplit(address).hostname or "")
        self._ready(scope=self.scope, verbs=self.verbs, published=self.published)

    @property
    def grantee(self) -> Grantee:
        """To whom its access is granted: itself, or all the agents whose identity it shares."""
        return self._shared or self

    def variables(self) -> Mapping[str, pulumi.Input[str]]:
        """What a caller needs to know, keyed by the end of the variable."""
        return {"ENDPOINT": self.endpoint}

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
        within = _known(self._project.account.subscription_id)
        return assign(
            caller,
            Grant(
                title=f"{caller.agent_name}-may-{verb}-{self.agent_name}",
                reason=f"{caller.agent_name} may {verb} {self.agent_name}",
                role=role,
                definition_id=within.apply(lambda known: definition_id(role, known)),
                scope=self.scope,
            ),
        )

    def _principal(self, args: FoundryAgentArgs) -> pulumi.Output[str]:
        if self._shared is not None:
            return self._shared.principal_id
        given = args.get("principal_id")
        if given is None:
            return asked(self, args["project"], [args["agent"]], "per-agent").principal_id
        found = asked(self, args["project"], [args["agent"]], "per-agent", given)
        return pulumi.Output.all(found.principal_id, found.shared).apply(lambda told: _alone(args, *told))

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
                # Callers are known by role assignments, and not by being of the same organization.
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
            properties=_deployment(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[application]),
        )
        return application


def _known(value: pulumi.Input[str]) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value)


def _alone(args: FoundryAgentArgs, given: str, shared: Sequence[str]) -> str:
    """A given id, unless it is what others act as too: then a grant of this agent would be one of theirs."""
    if given.lower() in {one.lower() for one in shared}:
        place = args.get("place", f"agent {args['agent']!r}: principal_id: {{}}".format)
        raise pulumi.RunError(
            place(
                f"'{given}' is what all unpublished agents of project {args['project'].called!r} act as; give the id of"
                " this agent alone, or remove it here and publish the agent"
            )
        )
    return given


def _check(name: str, args: FoundryAgentArgs) -> None:
    identity, given = args["identity"], args.get("principal_id")
    if identity not in get_args(Identity):
        raise ValueError(f"agent {name!r} has identity {identity!r}; there are {', '.join(get_args(Identity))}")
    published = identity == "application"
    if published and not args.get("version"):
        raise ValueError(f"agent {name!r} is published, and so needs version")
    only = ("version", "max_replicas", "min_replicas")
    idle = [key for key in only if not published and args.get(key) is not None]
    if idle:
        raise ValueError(f"agent {name!r} is not published; leave out {', '.join(idle)}, or say identity 'application'")
    if args.get("min_replicas") is not None and args.get("max_replicas") is None:
        raise ValueError(f"agent {name!r} has min_replicas; say max_replicas too, or leave both out for a prompt")
    if identity == "given" and given is None:
        raise ValueError(f"agent {name!r} has a given identity; say which in 'principal_id'")
    if (identity == "shared") != (args.get("shared") is not None):
        raise ValueError(f"agent {name!r} has identity {identity!r}; 'shared' says whose, for 'shared' and no other")
    if identity in {"application", "shared"} and given is not None:
        raise ValueError(f"agent {name!r} has the identity of its {identity}; leave out 'principal_id'")


def _path(args: FoundryAgentArgs) -> str:
    """Where it answers below the project: the documents of `VERBS`."""
    if args["identity"] == "application":
        return f"/applications/{args['app_name']}/protocols/openai"
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
            f"Foundry published {called!r} without an identity of its own: the agent keeps the one that it has. Say"
            " 'identities: per-agent' of its project where it was made with one; or take it out of 'published' of the"
            " stack and give the id that the application's JSON view in the Azure portal shows in 'agent_identities'"
            " (component: identity 'per-agent', or 'given' with 'principal_id')"
        )
    return own.principal_id
