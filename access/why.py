"""Why an agent may, or may not, do one thing: the decision, the assignment and the line that asked for it."""

from dataclasses import dataclass

from access.declared import Declared
from access.effective import Answer, Decision, decide
from access.errors import UnknownName
from access.graph import Assignment, Graph, Principal, Resource
from access.roles import by_name
from access.scopes import key, shown
from access.summary import Summary
from access.verbs import VERBS, verb_of

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

    def __str__(self) -> str:
        said = f"{self.agent} × {self.resource} × {self.operation}: {self.answer.decision}"
        lines = [said, f"  {self.answer.because}"]
        lines += [f"  by {_told(one)}" for one in self.answer.by]
        lines += [f"  refused by {one.name} at {shown(one.scope)}" for one in self.answer.denied_by]
        lines += [f"  declared at {place}" for place in self.places]
        return "\n".join(lines)


def why(graph: Graph, declared: Declared | None, agent: str, resource: str, operation: str) -> list[Reason]:
    """The answers about an operation; about each operation that a verb stands for, where a verb is given.

    Raises:
        UnknownName: the graph has no such agent or resource, or the resource's kind no such verb.
    """
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
    return Reason(called, principal.purpose, resource.name, operation, answer, places)


def _resource(graph: Graph, name: str) -> Resource:
    found = sorted(
        (one for one in graph.resources if name == one.name or key(name) == key(one.id)),
        key=lambda one: not one.declared,
    )
    if not found:
        raise UnknownName("resource", name, [one.name for one in graph.resources])
    return found[0]


def _of_verb(resource: Resource, verb: str) -> list[str]:
    roles = VERBS.get((resource.kind, verb))
    if roles is None:
        raise UnknownName(f"verb of a {resource.kind}", verb, [one for kind, one in VERBS if kind == resource.kind])
    blocks = by_name(roles[0]).permissions
    return [
        operation for block in blocks for operation in (*block.data_actions, *block.actions) if "*" not in operation
    ]


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
