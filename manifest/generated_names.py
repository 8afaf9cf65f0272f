"""Names in Azure that are generated from the names in `network.yaml`, and the rules for these names.

Pure functions. Azure's own rules are in `manifest.azure_naming_rules`; `load` checks the generated names with them.
"""

from typing import Annotated

from manifest import azure_naming_rules as azure
from manifest.name_rules import NameRule

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
    "credential_identity_name",
    "environment_name",
    "identity_name",
    "namespace_name",
    "own_identity_name",
    "parent_name",
    "pull_identity_name",
    "variable_prefix",
]

# Rules of this project: each name is a part of a longer name that Azure limits; these limits keep that short enough.
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
    """Return the name in Azure of an agent's Container App, or of its application in Foundry."""
    return f"{network}-{agent}-{stack}"


def pull_identity_name(network: str, agent: str, stack: str) -> str:
    """Return the name of the identity that pulls an agent's image; the agent's code gets no token for it."""
    return f"{app_name(network, agent, stack)}-pull"


def own_identity_name(network: str, agent: str, stack: str) -> str:
    """Return the name of the user-assigned identity with which the code of an agent's Container App gets tokens."""
    return f"{app_name(network, agent, stack)}-own"


def credential_identity_name(network: str, agent: str, stack: str) -> str:
    """Return the name of the identity with which an agent signs in as its Entra application, to act for users."""
    return f"{app_name(network, agent, stack)}-credential"


def identity_name(network: str, agent: str, stack: str) -> str:
    """Return the name of a cluster agent's identity; only the agent's service account gets tokens for it."""
    return app_name(network, agent, stack)


def namespace_name(network: str, agent: str, stack: str) -> str:
    """Return the name of the Kubernetes namespace that one agent in a cluster has for itself."""
    return app_name(network, agent, stack)


def environment_name(network: str, stack: str) -> str:
    """Return the name of a network's Container Apps environment, and of its Log Analytics workspace, in a stack."""
    return f"{network}-{stack}"


def parent_name(parent_kind: str, base: str, suffix: str) -> str:
    """Return the globally unique name of a parent resource: its base name and the environment's suffix.

    `parent_kind` is a key of `manifest.azure_naming_rules.PARENTS`, such as "storage-account".
    """
    return f"{base}{azure.PARENTS[parent_kind].joint}{suffix}"


def variable_prefix(resource: str) -> str:
    """Return the prefix of the environment variables that hold the endpoints of a granted resource."""
    return resource.upper().replace("-", "_") + "_"
