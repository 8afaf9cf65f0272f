"""Which agents run as pods of which cluster.

Owns following a federated credential from the identity that trusts it to the cluster that issues the tokens. Where it
is not known yet who issues them, every cluster counts: an answer may claim too much, never too little.
"""

from collections.abc import Mapping
from typing import Any

from access.azure.scopes import key, type_of
from access.model.graph import Graph
from access.model.json_values import mapping, text

CLUSTER = "microsoft.containerservice/managedclusters"
_CREDENTIAL = "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials"


def pods(graph: Graph) -> dict[str, list[str]]:
    """By key of a cluster: the agents whose identities its service accounts can be."""
    clusters = {key(one.id): _issuer(one.properties) for one in graph.resources if type_of(key(one.id)) == CLUSTER}
    found: dict[str, dict[str, None]] = {cluster: {} for cluster in clusters}
    owners = {key(one.owner): one for one in graph.principals if one.owner and one.agent}
    for one in graph.resources if clusters else ():
        if type_of(key(one.id)) != _CREDENTIAL:
            continue
        said = {**mapping(one.properties.get("properties")), **one.properties}
        identity = owners.get(key(one.id.rsplit("/", 2)[0]))
        if identity is None or not text(said, "subject").startswith("system:serviceaccount:"):
            continue
        issuer = text(said, "issuer").rstrip("/")
        for cluster, issues in clusters.items():
            if not issuer or not issues or issuer == issues:
                found[cluster].update(dict.fromkeys(identity.agents))
    return {cluster: list(agents) for cluster, agents in found.items() if agents}


def _issuer(properties: Mapping[str, Any]) -> str:
    said = {**mapping(properties.get("properties")), **properties}
    return text(mapping(said.get("oidcIssuerProfile")), "issuerURL").rstrip("/")
