"""Model deployments that a network declares, each with its account, its region and its place in network.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from manifest.base_model import as_mapping
from manifest.environment import Environment, HasParent
from manifest.errors import KeyPath
from manifest.hosts import FoundryProject
from manifest.kinds import ModelDeployment
from manifest.model_availability import ModelTable, ModelVersion
from manifest.network import Network

Section = Literal["resources", "hosts"]

__all__ = ["DeclaredModel", "declared_models"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredModel:
    """Model deployment of an account that the network creates: its owner, account, region and settings."""

    section: Section
    owner: str
    """Name in the network of the resource or of the Foundry project that declares it."""
    account: str
    """Base name of the account."""
    account_name: str
    """Name of the account in Azure."""
    region: str
    deployment: ModelDeployment

    @property
    def label(self) -> str:
        """Return the model with its version, for messages."""
        return f"{self.deployment.model} {self.deployment.version}"

    def path(self, raw: Mapping[str, Any]) -> KeyPath:
        """Return the path of the deployment in network.yaml, whose parsed contents are `raw`."""
        entry = as_mapping((as_mapping(raw.get(self.section)) or {}).get(self.owner)) or {}
        place: KeyPath = (self.section, self.owner, "deployments")
        written = entry.get("deployments")
        items = cast("list[object]", written) if isinstance(written, list) else []
        names = [(as_mapping(one) or {}).get("name") for one in items]
        return (*place, names.index(self.deployment.name)) if self.deployment.name in names else place

    def in_table(self, table: ModelTable) -> ModelVersion | None:
        """Return the model's version in a table of models; None for one that the table does not have."""
        return table.find(self.deployment.model, self.deployment.version)


def declared_models(network: Network, environment: Environment) -> Iterator[DeclaredModel]:
    """Yield the model deployments of all accounts that the network creates, in the order of their owners' names."""
    for section, owner, entry in _accounts(network):
        region, account = environment.location_of(entry), environment.parent_name(entry)
        for one in cast("tuple[ModelDeployment, ...]", getattr(entry, "deployments", ())):
            yield DeclaredModel(
                section=section,
                owner=owner,
                account=entry.parent,
                account_name=account,
                region=region,
                deployment=one,
            )


def _accounts(network: Network) -> Iterator[tuple[Section, str, HasParent]]:
    """Yield section, name and entry of each resource and host whose account the network creates, by name."""
    for name, resource in sorted(network.resources.items()):
        if resource.kind == "model-account" and not resource.existing:
            yield "resources", name, resource
    for name, host in sorted(network.hosts.items()):
        if isinstance(host, FoundryProject) and not host.existing:
            yield "hosts", name, host
