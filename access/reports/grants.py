"""Lists role assignments as rows of a report: principal, verb, role, scope and the id of the assignment.

Owns the flat form for reviewers, one row per assignment, and the weight of a role: `secrets`, `delete`, `write` or
nothing. Evaluates no operation.
"""

from functools import cache
from typing import Any

from access.azure.actions import covered
from access.azure.catalogue import Permission, Role, built_in_name
from access.azure.verbs import verb_of
from access.model.graph import Assignment, Graph
from access.questions.display_names import DisplayNames

__all__ = ["grant_rows", "weight"]

_LIGHT = frozenset({"read", "use", "receive", "pull"})
_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"  # noqa: S105 - an operation


def grant_rows(graph: Graph) -> list[dict[str, Any]]:
    """Return every role assignment of a graph as a JSON object, sorted by principal and resource."""
    names = DisplayNames(graph)
    rows = [_row(graph, names, one) for one in graph.assignments]
    return sorted(rows, key=lambda row: (row["principals"], row["resource"], row["role"], row["assignment"]))


def _row(graph: Graph, names: DisplayNames, one: Assignment) -> dict[str, Any]:
    principal = graph.principal(one.principal)
    exists = principal is not None and (principal.exists or principal.is_in_network)
    resource = names.declared_around(one.scope) or graph.resource(one.scope)
    kind = resource.kind if resource is not None else ""
    role = one.role_name
    verb = verb_of(built_in_name(one.role), kind) if resource is not None and resource.declared else ""
    return {
        "principals": [each.name for each in names.subjects_of(one.principal)],
        "identity": one.principal,
        "exists": exists,
        "resource": names.of_resource(resource) if resource is not None else one.scope,
        "kind": kind,
        "verb": verb,
        "role": role,
        "weight": weight(one.role, verb),
        "scope": one.scope,
        "assignment": one.id,
        "condition": one.condition or "",
        "location": one.location,
    }


@cache
def weight(role: Role | None, verb: str = "") -> str:
    """Return the weight of a role: `secrets`, `delete` or `write`; empty if it only reads or uses something.

    A verb of network.yaml is weighed by its name, since writing is its purpose even where its role can delete, too. A
    role without a definition may contain anything.
    """
    if role is None:
        return "delete"
    if any(covered(one.data_actions, _SECRET) for one in role.permissions):
        return "secrets"
    if verb:
        return "" if verb in _LIGHT else "delete" if verb == "delete" else "write"
    patterns = [pattern.lower() for one in role.permissions for pattern in _granted(one)]
    if any(pattern.endswith(("*", "/delete")) and not pattern.endswith("*/read") for pattern in patterns):
        return "delete"
    return "write" if any(not pattern.endswith("/read") for pattern in patterns) else ""


def _granted(one: Permission) -> tuple[str, ...]:
    return (*one.actions, *one.data_actions)
