"""Reads the identities and role assignments of Foundry agents from the state of a stack, and replaces GUIDs in it.

Owns reading the engine's rows, and their only change: ids of principals and names of assignments are GUIDs, which mean
the same object wherever they occur.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from access.azure.assignment_types import ASSIGNMENTS
from access.azure.catalogue import System, by_id
from release.errors import ReleaseError

__all__ = ["Grant", "Holder", "Question", "Row", "holders", "renamed"]

Row = Mapping[str, Any]

_AGENT = "agent-network:index:FoundryAgent"
_UNPUBLISHED = "agent-network:index:UnpublishedAgents"
_PROJECT = "agent-network:index:FoundryProject"
_APPLICATION = ":cognitiveservices:AgentApplication"
_ASKED = "foundry:AgentIdentity"
_SYSTEMS: Mapping[str, System] = {token.removeprefix("azure-native"): system for token, system in ASSIGNMENTS.items()}
"""End of the type of a role assignment, in every package of azure-native → its role system."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Role assignment of a Foundry agent in the state of a stack."""

    title: str
    """Logical name, such as `compliance-may-read-documents`."""
    system: System
    id: str
    principal: str
    scope: str
    role_definition: str
    more: Row
    """Further inputs: type of principal, condition and description."""

    @property
    def role(self) -> str:
        """Name of the role, or its id if the name is unknown."""
        found = by_id(self.role_definition)
        return found.name if found else self.role_definition.rpartition("/")[2]


@dataclass(frozen=True)
class Question:
    """Source of an identity's current principal: an application, a lookup in Foundry, or the configuration."""

    application: str = ""
    """Id of the application that has the identity; empty if the principal is looked up in Foundry."""
    asked: Row | None = None
    """Inputs of the lookup, as in the dynamic resource: project, agents and sharing; None with an application."""
    given: bool = False
    """True if the principal id is configured in the stack file."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Identity of one Foundry agent, or of all unpublished agents of a project, with its role assignments."""

    name: str
    agents: tuple[str, ...]
    principal: str
    """Principal id when the stack was last deployed."""
    question: Question
    grants: tuple[Grant, ...]
    of_callers: tuple[Grant, ...] = ()
    """Role assignments of callers at the agent, which are deleted with it; without callers that are Foundry agents."""
    unfinished: bool = False
    """True if an interrupted update left a role assignment that the engine still has to delete."""


def holders(rows: Sequence[Row]) -> list[Holder]:
    """Return the identities of Foundry agents in the state of a stack, in the order of their names."""
    children: dict[str, list[Row]] = {}
    for row in rows:
        children.setdefault(str(row.get("parent") or ""), []).append(row)
    live = [row for row in rows if not _to_be_deleted(row)]
    found = [
        _holder(row, live, children)
        for row in live
        if row.get("type") in {_AGENT, _UNPUBLISHED} and _inputs(row).get("identity") != "shared"
    ]
    return sorted(found, key=lambda one: one.name)


def _holder(row: Row, rows: Sequence[Row], children: Mapping[str, list[Row]]) -> Holder:
    name, every = _name(row), children.get(str(row["urn"]), [])
    inside = [one for one in every if not _to_be_deleted(one)]
    leaving = [one for one in every if _to_be_deleted(one)]
    agents = (name,) if row["type"] == _AGENT else tuple(sorted(map(_name, _sharing(row, rows))))
    applications = [one for one in inside if str(one["type"]).endswith(_APPLICATION)]
    asked = [one for one in inside if str(one["type"]).endswith(_ASKED)]
    given = str(_inputs(row).get("principal_id") or "")
    if applications:
        told = cast("Row", _outputs(applications[0]).get("properties") or {})
        principal = str(cast("Row", told.get("defaultInstanceIdentity") or {}).get("principalId") or "")
        question = Question(application=str(applications[0]["id"]))
    elif asked and not given:
        principal = str(_outputs(asked[0]).get("principal_id") or "")
        question = Question(asked=_inputs(asked[0]))
    else:
        principal, question = given, Question(asked=_as_asked(row, rows), given=True)
    if not principal:
        raise ReleaseError(f"the stack does not know who {name} is; run `pulumi up` first")
    return Holder(
        name=name,
        agents=agents,
        principal=principal,
        question=question,
        grants=_grants(inside),
        of_callers=_of_callers(str(_outputs(row).get("scope") or ""), rows),
        unfinished=bool(_grants(leaving)),
    )


def _of_callers(scope: str, rows: Sequence[Row]) -> tuple[Grant, ...]:
    here = {str(row["urn"]) for row in rows if row.get("type") in {_AGENT, _UNPUBLISHED}}
    others = [row for row in rows if str(row.get("parent") or "") not in here]
    return tuple(one for one in _grants(others) if scope and one.scope.lower() == scope.lower())


def _grants(rows: Sequence[Row]) -> tuple[Grant, ...]:
    return tuple(grant for one in rows for grant in _grant(one))


def _grant(row: Row) -> Iterator[Grant]:
    for end, system in _SYSTEMS.items():
        if str(row["type"]).endswith(end):
            asked = {**_outputs(row), **_inputs(row)}
            more = ("principalType", "condition", "conditionVersion", "description")
            yield Grant(
                title=_name(row),
                system=system,
                id=str(row["id"]),
                principal=str(asked["principalId"]),
                scope=str(asked["scope"]),
                role_definition=str(asked["roleDefinitionId"]),
                more={name: asked[name] for name in more if asked.get(name) is not None},
            )


def _sharing(shared: Row, rows: Sequence[Row]) -> list[Row]:
    """Return the agents in the stack's state that use the shared identity of their project."""
    project = _inputs(shared).get("project")
    agents = (row for row in rows if row.get("type") == _AGENT)
    return [row for row in agents if _inputs(row).get("identity") == "shared" and _inputs(row)["project"] == project]


def _as_asked(row: Row, rows: Sequence[Row]) -> Row:
    """Inputs for the lookup of an identity whose id is configured."""
    called = _inputs(row).get("project")
    projects = [_outputs(one) for one in rows if one.get("type") == _PROJECT and _name(one) == called]
    if len(projects) != 1:
        raise ReleaseError(f"the stack does not know the project {called!r} of {_name(row)}; run `pulumi up` first")
    agents = [row] if row["type"] == _AGENT else _sharing(row, rows)
    return {
        "project_id": projects[0]["project_id"],
        "project_endpoint": projects[0]["project_endpoint"],
        "agents": [_inputs(one)["agent"] for one in agents],
        "identity": "per-agent" if row["type"] == _AGENT else "shared",
    }


def renamed(rows: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """Return the rows with GUIDs replaced everywhere except in resources that are pending deletion."""
    if not names:
        return list(rows)
    called = {old.lower(): new for old, new in names.items()}
    pattern = re.compile("|".join(map(re.escape, called)), re.IGNORECASE)

    def again(row: Row) -> Row:
        return json.loads(pattern.sub(lambda found: called[found[0].lower()], json.dumps(row)))

    # A resource that is pending deletion keeps its own ids; with the new ids, the engine would delete its replacement.
    return [row if _to_be_deleted(row) else again(row) for row in rows]


def _to_be_deleted(row: Row) -> bool:
    """True if the resource was replaced, and the engine still has to delete it in Azure."""
    return bool(row.get("delete"))


def _name(row: Row) -> str:
    return str(row["urn"]).rpartition("::")[2]


def _inputs(row: Row) -> Row:
    return cast("Row", row.get("inputs") or {})


def _outputs(row: Row) -> Row:
    return cast("Row", row.get("outputs") or {})
