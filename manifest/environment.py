"""The environment as a model: what differs between dev, production and the like, read from Pulumi's configuration.

Nothing in it is secret, and nothing in it says who may do what: that never differs between environments.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, ClassVar, Literal, Protocol, cast

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from manifest.agents import MAX_REPLICAS, Replicas
from manifest.azure_resource_names import AGENT, ImageTag, ResourceGroupName, StackName, Suffix, parent_name
from manifest.base_model import Entry, Items, sort_texts
from manifest.credentials import credential_in
from manifest.hosts import FoundryProject
from manifest.ingress import Port, address_block
from manifest.network import Network
from manifest.phrases import show

__all__ = [
    "Cluster",
    "Destination",
    "Elsewhere",
    "Environment",
    "FoundryIdentity",
    "Held",
    "ReplicaLimits",
]

FoundryIdentity = Literal["given", "application", "per-agent", "shared"]
"""Whose identity an agent of Foundry has: one whose id is given, its publication's, its own, or the project's."""

# "Azure Instance Metadata Service" and "What is IP address 168.63.129.16?", Microsoft Learn, 2025.
_PLATFORM = {
    "169.254.169.254": "which hands out tokens of the node's identities",
    "168.63.129.16": "which hands out the node's secrets",
}
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
        copied = "copy 'agentIdentityId' from its JSON view in the Azure portal, a GUID"
        raise ValueError(f"{show(value)} is no id of an identity; {copied}")
    return value.lower()


def _entra_id(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        raise ValueError(f"{show(value)} is no object id of Entra ID; write a GUID, as `az ad group show` tells it")
    return value.lower()


def _machine(value: str) -> str:
    # "Virtual machine sizes overview", Microsoft Learn, 2025: `Standard_D4ds_v5`.
    if re.fullmatch("Standard_[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*", value) is None:
        raise ValueError(f"{show(value)} is no size of a machine; write it like 'Standard_D4ds_v5'")
    return value


def _arm_id(value: str) -> str:
    if re.fullmatch(f"/subscriptions/{_UUID}/resourceGroups/[^/]+/providers/[^/]+(?:/[^/]+/[^/]+)+", value) is None:
        raise ValueError(f"{show(value)} is no id of something in Azure; write it like '/subscriptions/…/providers/…'")
    return value


def _workspace(value: str) -> str:
    if "/providers/microsoft.operationalinsights/workspaces/" not in _arm_id(value).lower():
        raise ValueError(f"{show(value)} is no id of a workspace; write that of one of Log Analytics")
    return value


def _reachable(value: str) -> str:
    """A block of addresses that an agent may reach: not nearly all there are, and none of the platform's own."""
    block = address_block(
        value, "clusters here have IPv4 addresses only", "is nearly every address; write narrower blocks"
    )
    for address, what in _PLATFORM.items():
        if ip_address(address) in ip_network(block):
            raise ValueError(f"{show(value)} has {address} in it, {what}; write narrower blocks")
    return block


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
EntraId = Annotated[str, AfterValidator(_entra_id), Field(json_schema_extra={"pattern": f"^{_UUID}$"})]
Reachable = Annotated[str, AfterValidator(_reachable)]
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


class Cluster(Entry):
    """What differs about a cluster from one environment to the next."""

    refused: ClassVar[dict[str, str]] = {
        "allow": "who may call a cluster's API is the same in every environment; it stands in network.yaml",
        "private": "whether a cluster is private is the same in every environment; it stands in network.yaml",
    }

    node_size: Annotated[str, AfterValidator(_machine)] = "Standard_D4ds_v5"
    """Size of its nodes."""
    node_count: Annotated[int, Field(ge=1, le=1000)] = 3
    """How many nodes. Limit: "Quotas and regional limits for AKS", Microsoft Learn, 2025."""
    subnet: Annotated[str, AfterValidator(_arm_id)] | None = None
    """Id of the subnet of its nodes; without it, the cluster makes a network of its own."""
    identity: Annotated[str, AfterValidator(_arm_id)] | None = None
    """With 'subnet': id of the user-assigned identity of the control plane, which may join that subnet."""
    defender_workspace: Annotated[str, AfterValidator(_workspace)] | None = None
    """Id of a workspace for Defender alone, which sends by the workspace's key; without it, this network's, keyless."""
    admins: Annotated[Items[EntraId], AfterValidator(sort_texts)] = ()
    """Ids of groups that may do everything in the cluster; without it, nobody may but by a role assignment."""


class Destination(Entry):
    """Where something is that agents in clusters may reach."""

    blocks: Annotated[Items[Reachable], Field(min_length=1), AfterValidator(sort_texts)]
    """Its blocks of IPv4 addresses."""
    ports: Annotated[Items[Port], Field(min_length=1)] = (443,)
    """Its ports of TCP."""


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
        """A key of `manifest.azure_names.PARENTS`."""
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
    project_identities: dict[str, PrincipalId] = Field(default_factory=dict[str, str])
    """Ids of the identities that the unpublished agents of a project share, copied from it, by project."""
    clusters: dict[str, Cluster] = Field(default_factory=dict[str, Cluster])
    """By cluster of the network: how big it is here, in which network, and whose."""
    destinations: dict[str, Destination] = Field(default_factory=dict[str, Destination])
    """By name in agents' 'egress': where it is here."""
    people: dict[str, EntraId] = Field(default_factory=dict[str, str])
    """By name in the network: which id the people have in Entra ID."""

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

    def cluster(self, name: str) -> Cluster:
        """What is said of a cluster here; what is not, as the defaults have it."""
        return self.clusters.get(name) or Cluster()

    def publishes(self, agent: str, network: Network) -> bool:
        """Is the agent published here? Only one of Foundry can be."""
        listed = self.published is True or (self.published is not False and agent in self.published)
        return listed and network.agents[agent].host == "foundry"

    def calls_reach(self, agent: str, network: Network) -> bool:
        """Can anybody be granted the calling of this agent here? Only where it has an endpoint of its own."""
        host = network.hosts.get(network.agents[agent].project)
        if not isinstance(host, FoundryProject):
            return False
        return host.identities == "per-agent" or self.identity_of(agent, network) == "application"

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
