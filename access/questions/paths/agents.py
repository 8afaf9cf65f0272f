"""Escalation by editing a Foundry agent, whose instructions then run with the agent's identity.

A published agent runs the version that its application's deployment names; an unpublished one, the version that was
written last. A principal that writes agents in a project can also write one that shares the identity of the
unpublished agents. Sources: "Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13; "Publish your
agent as an Agent
Application", 2026-06-19.
"""

from collections.abc import Iterator

from access.azure.planes import AGENT
from access.evaluate.relevance import resource_type
from access.questions.paths.inventory import PROJECT, Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

_ACCOUNT = "microsoft.cognitiveservices/accounts"
_APPLICATION = f"{PROJECT}/applications"
_WRITE = (f"{_ACCOUNT}/aiservices/agents/write",)
_PUBLISH = (f"{_APPLICATION}/write", f"{_APPLICATION}/agentdeployments/write")
OPERATIONS = (*_WRITE, *_PUBLISH)

_SHARED = f"{PROJECT}/agentidentities"


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation steps to Foundry agents that the holder can edit, and to their projects' identities."""
    arm_type = resource_type(held.resource)
    operation = held.first(_WRITE) if arm_type in {_ACCOUNT, PROJECT, AGENT} else None
    if operation is not None:
        for agent in (
            *inventory.agents_of_type_within(held.resource, AGENT),
            *inventory.agents_of_type_within(held.resource, _SHARED),
        ):
            yield held.step(Node("agent", agent), f"write the instructions of agent {agent}", operation)
    operation = held.first(_PUBLISH) if arm_type in {_ACCOUNT, PROJECT, _APPLICATION} else None
    if operation is not None:
        for agent in inventory.agents_of_type_within(held.resource, _APPLICATION):
            yield held.step(Node("agent", agent), f"publish another version of {agent}", operation)
    operation = held.first(OPERATIONS) if arm_type in {_ACCOUNT, PROJECT} else None
    if operation is not None:
        for principal in inventory.project_identities_within(held.resource):
            how = f"write an agent in the project {principal.name!r}"
            yield held.step(Node("identity", principal.id), how, operation)
