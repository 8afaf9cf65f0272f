"""A network with one resource of a kind and an agent that may do all that the kind allows, on the SDK's mocks."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pulumi_kubernetes as kubernetes

from components.agents.aks import AksAgent
from components.agents.foundry import FoundryAgent, FoundryAgentArgs
from components.aks import AksCluster, AksClusterArgs
from components.foundry import FoundryProject
from components.network import AgentNetwork
from components.resources.image_registry import ImageRegistry
from components.resources.key_vault import KeyVault
from components.resources.key_vault_secret import KeyVaultSecret
from spec.kinds import KINDS
from tests.components.places import placed
from tests.components.recorder import TENANT, Recorded, Registered, record
from tests.projects import load_project, write_project

__all__ = ["PARENT", "RESOURCE", "component", "of_hosts", "of_kind", "of_project", "within"]

REPOSITORY = Path(__file__).parents[2]
RESOURCE = "thing"
"""What the one resource is called in its network."""
PARENT = "contosothing"
"""What holds it, where something does."""

_SETTINGS: dict[str, dict[str, Any]] = {
    "cosmos-container": {"database": "main"},
    "model-account": {"deployments": [{"name": "small", "model": "gpt-4.1-mini", "version": "2025-04-14"}]},
}
_ENVIRONMENT = {"location": "westeurope", "resource_group": "contoso", "suffix": "dev7", "production": False}


def _described(kind: str, *, existing: bool) -> dict[str, Any]:
    settings = {} if existing and kind == "model-account" else _SETTINGS.get(kind, {})
    entry = {"kind": kind, KINDS[kind].parent[0]: PARENT, "existing": existing, **settings}
    agent = {"image": "worker", "access": {RESOURCE: list(KINDS[kind].verbs)}}
    return {
        "name": "contoso",
        "registry": {"name": "contosoimages"},
        "resources": {RESOURCE: entry},
        "agents": {"worker": agent},
    }


@cache
def of_kind(kind: str, *, existing: bool = False) -> Recorded:
    """What a network with this one resource registers."""
    with TemporaryDirectory() as root:
        return of_project(write_project(Path(root), _described(kind, existing=existing), _ENVIRONMENT))


@cache
def of_hosts() -> Recorded:
    """What an agent of every identity on each host that no network names registers, with a registry and a secret."""

    def program() -> None:
        images = ImageRegistry("images", placed("contosodev7"))
        vault = KeyVault("contoso-vault", placed("contoso-vault-dev7"))
        secret = KeyVaultSecret("signing", {"vault": vault, "secret": "signing"})
        for agent in (*_in_foundry(), _in_cluster(images)):
            secret.allow(agent, "read")

    return record(program)


def _in_foundry() -> list[FoundryAgent]:
    project = FoundryProject("contoso-ai", {**placed("contoso-ai-dev7"), "project_name": "agents"})
    given: dict[str, FoundryAgentArgs] = {
        "draft": {"project": project, "agent": "draft", "identity": "shared"},
        "report": {
            "project": project,
            "agent": "report",
            "identity": "application",
            "version": "7",
            "application_name": "contoso-report-dev",
        },
        "review": {"project": project, "agent": "review", "identity": "per-agent"},
        "other": {"project": project, "agent": "other", "identity": "given", "principal_id": TENANT},
    }
    return [FoundryAgent(name, args) for name, args in given.items()]


def _in_cluster(images: ImageRegistry) -> AksAgent:
    size: AksClusterArgs = {**placed("contoso-dev7"), "vm_size": "Standard_D4ds_v5", "node_count": 3, "private": True}
    return AksAgent(
        "clerk",
        {
            "app_name": "clerk",
            "identity_name": "contoso-clerk-dev",
            "resource_group_name": "group",
            "location": "westeurope",
            "cluster": AksCluster("contoso", size),
            "provider": kubernetes.Provider("cluster", kubeconfig="of the cluster"),
            "namespace": "clerk",
            "registry": images,
            "repository": "agents/clerk",
            "image_tag": "1.2.3",
            "cpu": 0.5,
            "memory": "1Gi",
            "replicas": 1,
            "port": 8080,
            "callers": ["report"],
        },
    )


def of_project(root: Path = REPOSITORY) -> Recorded:
    """What the network of a project, or of this repository, registers in dev."""
    network, environment = load_project(root)
    return record(lambda: AgentNetwork(network.name, {"network": network, "environment": environment}))


def component(recorded: Recorded, kind: type) -> Registered:
    """The only component of a class; some are called as the Azure resource in them."""
    (found,) = [one for one in recorded.all(kind.__name__) if not one.custom]
    return found


def within(recorded: Recorded, name: str) -> list[Registered]:
    """A component by its logical name, and everything below it."""
    family = {one.urn for one in recorded.resources if one.name == name and not one.custom}
    for one in recorded.resources:
        # A parent is registered before its children.
        if one.parent in family:
            family.add(one.urn)
    return [one for one in recorded.resources if one.urn in family]
