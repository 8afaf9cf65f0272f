"""The row of a resource type: everything that this project knows about the type, each fact once.

Owns the form of a row. Fields without a default have to be written in every row, so that no row is incomplete; a value
that says "nothing" (`OWN`, `NoKeys`, `NOT_LISTED`, `NOT_DEPLOYED`) is a decision that a reader can see.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
"""The id of a resource group, with the names of the inputs that azure-native takes its parts from."""

OWN = ()
"""Its data operations begin with its own type."""
NOT_LISTED = None
"""No list of it is read in live Azure: its properties decide nothing about access."""
MANAGED = ("delete", "read", "write")
"""What deploying most types takes."""
NOT_DEPLOYED = ()
"""No component creates it."""


@dataclass(frozen=True)
class VerbRole:
    """One verb of a kind, and the least built-in role that gives it."""

    verb: str
    role: str
    meaning: str
    """What it lets an agent do, for people."""
    source: str
    """The document of Microsoft that says so."""
    mode: str = ""
    """The mode of the resource in which this role gives the verb; empty where it has no modes."""


@dataclass(frozen=True)
class KeySwitch:
    """The property that turns access by keys on or off."""

    property: str
    on: bool
    """The value with which keys work."""
    absent: bool
    """Whether keys work where the property is not there."""
    source: str


@dataclass(frozen=True)
class NoKeys:
    """A type that no key of its own opens."""

    reason: str


WITHIN = NoKeys("the switch of the account, vault, namespace or service that holds it counts")
NOTHING_TO_OPEN = NoKeys("it holds no data; only Azure Resource Manager reads and changes it")


@dataclass(frozen=True)
class Listing:
    """How live Azure lists it with its properties."""

    version: str
    """API version: the REST reference, Microsoft Learn, 2026."""
    within: bool = False
    """Listed below each parent, and not for the whole subscription."""


@dataclass(frozen=True)
class NamedOnly:
    """The scope of a kind that is known by its name before anything of it is in Azure."""

    holder: str
    """Type token of the Azure resource in the component's parent."""
    path: str
    """The rest of the scope, with the component's inputs."""


@dataclass(frozen=True, kw_only=True)
class ArmType:
    """A resource type of Azure Resource Manager."""

    token: str
    """Pulumi's type token, `azure-native:servicebus:Queue`; empty where azure-native has none."""
    path: str
    """The id, with the inputs of azure-native that name its parts; the last part names the resource itself.

    "Resource naming" of the templates' reference, Microsoft Learn, 2026; names of inputs: azure-native 3.29.
    """
    kind: str | None
    """Its kind in a network; None where a network has no such kind."""
    operations: tuple[str, ...]
    """The types, in lower case, that its data operations are named after; `OWN` for itself."""
    keys: KeySwitch | NoKeys
    """Access by keys."""
    listed: Listing | None
    """How live Azure lists it; `NOT_LISTED` where nothing of it is read by itself."""
    deployer: tuple[str, ...]
    """What deploying it takes: operations below its own type, or whole names; `NOT_DEPLOYED` where nothing does."""
    deployer_data: tuple[str, ...] = ()
    """Whole names of the data operations that deploying it takes."""
    verbs: tuple[VerbRole, ...] = ()
    """What an agent may do with it, where it is a kind; several rows of one verb are several roles that give it."""
    granted_by_itself: bool = False
    """Roles are assigned at it although it is inside an account: a role at the account is wide."""
    belongs_to_parent: bool = False
    """It only lies between a service and what that holds, or is how something else is read: it counts as its parent."""
    operation_type: str = ""
    """The type in names of operations, where Azure spells it otherwise than in ids."""
    unlisted_operations: tuple[str, ...] = ()
    """Control-plane operations that Azure has and that its published list does not."""
    unlisted_data_operations: tuple[str, ...] = ()
    """Likewise data operations."""
    in_resource_manager: bool = True
    """False for what is in no list of Resource Manager and has no control plane of its own."""
    named_only: NamedOnly | None = None
    """How its scope follows from its names, where a component creates nothing."""

    @cached_property
    def arm_type(self) -> str:
        """`Microsoft.ServiceBus/namespaces/queues`."""
        if self.path == GROUP:
            return "Microsoft.Resources/resourceGroups"
        provider, *rest = self.path.rpartition("/providers/")[2].split("/")
        return "/".join((provider, *rest[::2]))

    @cached_property
    def key(self) -> str:
        """The ARM type in lower case, by which it is looked up."""
        return self.arm_type.lower()

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The inputs that name the parts of its id."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def attached_to(self) -> str:
        """The input that names the resource it is attached to; empty for what lies in a resource group."""
        return self.parts[0] if self.path.startswith("{") else ""

    @property
    def deployer_operations(self) -> tuple[str, ...]:
        """Whole names of the control-plane operations that deploying it takes."""
        return tuple(
            each if each.startswith("Microsoft.") else f"{self.operation_type or self.arm_type}/{each}"
            for each in self.deployer
        )

    def roles(self, mode: str = "") -> Mapping[str, VerbRole]:
        """Its verbs in one mode, each with the role that gives it."""
        return {each.verb: each for each in self.verbs if each.mode in {"", mode}}


@dataclass(frozen=True, kw_only=True)
class KubernetesType:
    """A type of object in a cluster, which an agent is made of."""

    token: str
    """Pulumi's type token, `kubernetes:apps/v1:Deployment`."""
    objects: str
    """What operations call it below `Microsoft.ContainerService/managedClusters`, `apps/deployments`."""
    watched: tuple[str, ...] = ()
    """What else has to be read until it is ready: "provider/pkg/await" of pulumi-kubernetes, 2026-07."""
