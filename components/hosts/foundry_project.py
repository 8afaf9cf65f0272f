"""Component for a Foundry project, which contains agents, and for its connections to resources.

Creates no agent: agents are created in the project's data plane, and `components.agents.foundry` grants their access.
A connection uses the project's own identity, which every agent of the project can use: connect only to resources that
all of its agents may read. That identity also calls the models of the account on behalf of the agents, for which this
component assigns it a role; an existing project is not changed, and must have the role.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import cognitiveservices

from access.azure.foundry_endpoints import ENDPOINT, project_endpoint
from access.azure.roles import by_name, definition_id
from access.azure.types.cognitiveservices import PROJECT_ROLE
from components.grants import Grant, assign
from components.hosts.foundry_account import FoundryAccount
from components.hosts.tool_connection import FoundryToolConnection, ToolArgs, connection_properties
from components.platform_identity import PlatformIdentity
from components.resources.base import Connection

__all__ = ["FoundryProject", "FoundryProjectArgs"]


class FoundryProjectArgs(TypedDict):
    """Arguments of a `FoundryProject`."""

    account: FoundryAccount
    """Foundry account of the project."""
    project_name: str
    """Name of the project in the account."""
    location: pulumi.Input[str]
    """Azure region of the account."""
    existing: NotRequired[bool]
    """True for a project that exists already: it is read and not created."""
    connections: NotRequired[Mapping[str, Connection]]
    """Name that agents' tools use → connection to a resource; not allowed for an existing project."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class FoundryProject(pulumi.ComponentResource):
    """Component for a Foundry project; `identity` is the grantee of access to the resources that it connects to."""

    project_id: pulumi.Output[str]
    """Resource id of the project."""
    project_endpoint: pulumi.Output[str]
    """Endpoint URL of the project, which the URLs of its agents begin with."""
    identity_principal_id: pulumi.Output[str]
    """Principal id of the project's own identity, which its connections use; empty for an existing project without."""

    def __init__(self, name: str, args: FoundryProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        shown = {"project": args["project_name"]}
        super().__init__("agent-network:index:FoundryProject", name, shown, opts)
        self.resource_name = name
        self.project_name = args["project_name"]
        self.account = args["account"]
        connections = args.get("connections", {})
        self._existing = bool(args.get("existing"))
        if args.get("existing"):
            if connections:
                raise ValueError(f"project {name!r} exists already, and is not changed; leave out connections")
            project_id = pulumi.Output.concat(self.account.resource_id, "/projects/", self.project_name)
            project = cognitiveservices.Project.get(name, project_id, pulumi.ResourceOptions(parent=self))
        else:
            project = self._create(args)
            for connection_name, connection in connections.items():
                self._connect(connection_name, connection)
        self.project = project
        self.project_id = project.id
        # Nested applies, so that the address stays unknown in a preview if either resource is not deployed yet.
        self.project_endpoint = self.account.subdomain.apply(
            lambda subdomain: project.properties.apply(
                lambda known: _endpoint(subdomain, self.project_name, known.endpoints, project)
            )
        )
        self.identity_principal_id = project.identity.apply(_id_or_empty if args.get("existing") else _required_id)
        self.identity = PlatformIdentity(f"{name}-project", self.project_name, self.identity_principal_id, self)
        if not args.get("existing"):
            self._let_use_models()
        self.register_outputs(
            {
                "project_id": self.project_id,
                "project_endpoint": self.project_endpoint,
                "identity_principal_id": self.identity_principal_id,
            }
        )

    def _create(self, args: FoundryProjectArgs) -> "cognitiveservices.Project":
        account = self.account
        project = cognitiveservices.Project(
            self.resource_name,
            project_name=self.project_name,
            account_name=account.azure_name,
            resource_group_name=account.resource_group_name,
            location=args["location"],
            tags=args.get("tags"),
            identity=cognitiveservices.IdentityArgs(type=cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED),
            properties=cognitiveservices.ProjectPropertiesArgs(display_name=self.project_name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account.last_write]),
        )
        account.last_write = project
        return project

    def connect_tool(self, connection_name: str, tool: ToolArgs) -> FoundryToolConnection:
        """Connect the project to an MCP or A2A tool, which acts with the identity of the agent that calls it.

        Raises:
            ValueError: the project exists already, and is not changed.
        """
        if self._existing:
            raise ValueError(f"project {self.resource_name!r} exists already, and is not changed; leave out tools")
        account = self.account
        connection = FoundryToolConnection(
            f"{self.resource_name}-has-tool-{connection_name}",
            {
                "project_id": self.project_id,
                "connection_name": connection_name,
                "properties": connection_properties(tool),
            },
            pulumi.ResourceOptions(parent=self, depends_on=[account.last_write]),
        )
        account.last_write = connection
        return connection

    def _let_use_models(self) -> None:
        """Assign the project's identity the role at the account with which it calls models for the agents."""
        account, role = self.account, by_name(PROJECT_ROLE)
        subscription = pulumi.Output.from_input(account.subscription_id)
        assign(
            self.identity,
            Grant(
                title=f"{self.identity.agent_name}-may-use-{account.resource_name}",
                reason=f"the agents of project {self.resource_name} may use the models of {account.resource_name}",
                role=role,
                definition_id=subscription.apply(lambda known: definition_id(role, known)),
                scope=account.resource_id,
            ),
        )

    def _connect(self, connection_name: str, to: Connection) -> None:
        account = self.account
        account.last_write = cognitiveservices.ProjectConnection(
            f"{self.resource_name}-connects-to-{connection_name}",
            connection_name=connection_name,
            project_name=self.project_name,
            account_name=account.azure_name,
            resource_group_name=account.resource_group_name,
            properties=cognitiveservices.AADAuthTypeConnectionPropertiesArgs(
                auth_type="AAD",
                category=to.category,
                target=to.target,
                metadata={"ApiType": "Azure", "ResourceId": to.resource_id, **to.metadata},
                is_shared_to_all=False,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account.last_write]),
        )


def _required_id(identity: "cognitiveservices.outputs.IdentityResponse | None") -> str:
    if identity is None:
        raise RuntimeError("Azure returned the project without an identity; turn on its system-assigned identity")
    return identity.principal_id


def _id_or_empty(identity: "cognitiveservices.outputs.IdentityResponse | None") -> str:
    return "" if identity is None else identity.principal_id or ""


def _endpoint(subdomain: str, project_name: str, endpoints: Mapping[str, str] | None, project: pulumi.Resource) -> str:
    found = project_endpoint(subdomain, project_name, endpoints or {})
    if not found.url:
        raise RuntimeError(
            f"Azure returned neither a subdomain of the account of project {project_name!r} nor an endpoint"
            f" {ENDPOINT!r} of the project; give the account a custom subdomain"
        )
    if found.disagreement:
        pulumi.warn(found.disagreement, project)
    return found.url
