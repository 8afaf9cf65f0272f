"""Lists role assignments as table rows: agent, verb and resource by their names in network.yaml.

Owns the flat form, one row per assignment and agent; an agent that shares an identity has a row of its own. Evaluates
no operation: `access.questions.matrix` does, and uses the same names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from access.azure.catalogue import built_in_name
from access.azure.distinct_names import distinct_names
from access.azure.verbs import verb_of
from access.model.graph import Assignment, Graph, Principal
from access.questions.display_names import DisplayNames

__all__ = ["AssignmentRow", "assignment_rows"]


@dataclass(frozen=True, order=True)
class AssignmentRow:
    """Role assignment of one agent as a table row: agent, resource, verb, role, scope and condition."""

    agent: str
    """Name of the agent, or of another principal."""
    resource: str
    verb: str
    """Verb that the role gives, or else the role's name."""
    role: str
    scope: str
    condition: str = ""
    """Condition of the role assignment; empty if there is none."""


def assignment_rows(graph: Graph) -> list[AssignmentRow]:
    """Return every role assignment of a graph as a row, sorted; one row for each agent that shares an identity."""
    names = DisplayNames(graph)
    scopes = (one.scope for one in graph.assignments if names.declared_around(one.scope) is None)
    undeclared = distinct_names({scope: _undeclared(scope) for scope in scopes})
    return sorted(row for assignment in graph.assignments for row in _rows(graph, names, undeclared, assignment))


def _rows(
    graph: Graph, names: DisplayNames, undeclared: Mapping[str, str], assignment: Assignment
) -> Iterator[AssignmentRow]:
    resource = names.declared_around(assignment.scope)
    role = assignment.role_name if assignment.role is not None else assignment.role_name.rpartition("/")[2]
    verb = verb_of(built_in_name(assignment.role), resource.kind) if resource is not None else ""
    for agent in _principal_names(graph.principal(assignment.principal), assignment.principal, names):
        yield AssignmentRow(
            agent=agent,
            resource=undeclared[assignment.scope] if resource is None else names.of_resource(resource),
            verb=verb or role,
            role=role,
            scope=assignment.scope,
            condition=assignment.condition or "",
        )


def _principal_names(principal: Principal | None, principal_id: str, names: DisplayNames) -> tuple[str, ...]:
    """Return the names of the agents with an identity; else the principal's own name, or a note that it is deleted."""
    if principal is None or not (principal.exists or principal.is_in_network):
        return (f"nobody ({principal_id})",)
    return tuple(each.name for each in names.subjects_of(principal.id))


def _undeclared(scope: str) -> str:
    """Return the type and name of a scope outside the network, such as `resourcegroups rg`."""
    segments = scope.rstrip("/").split("/")
    return f"{segments[-2].lower()} {segments[-1]}" if len(segments) > 1 else scope or "/"
