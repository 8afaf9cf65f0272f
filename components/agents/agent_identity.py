"""Dynamic resource with the principal id of a Foundry agent, which no resource type of Azure returns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pulumi
from pulumi import dynamic

from components.agents.dynamic_provider import AgentIdentityArgs, IdentityOwner
from components.agents.foundry_identity import Provider

if TYPE_CHECKING:
    from components.grants import Grantee
    from components.hosts.foundry_project import FoundryProject

__all__ = ["FoundryAgentIdentity", "register_agent_identity"]


class FoundryAgentIdentity(dynamic.Resource, module="foundry", name="AgentIdentity"):
    """Pulumi resource with the principal id that Foundry reports for an agent; `pulumi up --refresh` reads it again."""

    principal_id: pulumi.Output[str]
    """Principal id of the agent."""
    shared: pulumi.Output[Sequence[str]]
    """With `given`: ids of the project's shared identities, as far as Azure returns them; otherwise empty."""

    def __init__(self, name: str, args: AgentIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args, "principal_id": None, "shared": None}, opts)


def register_agent_identity(
    grantee: "Grantee",
    project: "FoundryProject",
    agents: Sequence[str],
    identity: IdentityOwner,
    configured_id: str | None = None,
) -> FoundryAgentIdentity:
    """Register a child resource that looks up a component's principal in Foundry, or checks its configured id."""
    args: AgentIdentityArgs = {
        "project_id": project.project_id,
        "project_endpoint": project.project_endpoint,
        "agents": agents,
        "identity": identity,
    }
    if configured_id is not None:
        args["given"] = configured_id
    return FoundryAgentIdentity(
        f"{grantee.agent_name}-identity", args, pulumi.ResourceOptions(parent=grantee.component)
    )
