"""Who may do what, read from the role assignments that stand in the world.

Owns turning an assignment back into words: whose identity its principal is, which resource its scope is, which verb its
role stands for. The words are those that components told the engine about themselves; what nothing told about itself
is shown by its Azure name, never left out. Knows no component and no file of the project.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from access.azure.roles import by_id
from localazure.arm import ids
from localazure.arm.world import Resource, World
from localazure.deployment.records import Record

_ASSIGNMENTS = (
    "azure-native:authorization:RoleAssignment",
    "azure-native:cosmosdb:SqlResourceSqlRoleAssignment",
)


_STANDS_FOR_OTHERS = ":UnpublishedAgents"
"""The component that is no agent, but the identity of several."""


@dataclass(frozen=True, order=True)
class Access:
    """One role assignment, in the words of the network."""

    agent: str
    resource: str
    verb: str
    """The role's name where no verb stands for it."""
    role: str
    scope: str
    condition: str = ""
    """Under which the role holds; empty where it always does."""


def access(world: World, records: Iterable[Record]) -> list[Access]:
    """Every role assignment of the world, sorted; of an identity that several agents share, once for each."""
    words = _Words(records)
    return sorted(each for assignment in _assignments(world) for each in words.access(world, assignment))


def _assignments(world: World) -> Iterator[Resource]:
    return (each for each in world.resources.values() if each.token in _ASSIGNMENTS)


@dataclass(frozen=True)
class _Place:
    """A resource as a component described itself."""

    name: str
    scope: str
    verbs: Mapping[str, str]
    """Name of a role → verb."""


class _Words:
    """What components told of themselves: `principal_id` and the like of agents, `scope` and `verbs` of resources."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._agents: dict[str, list[str]] = {}
        self._places: dict[str, _Place] = {}
        # Whoever only stands for others comes last, and is not named beside them.
        for record in sorted(records, key=lambda one: one.type.endswith(_STANDS_FOR_OTHERS)):
            if not record.custom:
                self._learn(record.name, record.outputs, alone=record.type.endswith(_STANDS_FOR_OTHERS))

    def _learn(self, name: str, outputs: Mapping[str, Any], *, alone: bool) -> None:
        for key, value in outputs.items():
            if key.endswith("principal_id") and isinstance(value, str):
                known = self._agents.setdefault(value.lower(), [])
                if not known or not alone:
                    known.append(name)
        scope, verbs = outputs.get("scope"), outputs.get("verbs")
        if isinstance(scope, str) and isinstance(verbs, dict):
            roles = {role: verb for verb, role in cast("dict[str, str]", verbs).items()}
            self._places[_key(scope)] = _Place(name, scope, roles)

    def access(self, world: World, assignment: Resource) -> Iterator[Access]:
        """An assignment in these words, for each whose identity it is."""
        principal = str(assignment.outputs.get("principalId", ""))
        scope = str(assignment.outputs.get("scope", ""))
        definition = str(assignment.outputs.get("roleDefinitionId", ""))
        role = by_id(definition)
        called = role.name if role is not None else ids.name_of(definition)
        place = self._place(scope)
        for agent in self._agents.get(principal.lower()) or [_stranger(world, principal)]:
            yield Access(
                agent=agent,
                resource=place.name if place is not None else _elsewhere(scope),
                verb=place.verbs.get(called, called) if place is not None else called,
                role=called,
                scope=scope,
                condition=str(assignment.outputs.get("condition") or ""),
            )

    def _place(self, scope: str) -> _Place | None:
        """The resource that a scope is, or lies within: a topic's subscription is read as its topic."""
        key = _key(scope)
        while key:
            if key in self._places:
                return self._places[key]
            key = key.rpartition("/")[0]
        return None


def _key(scope: str) -> str:
    return scope.rstrip("/").lower()


def _stranger(world: World, principal_id: str) -> str:
    """Who is no agent: the resource whose identity it is, or a principal that is gone."""
    principal = world.find_principal(principal_id)
    if principal is None:
        return f"nobody ({principal_id})"
    return ids.name_of(principal.owner) if principal.owner else principal_id


def _elsewhere(scope: str) -> str:
    """What is no resource of the network: a whole account, a group, the subscription."""
    kind = ids.arm_type_of(scope).rpartition("/")[2]
    return f"{kind} {ids.name_of(scope)}" if kind else scope or "/"
