"""The agents of a project that nobody has published: who they all are, which is one and the same."""

from collections.abc import Callable, Sequence
from typing import NotRequired, TypedDict

import pulumi

from components.agents.foundry_identity import asked
from components.hosts.foundry_project import FoundryProject

__all__ = ["UnpublishedAgents", "UnpublishedAgentsArgs"]


class UnpublishedAgentsArgs(TypedDict):
    """Arguments of `UnpublishedAgents`."""

    project: FoundryProject
    """Where they are."""
    agents: Sequence[str]
    """Names of them in the project; at least one."""
    azure_name: str
    """What is made for them in Azure is called so, such as a subscription of a topic."""
    principal_id: NotRequired[str | None]
    """Id of their principal, instead of asking for it."""
    place: NotRequired[Callable[[str], str]]
    """Says of a mistake in `principal_id` where that is written."""


class UnpublishedAgents(pulumi.ComponentResource):
    """The one identity that all the unpublished agents of a project act as: whatever one is granted, all may do."""

    principal_id: pulumi.Output[str]
    """The project's default agent identity."""

    def __init__(self, name: str, args: UnpublishedAgentsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        project, given = args["project"], args.get("principal_id")
        shown = {"project": project.called, "principal_id": given, "azure_name": args["azure_name"]}
        super().__init__("agent-network:index:UnpublishedAgents", name, shown, opts)
        self.agent_name = name
        self.azure_name = args["azure_name"]
        self.principal_type = "ServicePrincipal"
        found = asked(self, project, args["agents"], "shared", given)
        self.principal_id = found.principal_id
        if given is not None:
            told = pulumi.Output.all(found.principal_id, found.shared)
            self.principal_id = told.apply(lambda known: _theirs(args, *known))
        self.register_outputs({"principal_id": self.principal_id})

    @property
    def component(self) -> pulumi.Resource:
        """What holds its grants."""
        return self


def _theirs(args: UnpublishedAgentsArgs, principal: str, shared: Sequence[str]) -> str:
    """Their id, unless it was given and Azure tells another: whatever they are granted, a stranger would get."""
    if shared and principal.lower() not in {one.lower() for one in shared}:
        project = args["project"].called
        place = args.get("place", f"unpublished agents of {project!r}: principal_id: {{}}".format)
        told = " and ".join(map(repr, shared))
        raise pulumi.RunError(
            place(f"'{principal}' is not what the unpublished agents of project {project!r} act as; Azure tells {told}")
        )
    return principal
