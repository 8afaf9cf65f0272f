"""Where Foundry's agents live: an AI Services account without keys, its models, a project, and what that may use.

Owns no agent: those are made in the project's data plane, and `components.agents.foundry` is who they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import cognitiveservices

from components.diagnostics import Logs, send_logs
from components.platform_identity import PlatformIdentity
from components.resources.base import Holder, PlacedArgs, arm_id
from components.resources.model_account import DeploymentArgs, deploy_models

__all__ = ["ConnectionArgs", "FoundryProject", "FoundryProjectArgs"]

# "Supported logs for Microsoft.CognitiveServices/accounts", Microsoft Learn, 2025-04-16.
_LOGS = Logs(categories=("Audit", "RequestResponse"))
_ENDPOINT = "AI Foundry API"
"""Which of a project's endpoints its agents answer at."""


class ConnectionArgs(TypedDict):
    """Something that the project may use, by who it is and never by a key."""

    name: str
    """Name of the connection, by which agents' tools ask for it."""
    category: str
    """What it is to Foundry: `CognitiveSearch`, `AzureBlob`, `CosmosDb`, `AzureOpenAI` and the like."""
    target: pulumi.Input[str]
    """Address at which it is reached."""
    resource_id: pulumi.Input[str]
    """Id of the Azure resource behind the address."""


class FoundryProjectArgs(PlacedArgs):
    """Arguments of a `FoundryProject`."""

    project_name: str
    """Name of the project in the account."""
    deployments: NotRequired[Iterable[DeploymentArgs]]
    """The models; not for an existing account, which has those that it has."""
    connections: NotRequired[Iterable[ConnectionArgs]]
    """What the project may use; not for an existing one."""
    allow: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses that may call the account; without it, every address may try, with a token."""
    agent_subnet_id: NotRequired[pulumi.Input[str]]
    """Id of the subnet through which agents reach out; without it, they do through Microsoft's network."""


class FoundryProject(Holder):
    """An account and the one project in it; `identity` is the project's own, for grants on what it connects to."""

    TOKEN = "agent-network:index:FoundryProject"  # noqa: S105 - a type token

    project_id: pulumi.Output[str]
    """Id of the project."""
    project_endpoint: pulumi.Output[str]
    """Address of the project, below which its agents are."""

    def __init__(self, name: str, args: FoundryProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self.project_name = args["project_name"]
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            _keeps_its_own(name, args)
            account_id = arm_id(args, "Microsoft.CognitiveServices/accounts")
            account = cognitiveservices.Account.get(name, account_id, own)
            project_id = pulumi.Output.concat(account_id, "/projects/", args["project_name"])
            project = cognitiveservices.Project.get(f"{name}-project", project_id, own)
        else:
            account = _account(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=account.id, workspace_id=args["workspace_id"], parent=self)
            # The account's other writes come one after another, too.
            last_model = deploy_models(self, args, args.get("deployments", ()), after=account)
            project = self._project(args, last_model)
            before: pulumi.Resource = project
            for connection in args.get("connections", ()):
                before = self._connect(args, connection, before)
        self.project = project
        self.identity = PlatformIdentity(f"{name}-project", args["project_name"], project.identity.apply(_own), self)
        self.project_id = project.id
        self.project_endpoint = project.properties.apply(lambda known: _endpoint(args["project_name"], known.endpoints))
        self._ready(account, project_id=self.project_id, project_endpoint=self.project_endpoint)

    def _project(self, args: FoundryProjectArgs, before: pulumi.Resource) -> "cognitiveservices.Project":
        return cognitiveservices.Project(
            f"{self.called}-project",
            project_name=args["project_name"],
            account_name=args["azure_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            identity=cognitiveservices.IdentityArgs(type=cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED),
            properties=cognitiveservices.ProjectPropertiesArgs(display_name=args["project_name"]),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[before]),
        )

    def _connect(self, args: FoundryProjectArgs, to: ConnectionArgs, before: pulumi.Resource) -> pulumi.Resource:
        return cognitiveservices.ProjectConnection(
            f"{self.called}-connects-to-{to['name']}",
            connection_name=to["name"],
            project_name=args["project_name"],
            account_name=args["azure_name"],
            resource_group_name=args["resource_group_name"],
            properties=cognitiveservices.AADAuthTypeConnectionPropertiesArgs(
                auth_type="AAD",
                category=to["category"],
                target=to["target"],
                metadata={"ApiType": "Azure", "ResourceId": to["resource_id"]},
                is_shared_to_all=False,
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[before]),
        )


def _account(name: str, args: FoundryProjectArgs, own: pulumi.ResourceOptions) -> "cognitiveservices.Account":
    allow, subnet = args.get("allow", ()), args.get("agent_subnet_id")
    return cognitiveservices.Account(
        name,
        account_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        kind="AIServices",
        sku=cognitiveservices.SkuArgs(name="S0"),
        identity=cognitiveservices.IdentityArgs(type=cognitiveservices.ResourceIdentityType.SYSTEM_ASSIGNED),
        properties=cognitiveservices.AccountPropertiesArgs(
            # Tokens of Entra ID are taken at a name of the account's own only.
            custom_sub_domain_name=args["azure_name"],
            disable_local_auth=True,
            allow_project_management=True,
            public_network_access="Enabled",
            network_acls=cognitiveservices.NetworkRuleSetArgs(
                default_action="Deny", ip_rules=[cognitiveservices.IpRuleArgs(value=block) for block in allow]
            )
            if allow
            else None,
            network_injections=[
                cognitiveservices.NetworkInjectionArgs(
                    scenario="agent", subnet_arm_id=subnet, use_microsoft_managed_network=False
                )
            ]
            if subnet
            else None,
        ),
        opts=own,
    )


def _keeps_its_own(name: str, args: FoundryProjectArgs) -> None:
    given = [key for key in ("deployments", "connections", "allow", "agent_subnet_id") if args.get(key)]
    if given:
        raise ValueError(f"project {name!r} exists already, and is not changed; leave out {', '.join(given)}")


def _own(identity: "cognitiveservices.outputs.IdentityResponse | None") -> str:
    if identity is None:
        raise RuntimeError("Azure returned the project without an identity; turn on its system-assigned identity")
    return identity.principal_id


def _endpoint(project_name: str, endpoints: Mapping[str, str]) -> str:
    if _ENDPOINT not in endpoints:
        has = ", ".join(sorted(endpoints)) or "none"
        raise RuntimeError(f"project {project_name!r} has no endpoint {_ENDPOINT!r}; Azure returned {has}")
    return endpoints[_ENDPOINT].rstrip("/")
