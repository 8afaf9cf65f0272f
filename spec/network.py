"""The network as a model: its registry, its resources, its agents, its promises. The same in every environment.

A field's own limits stand with the field. What takes two fields, two entries or the environment to judge stands in
`spec.checks`, so that one mistake never hides another.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, model_validator

from spec.agents import Agent
from spec.azure_names import PARENTS
from spec.entry import Entry, mapping
from spec.kinds import KINDS, RESOURCE_MODELS, Resource
from spec.names import RESOURCE, AgentName, NetworkName, ResourceName
from spec.safeguards import Exemptions, Separations

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
        """A key of `spec.azure_names.PARENTS`."""
        return "registry"


class Network(Entry):
    """Everything in network.yaml."""

    name: NetworkName
    """Name of the network; the names of all apps begin with it."""
    registry: Registry
    """Where the images come from."""
    resources: dict[ResourceName, AnyResource] = Field(default_factory=dict[str, AnyResource])
    """What agents can be granted."""
    agents: dict[AgentName, Agent] = Field(default_factory=dict[str, Agent])
    """The agents."""
    separation: Separations = ()
    """Rights that no agent may have together."""
    exceptions: Exemptions = ()
    """Findings that are accepted for a while."""

    @model_validator(mode="before")
    @classmethod
    def _name_children(cls, written: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """A resource whose name in Azure is not given is called there as it is here."""
        network = mapping(written)
        resources = mapping(network.get("resources")) if network else None
        if network is None or resources is None:
            return written
        return {**network, "resources": {name: _named(name, entry) for name, entry in resources.items()}}


def _named(name: str, written: object) -> object:
    entry = mapping(written)
    kind = KINDS.get(str(entry.get("kind"))) if entry and RESOURCE.complaint(name) is None else None
    return {kind.child[0]: name, **entry} if entry and kind and kind.child else written
