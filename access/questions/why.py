"""Why an agent may, or may not, do one thing: the decision, the assignment and the line that asked for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from access.azure.catalogue import Role
from access.azure.privileges import allows
from access.azure.roles import by_name
from access.azure.scopes import key, shown
from access.azure.verb_roles import VERBS, verb_of
from access.evaluate.effective import Answer, Decision, decide
from access.evaluate.relevance import relevant
from access.model.declared import Declared, DeclaredParty
from access.model.errors import UnknownName
from access.model.graph import Assignment, Graph, Principal, Resource
from access.questions.matrix import Summary, one_identity

_AT_EVERY_SCOPE = "microsoft.authorization/"
_STRENGTH = (Decision.ALLOWED, Decision.CONDITIONAL, Decision.DENIED)


@dataclass(frozen=True)
class Reason:
    """The answer about one operation of one of an agent's identities."""

    agent: str
    identity: str
    """`own`, `pull`, `host`, `people` or `other`: the identity that comes closest."""
    resource: str
    operation: str
    answer: Answer
    places: tuple[str, ...]
    """Where network.yaml asks for what allows it; empty where nothing there does."""
    as_one: tuple[str, ...] = ()
    """The agents whose identity that is, where they are several."""

    @property
    def because(self) -> tuple[str, ...]:
        """The answer's grounds, a line each."""
        return (
            self.answer.because,
            *([one_identity(self.as_one)] if self.as_one else []),
            *(f"by {_told(one)}" for one in self.answer.by),
            *(f"refused by {one.name} at {shown(one.scope)}" for one in self.answer.denied_by),
            *(f"declared at {place}" for place in self.places),
        )

    def __str__(self) -> str:
        return f"{self.agent} × {self.resource} × {self.operation}: {self.answer.decision}"


def told(reasons: Iterable[Reason]) -> str:
    """Answers for people: of those that follow each other on the same grounds, the grounds once, below them."""
    lines: list[str] = []
    for because, alike in groupby(reasons, key=lambda one: one.because):
        lines += [*map(str, alike), *(f"  {line}" for line in because)]
    return "\n".join(lines)


def why(graph: Graph, declared: Declared | None, agent: str, resource: str, operation: str) -> list[Reason]:
    """The answers about an operation; about each operation that a verb stands for, where a verb is given.

    Raises:
        UnknownName: the graph has no such agent or resource, or the resource's kind no such verb.
    """
    if not _found(graph, resource) and (waiting := _waiting(declared, agent, resource, operation)):
        return waiting
    principals = [one for one in graph.principals if agent in (*one.agents, one.party, one.name, one.id)]
    if not principals:
        raise UnknownName("agent", agent, Summary(graph).agents)
    target = _resource(graph, resource)
    operations = [operation] if "/" in operation else _of_verb(target, operation)
    return [_reason(graph, declared, agent, principals, target, one) for one in operations]


def _reason(  # noqa: PLR0913, PLR0917 - the question, and where it is asked
    graph: Graph, declared: Declared | None, who: str, principals: list[Principal], resource: Resource, operation: str
) -> Reason:
    # what is granted inside a resource is an answer about the resource: an agent's own subscription of a topic
    inside = [resource, *(one for one in graph.resources_within(resource.id) if not one.declared)]
    answers = [
        (decide(graph, principal.id, one.id, operation), principal) for principal in principals for one in inside
    ]
    answer, principal = min(answers, key=lambda found: _STRENGTH.index(found[0].decision))
    places = tuple(dict.fromkeys(_places(declared, principal, resource, answer.by)))
    # Asked by the id or the name of an identity, it is whose that is.
    called = who if who in principal.agents else principal.called
    as_one = tuple(sorted(principal.agents)) if principal.purpose == "own" and principal.others else ()
    return Reason(called, principal.purpose, resource.name, operation, answer, places, as_one)


def _found(graph: Graph, name: str) -> list[Resource]:
    found = (one for one in graph.resources if name == one.name or key(name) == key(one.id))
    return sorted(found, key=lambda one: not one.declared)


def _resource(graph: Graph, name: str) -> Resource:
    found = _found(graph, name)
    if not found:
        raise UnknownName("resource", name, [one.name for one in graph.resources])
    return found[0]


def _of_verb(resource: Resource, verb: str) -> list[str]:
    """The operations that a verb stands for: those on data, or where it brings none, those on the resource itself."""
    roles = VERBS.get((resource.kind, verb))
    if roles is None:
        raise UnknownName(f"verb of a {resource.kind}", verb, [one for kind, one in VERBS if kind == resource.kind])
    for data in (True, False):
        asked = [one for one in relevant(resource, data=data) if not one.lower().startswith(_AT_EVERY_SCOPE)]
        granted = ([one for one in asked if _grants(by_name(role), one, data=data)] for role in roles)
        # Where several roles stand for a verb, each in another place, it means no more than the least of them here.
        if found := min(filter(None, granted), key=len, default=None):
            return found
    return []


def _grants(role: Role, operation: str, *, data: bool) -> bool:
    return any(allows(block, operation, data=data) for block in role.permissions)


def _waiting(declared: Declared | None, who: str, resource: str, operation: str) -> list[Reason]:
    """About the calling of an agent that has nothing here that anybody could be let call; empty about all else."""
    if declared is None or resource not in declared.agents:
        return []
    asking = declared.agents.get(who) or declared.parties.get(who)
    if asking is None:
        return []
    asked = [one for one in asking.access if one.resource == resource and one.waits]
    because = (
        f"it is declared, and waits: {asked[0].waits}"
        if asked
        else f"it is not declared, and {resource} has nothing here on which a call could be granted"
    )
    people = isinstance(asking, DeclaredParty) and asking.kind in {"group", "user"}
    answer = Answer(Decision.DENIED, (), (), because)
    places = tuple(declared.place(one.line) for one in asked)
    return [Reason(who, "people" if people else "own", resource, operation, answer, places)]


def _places(
    declared: Declared | None, principal: Principal, resource: Resource, by: tuple[Assignment, ...]
) -> list[str]:
    if declared is None:
        return []
    given = {one.role.name for one in by if one.role is not None}
    verbs = {verb_of(name, resource.kind) for name in given}
    asked = [one for one in declared.access_of(principal) if one.resource == resource.name]
    lines = [one.line for one in asked if one.verb in verbs or one.role in given]
    if declared.registry is not None and declared.registry.name == resource.name and "pull" in verbs:
        lines += [one.line for one in declared.pulls(principal)]
    return [declared.place(line) for line in lines]


def _told(assignment: Assignment) -> str:
    role = assignment.role.name if assignment.role is not None else assignment.role_id
    condition = f", where {assignment.condition}" if assignment.condition else ""
    return f"{assignment.name}: {role} at {shown(assignment.scope)}{condition}"
