"""Input and output of the manifest's checks: the valid parts of the user's files, and the violations found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from manifest.agents import Agent
from manifest.base_model import as_mapping
from manifest.environment import Environment
from manifest.errors import KeyPath
from manifest.hosts import AGENT_HOSTS, AgentHost
from manifest.kinds import KINDS
from manifest.network import Network
from manifest.validation import PartialModel

__all__ = ["Check", "CheckInput", "ParentReference", "Section", "Violation"]


Section = Literal["resources", "hosts", "agents", "people"]
"""Sections of a network with named entries."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Violation of a rule, with its path in `network.yaml` or in the stack file, and the message for the user."""

    path: KeyPath
    message: str
    file: Literal["network", "environment"] = "network"


@dataclass(frozen=True, slots=True)
class ParentReference:
    """Reference to the parent of a declared resource or host, or to the registry, with its path in the file."""

    path: KeyPath
    parent_kind: str
    parent: str
    existing: bool


@dataclass(frozen=True, slots=True)
class CheckInput:
    """Input of the manifest's checks: the network and the environment without the values that are invalid.

    Attributes:
        network: the network without invalid fields.
        environment: the environment without invalid fields.
        raw: the network as in the file, with every entry, invalid ones included.
        role_refusal_reason: reason why a role, by name, may not be granted on a kind of resource; None if it may.
        for_administrator: True if objects of Entra ID that an administrator has to make need not be there yet.
    """

    network: PartialModel[Network]
    environment: PartialModel[Environment]
    raw: dict[str, Any]
    role_refusal_reason: Callable[[str, str], str | None]
    for_administrator: bool = False

    def names(self, section: Section) -> tuple[str, ...]:
        """Return the names in a section of `network.yaml`, including those of invalid entries."""
        return tuple(as_mapping(self.raw.get(section)) or ())

    def raw_entry(self, section: Section, name: str) -> dict[str, Any]:
        """Return an entry of a section as in the file; empty if the entry is not a mapping."""
        return as_mapping((as_mapping(self.raw.get(section)) or {}).get(name)) or {}

    def kind_of(self, name: str, section: Literal["resources", "hosts"] = "resources") -> str | None:
        """Return the kind of a declared resource or host, even if the rest of its entry is invalid; else None."""
        kind = self.raw_entry(section, name).get("kind")
        return kind if isinstance(kind, str) else None

    def host_of(self, agent: str) -> AgentHost | None:
        """Return the host of a declared agent, even if the rest of its entry is invalid; None for an invalid host."""
        host = self.raw_entry("agents", agent).get("host", "container-app")
        return next((one for one in AGENT_HOSTS if one == host), None)

    def valid_agents(self, *needs: str) -> Iterator[tuple[str, Agent]]:
        """Yield the agents, with their names, in which all given fields are valid."""
        for name, agent in self.network.model.agents.items():
            if all(self.network.is_valid("agents", name, field) for field in needs):
                yield name, agent

    def callers_of(self, agent: str) -> tuple[str, ...]:
        """Return the agents that declare access to an agent, in the order of the file."""
        callers = self.network.model.agents.items()
        return tuple(name for name, one in callers if any(each.resource == agent for each in one.access))

    def parents(self) -> Iterator[ParentReference]:
        """Yield references to the registry and to the parent of every valid resource and host."""
        network = self.network.model
        if self.network.is_valid("registry"):
            registry = network.registry
            yield ParentReference(("registry", "name"), registry.parent_kind, registry.parent, registry.existing)
        for name, one in network.resources.items():
            path = ("resources", name, KINDS[one.kind].parent[0])
            yield ParentReference(path, one.parent_kind, one.parent, one.existing)
        for name, one in network.hosts.items():
            yield ParentReference(("hosts", name, one.parent_key), one.parent_kind, one.parent, one.existing)


Check = Callable[[CheckInput], Iterator[Violation]]
