"""The environment as a model: what differs between dev, production and the like, read from Pulumi's configuration.

Nothing in it is secret, and nothing in it says who may do what: that never differs between environments.
"""

import re
from typing import Annotated, ClassVar, Protocol

from pydantic import AfterValidator, Field

from spec.agents import MAX_REPLICAS, Replicas
from spec.credentials import credential_in
from spec.entry import Entry
from spec.names import ImageTag, ResourceGroupName, StackName, Suffix, parent_name
from spec.words import show

__all__ = ["Elsewhere", "Environment", "Held", "ReplicaLimits"]

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _location(value: str) -> str:
    if re.fullmatch("[a-z]+[0-9]*", value) is None:
        squeezed = re.sub("[^a-z0-9]", "", value.lower())
        hint = f"; did you mean '{squeezed}'?" if re.fullmatch("[a-z]+[0-9]*", squeezed) else ""
        raise ValueError(f"{show(value)} is no location of Azure, which are written like 'westeurope'{hint}")
    return value


def _subscription(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        raise ValueError(f"{show(value)} is no subscription id; write a GUID")
    return value.lower()


def _tag_name(name: str) -> str:
    """Limits: "Use tags to organize your Azure resources", Microsoft Learn, 2025; 128 is what storage accounts take."""
    longest = 128
    if not 1 <= len(name) <= longest:
        raise ValueError(f"{show(name)} has {len(name)} characters; a tag is named with 1 to {longest} of them")
    if re.search(r"[<>%&\\?/\x00-\x1f]", name):
        raise ValueError(f"{show(name)} cannot name a tag; not allowed are < > % & \\ ? and /")
    if re.match("microsoft|azure|windows", name, re.IGNORECASE):
        raise ValueError(f"{show(name)} cannot name a tag; 'microsoft', 'azure' and 'windows' begin Azure's own")
    return name


def _tag_value(value: str) -> str:
    longest = 256
    if len(value) > longest:
        raise ValueError(f"the value has {len(value)} characters; a tag holds {longest}")
    if kind := credential_in(value):
        raise ValueError(f"the value looks like {kind} (not shown); tags are there for everyone to read")
    return value


Location = Annotated[str, AfterValidator(_location)]
SubscriptionId = Annotated[str, AfterValidator(_subscription)]
TagName = Annotated[str, AfterValidator(_tag_name)]
TagValue = Annotated[str, AfterValidator(_tag_value)]


class ReplicaLimits(Entry):
    """Limits for every agent of the environment: its own numbers are kept inside them."""

    min: Annotated[int, Field(ge=0, le=MAX_REPLICAS)] = 0
    """No agent has fewer."""
    max: Annotated[int, Field(ge=1, le=MAX_REPLICAS)] = MAX_REPLICAS
    """No agent has more."""


class Elsewhere(Entry):
    """Where something lives that exists already; what is left out is as for the rest of the environment."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """What it is called here."""
    resource_group: ResourceGroupName | None = None
    """Its resource group."""
    subscription: SubscriptionId | None = None
    """Its subscription."""


class Held(Protocol):
    """Something held by a parent, or the registry, which is its own."""

    @property
    def existing(self) -> bool:
        """Is the parent there already?"""
        ...

    @property
    def parent(self) -> str:
        """The parent's base name."""
        ...

    @property
    def parent_kind(self) -> str:
        """A key of `spec.azure_names.PARENTS`."""
        ...


class Environment(Entry):
    """Everything that differs from one stack to the next."""

    refused: ClassVar[dict[str, str]] = {
        "access": "access is the same in every environment; it stands in network.yaml",
        "agents": "agents are the same in every environment; they stand in network.yaml",
        "resources": "resources are the same in every environment; they stand in network.yaml",
        "name": "the network's name stands in network.yaml",
        "separation": "what is kept apart is the same in every environment; it stands in network.yaml",
        "exceptions": "exceptions are the same in every environment; they stand in network.yaml",
    }

    stack: StackName
    """Name of the Pulumi stack."""
    location: Location
    """The Azure region, written as Azure does: westeurope."""
    resource_group: ResourceGroupName
    """The resource group that the network is created in."""
    suffix: Suffix
    """The end of every name that is unique in the world, so that no environment takes another's."""
    image_tag: ImageTag | None = None
    """Tag of every agent's image."""
    image_tags: dict[str, ImageTag] = Field(default_factory=dict[str, str])
    """Tags of single agents' images; they win over 'image_tag'."""
    replicas: ReplicaLimits = Field(default_factory=ReplicaLimits)
    """Limits for the number of replicas of every agent."""
    tags: dict[TagName, TagValue] = Field(default_factory=dict[str, str])
    """Azure tags on everything that can carry them."""
    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """Days for which logs are kept. Limits: "Manage data retention in a Log Analytics workspace", 2025."""
    production: bool = True
    """Production refuses images without a tag of their own. Say false where it is none."""
    existing: dict[str, Elsewhere] = Field(default_factory=dict[str, Elsewhere])
    """Where existing accounts, vaults, namespaces, services, stores and the registry live, by their base names."""

    def tag_of(self, agent: str) -> str:
        """The tag of an agent's image; `latest` where none is given, which only non-production allows."""
        return self.image_tags.get(agent) or self.image_tag or "latest"

    def within_limits(self, replicas: Replicas) -> Replicas:
        """An agent's numbers, kept inside this environment's limits."""
        most = min(replicas.max, self.replicas.max)
        least = min(max(replicas.min, self.replicas.min), self.replicas.max)
        return Replicas(min=least, max=max(most, least, 1))

    def parent_name(self, held: Held) -> str:
        """What the parent of a resource, or the registry, is called here: base name and suffix, or as it exists."""
        if held.existing:
            entry = self.existing.get(held.parent)
            return (entry.name if entry else None) or held.parent
        return parent_name(held.parent_kind, held.parent, self.suffix)
