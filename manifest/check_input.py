"""Input and output of the checks: the valid parts of the files that were read, and the violations that are found."""

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
    """Violation of a rule at a path of the network or of the environment."""

    path: KeyPath
    message: str
    file: Literal["network", "environment"] = "network"


@dataclass(frozen=True, slots=True)
class ParentReference:
    """Parent of a resource or host, or the registry, with its path: a `manifest.environment.HasParent`."""

    path: KeyPath
    parent_kind: str
    parent: str
    existing: bool


@dataclass(frozen=True, slots=True)
class CheckInput:
    """Network and environment before their consistency is checked.

    Attributes:
        network: the network without invalid fields.
        environment: the environment without invalid fields.
        raw: the network as in the file, with every entry, invalid ones included.
        role_refusal_reason: reason why a role, by name, may not be granted on a kind of resource; None if it may.
    """

    network: PartialModel[Network]
    environment: PartialModel[Environment]
    raw: dict[str, Any]
    role_refusal_reason: Callable[[str, str], str | None]

    def names(self, section: Section) -> tuple[str, ...]:
        """Names in a section, those of invalid entries included."""
        return tuple(as_mapping(self.raw.get(section)) or ())

    def raw_entry(self, section: Section, name: str) -> dict[str, Any]:
        """Entry of a section as in the file; empty if it is not a mapping."""
        return as_mapping((as_mapping(self.raw.get(section)) or {}).get(name)) or {}

    def kind_of(self, name: str, section: Literal["resources", "hosts"] = "resources") -> str | None:
        """Kind of a declared resource or host, even if the rest of the entry is invalid."""
        kind = self.raw_entry(section, name).get("kind")
        return kind if isinstance(kind, str) else None

    def host_of(self, agent: str) -> AgentHost | None:
        """Host of a declared agent, even if the rest of the entry is invalid; None for an invalid host."""
        host = self.raw_entry("agents", agent).get("host", "container-app")
        return next((one for one in AGENT_HOSTS if one == host), None)

    def valid_agents(self, *needs: str) -> Iterator[tuple[str, Agent]]:
        """Agents in which all given fields are valid."""
        for name, agent in self.network.model.agents.items():
            if all(self.network.is_valid("agents", name, field) for field in needs):
                yield name, agent

    def parents(self) -> Iterator[ParentReference]:
        """The registry and the parent of every resource and host."""
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
