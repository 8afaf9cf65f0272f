"""Who can do what: the questions that the rest of the program asks of a graph.

`decide` answers for one operation with a reason, `reach` for all that are relevant to a resource, `pairs` for the whole
graph, `unjudged` says what none of them could take into account. Group membership is not in the graph: what a group
holds is the group's. Source: Microsoft, "What is Azure role-based access control" (overview.md, "How Azure RBAC
determines if a user has access to a resource").
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.azure.type_operations import planes_of
from access.evaluate.evaluator import Findings, Judge, Place, judge_of
from access.evaluate.explanations import assignments, explain, sources
from access.evaluate.guards import restricts_nothing, unguarded
from access.evaluate.operation_sets import Universe, universe_of
from access.evaluate.relevance import relevant
from access.evaluate.unevaluated import unjudged
from access.model.graph import Assignment, Graph, Resource
from access.model.results import Answer, Decision, Reach, Reasons

_STRONGEST = (Decision.ALLOWED, Decision.CONDITIONAL, Decision.DENIED)


def decide(graph: Graph, principal_id: str, resource_id: str, operation: str, *, data: bool | None = None) -> Answer:
    """Whether a principal may perform an operation at a resource.

    Without `data` the plane is looked up; an operation that is on both or on neither is asked on both, and the
    answer is the one that allows more.
    """
    judge = judge_of(graph)
    place = judge.place(resource_id)
    planes = planes_of(operation) if data is None else (data,)
    answers = [_decided(judge, principal_id, place, universe_of((operation,), data=plane)) for plane in planes]
    return min(answers, key=lambda answer: _STRONGEST.index(answer.decision))


def reach(graph: Graph, principal_id: str, resource_id: str) -> Reach:
    """All the operations that a principal may perform at a resource, of those that are relevant there."""
    judge = judge_of(graph)
    place = judge.place(resource_id)
    return _reach(judge, principal_id, place, judge.findings(principal_id, place))


def pairs(graph: Graph) -> Iterator[tuple[str, str, Reach]]:
    """Principal, resource and reach, wherever there is any: by principal, in the order of the assignments.

    Follows the assignments down to the resources, so that who holds nothing costs nothing.
    """
    judge = judge_of(graph)
    for principal_id in graph.holders():
        known = graph.principal(principal_id)
        name = known.id if known else principal_id
        for resource in _reached(graph, principal_id):
            place = judge.place(resource.id)
            findings = judge.findings(principal_id, place)
            if any(map(any, findings)):
                yield name, resource.id, _reach(judge, principal_id, place, findings)


def _reached(graph: Graph, principal_id: str) -> Iterator[Resource]:
    """The resources below anything that a principal holds, each once."""
    scopes = {one.scope: None for one in graph.assignments_of(principal_id)}
    if len(scopes) == 1:
        yield from graph.resources_within(next(iter(scopes)))
        return
    found = {key(one.id): one for scope in scopes for one in graph.resources_within(scope)}
    yield from found.values()


def _reach(judge: Judge, principal_id: str, place: Place, findings: Findings) -> Reach:
    allowed, conditional = place.control.names(*findings.control)
    data_allowed, data_conditional = place.data.names(*findings.by_roles.either(findings.by_keys))
    via_keys, perhaps_via_keys = place.data.names(*findings.by_keys)

    def by(operation: str) -> tuple[Assignment, ...]:
        planes = (place.control, allowed | conditional), (place.data, data_allowed | data_conditional)
        found = [
            source
            for universe, names in planes
            if operation in names
            for source in sources(judge, principal_id, place, universe, universe.bits((operation,)))
        ]
        return assignments(found)

    return Reach(
        allowed=allowed,
        conditional=conditional,
        data_allowed=data_allowed,
        data_conditional=data_conditional,
        via_keys=via_keys,
        perhaps_via_keys=perhaps_via_keys,
        data_by_roles=place.data.names(*findings.by_roles)[0],
        by=Reasons((allowed, conditional, data_allowed, data_conditional), by),
    )


def _decided(judge: Judge, principal_id: str, place: Place, universe: Universe) -> Answer:
    by_roles = judge.effective(principal_id, place, universe)
    allowed, conditional = universe.names(*by_roles.either(judge.by_keys(principal_id, place, universe)))
    decision = Decision.ALLOWED if allowed else Decision.CONDITIONAL if conditional else Decision.DENIED
    return explain(judge, principal_id, place, universe, decision)


__all__ = [
    "Answer",
    "Decision",
    "Reach",
    "decide",
    "pairs",
    "reach",
    "relevant",
    "restricts_nothing",
    "unguarded",
    "unjudged",
]
