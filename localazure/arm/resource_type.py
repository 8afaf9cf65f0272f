"""Description of a resource type: the contract between the service modules and the request pipeline.

Owns the contract between the service modules (`services/`), which know what one Azure service does, and the pipeline
(`pipeline.py`), which does for every type alike what Resource Manager and the provider do. Holds no rule of any
service.

A service module is written in this order, and ends with `TYPES`:

1. docstring: what the service is here; the documents its facts are from, with dates; last paragraph "Differences from
   Azure"
2. types and names: `NameCheck`s, error codes of taken names
3. what must exist, and every other reason to refuse: one function a rule, `(Request) -> Iterator[AzureError]`, each
   yields all that it finds; it runs before create and before update (`request.old` is None when creating), and never
   on unknowns
4. what is immutable: a tuple of paths
5. outputs: one function an answer, `(Request) -> value`; None means that Azure leaves it out
6. `TYPES: tuple[ResourceType, ...]`, the rows that put it together

The pipeline does the rest, so that no service repeats it: unknown types; published types of inputs (`data/`);
required arguments; name rules; existing ids; names taken anywhere in Azure or by what was deleted softly; missing
parents and groups; the `identity` block (principals come and go with their resource, attached identities must exist);
replacement for names, groups, location and `immutable`; deletion of all that lies under a resource.

`services/managedidentity.py` is the shortest whole example; `common_rules.py` has outputs and rules that several
services share.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, Protocol

from localazure.arm import ids
from localazure.arm.property_paths import ABSENT, Path, parse, value_at
from localazure.arm.world import Principal, Resource, Values, World
from localazure.errors import AzureError
from manifest.name_validation import NameRule

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's mark for a value not known before the deployment (`pulumi.runtime.rpc.UNKNOWN`)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SCOPES = frozenset({"scope", "resourceUri"})
"""Placeholders that stand for a whole id."""


@dataclass(frozen=True, kw_only=True)
class InputDiff:
    """The difference between old and new inputs, as paths such as `configuration.ingress.targetPort`."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class NameCheck:
    """The naming rule of a resource type, and Azure's error code for a name that breaks it."""

    rule: NameRule
    code: str = "InvalidResourceName"

    def refusal(self, label: str, name: str) -> AzureError | None:
        """The error of a name that Azure refuses; None for an allowed name."""
        if self.rule.error(name) is None:
            return None
        return AzureError(self.code, f"{label} name {name!r} is invalid: allowed are {self.rule.allowed}")


@dataclass(frozen=True, kw_only=True)
class SoftDeletion:
    """Soft deletion of a type: a deleted resource keeps its name until it is purged."""

    code: str
    """Azure's error code for a new resource of that name."""
    recovered_by: Callable[[Values], bool] = lambda _inputs: False
    """True if these inputs recover the deleted resource: then the name is free for them."""
    nothing_code: str = "ResourceNotFound"
    """Azure's error code for a recovery without a resource deleted in that group and region."""
    kept: Callable[[Resource], bool] = lambda _resource: True
    """True if this resource is kept when it is deleted; one of a free tier, for example, is not."""


@dataclass(frozen=True, kw_only=True)
class ExclusiveWrites:
    """A scope in which Azure accepts one write at a time; a concurrent one is a conflict."""

    arm_type: str
    """Type of the resource around the writes, in lower case: `microsoft.managedidentity/userassignedidentities`."""
    code: str
    """Azure's error code for the second write."""


class Types(Protocol):
    """The lookup of resource types in a request, which `type_catalogue.Catalogue` implements."""

    def find(self, token: str) -> "ResourceType":
        """The type of a Pulumi token; raises UnknownType for a missing one."""
        ...

    def of(self, resource_id: str) -> "ResourceType | None":
        """The type of the resource that an id names; None for an unknown type."""
        ...

    def exists(self, world: World, place: str) -> bool:
        """Report if a resource, or an object inside one, exists at an id."""
        ...


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request for a resource, and the world that it changes: the argument of a service's functions."""

    world: World
    catalogue: "Types"
    type: "ResourceType"
    id: str
    inputs: Values
    now: str
    """The time of the request in Azure's form: `2026-01-01T00:00:00.0000000Z`."""
    old: Resource | None = None
    """The existing resource; None on creation."""
    adopted: bool = False
    """True for a resource that this world did not create, but assumes to exist."""

    @property
    def name(self) -> str:
        """The resource's own name."""
        return ids.name_of(self.id)

    @cached_property
    def parent(self) -> Resource | None:
        """The parent resource, as the world has it; None for a resource group."""
        return self.world.get(self.type.parent_of(self.id))

    @property
    def location(self) -> str:
        """The requested region in Azure's form: `westeurope`."""
        return str(self.inputs.get("location") or "").replace(" ", "").lower()

    @cached_property
    def principal(self) -> Principal:
        """The system-assigned identity: created on first use, the same until the resource is deleted."""
        return self.world.get_or_create_principal(self.id)

    def exists(self, place: str) -> bool:
        """Report if a resource, a singleton or a data-plane object exists at an id."""
        return self.catalogue.exists(self.world, place)

    def type_of(self, resource_id: str) -> "ResourceType | None":
        """The type of the resource that an id names; None for an unknown type."""
        return self.catalogue.of(resource_id)

    def input(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """The input at a path such as `properties.sku.name`; None if it is missing."""
        found = value_at(self.inputs, parse(path))
        return None if found is ABSENT else found

    def previous_output(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """The output at a path before this request; None if it is missing, and on creation."""
        found = ABSENT if self.old is None else value_at(self.old.outputs, parse(path))
        return None if found is ABSENT else found

    def guid(self, part: str) -> str:
        """A GUID generated for this resource: the same for the same id and `part`."""
        return self.world.guid(f"{self.id.lower()} {part}")


Rules = Callable[[Request], Iterator[AzureError]]
ComputedOutput = Callable[[Request], Any]
PlaceholderFunction = Callable[[World, Values], str]
"""Computes the value of a placeholder of an id from the inputs."""
InvokeFunction = Callable[[World, Values], Values]
"""A provider function (`getClientConfig`): computes its result from its arguments."""


def no_rules(_request: Request) -> Iterator[AzureError]:
    """The rules of a type without any of its own."""
    yield from ()


@dataclass(frozen=True)
class ResourceType:
    """One resource type of local Azure. Paths are written `properties.vaultUri`."""

    token: str
    """The Pulumi token, `azure-native:storage:BlobContainer`."""
    path: str
    """The resource's id. `{placeholders}` are the inputs of that name, `{subscriptionId}` is the world's."""

    _: KW_ONLY

    name_check: NameCheck | None = None
    name_taken_code: str = ""
    """For a name that is unique in all of Azure: the error code where another resource of the type has it."""
    soft_deletion: SoftDeletion | None = None
    """For a type whose deleted resources keep their name."""
    singleton: bool = False
    """Exists with its parent and is deleted with it: create updates it, delete leaves it."""
    outlives_parent: bool = False
    """Stays when its scope is deleted, as role assignments do."""
    computed_placeholders: Mapping[str, PlaceholderFunction] = field(default_factory=dict[str, PlaceholderFunction])
    """Placeholders of `path` that are not inputs: Azure chooses them, or they are nested in the inputs."""
    provider_id: str = ""
    """The provider's form of the id, if it is shorter than `path`: `{namespace}/{name}`."""

    rules: Rules = no_rules
    """Validation of a request by this type; yields every error, not the first alone."""
    unique_keys: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    """Keys that only one resource may have, in any case; `request.world.find_unique(key)` returns that resource."""
    index_keys: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    """Further index keys, in any case; `request.world.marked(text)` finds it."""

    inherits_location: bool = True
    """Whether the provider gives it its group's location where the published type has one; not so for parts of
    Cosmos."""
    immutable: tuple[str, ...] = ()
    """Inputs that only a replacement changes; names, group and location are so for every type."""
    immutable_code: str = "PropertyChangeNotAllowed"
    """Azure's error code for an attempt to change one in place."""

    outputs: Mapping[str, ComputedOutput] = field(default_factory=dict[str, ComputedOutput])
    """Outputs beyond the inputs, by path: computed values, and the defaults of omitted inputs. An
    input at the path wins. A path inside a block that was not requested is left out; `[*]` matches every item of a
    list. Unknown in a first preview."""
    volatile: tuple[str, ...] = ()
    """Those of `outputs` that an update may change: unknown in its preview."""
    rewrites: Mapping[str, ComputedOutput] = field(default_factory=dict[str, ComputedOutput])
    """Inputs that Azure answers in another form, by path; only where they are given. A preview shows them as given."""
    echoed_placeholders: tuple[str, ...] = ()
    """Placeholders of `path` that Azure repeats in its answer; the others it does not."""
    write_only: tuple[str, ...] = ()
    """Inputs that Azure never answers with, such as `configuration.secrets[*].value`."""

    on_created: Callable[[Request], None] = lambda _request: None
    """Creates what begins with the resource; runs after it is stored."""
    on_deleted: Callable[[World, Resource], None] = lambda _world, _resource: None
    """Deletes what ends with the resource; runs before it is removed."""

    deletion_refusals: Callable[[World, Resource], Iterator[AzureError]] = lambda _world, _resource: iter(())
    """Errors of deleting the resource by itself; its group can still be deleted."""

    data_plane_children: tuple[str, ...] = ()
    """Segments of data-plane objects under it at which a role may be assigned: `secrets`, `indexes`."""
    log_categories: tuple[str, ...] = ()
    """Categories of resource logs that it can send."""
    category_groups: tuple[str, ...] = ("allLogs",)
    """Groups of them that a diagnostic setting may name."""
    adopted_inputs: Values = field(default_factory=dict[str, Any])
    """The assumed inputs of a resource that this world did not create."""
    adoptable: bool = True
    """True if a resource that this world did not create can be assumed to exist."""
    create_before_delete: bool = False
    """True if a replacement is created before the old resource is deleted, which an explicit name prevents. Foundry's
    agent identity alone is so."""
    extra_immutable: Callable[[Values], tuple[str, ...]] = lambda _old: ()
    """Further immutable inputs, computed from the old inputs. Foundry's agent identity alone has some."""
    read_outputs: Callable[[World, Resource], Values] = lambda _world, _resource: {}
    """Outputs that are computed at every read, as they depend on other resources. Foundry's agent identity alone has
    some."""
    exclusive_writes: ExclusiveWrites | None = None
    """The scope in which Azure accepts one write of the type at a time."""
    known_inputs: tuple[str, ...] = ()
    """Every input, for a type of which no API type is published (Entra ID)."""

    @property
    def label(self) -> str:
        """`ContainerApp` of `azure-native:app:ContainerApp`."""
        return self.token.rpartition(":")[2]

    @cached_property
    def arm_type(self) -> str:
        """`Microsoft.App/containerApps`."""
        _, found, tail = self.path.rpartition("/providers/")
        provider, *rest = tail.split("/")
        return "/".join([provider, *rest[::2]]) if found else f"Microsoft.Resources/{tail.split('/')[-2]}"

    @cached_property
    def name_input(self) -> str | None:
        """The input that is the resource's own name; None where the name is fixed or Azure's to choose."""
        last = ids.name_of(self.path)
        return last[1:-1] if last.startswith("{") and last[1:-1] not in self.computed_placeholders else None

    @cached_property
    def path_inputs(self) -> tuple[str, ...]:
        """The inputs that make the id."""
        return tuple(
            name
            for name in _PLACEHOLDER.findall(self.path)
            if name != "subscriptionId" and name not in self.computed_placeholders
        )

    @cached_property
    def unechoed_path_inputs(self) -> frozenset[str]:
        """Inputs that make the id and do not come back."""
        return frozenset(self.path_inputs) - frozenset(self.echoed_placeholders)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return _reading(self.path)

    @cached_property
    def _shown(self) -> re.Pattern[str]:
        return _reading(self.provider_id)

    @cached_property
    def _fixed_levels(self) -> int:
        """The number of levels above the resource that exist with its parent (`blobServices/default`)."""
        count, above = 0, ids.parent_of(self.path)
        while above and not ids.name_of(above).startswith("{"):
            count, above = count + 1, ids.parent_of(above)
        return count

    def id_of(self, inputs: Mapping[str, Any], world: World) -> str:
        """The id that these inputs name."""
        values = {"subscriptionId": world.subscription_id, **inputs}
        values |= {name: choose(world, dict(inputs)) for name, choose in self.computed_placeholders.items()}
        return "/" + _PLACEHOLDER.sub(lambda found: str(values[found[1]]).strip("/"), self.path).lstrip("/")

    def provider_id_of(self, resource_id: str) -> str:
        """The id as the provider writes it."""
        found = self._named.fullmatch(resource_id) if self.provider_id else None
        return self.provider_id.format(**found.groupdict()) if found else resource_id

    def full_id_of(self, provider_id_of: str) -> str:
        """The id in the world of what the provider writes so."""
        found = self._shown.fullmatch(provider_id_of) if self.provider_id else None
        return "/" + self.path.format(**found.groupdict()) if found else provider_id_of

    def inputs_in(self, resource_id: str) -> Values | None:
        """The inputs that an id holds; None where the id is not of this type."""
        found = self._named.fullmatch(resource_id)
        if found is None:
            return None
        values = found.groupdict()
        return {name: "/" + values[name].strip("/") if name in _SCOPES else values[name] for name in self.path_inputs}

    def parent_of(self, resource_id: str) -> str:
        """The id of what holds a resource of this type."""
        for _ in range(self._fixed_levels + 1):
            resource_id = ids.parent_of(resource_id)
        return resource_id

    @cached_property
    def output_paths(self) -> Mapping[str, Path]:
        """`outputs` and `rewrites` with their paths parsed."""
        return {path: parse(path) for path in (*self.outputs, *self.rewrites)}


def _reading(path: str) -> re.Pattern[str]:
    """Reads the placeholders of a path from an id."""
    pattern = _PLACEHOLDER.sub(
        lambda found: f"(?P<{found[1]}>{'.+' if found[1] in _SCOPES else '[^/]+'})", path.lstrip("/")
    )
    return re.compile(f"/?{pattern}", re.IGNORECASE)
