"""Role assignments as rows: agent, verb and resource by their names in the network.

Owns the flat form, one row per assignment and agent; an agent that shares an identity has a row of its own. Evaluates
no operation: `access.questions.matrix` does, and uses the same names.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from access.azure.scopes import ancestors, key
from access.azure.verb_roles import verb_of
from access.model.graph import Assignment, Graph, Principal, Resource

__all__ = ["AssignmentRow", "assignment_rows", "declared_resources", "nearest_declared"]


@dataclass(frozen=True, order=True)
class AssignmentRow:
    """One role assignment of one agent."""

    agent: str
    """The agent, or the name of another principal."""
    resource: str
    verb: str
    """The role's name where no verb of the resource's kind has that role."""
    role: str
    scope: str
    condition: str = ""
    """The condition of the assignment; empty where it has none."""


def assignment_rows(graph: Graph) -> list[AssignmentRow]:
    """Every role assignment of a graph, sorted."""
    declared = declared_resources(graph)
    return sorted(row for assignment in graph.assignments for row in _rows(graph, declared, assignment))


def declared_resources(graph: Graph) -> dict[str, Resource]:
    """The network's resources by scope key."""
    return {key(one.id): one for one in graph.resources if one.declared}


def nearest_declared(declared: dict[str, Resource], scope: str) -> Resource | None:
    """The network's resource at a scope or above it: of a topic's subscription, the topic."""
    return next((declared[above] for above in reversed(ancestors(key(scope))) if above in declared), None)


def _rows(graph: Graph, declared: dict[str, Resource], assignment: Assignment) -> Iterator[AssignmentRow]:
    resource = nearest_declared(declared, assignment.scope)
    role = assignment.role.name if assignment.role is not None else assignment.role_id.rpartition("/")[2]
    verb = verb_of(role, resource.kind) if resource is not None else ""
    for agent in _principal_names(graph.principal(assignment.principal), assignment.principal):
        yield AssignmentRow(
            agent=agent,
            resource=_undeclared(assignment.scope) if resource is None else resource.name,
            verb=verb or role,
            role=role,
            scope=assignment.scope,
            condition=assignment.condition or "",
        )


def _principal_names(principal: Principal | None, principal_id: str) -> tuple[str, ...]:
    """The agents that have this identity; else the name of its owner, or a note that the principal is gone."""
    if principal is None or not (principal.exists or principal.is_in_network):
        return (f"nobody ({principal_id})",)
    return principal.agents or (principal.display_name,)


def _undeclared(scope: str) -> str:
    """A scope that is not within a resource of the network: its type and name, `resourcegroups rg`."""
    segments = scope.rstrip("/").split("/")
    return f"{segments[-2].lower()} {segments[-1]}" if len(segments) > 1 else scope or "/"
