"""Creates a Foundry agent again outside the Pulumi program, as the portal can, which gives the agent a new identity.

A legacy agent that is published as an application is published again. A rehearsal of the drift that `release.foundry`
repairs.
"""

from localazure.arm.world import Values
from localazure.azure import LocalAzure
from localazure.errors import LocalAzureError
from localazure.services.foundry import APPLICATION, DEPLOYMENT, PROJECT, agents_in, recreate_agent

__all__ = ["NotPublishedError", "republish"]


class NotPublishedError(LocalAzureError):
    """Error of a Foundry agent that has no identity which creating it again would replace."""


def republish(azure: LocalAzure, agent: str) -> tuple[str, str]:
    """Delete and recreate an agent, or its application, in local Azure; return the old and new principal id.

    Raises:
        NotPublishedError: it has no identity of its own.
    """
    applications = [one for one in azure.world.resources.values() if one.token == APPLICATION]
    published = {name: one for one in applications for name in agents_in(one.inputs)}
    projects = {f"{one.id}/agents/": one.id for one in azure.world.resources.values() if one.token == PROJECT}
    own = {
        principal.owner.removeprefix(start): (project, principal.id)
        for principal in azure.world.principals.values()
        for start, project in projects.items()
        if principal.owner.startswith(start)
    }
    if agent not in published and agent in own:
        project, principal_id = own[agent]
        return principal_id, recreate_agent(azure.world, project, agent).id
    if agent not in published:
        known = ", ".join(sorted({*published, *own})) or "none"
        message = f"the agent {agent!r} has no identity of its own here; agents that have one are: {known}"
        raise NotPublishedError(message)
    before = published[agent]
    deployments = [one for one in azure.world.children(before.id) if one.token == DEPLOYMENT]
    azure.delete(APPLICATION, before.id)
    _, outputs = azure.create(APPLICATION, before.inputs)
    for one in deployments:
        azure.create(DEPLOYMENT, one.inputs)
    return _principal_id(before.outputs), _principal_id(outputs)


def _principal_id(outputs: Values) -> str:
    return str(outputs["properties"]["defaultInstanceIdentity"]["principalId"])
