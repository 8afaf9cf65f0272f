"""What the user wrote: the network and the environment, read, checked and made into models.

Pure: it imports neither Pulumi nor any other room. `load` is the way in; it gives models that are known to fit each
other and Azure's rules for names, or raises `SpecError` with every problem and its place in the files.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from manifest.access import Access
    from manifest.agents import Agent, Replicas, Scale
    from manifest.environment import Cluster, Destination, Elsewhere, Environment, FoundryIdentity
    from manifest.errors import Problem, SpecError
    from manifest.hosts import AksCluster, FoundryProject, Host
    from manifest.ingress import Ingress, Probe, Probes
    from manifest.kinds import KINDS, Deployment, Resource
    from manifest.loading import load, stack_config_problem
    from manifest.network import Network, Registry
    from manifest.people import People

__all__ = [
    "KINDS",
    "Access",
    "Agent",
    "AksCluster",
    "Cluster",
    "Deployment",
    "Destination",
    "Elsewhere",
    "Environment",
    "FoundryIdentity",
    "FoundryProject",
    "Host",
    "Ingress",
    "Network",
    "People",
    "Probe",
    "Probes",
    "Problem",
    "Registry",
    "Replicas",
    "Resource",
    "Scale",
    "SpecError",
    "load",
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
    "Elsewhere": "environment",
    "Environment": "environment",
    "FoundryIdentity": "environment",
    "Problem": "errors",
    "SpecError": "errors",
    "AksCluster": "hosts",
    "FoundryProject": "hosts",
    "Host": "hosts",
    "Ingress": "ingress",
    "Probe": "ingress",
    "Probes": "ingress",
    "KINDS": "kinds",
    "Deployment": "kinds",
    "Resource": "kinds",
    "load": "loading",
    "stack_config_problem": "loading",
    "Network": "network",
    "Registry": "network",
    "People": "people",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any of the names above)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
