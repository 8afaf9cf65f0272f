"""What the user wrote: the network and the environment, read, checked and made into models.

Pure: it imports neither Pulumi nor any other room. `load` is the way in; it gives models that are known to fit each
other and Azure's rules for names, or raises `SpecError` with every problem and its place in the files.
"""

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
