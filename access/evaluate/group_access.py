"""Lists groups that hold roles and whose members are not known, since an agent may be one of them.

Owns the notes, one a group. Declared groups of people are the network's own: who is in them is reviewed with the
network, as for every group that the company uses.
"""

from collections.abc import Iterator

from access.azure.scopes import shown
from access.model.graph import Assignment, Graph, Principal, Unread

_MOST = 3


def group_notes(graph: Graph) -> Iterator[Unread]:
    """Return one note for each group with roles of which an identity may be an unknown member."""
    for group in graph.principals:
        held = [one for one in graph.assignments_of(group.id) if one.principal.lower() == group.id.lower()]
        if group.kind == "group" and not group.is_in_network and held and not _are_known(graph):
            roles = [_role_text(one) for one in held]
            rest = f" and {len(roles) - _MOST} more" if len(roles) > _MOST else ""
            what = f"who is in it is not read; its members hold what it holds: {', '.join(roles[:_MOST])}{rest}"
            yield Unread(f"group {group.name}", what, about=(group.id,))


def _are_known(graph: Graph) -> bool:
    """Return True if a directory has given all groups of each identity that may be an agent's."""
    identities = _identities(graph)
    return bool(identities) and all(one.id.lower() in graph.memberships.complete for one in identities)


def _identities(graph: Graph) -> list[Principal]:
    return [one for one in graph.principals if one.exists and not one.kind and (one.agents or one.purpose == "own")]


def possible_members(graph: Graph, group_id: str) -> list[Principal]:
    """Return the identities of which it is not known whether they are members of a group."""
    return [one for one in _identities(graph) if graph.memberships.is_member(one.id, group_id) is None]


def perhaps_by_group(graph: Graph, principal_id: str, scope: str) -> list[Assignment]:
    """Return the role assignments at a scope or above that a principal has if it is a member of a group."""
    principal = graph.principal(principal_id)
    if principal is None or principal.kind == "group":
        return []
    return [
        one
        for one in graph.assignments_at_or_above(scope)
        if graph.is_group(one.principal)
        and not _is_declared(graph, one.principal)
        and graph.memberships.is_member(principal_id, one.principal) is None
    ]


def _is_declared(graph: Graph, group_id: str) -> bool:
    group = graph.principal(group_id)
    return group is not None and group.is_in_network


def _role_text(one: Assignment) -> str:
    return f"{one.role.name if one.role else 'an unknown role'} at {shown(one.scope)}"
