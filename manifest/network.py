"""The network as a model: its registry, resources, hosts, agents, people and promises. The same in every environment.

A field's own limits stand with the field. What takes two fields, two entries or the environment to judge stands in
`manifest.checks`, so that one mistake never hides another.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, model_validator

from manifest.agents import Agent
from manifest.azure_names import PARENTS
from manifest.azure_resource_names import (
    AGENT,
    HOST,
    RESOURCE,
    AgentName,
    HostName,
    NetworkName,
    PeopleName,
    ResourceName,
)
from manifest.base_model import Entry, mapping
from manifest.hosts import AnyHost
from manifest.kinds import KINDS, RESOURCE_MODELS, Resource
from manifest.name_rule import NameRule
from manifest.people import People
from manifest.safeguards import Exemptions, Separations

__all__ = ["Network", "Registry"]

if TYPE_CHECKING:
    AnyResource = Resource
else:  # the union is made from the table of kinds, which a type checker cannot follow
    AnyResource = Annotated[Union[tuple(RESOURCE_MODELS.values())], Field(discriminator="kind")]  # noqa: UP007 - of a table


class Registry(Entry):
    """The container registry from which all images of the network come."""

    name: Annotated[str, PARENTS["registry"].base]
    """Base name; an environment adds its suffix, unless the registry is an existing one."""
    existing: bool = False
    """It is there already: reference it and grant on it, and do not create it."""
    permissions: Literal["registry", "repository"] = "registry"
    """What pulling is granted on: the registry, or (existing registries in that mode only) the agent's repository."""

    @property
    def parent(self) -> str:
        """Its base name; a registry holds itself."""
        return self.name

    @property
    def parent_kind(self) -> str:
        """A key of `manifest.azure_names.PARENTS`."""
        return "registry"


class Network(Entry):
    """Everything in network.yaml."""

    name: NetworkName
    """Name of the network; the names of all apps begin with it."""
    registry: Registry
    """Where the images come from."""
    resources: dict[ResourceName, AnyResource] = Field(default_factory=dict[str, AnyResource])
    """What agents can be granted."""
    hosts: dict[HostName, AnyHost] = Field(default_factory=dict[str, AnyHost])
    """Where agents run that do not run on Container Apps."""
    agents: dict[AgentName, Agent] = Field(default_factory=dict[str, Agent])
    """The agents."""
    people: dict[PeopleName, People] = Field(default_factory=dict[str, People])
    """Who may call agents besides agents."""
    separation: Separations = ()
    """Rights that no agent may have together."""
    exceptions: Exemptions = ()
    """Findings that are accepted for a while."""

    @model_validator(mode="before")
    @classmethod
    def _name_children(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """What is not given a name in Azure is called there as it is here."""
        network = mapping(written)
        if network is None:
            return written
        filled = dict(network)
        for section, rule, key_of in _CHILDREN:
            entries = mapping(network.get(section))
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
    entry = mapping(written)
    key = key_of(entry) if entry and rule.complaint(name) is None else None
    return {key: name, **entry} if entry and key else written
