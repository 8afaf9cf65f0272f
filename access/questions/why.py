"""Explains why an agent may or may not perform an operation: decision, role assignment and declaring line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from access.azure.catalogue import Role, built_in_name
from access.azure.privileges import allows
from access.azure.roles import by_name
from access.azure.scopes import shown
from access.azure.verbs import VERBS, verb_of
from access.evaluate.decisions import AccessDecision, Decision, decide
from access.evaluate.relevance import relevant_operations
from access.model.declared import Declared, DeclaredAccess, DeclaredParty
from access.model.errors import AmbiguousName, EmptyName, UnknownName, UnknownVerb
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.api_decisions import is_api, why_as_user
from access.questions.display_names import DisplayNames
from access.questions.matrix import AccessMatrix, shared_identity_sentence
from safe_text.display import visible

_AT_EVERY_SCOPE = "microsoft.authorization/"
_STRENGTH = (Decision.ALLOWED, Decision.CONDITIONAL, Decision.DENIED)


@dataclass(frozen=True)
class ExplainedDecision:
    """Decision about one operation of an agent's identity at a resource, with its reasons."""

    agent: str
    identity: str
    """The kind of identity with the most access: `own`, `pull`, `host`, `people`, `other`, or `as a user`."""
    resource: str
    operation: str
    answer: AccessDecision
    locations: tuple[str, ...]
    """Lines of network.yaml that declare the access; empty if none does."""
    agents_sharing_identity: tuple[str, ...] = ()
    """The agents that share the identity, if there are several."""

    @property
    def because(self) -> tuple[str, ...]:
        """Return the reasons for the decision, one line each."""
        return (
            self.answer.because,
            *([shared_identity_sentence(self.agents_sharing_identity)] if self.agents_sharing_identity else []),
            *(f"by {_assignment_text(one)}" for one in self.answer.by),
            *(f"refused by {one.name} at {shown(one.scope)}" for one in self.answer.denied_by),
            *(f"declared at {place}" for place in self.locations),
        )

    def __str__(self) -> str:
        return f"{self.agent} × {self.resource} × {self.operation}: {self.answer.decision}"


def reasons_text(reasons: Iterable[ExplainedDecision]) -> str:
    """Return decisions as text; consecutive decisions with equal reasons are followed by one list of reasons."""
    lines: list[str] = []
    for because, alike in groupby(reasons, key=lambda one: one.because):
        lines += [*(visible(str(one)) for one in alike), *(f"  {visible(line)}" for line in because)]
    return "\n".join(lines)


def why(graph: Graph, declared: Declared | None, agent: str, resource: str, operation: str) -> list[ExplainedDecision]:
    """Return the decisions about an agent's operation at a resource, or about each operation of a verb.

    Raises:
        EmptyName: one of the names is empty.
        AmbiguousName: several principals or several resources have the name.
        UnknownName: the graph has no such agent or resource, or the resource's kind has no such verb.
    """
    EmptyName.check(agent=agent, resource=resource, operation=operation)
    names = DisplayNames(graph)
    if not names.resources_named(resource) and (
        waiting := _calls_without_endpoint(declared, agent, resource, operation)
    ):
        return waiting
    principals = names.principals_named(agent)
    if principals and not names.resources_named(resource) and is_api(graph, declared, resource):
        return _as_user(graph, declared, agent, resource, operation)
    if not principals:
        raise UnknownName("agent", agent, AccessMatrix(graph).agents)
    subjects = {tuple(each.name for each in names.subjects_of(one.id)) for one in principals}
    if len(subjects) > 1 and not any(agent in each for each in subjects):
        raise AmbiguousName("agent", agent, {name for several in subjects for name in several})
    target = _resource(graph, names, resource)
    operations = [operation] if "/" in operation else _operations_of_verb(target, operation)
    found = [_reason(graph, declared, agent, principals, target, one) for one in operations]
    return [replace(one, resource=names.of_resource(target)) for one in found]


def _as_user(graph: Graph, declared: Declared | None, agent: str, api: str, operation: str) -> list[ExplainedDecision]:
    return [
        ExplainedDecision(agent, "as a user", api, scope, answer, places)
        for scope, answer, places in why_as_user(graph, declared, agent, api, operation)
    ]


def _reason(  # noqa: PLR0913, PLR0917 - the question and its context
    graph: Graph, declared: Declared | None, who: str, principals: list[Principal], resource: Resource, operation: str
) -> ExplainedDecision:
    # Access granted inside a resource counts for the resource, such as an agent's own subscription of a topic.
    inside = [resource, *(one for one in graph.resources_within(resource.id) if not one.declared)]
    answers = [
        (decide(graph, principal.id, one.id, operation), principal) for principal in principals for one in inside
    ]
    answer, principal = min(answers, key=lambda found: _STRENGTH.index(found[0].decision))
    places = tuple(dict.fromkeys(_places(declared, principal, resource, answer.by)))
    if declared is not None and answer.decision is Decision.DENIED and not answer.denied_by:
        waiting = _waiting(declared, who, resource, operation)
        if waiting:
            answer = replace(answer, because=f"it is declared, and waits: {waiting[0].waits}")
            places = tuple(dict.fromkeys(declared.location(one.line) for one in waiting))
    # A question by id or name of an identity is answered for the agent that has it.
    called = who if who in principal.agents else principal.display_name
    agents_sharing_identity = (
        tuple(sorted(principal.agents)) if principal.purpose == "own" and principal.other_agents else ()
    )
    return ExplainedDecision(
        called, principal.purpose, resource.name, operation, answer, places, agents_sharing_identity
    )


def _resource(graph: Graph, names: DisplayNames, name: str) -> Resource:
    found = names.resources_named(name)
    if not found:
        declared = [one.name for one in graph.resources if one.declared]
        raise UnknownName("resource", name, declared, near=(one.name for one in graph.resources))
    if len(found) > 1:
        raise AmbiguousName("resource", name, {names.of_resource(one) for one in found})
    return found[0]


def _operations_of_verb(resource: Resource, verb: str) -> list[str]:
    """Return the operations of a verb at a resource: its data operations, or else its control operations."""
    roles = VERBS.get((resource.kind, verb))
    if roles is None:
        raise UnknownVerb(resource.kind, verb, [one for kind, one in VERBS if kind == resource.kind])
    for data in (True, False):
        candidates = [
            one for one in relevant_operations(resource, data=data) if not one.lower().startswith(_AT_EVERY_SCOPE)
        ]
        granted = ([one for one in candidates if _grants(by_name(role), one, data=data)] for role in roles)
        # Where a verb has several roles for different scopes, it means the operations of the least of them here.
        if found := min(filter(None, granted), key=len, default=None):
            return found
    return []


def _grants(role: Role, operation: str, *, data: bool) -> bool:
    return any(allows(block, operation, data=data) for block in role.permissions)


def _waiting(declared: Declared, who: str, resource: Resource, operation: str) -> list[DeclaredAccess]:
    """Return the access that an agent has by its declaration and not yet in Azure, and that allows an operation."""
    entry = declared.agents.get(who) or declared.parties.get(who)
    found: list[DeclaredAccess] = []
    for one in entry.access if entry else ():
        roles = VERBS.get((resource.kind, one.verb), (one.role,) if one.role else ())
        granted = any(_grants(by_name(role), operation, data=data) for role in roles for data in (True, False))
        if one.waits and one.resource == resource.name and granted:
            found.append(one)
    return found


def _calls_without_endpoint(
    declared: Declared | None, who: str, resource: str, operation: str
) -> list[ExplainedDecision]:
    """Return decisions about calls of an agent that has no endpoint yet; empty in all other cases."""
    if declared is None or resource not in declared.agents:
        return []
    caller = declared.agents.get(who) or declared.parties.get(who)
    if caller is None:
        return []
    waiting = [one for one in caller.access if one.resource == resource and one.waits]
    because = (
        f"it is declared, and waits: {waiting[0].waits}"
        if waiting
        else f"it is not declared, and {resource} has nothing here on which a call could be granted"
    )
    people = isinstance(caller, DeclaredParty) and caller.kind in {"group", "user"}
    answer = AccessDecision(Decision.DENIED, (), (), because)
    places = tuple(declared.location(one.line) for one in waiting)
    return [ExplainedDecision(who, "people" if people else "own", resource, operation, answer, places)]


def _places(
    declared: Declared | None, principal: Principal, resource: Resource, by: tuple[Assignment, ...]
) -> list[str]:
    if declared is None:
        return []
    given = {name for one in by if (name := built_in_name(one.role))}
    verbs = {verb_of(name, resource.kind) for name in given}
    accesses = [one for one in declared.access_of(principal) if one.resource == resource.name]
    lines = [one.line for one in accesses if one.verb in verbs or one.role in given]
    if declared.registry is not None and declared.registry.name == resource.name and "pull" in verbs:
        lines += [one.line for one in declared.pulls(principal)]
    return [declared.location(line) for line in lines]


def _assignment_text(assignment: Assignment) -> str:
    role = assignment.role_name
    condition = f", where {assignment.condition}" if assignment.condition else ""
    return f"{assignment.name}: {role} at {shown(assignment.scope)}{condition}"
