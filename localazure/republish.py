"""Publishes a Foundry agent again outside the Pulumi program, as the portal can, which gives the agent a new identity.

A rehearsal of the drift that `release.foundry` repairs.
"""

from localazure.arm.world import Values
from localazure.azure import LocalAzure
from localazure.errors import LocalAzureError
from localazure.services.foundry import APPLICATION, DEPLOYMENT, agents_in

__all__ = ["NotPublishedError", "republish"]


class NotPublishedError(LocalAzureError):
    """Error of a Foundry agent that is not published."""


def republish(azure: LocalAzure, agent: str) -> tuple[str, str]:
    """Delete and recreate a published agent's application in local Azure; return the old and new principal id.

    Raises:
        NotPublishedError: it is not published.
    """
    applications = [one for one in azure.world.resources.values() if one.token == APPLICATION]
    published = {name: one for one in applications for name in agents_in(one.inputs)}
    if agent not in published:
        known = ", ".join(sorted(published)) or "none"
        raise NotPublishedError(f"the agent {agent!r} is not published; published agents are: {known}")
    before = published[agent]
    deployments = [one for one in azure.world.children(before.id) if one.token == DEPLOYMENT]
    azure.delete(APPLICATION, before.id)
    _, outputs = azure.create(APPLICATION, before.inputs)
    for one in deployments:
        azure.create(DEPLOYMENT, one.inputs)
    return _principal_id(before.outputs), _principal_id(outputs)


def _principal_id(outputs: Values) -> str:
    return str(outputs["properties"]["defaultInstanceIdentity"]["principalId"])
