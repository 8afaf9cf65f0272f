"""What the user wrote: the network and the environment, read, checked and made into models.

Pure: it imports neither Pulumi nor any other room. `load` is the way in; it gives models that are known to fit each
other and Azure's rules for names, or raises `SpecError` with every problem and its place in the files.
"""

from spec.access import Access
from spec.agents import Agent, Replicas, Scale
from spec.environment import Cluster, Destination, Elsewhere, Environment, FoundryIdentity
from spec.errors import Problem, SpecError
from spec.hosts import AksCluster, FoundryProject, Host
from spec.ingress import Ingress, Probe, Probes
from spec.kinds import KINDS, Deployment, Resource
from spec.loading import load, wrong_in_stack
from spec.network import Network, Registry
from spec.people import People

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
    "wrong_in_stack",
]
