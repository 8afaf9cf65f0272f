"""Separates what could not be evaluated into parts that can concern an identity of the network, and others.

Owns the distinction of a proof. A role whose holder is known and is outside the network leaves no doubt about the
network's identities, whatever the role is. A group may have an agent as a member, unless its members are known; that
matters where the group may do more than read settings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from access.azure.scopes import ancestors, key, shown
from access.evaluate.decisions import EffectiveAccess, unevaluated
from access.evaluate.group_access import possible_members
from access.model.graph import Assignment, Graph, Principal, Resource, Unread

Reaches = Mapping[str, list[tuple[Resource, EffectiveAccess]]]
"""Principal id → resources of the network that it reaches, with its access there."""


@dataclass(frozen=True)
class Ignored:
    """Part of the source that a proof leaves out, since it cannot concern an identity of the network."""

    where: str
    what: str


def separated(graph: Graph, reaches: Reaches) -> tuple[list[Unread], list[Ignored]]:
    """Return the unevaluated parts that can concern an identity of the network, and all that a proof leaves out."""
    doubts: list[Unread] = []
    ignored: list[Ignored] = []
    for one in unevaluated(graph):
        if _concerns_network(graph, one, reaches):
            doubts.append(one)
        else:
            ignored.append(Ignored(one.where, one.what))
    doubts += _possible_groups(graph, reaches)
    in_doubt = frozenset(each.lower() for one in doubts for each in one.about or ())
    return doubts, [*ignored, *_outside_assignments(graph, in_doubt)]


def _possible_groups(graph: Graph, reaches: Reaches) -> Iterator[Unread]:
    """Yield a doubt for each principal of unknown type, as in an access policy, that may be a group with an agent."""
    for principal_id, reached in reaches.items():
        principal = graph.principal(principal_id)
        if principal is None or principal.exists or principal.kind:
            continue
        by_settings = any(one.system == "settings" for one in graph.assignments_of(principal_id))
        unknown = (by_settings or principal.may_be_group) and bool(possible_members(graph, principal_id))
        if unknown and any(acts(one) for _, one in reached):
            names = ", ".join(dict.fromkeys(resource.name for resource, _ in reached))
            what = f"a {'setting' if by_settings else 'role'} gives it access to {names}; this source does not show"
            what += " if it is a group with an agent"
            yield Unread(f"principal {principal_id}", what, about=(principal_id,))


def acts(reach: EffectiveAccess) -> bool:
    """Return True if effective access allows more than reading the settings of a resource."""
    changes = (name for name in reach.allowed | reach.conditional if not name.lower().endswith("/read"))
    return bool(reach.data_allowed | reach.data_conditional) or any(changes)


def _concerns_network(graph: Graph, one: Unread, reaches: Reaches) -> bool:
    return one.about is None or any(_may_be_in_network(graph, each, reaches) for each in one.about)


def _may_be_in_network(graph: Graph, principal_id: str, reaches: Reaches) -> bool:
    principal = graph.principal(principal_id)
    if principal is None:
        return False
    if principal.kind != "group" or principal.is_in_network:
        return principal.is_in_network
    if not possible_members(graph, principal_id):
        return False
    unknown = any(one.role is None for one in graph.assignments_of(principal_id))
    return unknown or any(acts(reach) for _, reach in reaches.get(principal_id, ()))


def _outside_assignments(graph: Graph, in_doubt: frozenset[str]) -> Iterator[Ignored]:
    """Return the role assignments of principals outside the network that reach a resource of the network.

    Those of a group that may have an agent as a member are the doubt about the group.
    """
    declared = {scope for one in graph.resources if one.declared for scope in ancestors(key(one.id))}
    for one in graph.assignments:
        if one.principal.lower() in in_doubt:
            continue
        principal = graph.principal(one.principal)
        reaches = key(one.scope) in declared or any(each.declared for each in graph.resources_within(one.scope))
        if reaches and (principal is None or not (principal.is_in_network or principal.purpose == "own")):
            yield Ignored(one.location or one.id, f"{_assignment_text(one)} is assigned to {_holder(principal, one)}")


def _assignment_text(one: Assignment) -> str:
    return f"role {one.role.name if one.role else one.role_id!r} at {shown(one.scope)}"


def _holder(principal: Principal | None, one: Assignment) -> str:
    if principal is None:
        return f"{one.principal}, which is not an identity of the network"
    kind = principal.kind or "principal"
    return f"{kind} {principal.name}, which is not in the network"
