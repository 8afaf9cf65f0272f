"""Entra objects that a Pulumi program made, read from the state of local Azure.

Owns the translation of pulumi-azuread's resources into the objects of the token endpoint; nothing is decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from localazure.arm.world import Resource, World
from localazure.endpoints.entra.objects import Application, Grant, RoleAssignment, ServicePrincipal, User

__all__ = ["Objects", "ProgramState"]


@dataclass
class Objects:
    """Entra objects of a tenant, by kind."""

    applications: list[Application] = field(default_factory=list[Application])
    service_principals: list[ServicePrincipal] = field(default_factory=list[ServicePrincipal])
    users: list[User] = field(default_factory=list[User])
    groups: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    grants: list[Grant] = field(default_factory=list[Grant])
    assignments: list[RoleAssignment] = field(default_factory=list[RoleAssignment])


class ProgramState:
    """Reader of the Entra objects in the state of local Azure, which reads again only after a change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: list[Resource] | None = None
        self._objects = Objects()

    def current(self) -> Objects:
        """Return the Entra objects that are in the state of local Azure now."""
        found = list(self._resources())
        # Resources are immutable: a changed one is another object.
        if self._read is None or len(found) != len(self._read) or any(map(_differ, found, self._read)):
            self._read, self._objects = found, _objects(found)
        return self._objects

    def _resources(self) -> Iterator[Resource]:
        return (each for each in self._world.resources.values() if each.token.startswith("azuread:"))


def _differ(one: Resource, other: Resource) -> bool:
    return one is not other


def _objects(_resources: list[Resource]) -> Objects:
    return Objects()
