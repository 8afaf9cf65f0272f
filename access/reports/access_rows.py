"""Lists the entries of the access matrix as rows of a report, with verbs, roles, scope and declaring line of each.

Owns the form of the rows. What depends on the held roles alone is computed once for all agents that hold the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from access.azure.catalogue import built_in_name
from access.azure.scopes import key
from access.azure.verbs import beyond_verb, verb_of
from access.model.declared import Declared
from access.model.graph import Assignment
from access.questions.matrix import AccessMatrix, MatrixEntry, notes_of_entry
from access.reports.grants import weight

__all__ = ["access_rows"]


def access_rows(summary: AccessMatrix, declared: Declared | None) -> list[dict[str, Any]]:
    """Convert every entry of the access matrix to a JSON object, sorted by agent and resource."""
    rows = _Rows(summary, declared)
    return [rows.row(entry) for _, entry in sorted(summary.entries.items())]


@dataclass(frozen=True, slots=True)
class _Roles:
    """The part of a row that depends on the resource and on the held roles, but not on their holder."""

    verbs: list[str]
    weights: dict[str, str]
    roles: list[str]
    scope: str


class _Rows:
    """Rows of one access matrix."""

    def __init__(self, summary: AccessMatrix, declared: Declared | None) -> None:
        self._summary = summary
        self._declared = declared
        self._roles: dict[tuple[object, ...], _Roles] = {}
        self._lines: dict[tuple[str, ...], dict[str, int]] = {}

    def row(self, entry: MatrixEntry) -> dict[str, Any]:
        """Convert one entry of the matrix to a JSON object."""
        name = self._summary.name_of(entry.resource)
        roles = self._roles_of(entry)
        beyond = filter(None, (beyond_verb(entry.resource.kind, verb) for verb in roles.verbs))
        notes = (*notes_of_entry(entry, name), *beyond)
        return {
            "agent": entry.agent,
            "resource": name,
            "verbs": roles.verbs,
            "weights": roles.weights,
            "conditional": bool(entry.conditional),
            "roles": roles.roles,
            "scope": roles.scope,
            "location": self._declaring_line(entry, name),
            "operations": entry.sorted_operations,
        } | ({"notes": list(notes)} if notes else {})

    def _roles_of(self, entry: MatrixEntry) -> _Roles:
        assignments = tuple(self._summary.assignments(entry))
        held = (id(entry.resource), *((id(one.role), one.role_id, one.scope, one.condition) for one in assignments))
        if held not in self._roles:
            verbs = self._summary.verbs(entry)
            self._roles[held] = _Roles(
                verbs=[verb.rstrip("*") for verb in verbs],
                weights=_weights(assignments, entry, verbs),
                roles=sorted({one.role_name for one in assignments}),
                scope=_narrowest(one.scope for one in assignments),
            )
        return self._roles[held]

    def _declaring_line(self, entry: MatrixEntry, resource: str) -> str:
        """Return the line of network.yaml that declares a matrix entry."""
        declared = self._declared
        if declared is None:
            return ""
        principals = {principal.id: principal for principal, _, _ in entry.reaches}
        subject = (entry.agent, *principals)
        if subject not in self._lines:
            who = declared.agents.get(entry.agent) or declared.parties.get(entry.agent)
            combined = (one for each in principals.values() for one in declared.access_of(each))
            found: dict[str, int] = {}
            for one in (*(who.access if who else ()), *combined):
                found.setdefault(one.resource, one.line)
            self._lines[subject] = found
        line = self._lines[subject].get(resource, 0)
        if not line and declared.registry is not None and declared.registry.name == resource:
            line = next((one.line for each in principals.values() for one in declared.pulls(each)), 0)
        return declared.location(line) if line else ""


def _weights(assignments: Iterable[Assignment], entry: MatrixEntry, labels: Iterable[str]) -> dict[str, str]:
    """Return the weight of each verb or role of a matrix entry, without those that only read or use something."""
    shown = {label.rstrip("*") for label in labels}
    found: dict[str, str] = {}
    for one in assignments:
        role = one.role_name if one.role is not None else f"role {one.role_name}"
        verb = verb_of(built_in_name(one.role), entry.resource.kind)
        label, heavy = (verb, weight(one.role, verb)) if verb in shown else (role, weight(one.role))
        if label in shown and heavy:
            found[label] = heavy
    return found


def _narrowest(scopes: Iterable[str]) -> str:
    return max(scopes, key=lambda scope: len(key(scope)), default="")
