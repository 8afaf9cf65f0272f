"""What the checks look at: everything that was read, as far as it is sound, and what a check has to say about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from manifest.agents import Agent
from manifest.base_model import mapping
from manifest.environment import Environment
from manifest.errors import Path
from manifest.hosts import RUNS_ON, RunsOn
from manifest.kinds import KINDS
from manifest.network import Network
from manifest.validation import Outcome

__all__ = ["Check", "Draft", "Finding", "Holder", "Section"]


Section = Literal["resources", "hosts", "agents", "people"]
"""The parts of a network in which things have names."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a path of the network or of the environment."""

    path: Path
    message: str
    file: Literal["network", "environment"] = "network"


@dataclass(frozen=True, slots=True)
class Holder:
    """The parent of one resource or host, or the registry: `manifest.environment.Held`, and where it stands."""

    path: Path
    parent_kind: str
    parent: str
    existing: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A network and its environment before they are known to fit.

    Attributes:
        network: the network without what was wrong in its fields.
        environment: the environment, likewise.
        written: the network as it was written, mistakes included; here stand all names.
        role_refusal_reason: why a role (by its name) may not be granted on a kind of resource; None where it may.
    """

    network: Outcome[Network]
    environment: Outcome[Environment]
    written: dict[str, Any]
    role_refusal_reason: Callable[[str, str], str | None]

    def names(self, section: Section) -> tuple[str, ...]:
        """Every name that a section declares, those of broken entries included."""
        return tuple(mapping(self.written.get(section)) or ())

    def entry(self, section: Section, name: str) -> dict[str, Any]:
        """An entry of a section as it is written; empty where it is none."""
        return mapping((mapping(self.written.get(section)) or {}).get(name)) or {}

    def kind_of(self, name: str, section: Literal["resources", "hosts"] = "resources") -> str | None:
        """The kind that a declared resource or host says it is, whatever else is wrong with it."""
        kind = self.entry(section, name).get("kind")
        return kind if isinstance(kind, str) else None

    def runs_on(self, agent: str) -> RunsOn | None:
        """What a declared agent says it runs on, whatever else is wrong with it; None where that is wrong."""
        host = self.entry("agents", agent).get("host", "container-app")
        return next((one for one in RUNS_ON if one == host), None)

    def agents(self, *needs: str) -> Iterator[tuple[str, Agent]]:
        """The agents whose fields of these names are sound."""
        for name, agent in self.network.model.agents.items():
            if all(self.network.sound("agents", name, field) for field in needs):
                yield name, agent

    def holders(self) -> Iterator[Holder]:
        """The registry, and then the parent of every resource and host, once each."""
        network = self.network.model
        if self.network.sound("registry"):
            registry = network.registry
            yield Holder(("registry", "name"), registry.parent_kind, registry.parent, registry.existing)
        for name, one in network.resources.items():
            path = ("resources", name, KINDS[one.kind].parent[0])
            yield Holder(path, one.parent_kind, one.parent, one.existing)
        for name, one in network.hosts.items():
            yield Holder(("hosts", name, one.parent_key), one.parent_kind, one.parent, one.existing)


Check = Callable[[Draft], Iterator[Finding]]
