"""Computes what a principal may do as a possible member of groups whose members are not known.

Owns the distinction between groups of the network and others. Declared groups of people are the network's own: who is
in them is reviewed with the network.
"""

from access.model.graph import Assignment, Graph, Principal


def possible_members(graph: Graph, group_id: str) -> list[Principal]:
    """Return the identities of which it is not known whether they are members of a group."""
    return [one for one in graph.identities_running_code() if graph.memberships.is_member(one.id, group_id) is None]


def perhaps_by_group(graph: Graph, principal_id: str, scope: str) -> list[Assignment]:
    """Return the role assignments at a scope or above that a principal has if it is a member of a group."""
    principal = graph.principal(principal_id)
    if principal is None or principal.kind == "group":
        return []
    return [
        one
        for one in graph.assignments_at_or_above(scope)
        if _may_be_group(graph, one.principal)
        and not _is_declared(graph, one.principal)
        and graph.memberships.is_member(principal_id, one.principal) is None
    ]


def _may_be_group(graph: Graph, principal_id: str) -> bool:
    principal = graph.principal(principal_id)
    unknown = principal is not None and principal.may_be_group and not principal.exists
    return unknown or graph.is_group(principal_id)


def _is_declared(graph: Graph, group_id: str) -> bool:
    group = graph.principal(group_id)
    return group is not None and group.is_in_network
