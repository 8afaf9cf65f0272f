"""Finds Container Apps whose latest revision is not ready, so that an earlier one serves, or none.

Azure can report success for an update whose revision fails later (pulumi/pulumi-azure-native#2779, 2023, and
Azure/azure-cli#30053, 2024). Only sources with the present state of Azure show it: live Azure and local Azure.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.azure.types.app import LATEST_REVISION, READY_REVISION
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.json_values import text


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for every Container App whose latest revision has not become ready."""
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    agents |= {key(one.subject_id): one.agent for one in context.graph.actors if one.agent and one.subject_id}
    for resource in context.graph.resources:
        latest, ready = (text(resource.properties, name) for name in (LATEST_REVISION, READY_REVISION))
        if latest and latest != ready:
            agent = agents.get(key(resource.id), "")
            serves = f"revision {ready!r} still serves" if ready else "none of its revisions has become ready"
            yield Finding(
                rule=BY_ID["unready-revision"],
                what=f"revision {latest!r} of app {resource.name!r} is not ready; {serves}",
                location=context.agent_location(agent) if agent else resource.id,
                agent=agent,
                about=(resource.name, resource.id, latest),
            )
