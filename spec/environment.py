"""The environment as a model: what differs between dev, production and the like, read from Pulumi's configuration.

Nothing in it is secret, and nothing in it says who may do what: that never differs between environments.
"""

import re
from typing import Annotated, Any, ClassVar, Literal, Protocol, cast

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from spec.agents import MAX_REPLICAS, Replicas
from spec.credentials import credential_in
from spec.entry import Entry
from spec.hosts import FoundryProject
from spec.names import AGENT, ImageTag, ResourceGroupName, StackName, Suffix, parent_name
from spec.network import Network
from spec.words import show

__all__ = ["Elsewhere", "Environment", "FoundryIdentity", "Held", "ReplicaLimits"]

FoundryIdentity = Literal["given", "application", "per-agent", "shared"]
"""Whose identity an agent of Foundry has: one whose id is given, its publication's, its own, or the project's."""

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


def _principal(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        raise ValueError(f"{show(value)} is no id of an identity; copy 'agentIdentityId' from the project, a GUID")
    return value.lower()


def _published(written: object) -> bool | tuple[str, ...]:
    """Nobody is an empty list, however it is written."""
    if isinstance(written, bool):
        return written or ()
    if not isinstance(written, list | tuple):
        raise ValueError(f"{show(written)} stands where true or a list of agents is needed")  # noqa: TRY004 - pydantic's
    listed = cast("list[object] | tuple[object, ...]", written)
    for one in listed:
        if not isinstance(one, str):
            raise ValueError(f"{show(one)} stands where the name of an agent is needed")  # noqa: TRY004 - likewise
    return tuple(sorted(str(one) for one in listed))


_PUBLISHED_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string", "pattern": f"^(?:{AGENT.pattern})$"}, "uniqueItems": True},
    ]
}

Published = Annotated[bool | tuple[str, ...], PlainValidator(_published), WithJsonSchema(_PUBLISHED_SCHEMA)]
PrincipalId = Annotated[str, AfterValidator(_principal), Field(json_schema_extra={"pattern": f"^{_UUID}$"})]
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
    """Something held by a parent, or a registry or cluster, which is its own."""

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
        "hosts": "hosts are the same in every environment; they stand in network.yaml",
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
    """Where existing accounts, vaults, namespaces, services, stores, clusters and the registry live, by base names."""
    published: Published = ()
    """The agents of Foundry that are published here: true for all of them, or a list; without it, none."""
    shared_identity: Literal["allowed", "refused"] = "refused"
    """May agents of Foundry act as one identity here, so that a grant of one is a grant of all?"""
    agent_identities: dict[str, PrincipalId] = Field(default_factory=dict[str, str])
    """Ids of identities that agents of Foundry have already, copied from their project, by agent."""

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

    def publishes(self, agent: str, network: Network) -> bool:
        """Is the agent published here? Only one of Foundry can be."""
        listed = self.published is True or (self.published is not False and agent in self.published)
        return listed and network.agents[agent].host == "foundry"

    def identity_of(self, agent: str, network: Network) -> FoundryIdentity:
        """Whose identity an agent of Foundry has here.

        Raises:
            ValueError: the agent runs on something else, where it has an identity of its own always.
        """
        host = network.hosts.get(network.agents[agent].project)
        if not isinstance(host, FoundryProject):
            raise ValueError(f"{show(agent)} is no agent of Foundry; it has an identity of its own")  # noqa: TRY004 - ours
        if agent in self.agent_identities:
            return "given"
        if host.identities == "per-agent":
            return "per-agent"
        return "application" if self.publishes(agent, network) else "shared"
