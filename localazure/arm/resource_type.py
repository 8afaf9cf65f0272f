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
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from localazure.arm import ids
from localazure.arm.asynchronous import SYNCHRONOUS, AsynchronousRequests
from localazure.arm.permissions import Purpose, RequestedOperation
from localazure.arm.property_paths import ABSENT, Path, parse, value_at
from localazure.arm.world import Principal, Resource, Values, World
from localazure.errors import AzureError
from manifest.name_rules import NameRule

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The Pulumi engine's marker for a value that is unknown before the deployment (`pulumi.runtime.rpc.UNKNOWN`)."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SCOPES = frozenset({"scope", "resourceUri"})
"""Placeholders of an id pattern that match a whole resource id."""


@dataclass(frozen=True, kw_only=True)
class InputDiff:
    """Changed inputs of a resource as property paths, such as `sku.name`, and those that force a replacement."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class NameCheck:
    """Naming rule of a resource type, and Azure's error code for a name that violates the rule."""

    rule: NameRule
    code: str = "InvalidResourceName"

    def refusal(self, label: str, name: str) -> AzureError | None:
        """Return Azure's error for an invalid resource name; None for a valid name."""
        if self.rule.error(name) is None:
            return None
        return AzureError(self.code, f"{label} name {name!r} is invalid: allowed are {self.rule.allowed}")


@dataclass(frozen=True, kw_only=True)
class SoftDeletion:
    """Soft deletion of a resource type: a deleted resource keeps its name until it is purged or recovered."""

    code: str
    """Azure's error code for a new resource with the name of a soft-deleted resource."""
    recovered_by: Callable[[Values], bool] = lambda _inputs: False
    """True if the inputs recover the soft-deleted resource, and so may use its name."""
    nothing_code: str = "ResourceNotFound"
    """Azure's error code for a recovery if no soft-deleted resource exists in that group and region."""
    kept: Callable[[Resource], bool] = lambda _resource: True
    """True if a deleted resource is kept for recovery; resources of a free tier, for example, are not kept."""


@dataclass(frozen=True, kw_only=True)
class ExclusiveWrites:
    """Scope in which Azure accepts one write at a time and refuses a concurrent write as a conflict."""

    arm_type: str
    """Type of the resource that is the scope, in lower case: `microsoft.managedidentity/userassignedidentities`."""
    code: str
    """Azure's error code for a concurrent second write."""


class Types(Protocol):
    """Interface for finding resource types while a request is handled, implemented by `type_catalogue.Catalogue`."""

    def find(self, token: str) -> "ResourceType":
        """Return the resource type of a Pulumi type token; raise UnknownType if local Azure does not know the type."""
        ...

    def of(self, resource_id: str) -> "ResourceType | None":
        """Return the resource type that a resource id belongs to; None for an unknown type."""
        ...

    def exists(self, world: World, place: str) -> bool:
        """Return True if local Azure has a resource, or an object inside a resource, with an id."""
        ...


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request to create, update or delete one resource: the argument of the functions of a service module."""

    world: World
    catalogue: "Types"
    type: "ResourceType"
    id: str
    inputs: Values
    now: str
    """Time of the request in Azure's format: `2026-01-01T00:00:00.0000000Z`."""
    today: date
    """Day of the request, by which models are deprecated or retired; it is written nowhere."""
    old: Resource | None = None
    """The resource before this request; None if the request creates the resource."""
    adopted: bool = False
    """True for a resource that local Azure did not create, but assumes to exist."""

    @property
    def name(self) -> str:
        """Return the name of the requested resource."""
        return ids.name_of(self.id)

    @cached_property
    def parent(self) -> Resource | None:
        """Return the parent of the requested resource; None if local Azure has no such parent."""
        return self.world.get(self.type.parent_of(self.id))

    @cached_property
    def scope(self) -> str:
        """Return the id of the resource that an extension resource, such as a role assignment, is about.

        azure-native takes the id with or without the slash before it, for it makes an address of both.
        """
        given = next(str(self.inputs[name]) for name in self.type.path_inputs if name in _SCOPES)
        return f"/{given.strip('/')}"

    @property
    def location(self) -> str:
        """Return the requested Azure region in its short form: `westeurope`."""
        return str(self.inputs.get("location") or "").replace(" ", "").lower()

    @cached_property
    def principal(self) -> Principal:
        """Return the resource's system-assigned identity: created on first use, kept until the resource is deleted."""
        return self.world.get_or_create_principal(self.id)

    def exists(self, place: str) -> bool:
        """Return True if local Azure has a resource, a singleton or a data-plane object with an id."""
        return self.catalogue.exists(self.world, place)

    def type_of(self, resource_id: str) -> "ResourceType | None":
        """Return the resource type that a resource id belongs to; None for an unknown type."""
        return self.catalogue.of(resource_id)

    def input(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the requested input at a path such as `properties.sku.name`; None if the input is missing."""
        found = value_at(self.inputs, parse(path))
        return None if found is ABSENT else found

    def previous_output(self, path: str) -> Any:  # noqa: ANN401 (any JSON value)
        """Return the output that a path had before this request; None if the output or the resource did not exist."""
        found = ABSENT if self.old is None else value_at(self.old.outputs, parse(path))
        return None if found is ABSENT else found

    def guid(self, part: str) -> str:
        """Generate a GUID for this resource: always the same for the same resource id and `part`."""
        return self.world.guid(f"{self.id.lower()} {part}")


Rules = Callable[[Request], Iterator[AzureError]]
ComputedOutput = Callable[[Request], Any]
PlaceholderFunction = Callable[[World, Values], str]
"""Function that computes the value of a placeholder in a resource id from the inputs."""
InvokeFunction = Callable[[World, Values], Values]
"""Function that computes the result of a provider function such as `getClientConfig` from its arguments."""


def no_rules(_request: Request) -> Iterator[AzureError]:
    """Yield no errors: the validation of a resource type without rules."""
    yield from ()


@dataclass(frozen=True)
class ResourceType:
    """Description of one resource type that local Azure simulates. Paths are written `properties.vaultUri`."""

    token: str
    """Pulumi type token, such as `azure-native:storage:BlobContainer`."""
    path: str
    """Pattern of the resource id: `{placeholders}` are inputs of the same name, `{subscriptionId}` is local Azure's."""

    _: KW_ONLY

    name_check: NameCheck | None = None
    name_taken_code: str = ""
    """Azure's error code if a resource with the same globally unique name exists; empty for other names."""
    name_taken_status: int = 409
    """HTTP status that carries `name_taken_code`."""
    soft_deletion: SoftDeletion | None = None
    """Soft deletion of the type; None if a deleted resource frees its name at once."""
    singleton: bool = False
    """True for a resource that exists with its parent: create updates the resource, delete leaves it."""
    outlives_parent: bool = False
    """True for a resource that stays when the resource it is assigned to is deleted, such as a role assignment."""
    computed_placeholders: Mapping[str, PlaceholderFunction] = field(default_factory=dict[str, PlaceholderFunction])
    """Placeholders of `path` that are not inputs: chosen by Azure, or nested inside the inputs."""
    provider_id: str = ""
    """The Pulumi provider's form of the resource id, if it is shorter than `path`: `{namespace}/{name}`."""

    rules: Rules = no_rules
    """Validation of a request by rules of this resource type; yields every error, not only the first."""
    unique_keys: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    """Keys that only one resource may have, in any case; `request.world.find_unique(key)` returns that resource."""
    index_keys: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    """Keys by which resources can be found, in any case; `request.world.find_indexed(key)` returns them."""

    inherits_location: bool = True
    """True if a missing location becomes the resource group's, where the published API type has a location; False
    for resources inside a Cosmos DB account."""
    immutable: tuple[str, ...] = ()
    """Inputs that cannot be updated in place; name, resource group and location are so for every type."""
    immutable_code: str = "PropertyChangeNotAllowed"
    """Azure's error code for an update of an immutable input."""
    immutable_status: int = 409
    """HTTP status that carries `immutable_code`."""

    outputs: Mapping[str, ComputedOutput] = field(default_factory=dict[str, ComputedOutput])
    """Outputs of a resource in addition to its inputs, by path: computed values, and the defaults of omitted inputs. An
    input at the path wins. A path inside a block that was not requested is left out; `[*]` matches every item of a
    list. Unknown in a first preview."""
    volatile: tuple[str, ...] = ()
    """Computed outputs that an update may change, and which are therefore unknown in its preview."""
    rewrites: Mapping[str, ComputedOutput] = field(default_factory=dict[str, ComputedOutput])
    """Inputs that Azure returns in another form, by path, if they are given. A preview shows the given form."""
    echoed_placeholders: tuple[str, ...] = ()
    """Placeholders of `path` that Azure repeats in the resource's outputs; the others are left out."""
    write_only: tuple[str, ...] = ()
    """Inputs that Azure never returns, such as `configuration.secrets[*].value`."""

    on_created: Callable[[Request], None] = lambda _request: None
    """Creates objects that come with a new resource; runs after the resource is stored."""
    on_deleted: Callable[[World, Resource], None] = lambda _world, _resource: None
    """Deletes objects that end with a resource; runs before the resource is removed."""

    deletion_refusals: Callable[[World, Resource], Iterator[AzureError]] = lambda _world, _resource: iter(())
    """Errors of deleting only this resource; deleting its resource group can still succeed."""

    data_plane_children: tuple[str, ...] = ()
    """Types of data-plane objects inside a resource at which a role may be assigned: `secrets`, `indexes`."""
    log_categories: tuple[str, ...] = ()
    """Log categories that a diagnostic setting of the resource may name."""
    category_groups: tuple[str, ...] = ("allLogs",)
    """Groups of log categories that a diagnostic setting of the resource may name."""
    adopted_inputs: Values = field(default_factory=dict[str, Any])
    """Assumed inputs of a resource that local Azure did not create."""
    adoptable: bool = True
    """True if a resource that local Azure did not create may be assumed to exist."""
    create_before_delete: bool = False
    """True if a replacement is created before the old resource is deleted, which an explicit name prevents. Only
    Foundry's agent identity sets this."""
    extra_immutable: Callable[[Values], tuple[str, ...]] = lambda _old: ()
    """Further immutable inputs, computed from the old inputs. Only Foundry's agent identity sets this."""
    read_outputs: Callable[[World, Resource], Values] = lambda _world, _resource: {}
    """Outputs that are computed at every read, as they depend on other resources. Only Foundry's agent identity and the
    objects of Entra set this."""
    read_inputs: Callable[[World, Resource], Values] = lambda _world, _resource: {}
    """Inputs that differ from the program's at every read, as another resource adds to them. Only an application of
    Entra sets this."""
    check_operations: Callable[[World, Values], Iterator[RequestedOperation]] = lambda _world, _inputs: iter(())
    """Operations that the check of the inputs requires, as it reads other resources. Only the search for soft-deleted
    resources sets this."""
    checked_inputs: Callable[[World, Values], Values] = lambda _world, inputs: inputs
    """Inputs that the provider adds while the engine checks them, also in a preview; only a dynamic resource has some.
    """
    exclusive_writes: ExclusiveWrites | None = None
    """Scope in which Azure accepts one write of this resource type at a time."""
    asynchronous: AsynchronousRequests = SYNCHRONOUS
    """The requests of the type that Azure answers before they are done, with the URLs of their status."""
    linked_operations: Callable[[Request], Iterator[RequestedOperation]] = lambda _request: iter(())
    """Operations on other resources that Azure requires for writing a resource of the type, such as joining."""
    condition_attributes: Callable[[Values], Mapping[str, str]] = lambda _properties: {}
    """Attributes that the condition of a role assignment can test in requests of the type, from its properties."""
    data_plane: Callable[[Purpose, Request], Iterator[RequestedOperation]] | None = None
    """Operations that a request needs outside Resource Manager, by purpose; None for types of Resource Manager."""
    known_inputs: tuple[str, ...] = ()
    """Names of all inputs, for a resource type that has neither a published API type nor a schema."""
    schema: Mapping[str, Any] | None = None
    """Object type of the inputs in the form of the published API types (`data/README.md`), for a type of another API
    than Resource Manager's, such as Microsoft Graph's."""
    exists_error: Callable[[Request], AzureError | None] | None = None
    """Function that returns the error of creating a resource that exists, or None to take that resource over; by
    default, Resource Manager's own error."""

    @property
    def label(self) -> str:
        """Return the last part of the type token: `ContainerApp` of `azure-native:app:ContainerApp`."""
        return self.token.rpartition(":")[2]

    @cached_property
    def arm_type(self) -> str:
        """Return the ARM type of the resources: `Microsoft.App/containerApps`."""
        _, found, tail = self.path.rpartition("/providers/")
        provider, *rest = tail.split("/")
        return "/".join([provider, *rest[::2]]) if found else f"Microsoft.Resources/{tail.split('/')[-2]}"

    @cached_property
    def name_input(self) -> str | None:
        """Return the name of the input with the resource's name; None if that name is fixed or chosen by Azure."""
        last = ids.name_of(self.path)
        return last[1:-1] if last.startswith("{") and last[1:-1] not in self.computed_placeholders else None

    @cached_property
    def path_inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs that are parts of the resource id."""
        return tuple(
            name
            for name in _PLACEHOLDER.findall(self.path)
            if name != "subscriptionId" and name not in self.computed_placeholders
        )

    @cached_property
    def unechoed_path_inputs(self) -> frozenset[str]:
        """Return the names of the inputs that are parts of the resource id and are missing in the outputs."""
        return frozenset(self.path_inputs) - frozenset(self.echoed_placeholders)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return _reading(self.path)

    @cached_property
    def _shown(self) -> re.Pattern[str]:
        return _reading(self.provider_id)

    @cached_property
    def _fixed_levels(self) -> int:
        """Count the levels above the resource that exist with its parent, such as `blobServices/default`."""
        count, above = 0, ids.parent_of(self.path)
        while above and not ids.name_of(above).startswith("{"):
            count, above = count + 1, ids.parent_of(above)
        return count

    def id_of(self, inputs: Mapping[str, Any], world: World) -> str:
        """Build the full resource id from a resource's inputs."""
        values = {"subscriptionId": world.subscription_id, **inputs}
        values |= {name: choose(world, dict(inputs)) for name, choose in self.computed_placeholders.items()}
        return "/" + _PLACEHOLDER.sub(lambda found: str(values[found[1]]).strip("/"), self.path).lstrip("/")

    def provider_id_of(self, resource_id: str) -> str:
        """Return the Pulumi provider's form of a full resource id; most resource types have only one form."""
        found = self._named.fullmatch(resource_id) if self.provider_id else None
        return self.provider_id.format(**found.groupdict()) if found else resource_id

    def full_id_of(self, provider_id_of: str) -> str:
        """Return the full resource id for an id in the Pulumi provider's form; the inverse of `provider_id_of`."""
        found = self._shown.fullmatch(provider_id_of) if self.provider_id else None
        return "/" + self.path.format(**found.groupdict()) if found else provider_id_of

    def inputs_in(self, resource_id: str) -> Values | None:
        """Return the inputs that are parts of a resource id; None if the id belongs to another resource type."""
        found = self._named.fullmatch(resource_id)
        if found is None:
            return None
        values = found.groupdict()
        return {name: "/" + values[name].strip("/") if name in _SCOPES else values[name] for name in self.path_inputs}

    def parent_of(self, resource_id: str) -> str:
        """Return the id of the resource that contains the resource with an id of this type."""
        for _ in range(self._fixed_levels + 1):
            resource_id = ids.parent_of(resource_id)
        return resource_id

    @cached_property
    def output_paths(self) -> Mapping[str, Path]:
        """Return the parsed property path of each entry of `outputs` and `rewrites`."""
        return {path: parse(path) for path in (*self.outputs, *self.rewrites)}


def _reading(path: str) -> re.Pattern[str]:
    """Create a regular expression that reads the placeholder values from a resource id."""
    pattern = _PLACEHOLDER.sub(
        lambda found: f"(?P<{found[1]}>{'.+' if found[1] in _SCOPES else '[^/]+'})", path.lstrip("/")
    )
    return re.compile(f"/?{pattern}", re.IGNORECASE)
