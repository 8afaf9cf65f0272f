"""Computes effective access: one authorization decision, or all access of a principal or a graph.

`decide` answers for one operation with a reason, `effective_access` for all operations that are relevant to a
resource, `all_access` for the whole graph; `unevaluated` lists everything that none of them could take into account.
A member of a group holds what the group holds. Where it is not known whether a principal is a member, `decide` is
conditional, and `all_access` has the access of the group alone. Source: Microsoft, "What is Azure role-based access
control" (read 2026-11, "How Azure RBAC determines if a user has access to a resource").
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial

from access.azure.planes import planes_of
from access.azure.scopes import key
from access.azure.substitutes import HIERARCHICAL
from access.evaluate.anonymous_access import read_by_anybody
from access.evaluate.cached_sets import difference, intersection
from access.evaluate.evaluator import Evaluator, ScopeFacts, evaluator_of
from access.evaluate.explanations import assignment_sources, assignments, detours, explain, explain_by_group
from access.evaluate.group_access import perhaps_by_group
from access.evaluate.guards import half_guarded_reason, no_restriction_reason, unrestricted_operations
from access.evaluate.keys import opened_scope
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.evaluate.relevance import relevant_operations
from access.evaluate.unevaluated import unevaluated
from access.evaluate.verdicts import Bits
from access.model.graph import Assignment, Graph, Resource
from access.model.results import AccessDecision, Decision, EffectiveAccess, Reasons

_STRONGEST = (Decision.ALLOWED, Decision.CONDITIONAL, Decision.DENIED)


def decide(
    graph: Graph, principal_id: str, resource_id: str, operation: str, *, data: bool | None = None
) -> AccessDecision:
    """Return the decision if a principal may perform an operation at a resource, with the reason.

    Without `data` the plane is looked up. An operation on both planes or on neither is decided on both, and the result
    is the one that allows more.
    """
    evaluator = evaluator_of(graph)
    facts = evaluator.facts(resource_id)
    planes = planes_of(operation) if data is None else (data,)
    answers = [
        _decide_on_plane(evaluator, principal_id, facts, operation_set_of((operation,), data=plane)) for plane in planes
    ]
    best = min(answers, key=lambda answer: _STRONGEST.index(answer.decision))
    # Public access requires no role, and no deny assignment prevents it.
    public = "" if best.decision is Decision.ALLOWED else read_by_anybody(graph, resource_id, operation)
    return replace(best, decision=Decision.ALLOWED, denied_by=(), because=public) if public else best


def is_hierarchical(graph: Graph, scope: str) -> bool | None:
    """Return True if the storage account at or above a scope has a hierarchical namespace; None if unknown."""
    value = evaluator_of(graph).facts(scope).attributes.get(HIERARCHICAL)
    return value if isinstance(value, bool) else None


def effective_access(graph: Graph, principal_id: str, resource_id: str) -> EffectiveAccess:
    """Return all operations that a principal may perform at a resource, limited to the resource's type."""
    evaluator = evaluator_of(graph)
    return _access(evaluator, principal_id, evaluator.facts(resource_id))


def all_access(graph: Graph) -> Iterator[tuple[str, str, EffectiveAccess]]:
    """Return the effective access of every principal at every resource, without pairs that have none.

    Follows assignments down to resources, so that principals without roles cost nothing. It is computed once a graph,
    since every question about a graph needs it.
    """
    evaluator = evaluator_of(graph)
    if evaluator.every_access is None:
        evaluator.every_access = tuple(_every_access(evaluator))
    return iter(evaluator.every_access)


def _every_access(evaluator: Evaluator) -> Iterator[tuple[str, str, EffectiveAccess]]:
    graph = evaluator.graph
    for principal_id in graph.assigned_principals():
        known = graph.principal(principal_id)
        name = known.id if known else principal_id
        for resource in _reached_resources(graph, principal_id):
            access = _access(evaluator, principal_id, evaluator.facts(resource.id))
            if access:
                yield name, resource.id, access


def _reached_resources(graph: Graph, principal_id: str) -> Iterator[Resource]:
    """Yield the resources at or below the scopes at which a principal holds roles, each once."""
    scopes = {opened_scope(one.scope): None for one in graph.assignments_of(principal_id)}
    if len(scopes) == 1:
        yield from graph.resources_within(next(iter(scopes)))
        return
    found = {key(one.id): one for scope in scopes for one in graph.resources_within(scope)}
    yield from found.values()


def _access(evaluator: Evaluator, principal_id: str, facts: ScopeFacts) -> EffectiveAccess:
    """Return the access of a principal at a scope, which is computed once for all principals that hold the same."""
    same = evaluator.signature(principal_id, facts)
    known = evaluator.accesses.get(same)
    if known is None:
        found = _computed_access(evaluator, principal_id, facts)
        known = found, found.sets, partial(_assignments_behind, evaluator, facts, found)
        evaluator.accesses[same] = known
    found, sets, find = known
    return found.because_of(Reasons(sets, find, principal_id)) if found else found


def _computed_access(evaluator: Evaluator, principal_id: str, facts: ScopeFacts) -> EffectiveAccess:
    access_bits = evaluator.access_bits(principal_id, facts)
    control = access_bits.control_by_roles.either(access_bits.control_by_keys)
    allowed, conditional = facts.control.names(*control)
    data_allowed, data_conditional = facts.data.names(*access_bits.by_roles.either(access_bits.by_keys))
    without_role = access_bits.control_by_keys.without(access_bits.control_by_roles.certain)
    control_via_keys, control_perhaps_via_keys = facts.control.names(*without_role)
    via_keys, perhaps_via_keys = facts.data.names(*access_bits.by_keys)
    return EffectiveAccess(
        allowed=allowed,
        conditional=conditional,
        data_allowed=data_allowed,
        data_conditional=data_conditional,
        via_keys=via_keys,
        perhaps_via_keys=perhaps_via_keys,
        data_by_roles=facts.data.names(*access_bits.by_roles)[0],
        control_via_keys=control_via_keys,
        control_perhaps_via_keys=control_perhaps_via_keys,
        detours=detours(evaluator, principal_id, facts, access_bits),
    )


def _assignments_behind(
    evaluator: Evaluator, facts: ScopeFacts, access: EffectiveAccess, principal_id: str, operation: str
) -> tuple[Assignment, ...]:
    planes = (
        (facts.control, operation in access.allowed or operation in access.conditional),
        (facts.data, operation in access.data_allowed or operation in access.data_conditional),
    )
    found = [
        source
        for operation_set, is_allowed in planes
        if is_allowed
        for source in assignment_sources(
            evaluator, principal_id, facts, operation_set, operation_set.bits((operation,))
        )
    ]
    return assignments(found)


def known_assignments(
    graph: Graph, principal_id: str, resource_id: str, operations: frozenset[str]
) -> list[tuple[Assignment, frozenset[str]]]:
    """Return role assignments with known roles that allow operations at a resource, with the operations of each.

    Each operation is with the first role assignment that allows the operation.
    """
    evaluator = evaluator_of(graph)
    facts = evaluator.facts(resource_id)
    found: list[tuple[Assignment, frozenset[str]]] = []
    left = operations
    for operation_set in (facts.control, facts.data):
        for one, bits in evaluator.grants(principal_id, facts, operation_set):
            here = intersection(left, _named(operation_set, bits)) if left and one.role is not None else None
            if here:
                found.append((one, here))
                left = difference(left, here)
    return found


@lru_cache(maxsize=1 << 12)
def _named(operation_set: OperationSet, bits: Bits) -> frozenset[str]:
    return frozenset[str]().union(*operation_set.names(*bits))


def _decide_on_plane(
    evaluator: Evaluator, principal_id: str, facts: ScopeFacts, operation_set: OperationSet
) -> AccessDecision:
    by_roles = evaluator.effective(principal_id, facts, operation_set)
    allowed, conditional = operation_set.names(*by_roles.either(evaluator.by_keys(principal_id, facts, operation_set)))
    decision = Decision.ALLOWED if allowed else Decision.CONDITIONAL if conditional else Decision.DENIED
    if decision is Decision.DENIED:
        by_group = [
            one
            for one in perhaps_by_group(evaluator.graph, principal_id, facts.key)
            if any(evaluator.effective(one.principal, facts, operation_set))
            or any(evaluator.by_keys(one.principal, facts, operation_set))
        ]
        if by_group:
            return explain_by_group(evaluator.graph, principal_id, by_group)
    return explain(evaluator, principal_id, facts, operation_set, decision)


__all__ = [
    "AccessDecision",
    "Decision",
    "EffectiveAccess",
    "all_access",
    "decide",
    "effective_access",
    "half_guarded_reason",
    "is_hierarchical",
    "known_assignments",
    "no_restriction_reason",
    "relevant_operations",
    "unevaluated",
    "unrestricted_operations",
]
