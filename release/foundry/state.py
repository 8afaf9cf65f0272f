"""Reads identities and role assignments of Foundry agents from a stack's state, and replaces GUIDs in the state.

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
from access.model.urns import resource_name
from release.errors import ReleaseError

__all__ = [
    "AgentIdentity",
    "DeclaredVersion",
    "Grant",
    "PrincipalSource",
    "Row",
    "agent_identities",
    "declared_versions",
    "with_replaced_guids",
]

Row = Mapping[str, Any]

_AGENT = "agent-network:index:FoundryAgent"
_UNPUBLISHED = "agent-network:index:UnpublishedAgents"
_PROJECT = "agent-network:index:FoundryProject"
_APPLICATION = ":cognitiveservices:AgentApplication"
_LOOKUP = "foundry:AgentIdentity"
_SYSTEMS: Mapping[str, System] = {token.removeprefix("azure-native"): system for token, system in ASSIGNMENTS.items()}
"""End of the type of a role assignment, in every package of azure-native → its role system."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Role assignment of a Foundry agent or of its caller, as in the state of a stack."""

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
        """Return the name of the assigned role, or its id if the name is unknown."""
        found = by_id(self.role_definition)
        return found.name if found else self.role_definition.rpartition("/")[2]


@dataclass(frozen=True)
class PrincipalSource:
    """Source of an agent's current principal: an application, a lookup in Foundry, or the stack file."""

    application_id: str = ""
    """Id of the application that has the identity; empty if the principal is looked up in Foundry."""
    lookup_inputs: Row | None = None
    """Inputs of the lookup, as in the dynamic resource: project, agents and sharing; None with an application."""
    is_configured: bool = False
    """True if the principal id is configured in the stack file."""


@dataclass(frozen=True, kw_only=True)
class AgentIdentity:
    """Identity of one Foundry agent, or of all unpublished agents of a project, as in the state of a stack."""

    name: str
    agents: tuple[str, ...]
    principal: str
    """Principal id when the stack was last deployed."""
    source: PrincipalSource
    grants: tuple[Grant, ...]
    caller_grants: tuple[Grant, ...] = ()
    """Role assignments of callers at the agent, which are deleted with it; without callers that are Foundry agents."""
    has_pending_deletion: bool = False
    """True if an interrupted update left a role assignment that the engine still has to delete."""


@dataclass(frozen=True, kw_only=True)
class DeclaredVersion:
    """Version of a Foundry agent with an endpoint of its own that network.yaml declares, as in the state of a stack."""

    name: str
    agent: str
    """Name of the agent in its Foundry project."""
    project_endpoint: str
    version: str


def declared_versions(rows: Sequence[Row]) -> list[DeclaredVersion]:
    """Return the declared version of each Foundry agent with an endpoint of its own, ordered by name."""
    live = [row for row in rows if not _to_be_deleted(row)]
    with_version = [row for row in live if row.get("type") == _AGENT and _inputs(row).get("version")]
    found = [
        DeclaredVersion(
            name=_name(row),
            agent=str(_inputs(row)["agent"]),
            project_endpoint=str(_lookup_inputs(row, live)["project_endpoint"]),
            version=str(_inputs(row)["version"]),
        )
        for row in with_version
    ]
    return sorted(found, key=lambda one: one.name)


def agent_identities(rows: Sequence[Row]) -> list[AgentIdentity]:
    """Return all identities of Foundry agents in a stack's state, each with its role assignments, ordered by name."""
    children: dict[str, list[Row]] = {}
    for row in rows:
        children.setdefault(str(row.get("parent") or ""), []).append(row)
    live = [row for row in rows if not _to_be_deleted(row)]
    found = [
        _agent_identity(row, live, children)
        for row in live
        if row.get("type") in {_AGENT, _UNPUBLISHED} and _inputs(row).get("identity") != "shared"
    ]
    return sorted(found, key=lambda one: one.name)


def _agent_identity(row: Row, rows: Sequence[Row], children: Mapping[str, list[Row]]) -> AgentIdentity:
    name, every = _name(row), children.get(str(row["urn"]), [])
    inside = [one for one in every if not _to_be_deleted(one)]
    leaving = [one for one in every if _to_be_deleted(one)]
    agents = (name,) if row["type"] == _AGENT else tuple(sorted(map(_name, _agents_sharing(row, rows))))
    applications = [one for one in inside if str(one["type"]).endswith(_APPLICATION)]
    lookups = [one for one in inside if str(one["type"]).endswith(_LOOKUP)]
    configured = str(_inputs(row).get("principal_id") or "")
    if applications:
        properties = cast("Row", _outputs(applications[0]).get("properties") or {})
        principal = str(cast("Row", properties.get("defaultInstanceIdentity") or {}).get("principalId") or "")
        source = PrincipalSource(application_id=str(applications[0]["id"]))
    elif lookups and not configured:
        principal = str(_outputs(lookups[0]).get("principal_id") or "")
        source = PrincipalSource(lookup_inputs=_inputs(lookups[0]))
    else:
        principal = configured
        source = PrincipalSource(lookup_inputs=_lookup_inputs(row, rows), is_configured=True)
    if not principal:
        raise ReleaseError(f"the state of the stack has no principal id of agent {name}; run `pulumi up` first")
    return AgentIdentity(
        name=name,
        agents=agents,
        principal=principal,
        source=source,
        grants=_grants(inside),
        caller_grants=_caller_grants(str(_outputs(row).get("scope") or ""), rows),
        has_pending_deletion=bool(_grants(leaving)),
    )


def _caller_grants(scope: str, rows: Sequence[Row]) -> tuple[Grant, ...]:
    here = {str(row["urn"]) for row in rows if row.get("type") in {_AGENT, _UNPUBLISHED}}
    others = [row for row in rows if str(row.get("parent") or "") not in here]
    return tuple(one for one in _grants(others) if scope and one.scope.lower() == scope.lower())


def _grants(rows: Sequence[Row]) -> tuple[Grant, ...]:
    return tuple(grant for one in rows for grant in _grant(one))


def _grant(row: Row) -> Iterator[Grant]:
    for end, system in _SYSTEMS.items():
        if str(row["type"]).endswith(end):
            values = {**_outputs(row), **_inputs(row)}
            more = ("principalType", "condition", "conditionVersion", "description")
            yield Grant(
                title=_name(row),
                system=system,
                id=str(row["id"]),
                principal=str(values["principalId"]),
                scope=str(values["scope"]),
                role_definition=str(values["roleDefinitionId"]),
                more={name: values[name] for name in more if values.get(name) is not None},
            )


def _agents_sharing(shared: Row, rows: Sequence[Row]) -> list[Row]:
    """Return the agents in the stack's state that use the shared identity of a Foundry project."""
    project = _inputs(shared).get("project")
    agents = (row for row in rows if row.get("type") == _AGENT)
    return [row for row in agents if _inputs(row).get("identity") == "shared" and _inputs(row)["project"] == project]


def _lookup_inputs(row: Row, rows: Sequence[Row]) -> Row:
    """Return inputs for the lookup in Foundry of an identity whose id the stack file sets."""
    project = _inputs(row).get("project")
    projects = [_outputs(one) for one in rows if one.get("type") == _PROJECT and _name(one) == project]
    if len(projects) != 1:
        raise ReleaseError(
            f"the state of the stack has no Foundry project {project!r} of {_name(row)}; run `pulumi up` first"
        )
    agents = [row] if row["type"] == _AGENT else _agents_sharing(row, rows)
    return {
        "project_id": projects[0]["project_id"],
        "project_endpoint": projects[0]["project_endpoint"],
        "agents": [_inputs(one)["agent"] for one in agents],
        "identity": "per-agent" if row["type"] == _AGENT else "shared",
    }


def with_replaced_guids(rows: Sequence[Row], guids: Mapping[str, str]) -> list[Row]:
    """Return the rows of a state with GUIDs replaced, except in resources that are pending deletion."""
    if not guids:
        return list(rows)
    new_guids = {old.lower(): new for old, new in guids.items()}
    pattern = re.compile("|".join(map(re.escape, new_guids)), re.IGNORECASE)

    def replaced(row: Row) -> Row:
        return json.loads(pattern.sub(lambda found: new_guids[found[0].lower()], json.dumps(row)))

    # A resource that is pending deletion keeps its own ids; with the new ids, the engine would delete its replacement.
    return [row if _to_be_deleted(row) else replaced(row) for row in rows]


def _to_be_deleted(row: Row) -> bool:
    """Return True if a resource of the state was replaced, and the engine still has to delete it in Azure."""
    return bool(row.get("delete"))


def _name(row: Row) -> str:
    return resource_name(str(row["urn"]))


def _inputs(row: Row) -> Row:
    return cast("Row", row.get("inputs") or {})


def _outputs(row: Row) -> Row:
    return cast("Row", row.get("outputs") or {})
