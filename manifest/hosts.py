"""Models of the hosts in `network.yaml` that agents run on: Foundry projects and AKS clusters.

Container Apps needs no entry: the network creates its own environment. This module also lists the keys of an agent that
each host requires or does not support, with the reason; `manifest.checks` applies the lists.
"""

from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from manifest import azure_naming_rules as azure
from manifest.base_model import ListField, StrictModel, sorted_strings
from manifest.ingress import address_block
from manifest.kinds import VERBS, ModelDeployments
from manifest.message_formatting import quote_value
from safe_text.credentials import detect_credential

__all__ = [
    "AGENT_HOSTS",
    "CONNECTED_KINDS",
    "HOST_MODELS",
    "REQUIRED_KEYS",
    "UNSUPPORTED_KEYS",
    "AgentHost",
    "AksCluster",
    "AnyHost",
    "FoundryProject",
    "FoundryTool",
    "Host",
]

AgentHost = Literal["container-app", "foundry", "aks"]
AGENT_HOSTS: dict[AgentHost, str] = {
    "container-app": "Container Apps",
    "foundry": "Foundry",
    "aks": "AKS",
}
"""Hosts of agents, with the names for messages."""

CONNECTED_KINDS = ("blob-container", "cosmos-container", "model-account", "search-index")
"""Kinds of resource that a project can connect to with Entra ID instead of a key."""


def _caller(value: str) -> str:
    # "Secure access to the API server using authorized IP address ranges", Microsoft Learn, 2025.
    return address_block(value, "a cluster restricts callers of its API by IPv4 addresses only")


def _tool_url(value: str) -> str:
    """Return the URL of a tool if tokens may be sent there; else raise ValueError."""
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise ValueError(
            f"{quote_value(value)} is not the URL of a tool; write it like 'https://tools.example.com/mcp'"
        )
    if parts.query or detect_credential(value):
        raise ValueError("the URL of a tool has a query or a credential, which everyone could read; remove it")
    return value


class FoundryTool(StrictModel):
    """Tool of a Foundry project's agents, which acts with the identity of the agent that calls it."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "audience": "the audience of the token follows from 'resource'",
        "key": "a tool gets a token of the agent's identity, and no key; remove it",
        "name": "the name of a tool is its key",
    }

    kind: Literal["mcp", "a2a"]
    """Protocol: Model Context Protocol, or Agent2Agent."""
    resource: str
    """Name of the resource or callable agent behind it, for whose service it gets a token of the calling agent."""
    url: Annotated[str, AfterValidator(_tool_url)] = ""
    """URL of the tool; by default the endpoint of a callable agent in 'resource', on Foundry for 'a2a' alone."""


class FoundryProject(StrictModel):
    """Foundry project in `network.yaml`, in which agents run without a container."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "name": "the name of a host is its key; set the name in Azure in 'project'",
        "agents": "the host is set on each agent, in 'project'",
        "cluster": "a project has no cluster; for a cluster, set kind 'aks-cluster'",
    }

    kind: Literal["foundry-project"]
    """Project of Foundry, in which agents run without a container."""
    account: Annotated[str, azure.PARENTS["foundry-account"].base]
    """Base name of the Foundry account that holds it."""
    project: Annotated[str, azure.FOUNDRY_PROJECT] = ""
    """Name of the project in Azure; by default, the name in this network."""
    identities: Literal["shared", "per-agent"] = "per-agent"
    """Identities of its agents: one for each from its creation, or (legacy) one that unpublished agents share."""
    deployments: ModelDeployments = ()
    """Model deployments of the account; none for an existing account."""
    connections: dict[str, Annotated[str, Field(json_schema_extra={"enum": list(VERBS)})]] = Field(
        default_factory=dict[str, str]
    )
    """Resources that all its agents can use with the project's own identity, each with a verb of its kind."""
    tools: dict[str, FoundryTool] = Field(default_factory=dict[str, FoundryTool])
    """MCP and A2A tools of its agents, by name: the only use that a prompt agent has for its access to resources."""
    existing: bool = False
    """True if the project exists already: neither it nor its account is created."""

    parent_key: ClassVar[str] = "account"
    """Key with the base name of the parent."""

    @property
    def parent(self) -> str:
        """Return the base name of the project's Foundry account."""
        return self.account

    @property
    def parent_kind(self) -> str:
        """Return `foundry-account`, the kind of a Foundry project's parent resource."""
        return "foundry-account"


class AksCluster(StrictModel):
    """AKS cluster in `network.yaml`, in which each agent runs in a namespace of its own."""

    unsupported_keys: ClassVar[dict[str, str]] = {
        "name": "the name of a host is its key; set the name in Azure in 'cluster'",
        "agents": "the host is set on each agent, in 'cluster'",
        "account": "a cluster has no account; for an account, set kind 'foundry-project'",
        "namespace": "every agent has a namespace of its own, with the name of its identity in Azure",
        "nodes": "the size of a cluster belongs to the environment: 'clusters' in Pulumi.<stack>.yaml",
    }

    kind: Literal["aks-cluster"]
    """Cluster of AKS, in which each agent runs in a namespace of its own."""
    cluster: Annotated[str, azure.PARENTS["kubernetes-cluster"].base]
    """Base name of the cluster."""
    allow: Annotated[ListField[Annotated[str, AfterValidator(_caller)]], AfterValidator(sorted_strings)] = ()
    """Blocks of IPv4 addresses with access to the API of the cluster; all others are denied."""
    private: bool = False
    """True if the API of the cluster has a private address only."""
    existing: bool = False
    """True if the cluster exists already and is not created."""

    parent_key: ClassVar[str] = "cluster"
    """Key with the base name of the parent."""

    @property
    def parent(self) -> str:
        """Return the base name of the cluster, which is its own parent."""
        return self.cluster

    @property
    def parent_kind(self) -> str:
        """Return `kubernetes-cluster`, the kind of a cluster's parent resource."""
        return "kubernetes-cluster"


Host = FoundryProject | AksCluster
AnyHost = Annotated[Host, Field(discriminator="kind")]
HOST_MODELS: dict[str, type[Host]] = {"foundry-project": FoundryProject, "aks-cluster": AksCluster}
"""Model of each kind of host."""

REQUIRED_KEYS: dict[AgentHost, tuple[str, ...]] = {
    "container-app": ("image",),
    "foundry": ("project", "version"),
    "aks": ("image", "cluster"),
}
"""Keys that an agent requires, by host."""

_OF_FOUNDRY = {
    "project": "only agents of Foundry have a project; set 'host: foundry', or remove the key",
    "agent": "only an agent of Foundry has another name on its host; remove the key",
    "version": "only an agent of Foundry is published by its version; for a container, set the image's tag",
}
_OF_AKS = {
    "cluster": "only agents of AKS have a cluster; set 'host: aks', or remove the key",
    "service_account": "only agents of AKS have a service account; remove the key",
    "user_id": "only agents of AKS have a user id; remove the key",
    "egress": "only a cluster's network policy can restrict the egress of one agent; remove the key",
}
_OF_CONTAINERS = {
    "image": "only containers have an image; the definition of the agent is in the project",
    "cpu": "only containers have a size; the project provides the compute",
    "memory": "only containers have a size; the project provides the compute",
    "replicas": "only containers have replicas; the project scales the agent",
    "scale": "only containers have scale rules; the project scales the agent",
    "ingress": "only containers have ingress; callers use the project's endpoint, which Azure authenticates",
    "port": "only containers have a port; callers use the project's endpoint",
    "probes": "only containers have probes; the project monitors the agent",
    "environment": "only containers have environment variables",
    "identity": "Azure creates the identity of an agent on Foundry together with the agent; remove the key",
    "acts_for_users": (
        "an agent of Foundry has no user-assigned identity that an application could trust, and its own identity acts"
        " for users only by an application that Foundry makes; run the agent on Container Apps or AKS"
    ),
    "callable": "every agent of Foundry with an endpoint can be called by those with 'use' on it; remove the key",
    "platform_authentication": "Azure authenticates the callers of the project's endpoint; remove the key",
}

UNSUPPORTED_KEYS: dict[AgentHost, dict[str, str]] = {
    "container-app": {**_OF_FOUNDRY, **_OF_AKS},
    "foundry": {**_OF_CONTAINERS, **_OF_AKS},
    "aks": {
        **_OF_FOUNDRY,
        "identity": "an agent in a cluster always has a user-assigned identity of its own; remove the key",
        "scale": "clusters have no scale rules here; set the number of replicas in 'replicas'",
        "platform_authentication": "a cluster checks no tokens in front of its containers; remove the key",
    },
}
"""Keys that an agent does not support, by host, each with the reason."""
