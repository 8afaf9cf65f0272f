"""Write an agent of Foundry: what it is told to do is done as its identity, and as its project's.

An agent that is published runs the version that its application's deployment names; one that is not, the version that
was written last. Whoever writes agents in a project also writes one that shares the identity of the unpublished.
Sources: "Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13; "Publish your agent as an Agent
Application", 2026-06-19.
"""

from collections.abc import Iterator

from access.azure.type_operations import AGENT
from access.evaluate.relevance import resource_type
from access.questions.paths.inventory import PROJECT, Estate
from access.questions.paths.steps import Held, Node, Step

_ACCOUNT = "microsoft.cognitiveservices/accounts"
_APPLICATION = f"{PROJECT}/applications"
_WRITE = (f"{_ACCOUNT}/aiservices/agents/write",)
_PUBLISH = (f"{_APPLICATION}/write", f"{_APPLICATION}/agentdeployments/write")
OPERATIONS = (*_WRITE, *_PUBLISH)

_SHARED = f"{PROJECT}/agentidentities"


def steps(held: Held, estate: Estate) -> Iterator[Step]:
    """The agents that are written there, and the identities of their projects."""
    arm_type = resource_type(held.resource)
    operation = held.first(_WRITE) if arm_type in {_ACCOUNT, PROJECT, AGENT} else None
    if operation is not None:
        for agent in (*estate.made_within(held.resource, AGENT), *estate.made_within(held.resource, _SHARED)):
            yield held.step(Node("agent", agent), f"write what the agent {agent} does", operation)
    operation = held.first(_PUBLISH) if arm_type in {_ACCOUNT, PROJECT, _APPLICATION} else None
    if operation is not None:
        for agent in estate.made_within(held.resource, _APPLICATION):
            yield held.step(Node("agent", agent), f"publish another version of {agent}", operation)
    operation = held.first(OPERATIONS) if arm_type in {_ACCOUNT, PROJECT} else None
    if operation is not None:
        for principal in estate.projects_within(held.resource):
            how = f"write an agent in the project {principal.name!r}"
            yield held.step(Node("identity", principal.id), how, operation)
