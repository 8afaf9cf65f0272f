"""Pydantic models of the user's files: `network.yaml` and the configuration of a stack, read and validated.

Pure: it imports neither Pulumi nor another package of this project. `load` is the entry point; it returns models that
are consistent with each other and with Azure's naming rules, or raises `ManifestError` with every problem and its line.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from manifest.access import Access
    from manifest.agents import Agent, Replicas, Scale
    from manifest.environment import Cluster, Destination, Environment, ExistingLocation, IdentitySource
    from manifest.errors import ManifestError, Problem
    from manifest.hosts import AksCluster, FoundryProject, Host
    from manifest.ingress import Ingress, Probe, Probes
    from manifest.kinds import KINDS, ModelDeployment, Resource
    from manifest.loading import load, model_problem, network_problem, stack_config_problem
    from manifest.network import Network, Registry
    from manifest.people import People

__all__ = [
    "KINDS",
    "Access",
    "Agent",
    "AksCluster",
    "Cluster",
    "Destination",
    "Environment",
    "ExistingLocation",
    "FoundryProject",
    "Host",
    "IdentitySource",
    "Ingress",
    "ManifestError",
    "ModelDeployment",
    "Network",
    "People",
    "Probe",
    "Probes",
    "Problem",
    "Registry",
    "Replicas",
    "Resource",
    "Scale",
    "load",
    "model_problem",
    "network_problem",
    "stack_config_problem",
]

# Each name is imported at its first use, because local Azure imports modules of this package and needs no model.
_MODULES = {
    "Access": "access",
    "Agent": "agents",
    "Replicas": "agents",
    "Scale": "agents",
    "Cluster": "environment",
    "Destination": "environment",
    "ExistingLocation": "environment",
    "Environment": "environment",
    "IdentitySource": "environment",
    "Problem": "errors",
    "ManifestError": "errors",
    "AksCluster": "hosts",
    "FoundryProject": "hosts",
    "Host": "hosts",
    "Ingress": "ingress",
    "Probe": "ingress",
    "Probes": "ingress",
    "KINDS": "kinds",
    "ModelDeployment": "kinds",
    "Resource": "kinds",
    "load": "loading",
    "model_problem": "loading",
    "network_problem": "loading",
    "stack_config_problem": "loading",
    "Network": "network",
    "Registry": "network",
    "People": "people",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any of the names above)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
