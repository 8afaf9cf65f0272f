"""Recognises the role assignment that each Foundry project needs, which the program or Azure itself creates.

Owns the only case, and the part of it that the project's agents have: a Foundry project may use the models of its own
account. No agent gets a token of the project's identity for this: Foundry calls the models on behalf of the agent.
`access.azure.types.cognitiveservices` has the sources.
"""

from dataclasses import replace

from access.azure.catalogue import Permission, by_name
from access.azure.scopes import ancestors, key, type_of
from access.azure.types.cognitiveservices import PROJECT_ROLE
from access.model.graph import Assignment, Graph, Principal

_ACCOUNT = "microsoft.cognitiveservices/accounts"
_CALLING_MODELS = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/*/action"


def is_platform_assignment(principal: Principal | None, one: Assignment) -> bool:
    """Return True for the role assignment with which a Foundry project uses the models of its own account."""
    # By id: a custom role can have the name of any role.
    if principal is None or principal.purpose != "host" or one.role is None or one.role.id != by_name(PROJECT_ROLE).id:
        return False
    return type_of(key(one.scope)) == _ACCOUNT and key(one.scope) in ancestors(key(principal.owner))


def assignments_for_agents(graph: Graph) -> tuple[Assignment, ...]:
    """Return a graph's role assignments as agents can use them: the role of a project is for calling models."""
    narrowed = {
        one.id: replace(one, role=replace(one.role, permissions=(Permission(data_actions=(_CALLING_MODELS,)),)))
        for principal in graph.principals
        for one in graph.assignments_of(principal.id)
        if one.role is not None and is_platform_assignment(principal, one)
    }
    return tuple(narrowed.get(one.id, one) for one in graph.assignments)
