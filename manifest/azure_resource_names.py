"""Names in our words, and how the names that Azure sees are made of them.

Pure functions; Azure's own rules stand in `manifest.azure_names`, and whether a network keeps them is judged by `load`.
"""

from typing import Annotated

from manifest import azure_names as azure
from manifest.name_rule import NameRule

__all__ = [
    "AGENT",
    "HOST",
    "RESOURCE",
    "AgentName",
    "DestinationName",
    "FindingName",
    "HostName",
    "ImageTag",
    "NetworkName",
    "PeopleName",
    "ResourceGroupName",
    "ResourceName",
    "StackName",
    "Suffix",
    "app_name",
    "environment_name",
    "identity_name",
    "namespace_name",
    "parent_name",
    "pull_identity_name",
    "variable_prefix",
]

# Ours: each is a part of a longer name that Azure limits, so the limits here only keep that within reach.
_OURS = "ours"
NETWORK = NameRule("a network", 1, 24, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
AGENT = NameRule("an agent", 1, 28, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
RESOURCE = NameRule("a resource", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
HOST = NameRule("a host", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
PEOPLE = NameRule("a group of people", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
DESTINATION = NameRule("a destination", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
STACK = NameRule("a stack", 1, 24, "[a-z0-9](?:-?[a-z0-9])*", "lower-case letters, digits and single dashes", _OURS)
FINDING = NameRule("a finding", 1, 60, azure.LOWER_DASHES, azure.LOWER_DASHES_WORDS, _OURS)
SUFFIX = NameRule("an environment's suffix", 2, 8, "[a-z0-9]+", "lower-case letters and digits", _OURS)

NetworkName = Annotated[str, NETWORK]
AgentName = Annotated[str, AGENT]
ResourceName = Annotated[str, RESOURCE]
HostName = Annotated[str, HOST]
PeopleName = Annotated[str, PEOPLE]
DestinationName = Annotated[str, DESTINATION]
FindingName = Annotated[str, FINDING]
StackName = Annotated[str, STACK]
Suffix = Annotated[str, SUFFIX]
ResourceGroupName = Annotated[str, azure.RESOURCE_GROUP]
ImageTag = Annotated[str, azure.TAG]


def app_name(network: str, agent: str, stack: str) -> str:
    """The Container App of an agent."""
    return f"{network}-{agent}-{stack}"


def pull_identity_name(network: str, agent: str, stack: str) -> str:
    """The identity with which the platform pulls the agent's image; no code in the agent ever acts as it."""
    return f"{app_name(network, agent, stack)}-pull"


def identity_name(network: str, agent: str, stack: str) -> str:
    """The identity of an agent that runs in a cluster, which its service account alone can act as."""
    return app_name(network, agent, stack)


def namespace_name(network: str, agent: str, stack: str) -> str:
    """The namespace of an agent that runs in a cluster; nothing else is in it, whoever else uses the cluster."""
    return app_name(network, agent, stack)


def environment_name(network: str, stack: str) -> str:
    """The managed environment, and its Log Analytics workspace."""
    return f"{network}-{stack}"


def parent_name(parent_kind: str, base: str, suffix: str) -> str:
    """A name that is unique in the world: the base name and the environment's suffix, as this kind of parent allows.

    `parent_kind` is a key of `manifest.azure_names.PARENTS`, such as "storage-account".
    """
    return f"{base}{azure.PARENTS[parent_kind].joint}{suffix}"


def variable_prefix(resource: str) -> str:
    """How the environment variables begin that hand an agent the endpoints of a granted resource."""
    return resource.upper().replace("-", "_") + "_"
