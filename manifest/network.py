"""Model of the network: registry, resources, hosts, agents, logs, people and safeguards, the same in every environment.

A field's own limits are checked by the field. `manifest.checks` checks everything that takes two fields, two entries or
the environment, so that one error never hides another.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, model_validator

from manifest.agents import Agent
from manifest.azure_naming_rules import PARENTS
from manifest.base_model import StrictModel, as_mapping
from manifest.generated_names import (
    AGENT,
    HOST,
    RESOURCE,
    AgentName,
    HostName,
    NetworkName,
    PeopleName,
    ResourceName,
)
from manifest.hosts import AnyHost
from manifest.kinds import KINDS, RESOURCE_MODELS, Resource
from manifest.logs import Logs
from manifest.name_rules import NameRule
from manifest.people import People
from manifest.safeguards import Exemptions, Separations

__all__ = ["Network", "Registry"]

if TYPE_CHECKING:
    AnyResource = Resource
else:  # the union is created from the table of kinds, which type checkers do not evaluate
    AnyResource = Annotated[Union[tuple(RESOURCE_MODELS.values())], Field(discriminator="kind")]  # noqa: UP007 - of a table


class Registry(StrictModel):
    """Container registry in `network.yaml`, which holds all images of the network."""

    name: Annotated[str, PARENTS["registry"].base]
    """Base name; an environment appends its suffix, unless the registry exists already."""
    existing: bool = False
    """True if the registry exists already: access is granted, but it is not created."""
    permissions: Literal["registry", "repository"] = "registry"
    """Scope of the pull permission: the registry, or the agent's repository for an existing registry in that mode."""

    @property
    def parent(self) -> str:
        """Return the base name of the registry, which is its own parent."""
        return self.name

    @property
    def parent_kind(self) -> str:
        """Return `registry`, the kind of the registry's parent, which is the registry itself."""
        return "registry"


class Network(StrictModel):
    """Contents of network.yaml: registry, resources, hosts, agents, people and safeguards."""

    name: NetworkName
    """Name of the network, and prefix of the names of all apps."""
    registry: Registry
    """Registry of the agents' images."""
    resources: dict[ResourceName, AnyResource] = Field(default_factory=dict[str, AnyResource])
    """Resources that agents can be granted access to."""
    hosts: dict[HostName, AnyHost] = Field(default_factory=dict[str, AnyHost])
    """Hosts of agents that do not run on Container Apps."""
    agents: dict[AgentName, Agent] = Field(default_factory=dict[str, Agent])
    """Agents of the network."""
    logs: Logs | None = None
    """Destination of the logs; by default, a workspace that the network creates."""
    people: dict[PeopleName, People] = Field(default_factory=dict[str, People])
    """People who may call agents."""
    separation: Separations = ()
    """Permissions that no agent may have together."""
    exceptions: Exemptions = ()
    """Findings that are accepted until a date."""

    @model_validator(mode="before")
    @classmethod
    def _name_children(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """Return the raw network in which each entry without a name in Azure has its own key as that name."""
        network = as_mapping(written)
        if network is None:
            return written
        filled = dict(network)
        for section, rule, key_of in _CHILDREN:
            entries = as_mapping(network.get(section))
            if entries is not None:
                filled[section] = {name: _named(name, entry, rule, key_of) for name, entry in entries.items()}
        return filled


def _key_of_resource(entry: dict[str, Any]) -> str | None:
    kind = KINDS.get(str(entry.get("kind")))
    return kind.child[0] if kind and kind.child else None


def _key_of_host(entry: dict[str, Any]) -> str | None:
    return "project" if entry.get("kind") == "foundry-project" else None


def _key_of_agent(entry: dict[str, Any]) -> str | None:
    return {"foundry": "agent", "aks": "service_account"}.get(str(entry.get("host")))


_CHILDREN: tuple[tuple[str, NameRule, Callable[[dict[str, Any]], str | None]], ...] = (
    ("resources", RESOURCE, _key_of_resource),
    ("hosts", HOST, _key_of_host),
    ("agents", AGENT, _key_of_agent),
)


def _named(name: str, written: object, rule: NameRule, key_of: Callable[[dict[str, Any]], str | None]) -> object:
    entry = as_mapping(written)
    key = key_of(entry) if entry and rule.error(name) is None else None
    return {key: name, **entry} if entry and key else written
