"""Table of role assignments for audits: the id in Azure's logs, and the line of network.yaml that declares the grant.

Logs name the role assignment that let a request pass, and nothing else of the network. Owns the join: one row for each
assignment and agent, and the same as a table of Kusto's query language.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from access.azure.catalogue import built_in_name
from access.azure.verbs import verb_of
from access.findings.context import CheckContext
from access.model.declared import Declared
from access.model.graph import Assignment, Graph, Resource
from access.questions.display_names import DisplayNames

__all__ = ["COLUMNS", "audit_rows", "datatable"]

COLUMNS: Final = ("assignment", "principal", "agent", "verb", "resource", "role", "location")
"""Columns of the table, all of them texts."""
_GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def audit_rows(graph: Graph, declared: Declared | None, today: date) -> list[dict[str, Any]]:
    """Return every role assignment of a graph as a JSON object, sorted; its id is empty before the deployment."""
    names, context = DisplayNames(graph), CheckContext(graph=graph, declared=declared, today=today)
    rows = [row for one in graph.assignments for row in _rows(names, context, one)]
    return sorted(rows, key=lambda row: tuple(row[name] for name in ("agent", "resource", "verb", "assignment")))


def _rows(names: DisplayNames, context: CheckContext, one: Assignment) -> Iterable[dict[str, Any]]:
    resource = names.declared_around(one.scope) or context.graph.resource(one.scope)
    is_declared = resource is not None and resource.declared
    last = one.id.rstrip("/").rpartition("/")[2].lower()
    verb = verb_of(built_in_name(one.role), resource.kind) if resource is not None and is_declared else ""
    for who in names.subjects_of(one.principal):
        yield {
            "assignment": last if _GUID.fullmatch(last) else "",
            "principal": one.principal,
            "agent": who.name,
            "verb": verb,
            "resource": names.of_resource(resource) if resource is not None else one.scope,
            "role": one.role_name,
            "location": _location(context, one, resource, verb),
        }


def _location(context: CheckContext, one: Assignment, resource: Resource | None, verb: str) -> str:
    """Return the line that declares a role assignment, the line of its agent or host, or its location in the source."""
    principal, declared = context.graph.principal(one.principal), context.declared
    if principal is None or declared is None or not context.is_network_principal(principal):
        return context.assignment_location(one)
    access = [each for each in context.access_of(principal) if resource is not None and each.resource == resource.name]
    lines = [each.line for each in access if each.verb == verb or (each.role or "") == one.role_name]
    return declared.location(lines[0]) if lines and lines[0] else context.principal_location(principal)


def datatable(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows that have an id as the beginning of a query: a statement that names them `grants`.

    Texts are quoted as in "The string data type", Kusto Query Language, Microsoft Learn, 2026.
    """
    columns = ", ".join(f"{name}: string" for name in COLUMNS)
    known = [row for row in rows if row["assignment"]]
    lines = ",\n".join(f"    {', '.join(_quoted(str(row[name])) for name in COLUMNS)}" for row in known)
    return f"let grants = datatable({columns}) [\n{lines}\n];"


def _quoted(text: str) -> str:
    plain = "".join(each if each.isprintable() else " " for each in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
