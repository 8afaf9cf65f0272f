"""Finds the agents that run as pods in an AKS cluster, and the machines on which the pods run.

The nodes of a cluster are machines in a resource group of their own, which Azure manages: a command on a node acts as
every pod there ("Core concepts for Azure Kubernetes Service", node resource group, Microsoft Learn, 2025). Owns
following a federated credential from the identity that trusts it to the cluster that issues the tokens. Where the
issuer is not known yet, every cluster counts: a result may claim too much, never too little.
"""

from access.azure.scopes import is_path, key, type_of
from access.model.graph import Graph, Resource
from access.model.json_values import mapping, text

CLUSTER = "microsoft.containerservice/managedclusters"
_CREDENTIAL = "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials"


def pods(graph: Graph) -> dict[str, list[str]]:
    """Return the agents whose identities the service accounts of each AKS cluster can use, by cluster id."""
    clusters = {key(one.id): _issuer(one) for one in graph.resources if type_of(key(one.id)) == CLUSTER}
    found: dict[str, dict[str, None]] = {cluster: {} for cluster in clusters}
    owners = {key(one.owner): one for one in graph.principals if one.owner and one.agent}
    for one in graph.resources if clusters else ():
        if type_of(key(one.id)) != _CREDENTIAL:
            continue
        values = one.flat_properties
        identity = owners.get(key(one.id.rsplit("/", 2)[0]))
        if identity is None or not text(values, "subject").startswith("system:serviceaccount:"):
            continue
        issuer = text(values, "issuer").rstrip("/")
        for cluster, issues in clusters.items():
            if not issuer or not issues or issuer == issues:
                found[cluster].update(dict.fromkeys(identity.agents))
    return {cluster: list(agents) for cluster, agents in found.items() if agents}


def nodes(graph: Graph) -> dict[str, str]:
    """Return the keys of the clusters by the ids of their machine scale sets, which no program contains."""
    found: dict[str, str] = {}
    for one in graph.resources:
        if type_of(key(one.id)) == CLUSTER and is_path(key(one.id)) and (group := _node_group(one)):
            subscription = "/".join(one.id.split("/")[:3])
            scale_sets = f"{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachineScaleSets"
            found[f"{scale_sets}/nodes-of-{one.id.rpartition('/')[2]}"] = key(one.id)
    return found


def _node_group(cluster: Resource) -> str:
    values = cluster.flat_properties
    named, location = text(values, "nodeResourceGroup"), text(values, "location").replace(" ", "").lower()
    group = cluster.id.split("/")[4]
    return named or (f"MC_{group}_{cluster.id.rpartition('/')[2]}_{location}" if location else "")


def _issuer(cluster: Resource) -> str:
    return text(mapping(cluster.flat_properties.get("oidcIssuerProfile")), "issuerURL").rstrip("/")
