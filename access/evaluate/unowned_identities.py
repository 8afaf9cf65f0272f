"""Finds the managed identities of a network that belong to nobody.

A user-assigned identity has no owner in Azure. It belongs to the agent, the host or another resource that has it, or to
the subject that its federated credential trusts; left alone, it stays with all of its roles.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.model.graph import Graph, Principal, Resource
from access.model.json_values import listed, mapping

__all__ = ["attached_identities", "unowned_identities"]

_TYPE = "/providers/microsoft.managedidentity/userassignedidentities/"


def unowned_identities(graph: Graph) -> Iterator[Principal]:
    """Yield the user-assigned identities, in resource groups with an agent's, that nothing in the source uses."""
    agents = {key(one.owner).partition("/providers/")[0] for one in graph.principals if one.agent and one.owner}
    used = {each for one in graph.resources for each in attached_identities(one)}
    acted_as = {one.target.lower() for one in graph.actors}
    trusted = {each.lower() for one in graph.applications for each in one.trusted_identities}
    for one in graph.principals:
        group, is_identity, _ = key(one.owner).partition(_TYPE)
        unused = key(one.owner) not in used and one.id.lower() not in acted_as | trusted
        if is_identity and group in agents and unused and not one.is_in_network:
            yield one


def attached_identities(resource: Resource) -> list[str]:
    """Return the user-assigned identities of a resource, as keys of their ids."""
    attached = mapping(resource.properties.get("identity")).get("userAssignedIdentities")
    return [key(each) for each in (*mapping(attached), *listed(attached)) if isinstance(each, str)]
