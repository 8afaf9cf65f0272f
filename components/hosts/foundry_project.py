"""Where Foundry's agents live: a project in an account, and what the project may use.

Owns no agent: those are made in the project's data plane, and `components.agents.foundry` is who they are. What a
connection opens is granted to the project's own identity, as which every agent in it may then come by it: connect to
what all of them may see.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import cognitiveservices

from components.hosts.foundry_account import FoundryAccount
from components.platform_identity import PlatformIdentity
from components.resources.base import Connection

__all__ = ["FoundryProject", "FoundryProjectArgs"]

_ENDPOINT = "AI Foundry API"
"""Which of a project's endpoints its agents answer at."""


class FoundryProjectArgs(TypedDict):
    """Arguments of a `FoundryProject`."""

    account: FoundryAccount
    """The account that holds it."""
    project_name: str
    """Name of the project in the account."""
    location: pulumi.Input[str]
    """Azure region, the account's."""
    existing: NotRequired[bool]
    """It is there already: refer to it, and do not create it."""
    connections: NotRequired[Mapping[str, Connection]]
    """By the name by which agents' tools ask for it: what the project reaches; not for an existing one."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class FoundryProject(pulumi.ComponentResource):
    """A project; `identity` is its own, for grants on what it connects to."""

    project_id: pulumi.Output[str]
    """Id of the project."""
    project_endpoint: pulumi.Output[str]
    """Address of the project, below which its agents are."""
    identity_principal_id: pulumi.Output[str]
    """The project itself, as which it uses its connections; its agents are others. An existing one may have none."""

    def __init__(self, name: str, args: FoundryProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        shown = {"project": args["project_name"]}
        super().__init__("agent-network:index:FoundryProject", name, shown, opts)
        self.called = name
        self.project_name = args["project_name"]
        self.account = args["account"]
        connections = args.get("connections", {})
        if args.get("existing"):
            if connections:
                raise ValueError(f"project {name!r} exists already, and is not changed; leave out connections")
            project_id = pulumi.Output.concat(self.account.resource_id, "/projects/", self.project_name)
            project = cognitiveservices.Project.get(name, project_id, pulumi.ResourceOptions(parent=self))
        else:
            project = self._create(args)
            for called, connection in connections.items():
                self._connect(called, connection)
        self.project = project
        self.project_id = project.id
        self.project_endpoint = project.properties.apply(lambda known: _endpoint(self.project_name, known.endpoints))
        self.identity_principal_id = project.identity.apply(_told if args.get("existing") else _own)
        self.identity = PlatformIdentity(f"{name}-project", self.project_name, self.identity_principal_id, self)
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
            self.called,
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

    def _connect(self, called: str, to: Connection) -> None:
        account = self.account
        account.last_write = cognitiveservices.ProjectConnection(
            f"{self.called}-connects-to-{called}",
            connection_name=called,
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


def _own(identity: "cognitiveservices.outputs.IdentityResponse | None") -> str:
    if identity is None:
        raise RuntimeError("Azure returned the project without an identity; turn on its system-assigned identity")
    return identity.principal_id


def _told(identity: "cognitiveservices.outputs.IdentityResponse | None") -> str:
    return "" if identity is None else identity.principal_id or ""


def _endpoint(project_name: str, endpoints: Mapping[str, str]) -> str:
    if _ENDPOINT not in endpoints:
        has = ", ".join(sorted(endpoints)) or "none"
        raise RuntimeError(f"project {project_name!r} has no endpoint {_ENDPOINT!r}; Azure returned {has}")
    return endpoints[_ENDPOINT].rstrip("/")
