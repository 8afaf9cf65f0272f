"""Model of an environment: the settings that differ between stacks, read from Pulumi's configuration.

It contains no secret, and no access: access is the same in every environment.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, ClassVar, Literal, Protocol, cast

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from manifest.agents import MAX_REPLICAS, Replicas
from manifest.apis import KNOWN_APIS, Api, CloudName
from manifest.approval import Approval, ApprovalSetting
from manifest.arm_ids import ArmId, WorkspaceId
from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.customer_key import CustomerKey
from manifest.entra import Entra
from manifest.generated_names import AGENT, ImageTag, ResourceGroupName, StackName, Suffix, parent_name
from manifest.group_setting import GroupSetting
from manifest.hosts import FoundryProject
from manifest.ingress import Port, address_block
from manifest.message_formatting import quote_value
from manifest.network import Network
from manifest.release_identities import ReleaseIdentities
from manifest.release_signing import ReleaseSigning
from safe_text.credentials import detect_credential

__all__ = [
    "MODEL_PARENTS",
    "Cluster",
    "Destination",
    "Environment",
    "ExistingLocation",
    "HasParent",
    "IdentitySource",
    "ReplicaLimits",
]

IdentitySource = Literal["given", "application", "per-agent", "shared"]
"""Source of a Foundry agent's identity: a configured id, its application, the agent itself, or its project."""

MODEL_PARENTS = ("model-account", "foundry-account")
"""Kinds of parent that have model deployments, and may need another region than the data."""

# "Azure Instance Metadata Service" and "What is IP address 168.63.129.16?", Microsoft Learn, 2025.
_PLATFORM = {
    "169.254.169.254": "which issues tokens of the node's identities",
    "168.63.129.16": "which returns the node's secrets",
}
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _location(value: str) -> str:
    if re.fullmatch("[a-z]+[0-9]*", value) is None:
        squeezed = re.sub("[^a-z0-9]", "", value.lower())
        hint = f"; did you mean '{squeezed}'?" if re.fullmatch("[a-z]+[0-9]*", squeezed) else ""
        raise ValueError(f"{quote_value(value)} is not a location of Azure; write it like 'westeurope'{hint}")
    return value


def _subscription(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        raise ValueError(f"{quote_value(value)} is not a subscription id; write a GUID")
    return value.lower()


def _tag_name(name: str) -> str:
    """Return the name of an Azure tag if it is valid; else raise ValueError.

    Limits: "Use tags to organize your Azure resources", Microsoft Learn, 2025; storage accounts allow 128 characters.
    """
    longest = 128
    if not 1 <= len(name) <= longest:
        raise ValueError(f"{quote_value(name)} has {len(name)} characters; a tag name has 1 to {longest}")
    if re.search(r"[<>%&\\?/\x00-\x1f]", name):
        raise ValueError(f"{quote_value(name)} is not a valid tag name; not allowed are < > % & \\ ? and /")
    if re.match("microsoft|azure|windows", name, re.IGNORECASE):
        raise ValueError(
            f"{quote_value(name)} is not a valid tag name; the prefixes 'microsoft', 'azure' and 'windows' are reserved"
        )
    return name


def _tag_value(value: str) -> str:
    longest = 256
    if len(value) > longest:
        raise ValueError(f"the value has {len(value)} characters; a tag value has at most {longest}")
    if kind := detect_credential(value):
        raise ValueError(f"the value looks like {kind} (not shown), and everyone can read tags; remove it")
    return value


def _principal(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        copied = "copy 'agentIdentityId' from its JSON view in the Azure portal, a GUID"
        raise ValueError(f"{quote_value(value)} is not the id of an identity; {copied}")
    return value.lower()


def _entra_id(value: str) -> str:
    if re.fullmatch(_UUID, value) is None:
        raise ValueError(
            f"{quote_value(value)} is not an object id of Entra ID; write the GUID that `az ad group show` prints"
        )
    return value.lower()


def _machine(value: str) -> str:
    # "Virtual machine sizes overview", Microsoft Learn, 2025: `Standard_D4ds_v5`.
    if re.fullmatch("Standard_[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*", value) is None:
        raise ValueError(f"{quote_value(value)} is not a size of a virtual machine; write it like 'Standard_D4ds_v5'")
    return value


def _reachable(value: str) -> str:
    """Return a block of addresses that agents may connect to; raise if it is too wide or has a platform address."""
    block = address_block(
        value, "clusters here have IPv4 addresses only", "is nearly every address; write narrower blocks"
    )
    for address, what in _PLATFORM.items():
        if ip_address(address) in ip_network(block):
            raise ValueError(f"{quote_value(value)} contains {address}, {what}; write narrower blocks")
    return block


def _host_name(value: str) -> str:
    if re.fullmatch(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+", value) is None:
        example = "write it like 'login.microsoftonline.com' or '*.vault.azure.net'"
        raise ValueError(f"{quote_value(value)} is not a host's name; {example}")
    return value


def _agents(written: object) -> bool | tuple[str, ...]:
    """Normalize a choice of agents: true for all, or a sorted list; no agents are an empty list."""
    if isinstance(written, bool):
        return written or ()
    if not isinstance(written, list | tuple):
        message = f"{quote_value(written)} is neither true nor a list of agents; write one of the two"
        raise ValueError(message)  # noqa: TRY004 - pydantic needs a ValueError
    listed = cast("list[object] | tuple[object, ...]", written)
    for one in listed:
        if not isinstance(one, str):
            raise ValueError(f"{quote_value(one)} is not the name of an agent")  # noqa: TRY004 - as above
    return tuple(sorted(str(one) for one in listed))


_AGENTS_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "array", "items": {"type": "string", "pattern": f"^(?:{AGENT.pattern})$"}, "uniqueItems": True},
    ]
}

ChosenAgents = Annotated[bool | tuple[str, ...], PlainValidator(_agents), WithJsonSchema(_AGENTS_SCHEMA)]
PrincipalId = Annotated[str, AfterValidator(_principal), Field(json_schema_extra={"pattern": f"^{_UUID}$"})]
EntraId = Annotated[str, AfterValidator(_entra_id), Field(json_schema_extra={"pattern": f"^{_UUID}$"})]
HostName = Annotated[str, AfterValidator(_host_name)]
Reachable = Annotated[str, AfterValidator(_reachable)]
Location = Annotated[str, AfterValidator(_location)]
SubscriptionId = Annotated[str, AfterValidator(_subscription)]
TagName = Annotated[str, AfterValidator(_tag_name)]
TagValue = Annotated[str, AfterValidator(_tag_value)]


class ReplicaLimits(StrictModel):
    """Limits of an environment for the number of replicas of every agent."""

    min: Annotated[int, Field(ge=0, le=MAX_REPLICAS)] = 0
    """Lower limit."""
    max: Annotated[int, Field(ge=1, le=MAX_REPLICAS)] = MAX_REPLICAS
    """Upper limit."""


class ExistingLocation(StrictModel):
    """Location of an existing resource in Azure: name, group, subscription; by default the environment's."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """Name of the resource."""
    resource_group: ResourceGroupName | None = None
    """Its resource group."""
    subscription: SubscriptionId | None = None
    """Its subscription."""


class Cluster(StrictModel):
    """Settings of an AKS cluster that differ between environments."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "allow": "callers of a cluster's API are the same in every environment; set them in network.yaml",
        "private": "a cluster is private in every environment or in none; set it in network.yaml",
    }

    node_size: Annotated[str, AfterValidator(_machine)] = "Standard_D4ds_v5"
    """Size of its nodes."""
    node_count: Annotated[int, Field(ge=1, le=1000)] = 3
    """Number of nodes. Limit: "Quotas and regional limits for AKS", Microsoft Learn, 2025."""
    subnet: ArmId | None = None
    """Id of the subnet of its nodes; by default, the cluster has a virtual network of its own."""
    identity: ArmId | None = None
    """With 'subnet': id of the control plane's user-assigned identity, which needs access to that subnet."""
    defender_workspace: WorkspaceId | None = None
    """Id of a workspace for Defender alone, which uses the workspace's key; without it, Defender's sensor is off."""
    admins: Annotated[ListField[EntraId], AfterValidator(sorted_strings)] = ()
    """Ids of groups with full access to the cluster; of an existing cluster, those that have it. By default, none."""


class Destination(StrictModel):
    """Addresses and ports of a destination that agents in clusters may connect to."""

    blocks: Annotated[ListField[Reachable], Field(min_length=1), AfterValidator(sorted_strings)]
    """Blocks of IPv4 addresses."""
    ports: Annotated[ListField[Port], Field(min_length=1)] = (443,)
    """TCP ports."""
    hosts: Annotated[ListField[HostName], AfterValidator(sorted_strings)] = ()
    """Names of the hosts at these addresses, such as '*.vault.azure.net'; by default, there may be any host."""


class HasParent(Protocol):
    """Interface of declared resources, hosts and the registry: base name and kind of the parent in Azure."""

    @property
    def existing(self) -> bool:
        """Return True if the parent resource exists in Azure already, and False if the stack creates it."""
        ...

    @property
    def parent(self) -> str:
        """Return the base name of the parent resource, from which the name in Azure is made."""
        ...

    @property
    def parent_kind(self) -> str:
        """Return the kind of the parent resource, such as `storage-account`: a key of the table `PARENTS`."""
        ...


class Environment(StrictModel):
    """Settings of one stack that differ between environments: location, image tags, existing resources and so on."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "access": "access is the same in every environment; set it in network.yaml",
        "agents": "agents are the same in every environment; declare them in network.yaml",
        "resources": "resources are the same in every environment; declare them in network.yaml",
        "hosts": "hosts are the same in every environment; declare them in network.yaml",
        "name": "the name of the network is set in network.yaml",
        "separation": "separation is the same in every environment; declare it in network.yaml",
        "exceptions": "exceptions are the same in every environment; declare them in network.yaml",
    }

    stack: StackName
    """Name of the Pulumi stack."""
    location: Location
    """Azure region, in Azure's short form: westeurope."""
    resource_group: GroupSetting
    """Resource group that the network is created in."""
    suffix: Suffix
    """Suffix of every globally unique name, so that environments do not collide."""
    image_tag: ImageTag | None = None
    """Tag of every agent's image."""
    image_tags: dict[str, ImageTag] = Field(default_factory=dict[str, str])
    """Tags of single agents' images; they override 'image_tag'."""
    replicas: ReplicaLimits = Field(default_factory=ReplicaLimits)
    """Limits for the number of replicas of every agent."""
    tags: dict[TagName, TagValue] = Field(default_factory=dict[str, str])
    """Azure tags for all resources that support them."""
    log_retention_days: Annotated[int, Field(ge=30, le=730)] = 30
    """Retention of logs in days. Limits: "Manage data retention in a Log Analytics workspace", 2025."""
    production: bool = True
    """Production requires a tag for every image. Set false in other environments."""
    approval: ApprovalSetting | None = None
    """Plans of a release that need an approval, and who may give it; by default those with growth, in production."""
    release: ReleaseSigning | None = None
    """Signatures of releases with Sigstore, which publish the repository's and the workflow's name; by default none."""
    release_identities: ReleaseIdentities | None = None
    """Object ids of the identities that plan and apply a release; their known roles are not access nobody declared."""
    deleted: Literal["recover", "report"] | None = None
    """Soft-deleted resources with needed names: recover them, or report them as an error; by default Azure refuses."""
    purge_protection: bool = True
    """Protection of deleted vaults and stores for their full retention. False outside production: 7 days at most."""
    logs: Literal["none"] | None = None
    """`none` if policies of the environment create the diagnostic settings; by default, the program creates them."""
    redundancy: Literal["zone", "geo-zone"] | None = None
    """Copies of data in several zones, with `geo-zone` also in a second region; by default in one zone."""
    customer_key: CustomerKey | None = None
    """Customer's own key for the data of resources; by default, keys of Microsoft."""
    existing: dict[str, ExistingLocation] = Field(default_factory=dict[str, ExistingLocation])
    """Location of existing accounts, vaults, namespaces, services, stores, clusters and the registry, by base name."""
    published: ChosenAgents = ()
    """Legacy: Foundry agents that are published as applications, in projects with 'identities: shared'."""
    placeholder_images: ChosenAgents = ()
    """Agents whose image is not in the registry yet: true for all, or a list; they run without access until then."""
    shared_identity: Literal["allowed", "refused"] = "refused"
    """Legacy: permission for Foundry agents to share one identity, so that a grant of one is a grant of all."""
    agent_identities: dict[str, PrincipalId] = Field(default_factory=dict[str, str])
    """Ids of Foundry agents' existing identities, copied from their project, by agent."""
    project_identities: dict[str, PrincipalId] = Field(default_factory=dict[str, str])
    """Legacy: ids of identities that the unpublished agents of a project share, copied from it, by project."""
    agent_principal_type: Literal["ServicePrincipal", "AgentServicePrincipal", "AgentUser"] = "ServicePrincipal"
    """Principal type of Foundry agents' identities in role assignments; another one if Azure refuses this one."""
    clusters: dict[str, Cluster] = Field(default_factory=dict[str, Cluster])
    """Settings of clusters, by name in the network: size, subnet and administrators."""
    destinations: dict[str, Destination] = Field(default_factory=dict[str, Destination])
    """Addresses of destinations, by name in agents' 'egress'."""
    people: dict[str, EntraId] = Field(default_factory=dict[str, str])
    """Object ids of people in Entra ID, by name in the network."""
    cloud: CloudName = "public"
    """Azure cloud, which decides the addresses at which agents sign in; public Azure by default."""
    entra: Entra | None = None
    """Ids in Entra ID of clients, groups, users and applications, for agents that act for users or can be called."""
    model_locations: dict[str, Location] = Field(default_factory=dict[str, str])
    """Azure regions of single accounts of models, OpenAI or Foundry, by base name; by default, 'location'."""

    def image_tag_of(self, agent: str) -> str:
        """Return the tag of an agent's image; `latest` by default, which production refuses."""
        return self.image_tags.get(agent) or self.image_tag or "latest"

    def limit_replicas(self, replicas: Replicas) -> Replicas:
        """Return an agent's minimum and maximum replicas, moved into the limits of this environment."""
        most = min(replicas.max, self.replicas.max)
        least = min(max(replicas.min, self.replicas.min), self.replicas.max)
        return Replicas(min=least, max=max(most, least, 1))

    def parent_name(self, held: HasParent) -> str:
        """Return a parent resource's name in Azure: base name and suffix, or the name of an existing resource."""
        if held.existing:
            entry = self.existing.get(held.parent)
            return (entry.name if entry else None) or held.parent
        return parent_name(held.parent_kind, held.parent, self.suffix)

    def location_of(self, held: HasParent) -> str:
        """Return the Azure region of a parent resource that the stack creates: its own, or the environment's."""
        own = self.model_locations.get(held.parent) if held.parent_kind in MODEL_PARENTS else None
        return own or self.location

    def cluster(self, name: str) -> Cluster:
        """Return the settings of a cluster in this environment; the defaults if there are none."""
        return self.clusters.get(name) or Cluster()

    def runs_placeholder(self, agent: str, network: Network) -> bool:
        """Return True if an agent in a container has no access here, since its image is not in the registry yet."""
        listed = self.placeholder_images is True or (
            self.placeholder_images is not False and agent in self.placeholder_images
        )
        return listed and network.agents[agent].host != "foundry"

    def is_published(self, agent: str, network: Network) -> bool:
        """Return True if a Foundry agent is published in this environment."""
        listed = self.published is True or (self.published is not False and agent in self.published)
        return listed and network.agents[agent].host == "foundry"

    def knows_api(self, name: str) -> bool:
        """Return True if the name is one of an API that agents can call for users."""
        return name in KNOWN_APIS or (self.entra is not None and name in self.entra.apis)

    @property
    def release_approval(self) -> Approval:
        """Return the plans of a release that need an approval here; by default those in which access grows."""
        return self.approval or Approval(when="growth" if self.production else "never")

    def api(self, name: str) -> Api:
        """Return an API that agents call for users: a known one, or one of the stack's own."""
        own = self.entra.apis.get(name) if self.entra is not None else None
        return KNOWN_APIS[name] if own is None else own.as_api(self.cloud)

    def can_be_called(self, agent: str, network: Network) -> bool:
        """Return True if callers can be granted access to the agent, at an endpoint of its own."""
        if network.agents[agent].host != "foundry":
            return network.agents[agent].callable
        host = network.hosts.get(network.agents[agent].project)
        if not isinstance(host, FoundryProject):
            return False
        return host.identities == "per-agent" or self.identity_source_of(agent, network) == "application"

    def assigns_calls(self, caller: str, callee: str, network: Network) -> bool:
        """Return True if the stack grants an agent the calls of another one; False if an administrator does."""
        if network.agents[callee].host == "foundry":
            return True
        entra = self.entra or Entra()
        return entra.deployer_rights == "all" and not self.is_assigned(caller, callee)

    def is_assigned(self, caller: str, callee: str) -> bool:
        """Return True if an administrator has assigned the app role of an agent to a caller, by the stack's file."""
        existing = (self.entra or Entra()).existing.get(callee)
        return existing is not None and caller in existing.assignments

    def identity_source_of(self, agent: str, network: Network) -> IdentitySource:
        """Return the source of a Foundry agent's identity in this environment, such as `shared`.

        Raises:
            ValueError: the agent has another host, where it always has its own identity.
        """
        host = network.hosts.get(network.agents[agent].project)
        if not isinstance(host, FoundryProject):
            raise ValueError(f"{quote_value(agent)} is not an agent of Foundry; it has its own identity")  # noqa: TRY004 - a value of the manifest
        if agent in self.agent_identities:
            return "given"
        if host.identities == "per-agent":
            return "per-agent"
        return "application" if self.is_published(agent, network) else "shared"
