"""Data types of the resource type registry: a row has type token, id, verbs, keys and operations of one type.

Owns the form of a row. Fields without a default have to be written in every row, so that no row is incomplete; a value
that means "nothing" (`OWN`, `NoKeys`, `NOT_LISTED`, `NOT_DEPLOYED`) is a decision that a reader can see.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
"""Id template of a resource group, with the azure-native input names as placeholders."""

OWN = ()
"""Marks a type whose data operations begin with the type's own name."""
NOT_LISTED = None
"""Marks a type that is not listed from live Azure, since its properties do not affect access."""
MANAGED = ("delete", "read", "write")
"""The operations that are needed to deploy most types."""
NOT_DEPLOYED = ()
"""Marks a type that no component creates."""


@dataclass(frozen=True)
class VerbRole:
    """Verb of a kind of resource, with the least privileged built-in role that allows the verb."""

    verb: str
    role: str
    meaning: str
    """Sentence for users: the actions that the verb allows an agent."""
    source: str
    """The Microsoft document that states this fact."""
    beyond: str = ""
    """Operations on the resource itself that the role also allows, as the end of "also allows to …"; empty if none."""
    mode: str = ""
    """The resource mode in which this role gives the verb; empty if the resource has no modes."""


@dataclass(frozen=True)
class KeySwitch:
    """Property of a resource type that turns the access keys of a resource on or off."""

    property: str
    on: bool
    """The property value with which access keys work."""
    absent: bool
    """True if access keys work when the property is missing."""
    source: str


@dataclass(frozen=True)
class WildcardOperation:
    """Wildcard in the deployer's role, for an operation that Azure checks and that a role cannot name literally.

    Azure refuses a custom role with an operation that no provider publishes (Azure/azure-rest-api-specs#13700, 2021-03:
    "does not match any of the actions supported by the providers"), and accepts a wildcard that covers a published one.
    """

    pattern: str
    """The wildcard in full, such as `Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/*`."""
    unpublished: str
    """The operation without a published name that the wildcard is for."""
    source: str
    """The document or report that shows that Azure checks the operation."""


@dataclass(frozen=True)
class NoKeys:
    """Reason why a resource type has no access keys of its own."""

    reason: str


WITHIN = NoKeys("the access keys are a setting of the parent account, vault, namespace or service")
NOTHING_TO_OPEN = NoKeys("the resource type stores no data; only Azure Resource Manager accesses it")


@dataclass(frozen=True)
class Listing:
    """API version and scope with which live Azure lists resources of a type."""

    version: str
    """API version of the list request: the REST reference, Microsoft Learn, 2026."""
    within: bool = False
    """True if the resources are listed per parent, and not for the whole subscription."""


@dataclass(frozen=True)
class NamedOnly:
    """Rule for the scope of a resource that network.yaml names but that the program does not create."""

    holder: str
    """Type token of the Azure resource, in the parent component, that contains the named resource."""
    path: str
    """The rest of the scope, below the holder, with the component's inputs as placeholders."""


@dataclass(frozen=True, kw_only=True)
class ArmType:
    """Row of the registry: a resource type of Azure with everything that this project knows about the type."""

    token: str
    """Pulumi type token, such as `azure-native:servicebus:Queue`; empty if azure-native lacks the type."""
    path: str
    """Id template with the azure-native input names as placeholders; the last one names the resource itself.

    "Resource naming" of the templates' reference, Microsoft Learn, 2026; names of inputs: azure-native 3.29.
    """
    kind: str | None
    """The kind of resource in network.yaml; None if the type is not a kind."""
    operations: tuple[str, ...]
    """ARM types, in lower case, that the type's data operations are named after; `OWN` for the type itself."""
    keys: KeySwitch | NoKeys
    """The switch that turns access keys on or off, or the reason why the type has none."""
    listed: Listing | None
    """The request that lists the type in live Azure; `NOT_LISTED` if the type is not listed."""
    deployer: tuple[str, ...]
    """Operations that deploying the type needs, relative or in full; `NOT_DEPLOYED` if nothing deploys it."""
    deployer_data: tuple[str, ...] = ()
    """Full names of the data operations that deploying the type needs."""
    status_reads: tuple[str, ...] = ()
    """Reads of the status and the result of asynchronous requests to the type, relative or in full: Azure checks each
    as an operation of its own ("Track asynchronous Azure operations", Microsoft Learn, 2026)."""
    wildcards: tuple[WildcardOperation, ...] = ()
    """Wildcards that deploying the type needs, as Azure publishes no name of the operation."""
    verbs: tuple[VerbRole, ...] = ()
    """Verbs that an agent can be granted on the type; several rows of one verb are alternative roles."""
    granted_by_itself: bool = False
    """True if roles are assigned at the resource itself although it is inside an account."""
    belongs_to_parent: bool = False
    """True if the resource is only a part of its parent and counts as the parent, such as `blobServices/default`."""
    operation_type: str = ""
    """The type's spelling in operation names, if it differs from the spelling in ids."""
    in_resource_manager: bool = True
    """False for types that Azure Resource Manager does not list and that have no control plane."""
    named_only: NamedOnly | None = None
    """Computes the scope from names, for a component that creates no Azure resource."""

    @cached_property
    def arm_type(self) -> str:
        """Return the ARM type, such as `Microsoft.ServiceBus/namespaces/queues`."""
        if self.path == GROUP:
            return "Microsoft.Resources/resourceGroups"
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join((provider, *rest[::2]))

    @cached_property
    def key(self) -> str:
        """Return the ARM type in lower case, as a lookup key."""
        return self.arm_type.lower()

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the input properties whose values form the resource id."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def attached_to(self) -> str:
        """Return the input property with the parent of an extension resource; empty for other resource types."""
        return self.parts[0] if self.path.startswith("{") else ""

    @property
    def deployer_operations(self) -> tuple[str, ...]:
        """Return the full names of the control-plane operations that are needed to deploy the resource type."""
        return (
            *(
                each if each.startswith("Microsoft.") else f"{self.operation_type or self.arm_type}/{each}"
                for each in (*self.deployer, *self.status_reads)
            ),
            *(each.pattern for each in self.wildcards),
        )

    def roles(self, mode: str = "") -> Mapping[str, VerbRole]:
        """Return the verbs of the resource type in one mode, each with the role that allows the verb."""
        return {each.verb: each for each in self.verbs if each.mode in {"", mode}}


@dataclass(frozen=True, kw_only=True)
class KubernetesType:
    """Type of Kubernetes object that an agent on AKS is deployed as."""

    token: str
    """Pulumi's type token, `kubernetes:apps/v1:Deployment`."""
    objects: str
    """Name of the object type in operations below `Microsoft.ContainerService/managedClusters`, `apps/deployments`."""
    watched: tuple[str, ...] = ()
    """Further objects that are read until this object is ready: "provider/pkg/await" of pulumi-kubernetes, 2026-07."""
