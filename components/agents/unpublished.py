"""Component for the identity that all unpublished agents of a Foundry project share."""

from collections.abc import Callable, Sequence
from typing import NotRequired, TypedDict

import pulumi

from access.azure.principal_types import AGENT_IDENTITY
from components.agents.agent_identity import register_agent_identity
from components.hosts.foundry_project import FoundryProject

__all__ = ["UnpublishedAgents", "UnpublishedAgentsArgs"]


class UnpublishedAgentsArgs(TypedDict):
    """Arguments of `UnpublishedAgents`."""

    project: FoundryProject
    """Project of the agents."""
    agents: Sequence[str]
    """Names of the agents in the project; at least one."""
    azure_name: str
    """Name in Azure of resources that are created for them, such as a subscription of a topic."""
    principal_id: NotRequired[str | None]
    """Principal id of the shared identity; without it, the id is read from Azure."""
    principal_type: NotRequired[str]
    """Principal type of the identity in role assignments; by default the one of all agent identities."""
    locate_error: NotRequired[Callable[[str], str]]
    """Function that adds the file and line of `principal_id` to an error message."""


class UnpublishedAgents(pulumi.ComponentResource):
    """Component for the identity that all unpublished agents of a Foundry project share, and so all of its access."""

    principal_id: pulumi.Output[str]
    """Principal id of the project's default agent identity."""

    def __init__(self, name: str, args: UnpublishedAgentsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        project, configured_id = args["project"], args.get("principal_id")
        inputs = {"project": project.resource_name, "principal_id": configured_id, "azure_name": args["azure_name"]}
        super().__init__("agent-network:index:UnpublishedAgents", name, inputs, opts)
        self.agent_name = name
        self.azure_name = args["azure_name"]
        self.principal_type = args.get("principal_type") or AGENT_IDENTITY
        identity = register_agent_identity(self, project, args["agents"], "shared", configured_id)
        self.principal_id = identity.principal_id
        if configured_id is not None:
            ids = pulumi.Output.all(identity.principal_id, identity.shared)
            self.principal_id = ids.apply(lambda known: _check_configured_id(args, *known))
        self.register_outputs({"principal_id": self.principal_id})

    @property
    def component(self) -> pulumi.Resource:
        """Return this component, as the Pulumi parent of the shared identity's role assignments."""
        return self


def _check_configured_id(args: UnpublishedAgentsArgs, principal_id: str, shared_ids: Sequence[str]) -> str:
    """Return the configured principal id of the shared identity; raise if Azure reports another one."""
    if shared_ids and principal_id.lower() not in {one.lower() for one in shared_ids}:
        project = args["project"].resource_name
        locate_error = args.get("locate_error", f"unpublished agents of {project!r}: principal_id: {{}}".format)
        reported = " and ".join(map(repr, shared_ids))
        raise pulumi.RunError(
            locate_error(
                f"'{principal_id}' is not the identity of the unpublished agents of project {project!r}; Azure reports"
                f" {reported}"
            )
        )
    return principal_id
