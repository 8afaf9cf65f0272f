"""The world: the state of local Azure.

Owns the state, each field with its scope, and finding things in it at once. Knows no rule of Azure: what may be put
in is decided before (`pipeline.py`, `services/`). One world is one subscription in one tenant; it is written to a
file and read back with `world_file.py`.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from localazure.arm import world_file
from localazure.errors import WorldFileError

Values = dict[str, Any]
"""Properties of a resource, in the engine's camelCase."""

SUBSCRIPTION_ID = "10ca1000-0000-4000-8000-000000000001"
TENANT_ID = "10ca1000-0000-4000-8000-000000000002"
DEPLOYER_OBJECT_ID = "10ca1000-0000-4000-8000-000000000003"
DEPLOYER_CLIENT_ID = "10ca1000-0000-4000-8000-000000000004"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource; it and its values are replaced when it changes, never changed in place."""

    id: str
    token: str
    parent: str = ""
    """The id of what holds it."""
    inputs: Values
    """As they were requested."""
    outputs: Values
    """As the API answers."""
    claims: tuple[str, ...] = ()
    """What no other resource may have, such as a name in all of Azure; in lower case."""
    marks: tuple[str, ...] = ()
    """By what else it is found, such as the principal of a role assignment; in lower case."""
    outlives_parent: bool = False
    adopted: bool = False
    """Taken to exist because a program referred to it, not made here."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """An identity that can hold roles."""

    id: str
    client_id: str
    owner: str
    """The id of the resource whose identity it is; empty for one that no resource of this world has."""
    type: str = "ServicePrincipal"


_DEPLOYER = Principal(id=DEPLOYER_OBJECT_ID, client_id=DEPLOYER_CLIENT_ID, owner="")


@dataclass
class World:
    """Everything that exists in one subscription, keyed by lower-cased ids: Azure compares them so."""

    subscription_id: str = SUBSCRIPTION_ID
    tenant_id: str = TENANT_ID
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    principals: dict[str, Principal] = field(default_factory=dict[str, Principal])
    """By principal id; tenant-wide. The deployer exists without being listed."""
    soft_deleted: dict[str, Resource] = field(default_factory=dict[str, Resource])
    """By the claim that it keeps: what was deleted and can be recovered; all of Azure."""
    creations: dict[str, int] = field(default_factory=dict[str, int])
    """How many principals an owner has had: what is re-created has another principal than what was."""
    stack: list[Values] = field(default_factory=list[Values])
    """What a local run remembers of its stack between runs; opaque here."""

    def __post_init__(self) -> None:
        self._children: dict[str, dict[str, None]] = {}
        self._claims: dict[str, str] = {}
        self._marks: dict[str, dict[str, None]] = {}
        self._owned = {each.owner.lower(): each.id for each in self.principals.values() if each.owner}
        for resource in self.resources.values():
            self._index(resource)

    def get(self, resource_id: str) -> Resource | None:
        """The resource of an id, in any case."""
        return self.resources.get(resource_id.lower())

    def put(self, resource: Resource) -> None:
        """Store a new or changed resource."""
        old = self.get(resource.id)
        if old is not None:
            self._forget(old)
        self.resources[resource.id.lower()] = resource
        self._index(resource)

    def remove(self, resource_id: str) -> None:
        """Remove one resource, and nothing under it."""
        resource = self.resources.pop(resource_id.lower(), None)
        if resource is not None:
            self._forget(resource)

    def children(self, resource_id: str) -> Iterator[Resource]:
        """The direct children of an id, extensions such as role assignments included."""
        return (self.resources[key] for key in tuple(self._children.get(resource_id.lower(), ())))

    def under(self, resource_id: str) -> Iterator[Resource]:
        """Everything that is deleted with an id, deepest first."""
        for child in self.children(resource_id):
            if not child.outlives_parent:
                yield from self.under(child.id)
                yield child

    def find_unique(self, claim: str) -> Resource | None:
        """The resource that holds a unique key, such as a globally unique name."""
        key = self._claims.get(claim.lower())
        return None if key is None else self.resources[key]

    def find_principal(self, principal_id: str) -> Principal | None:
        """The principal of an id; None for an unknown or deleted one."""
        key = principal_id.lower()
        return _DEPLOYER if key == _DEPLOYER.id else self.principals.get(key)

    def was_deleted(self, principal_id: str) -> bool:
        """Report if a principal of that id existed here and was deleted."""
        key = principal_id.lower()
        issued = (self._id_of(f"{owner} {at}") for owner, count in self.creations.items() for at in range(1, count + 1))
        return self.find_principal(key) is None and key in issued

    def add_external_principal(self, principal_id: str, kind: str) -> None:
        """Add a principal that this world did not create, such as a group of people, unless it exists."""
        if self.find_principal(principal_id) is None:
            self.add_principal(Principal(id=principal_id.lower(), client_id="", owner="", type=kind))

    def _id_of(self, seed: str) -> str:
        return self.guid(f"principal {seed}")

    def find_indexed(self, mark: str) -> Iterator[Resource]:
        """Every resource with an index key."""
        return (self.resources[key] for key in tuple(self._marks.get(mark.lower(), ())))

    def get_or_create_principal(self, owner: str) -> Principal:
        """The identity of a resource, created on first use from the world, the owner and its number of creations."""
        key = owner.lower()
        found = self._owned.get(key)
        if found is not None:
            return self.principals[found]
        count = self.creations[key] = self.creations.get(key, 0) + 1
        seed = f"{key} {count}"
        return self.add_principal(Principal(id=self._id_of(seed), client_id=self.guid(f"client {seed}"), owner=owner))

    def add_principal(self, principal: Principal) -> Principal:
        """Add a principal that can hold roles."""
        self.principals[principal.id] = principal
        if principal.owner:
            self._owned[principal.owner.lower()] = principal.id
        return principal

    def find_owned_principal(self, owner: str) -> Principal | None:
        """The identity of a resource; None for a resource without one."""
        found = self._owned.get(owner.lower())
        return None if found is None else self.principals[found]

    def remove_principal(self, owner: str) -> None:
        """Delete the identity of a resource; its role assignments stay, orphaned."""
        found = self._owned.pop(owner.lower(), None)
        if found is not None:
            del self.principals[found]

    def guid(self, seed: str) -> str:
        """A GUID that this world generates from `seed`."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.tenant_id} {self.subscription_id} {seed}"))

    def copy(self) -> "World":
        """An independent world with the same content, which it shares, because values are never changed in place."""
        return World(
            subscription_id=self.subscription_id,
            tenant_id=self.tenant_id,
            resources=dict(self.resources),
            principals=dict(self.principals),
            soft_deleted=dict(self.soft_deleted),
            creations=dict(self.creations),
            stack=list(self.stack),
        )

    def save(self, path: Path) -> None:
        """Write the world to `path` atomically: a reader sees the old world or the new one."""
        world_file.write(path, self.content())

    def content(self) -> Values:
        """The world as JSON values: the content of its file."""
        return {
            "subscriptionId": self.subscription_id,
            "tenantId": self.tenant_id,
            "creations": self.creations,
            "resources": [_row(resource) for resource in self.resources.values()],
            "principals": [_row(principal) for principal in self.principals.values()],
            "softDeleted": {claim: _row(resource) for claim, resource in self.soft_deleted.items()},
            "stack": self.stack,
        }

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the world in a file; an empty one if there is no file.

        Raises:
            WorldFileError: the file is not a world, or has a later version; it is left as it is.
        """
        content = world_file.read(path)
        if content is None:
            return cls()
        try:
            resources = [_resource(row) for row in content["resources"]]
            principals = [Principal(**row) for row in content["principals"]]
            return cls(
                subscription_id=content["subscriptionId"],
                tenant_id=content["tenantId"],
                resources={each.id.lower(): each for each in resources},
                principals={each.id: each for each in principals},
                soft_deleted={claim: _resource(row) for claim, row in content["softDeleted"].items()},
                creations=content["creations"],
                stack=content["stack"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise WorldFileError(f"{path}: is damaged ({error}); move it away to start again") from None

    def _index(self, resource: Resource) -> None:
        key = resource.id.lower()
        if resource.parent:
            self._children.setdefault(resource.parent.lower(), {})[key] = None
        for claim in resource.claims:
            self._claims[claim] = key
        for mark in resource.marks:
            self._marks.setdefault(mark, {})[key] = None

    def _forget(self, resource: Resource) -> None:
        key = resource.id.lower()
        if resource.parent:
            self._children[resource.parent.lower()].pop(key, None)
        for claim in resource.claims:
            if self._claims.get(claim) == key:
                del self._claims[claim]
        for mark in resource.marks:
            self._marks[mark].pop(key, None)


def _row(record: Resource | Principal) -> Values:
    # not `asdict`, which copies every value deeply; empty fields are left out
    return {name: value for name, value in vars(record).items() if value not in ((), False)}


def _resource(row: Values) -> Resource:
    marks, claims = tuple(row.get("marks", ())), tuple(row.get("claims", ()))
    written: Values = {**row, "marks": marks, "claims": claims}
    return Resource(**written)
