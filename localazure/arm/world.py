"""State of local Azure: every simulated resource and principal of one subscription.

Owns the state, each field with its scope, finding things in it at once, and which entries changed since they were last
written. Knows no rule of Azure: what may be put in is decided before (`pipeline.py`, `services/`). One world is one
subscription in one tenant; it is written to a file and read back with `persistence.py`.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from localazure.arm import persistence
from localazure.arm.faults import NO_FAULTS, FaultCounts, Faults, is_listed
from localazure.errors import WorldFileError

Values = dict[str, Any]
"""Properties of a resource, with the Pulumi engine's camelCase names."""

SUBSCRIPTION_ID = "10ca1000-0000-4000-8000-000000000001"
TENANT_ID = "10ca1000-0000-4000-8000-000000000002"
DEPLOYER_OBJECT_ID = "10ca1000-0000-4000-8000-000000000003"
DEPLOYER_CLIENT_ID = "10ca1000-0000-4000-8000-000000000004"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A simulated resource; a change replaces the whole object, which is itself immutable."""

    id: str
    token: str
    parent: str = ""
    """Id of the resource that contains this resource."""
    inputs: Values
    """Inputs as the program requested them."""
    outputs: Values
    """Outputs as Azure's API returns them."""
    claims: tuple[str, ...] = ()
    """Keys that no other resource may have, such as a globally unique name; in lower case."""
    marks: tuple[str, ...] = ()
    """Index keys by which the resource is found, such as the principal of a role assignment; in lower case."""
    outlives_parent: bool = False
    adopted: bool = False
    """True if local Azure did not create the resource, and assumes that it exists because a program refers to it."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """An identity that can hold roles, such as a managed identity or a group."""

    id: str
    client_id: str
    owner: str
    """Id of the resource that the identity belongs to; empty if no simulated resource has the identity."""
    type: str = "ServicePrincipal"
    agent_version: str = ""
    """Version that the endpoint of a Foundry agent is pinned to; empty for the latest one, and for other principals."""


_DEPLOYER = Principal(id=DEPLOYER_OBJECT_ID, client_id=DEPLOYER_CLIENT_ID, owner="")


@dataclass
class World:
    """Simulated resources and principals of one subscription; ids are compared without regard to case, as in Azure."""

    subscription_id: str = SUBSCRIPTION_ID
    tenant_id: str = TENANT_ID
    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    principals: dict[str, Principal] = field(default_factory=dict[str, Principal])
    """Principals of the whole tenant by principal id. The deploying identity exists without being listed."""
    soft_deleted: dict[str, Resource] = field(default_factory=dict[str, Resource])
    """Soft-deleted resources of all of Azure, by the unique key that each still occupies."""
    creations: dict[str, int] = field(default_factory=dict[str, int])
    """Number of principals that each resource has had, so that a recreated resource gets another principal."""
    fault_counts: FaultCounts = field(default_factory=FaultCounts)
    """Number of times that each injected fault has occurred."""
    stack: list[Values] = field(default_factory=list[Values])
    """Data that a local run stores about its stack between runs; local Azure does not read it."""

    def __post_init__(self) -> None:
        self.faults: Faults = NO_FAULTS
        """Faults that local Azure injects; they are not part of the state."""
        self._children: dict[str, dict[str, None]] = {}
        self._claims: dict[str, str] = {}
        self._marks: dict[str, dict[str, None]] = {}
        self._owned = {each.owner.lower(): each.id for each in self.principals.values() if each.owner}
        self._changed: dict[str, dict[str, None]] = {}
        for resource in self.resources.values():
            self._index(resource)

    def get(self, resource_id: str) -> Resource | None:
        """Return the resource with an id, regardless of upper and lower case; None if it does not exist."""
        return self.resources.get(resource_id.lower())

    def put(self, resource: Resource) -> None:
        """Store a new or changed resource in the state of local Azure."""
        old = self.get(resource.id)
        if old is not None:
            self._forget(old)
        self.resources[resource.id.lower()] = resource
        self._index(resource)
        self._note("resources", resource.id.lower())

    def remove(self, resource_id: str) -> None:
        """Remove one resource from the state of local Azure, without the resources below it."""
        resource = self.resources.pop(resource_id.lower(), None)
        if resource is not None:
            self._forget(resource)
            self._note("resources", resource_id.lower())

    def keep_deleted(self, claim: str, resource: Resource) -> None:
        """Store a soft-deleted resource by the unique key that the resource still occupies."""
        self.soft_deleted[claim] = resource
        self._note("softDeleted", claim)

    def forget_deleted(self, claim: str) -> None:
        """Free the unique key of a soft-deleted resource, if there is one."""
        if self.soft_deleted.pop(claim, None) is not None:
            self._note("softDeleted", claim)

    def children(self, resource_id: str) -> Iterator[Resource]:
        """Return the direct children of a resource, including extension resources such as role assignments."""
        return (self.resources[key] for key in tuple(self._children.get(resource_id.lower(), ())))

    def under(self, resource_id: str) -> Iterator[Resource]:
        """Return every resource that is deleted together with a resource, deepest first."""
        for child in self.children(resource_id):
            if not child.outlives_parent:
                yield from self.under(child.id)
                yield child

    def find_unique(self, claim: str) -> Resource | None:
        """Return the resource that has a unique key, such as a globally unique name; None if no resource has it."""
        key = self._claims.get(claim.lower())
        return None if key is None else self.resources[key]

    def find_principal(self, principal_id: str) -> Principal | None:
        """Return the principal with a principal id; None if it is unknown or deleted."""
        key = principal_id.lower()
        return _DEPLOYER if key == _DEPLOYER.id else self.principals.get(key)

    def was_deleted(self, principal_id: str) -> bool:
        """Return True if a principal with this id existed in local Azure and was deleted."""
        key = principal_id.lower()
        issued = (self._id_of(f"{owner} {at}") for owner, count in self.creations.items() for at in range(1, count + 1))
        return self.find_principal(key) is None and key in issued

    def add_external_principal(self, principal_id: str, kind: str) -> None:
        """Add a principal that local Azure did not create, such as a group of people, unless it exists already."""
        if self.find_principal(principal_id) is None:
            self.add_principal(Principal(id=principal_id.lower(), client_id="", owner="", type=kind))

    def _id_of(self, seed: str) -> str:
        return self.guid(f"principal {seed}")

    def find_indexed(self, mark: str) -> Iterator[Resource]:
        """Return every simulated resource with an index key, such as the principal that a role is assigned to."""
        return (self.resources[key] for key in tuple(self._marks.get(mark.lower(), ())))

    def count_indexed(self, mark: str) -> int:
        """Return the number of simulated resources with an index key."""
        return len(self._marks.get(mark.lower(), ()))

    def get_or_create_principal(self, owner: str) -> Principal:
        """Return a resource's managed identity; create it on first use, with an id that is the same in every run."""
        key = owner.lower()
        found = self._owned.get(key)
        if found is not None:
            return self.principals[found]
        count = self.creations[key] = self.creations.get(key, 0) + 1
        self._note("creations", key)
        seed = f"{key} {count}"
        return self.add_principal(Principal(id=self._id_of(seed), client_id=self.guid(f"client {seed}"), owner=owner))

    def next_object_id(self, key: str) -> str:
        """Return the id of the next object of Entra that has a key, such as a display name; each one has another id."""
        return self._id_of(f"{key.lower()} {self.creations.get(key.lower(), 0) + 1}")

    def count_object(self, key: str) -> None:
        """Count one more object of Entra that has a key, so that the next one gets another id."""
        self.creations[key.lower()] = self.creations.get(key.lower(), 0) + 1
        self._note("creations", key.lower())

    def add_principal(self, principal: Principal) -> Principal:
        """Store a principal that can hold roles in the state of local Azure, and return it."""
        self.principals[principal.id] = principal
        if principal.owner:
            self._owned[principal.owner.lower()] = principal.id
        self._note("principals", principal.id)
        return principal

    def find_owned_principal(self, owner: str) -> Principal | None:
        """Return a resource's managed identity; None if the resource has none."""
        found = self._owned.get(owner.lower())
        return None if found is None else self.principals[found]

    def remove_principal(self, owner: str) -> None:
        """Delete a resource's managed identity; its role assignments stay, orphaned."""
        found = self._owned.get(owner.lower())
        if found is not None:
            self._drop_principal(found)

    def _drop_principal(self, principal_id: str) -> None:
        found = self.principals.pop(principal_id, None)
        if found is not None:
            self._owned.pop(found.owner.lower(), None)
            self._note("principals", principal_id)

    def is_create_unanswered(self, resource_id: str) -> bool:
        """Return True if the answer to this creation of a resource is lost, and count that."""
        return is_listed(self.faults.unanswered_creates, resource_id) and self._occurs("unanswered", resource_id, 1)

    def is_status_refused(self, resource_id: str) -> bool:
        """Return True if this read of the status of a resource's change is refused, and count that."""
        return is_listed(self.faults.refused_status_reads, resource_id) and self._occurs("status", resource_id, 1)

    def is_principal_replicating(self, principal_id: str) -> bool:
        """Return True if a principal of local Azure is not found by this request, as it is new, and count that."""
        key, limit = principal_id.lower(), self.faults.principal_replication
        return key in self._owned.values() and self._occurs("principal", key, limit) if limit else False

    def is_assignment_replicating(self, assignment_id: str) -> bool:
        """Return True if a role assignment does not count for this request, as it is still new, and count that."""
        limit = self.faults.role_assignment_replication
        return bool(limit) and self._occurs("assignment", assignment_id, limit)

    def _occurs(self, fault: str, concerned: str, limit: int) -> bool:
        occurs = self.fault_counts.occurs(fault, concerned, limit)
        if occurs:
            self._note("faults", f"{fault} {concerned}".lower())
        return occurs

    def guid(self, seed: str) -> str:
        """Generate a GUID from `seed`: always the same for the same subscription and seed."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.tenant_id} {self.subscription_id} {seed}"))

    def copy(self) -> "World":
        """Return an independent copy of the state; immutable values are shared between both."""
        return World(
            subscription_id=self.subscription_id,
            tenant_id=self.tenant_id,
            resources=dict(self.resources),
            principals=dict(self.principals),
            soft_deleted=dict(self.soft_deleted),
            creations=dict(self.creations),
            fault_counts=FaultCounts(self.fault_counts),
            stack=list(self.stack),
        )

    def save(self, path: Path) -> persistence.Position:
        """Write the whole state to the file `path` atomically: a reader sees the old state or the new state."""
        position = persistence.write(path, self.content())
        self._changed.clear()
        return position

    def save_changes(self, path: Path, position: persistence.Position | None) -> persistence.Position | None:
        """Append what changed since the last write to the file, which was read up to `position`; return the new end.

        Writes the whole state if there is no file yet, or if the appended changes take more space than the state.
        """
        if not self._changed:
            return position
        if position is None or position.is_full:
            return self.save(path)
        end = persistence.append(path, position, self.changes())
        self._changed.clear()
        return end

    @property
    def is_changed(self) -> bool:
        """Return True if an entry changed since the state was last written, apart from the counts of faults."""
        return not self._changed.keys() <= {"faults"}

    @property
    def is_fault_counted(self) -> bool:
        """Return True if an injected fault occurred since the state was last written."""
        return "faults" in self._changed

    def changes(self) -> Values:
        """Return the entries that changed since the state was last written, as JSON values; None for removed ones."""
        parts: Mapping[str, Mapping[str, Any]] = {
            "resources": self.resources,
            "principals": self.principals,
            "softDeleted": self.soft_deleted,
            "creations": self.creations,
            "faults": self.fault_counts,
        }
        return {name: {key: _written(parts[name].get(key)) for key in keys} for name, keys in self._changed.items()}

    def apply(self, change: Values) -> None:
        """Apply a change that another process wrote to the file of this state."""
        for key, row in change.get("resources", {}).items():
            if row is None:
                self.remove(key)
            else:
                self.put(_resource(row))
        for key, row in change.get("principals", {}).items():
            if row is None:
                self._drop_principal(key)
            else:
                self.add_principal(Principal(**row))
        for claim, row in change.get("softDeleted", {}).items():
            if row is None:
                self.forget_deleted(claim)
            else:
                self.keep_deleted(claim, _resource(row))
        self.creations.update(change.get("creations", {}))
        self.fault_counts.update(change.get("faults", {}))
        self._changed.clear()

    def content(self) -> Values:
        """Return the state as JSON values, in the form of the state file."""
        return {
            "subscriptionId": self.subscription_id,
            "tenantId": self.tenant_id,
            "creations": self.creations,
            **({"faults": self.fault_counts} if self.fault_counts else {}),
            "resources": [_row(resource) for resource in self.resources.values()],
            "principals": [_row(principal) for principal in self.principals.values()],
            "softDeleted": {claim: _row(resource) for claim, resource in self.soft_deleted.items()},
            "stack": self.stack,
        }

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the state in the file `path`, or an empty state if the file is missing; raise if it is damaged.

        Raises:
            WorldFileError: the file is not a world, or has a later version; it is left as it is.
        """
        return cls.load_with_position(path)[0]

    @classmethod
    def load_with_position(cls, path: Path) -> tuple[Self, persistence.Position | None]:
        """Return the state in the file `path`, and the position up to which the file was read; None without a file.

        Raises:
            WorldFileError: as `load`.
        """
        found = persistence.read(path)
        if found is None:
            return cls(), None
        content, position = found
        try:
            resources = [_resource(row) for row in content["resources"]]
            principals = [Principal(**row) for row in content["principals"]]
            world = cls(
                subscription_id=content["subscriptionId"],
                tenant_id=content["tenantId"],
                resources={each.id.lower(): each for each in resources},
                principals={each.id: each for each in principals},
                soft_deleted={claim: _resource(row) for claim, row in content["softDeleted"].items()},
                creations=content["creations"],
                fault_counts=FaultCounts(content.get("faults", {})),
                stack=content["stack"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise WorldFileError(f"{path}: the state file is damaged ({error}); move it away to start again") from None
        return world, position

    def _note(self, part: str, key: str) -> None:
        self._changed.setdefault(part, {})[key] = None

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
    row = vars(record).items()
    return {name: value for name, value in row if value not in ((), False) and (name, value) != ("agent_version", "")}


def _written(value: object) -> object:
    return _row(value) if isinstance(value, Resource | Principal) else value


def _resource(row: Values) -> Resource:
    marks, claims = tuple(row.get("marks", ())), tuple(row.get("claims", ()))
    written: Values = {**row, "marks": marks, "claims": claims}
    return Resource(**written)
