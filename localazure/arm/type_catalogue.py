"""Catalogue of the resource types that local Azure simulates, by Pulumi type token and by resource id.

Owns finding a type by token or by id, and whether a place exists: a resource, something that exists with one
(`blobServices/default`), or a data-plane object in one (`secrets/<name>`), which no request to Resource Manager makes.
"""

from collections.abc import Iterable, Iterator

from localazure.arm import ids
from localazure.arm.resource_type import ResourceType
from localazure.arm.world import World
from localazure.errors import UnknownType


class Catalogue:
    """Finds resource types by Pulumi type token and by ARM type."""

    def __init__(self, types: Iterable[ResourceType]) -> None:
        self._by_token = {kind.token: kind for kind in types}
        self._by_arm_type = {kind.arm_type.lower(): kind for kind in self._by_token.values()}

    def __iter__(self) -> Iterator[ResourceType]:
        return iter(self._by_token.values())

    def find(self, token: str) -> ResourceType:
        """Return the resource type of a Pulumi type token; raise UnknownType if local Azure does not simulate it.

        Raises:
            UnknownType: local Azure does not have it.
        """
        kind = self._by_token.get(token)
        if kind is None:
            raise UnknownType(token)
        return kind

    def of(self, resource_id: str) -> ResourceType | None:
        """Return the resource type that a resource id belongs to; None for an unknown type."""
        return self._by_arm_type.get(ids.arm_type_of(resource_id))

    def exists(self, world: World, place: str) -> bool:
        """Return True if an object exists under an id, so that a role or diagnostic setting can be assigned there."""
        if world.get(place) is not None or ids.same(place, f"/subscriptions/{world.subscription_id}"):
            return True
        holder, kind = ids.parent_of(place), self.of(place)
        if kind is not None and kind.singleton:
            return self.exists(world, holder)
        held_by = self.of(holder)
        segment = ids.name_of(place.rpartition("/")[0])
        return held_by is not None and segment in held_by.data_plane_children and self.exists(world, holder)
