"""Finds access without any role: by anybody, or by anyone with an access key.

Owns the properties of a resource that open it. Sources, all of Microsoft Learn: "Overview: Remediating anonymous read
access for blob data", 2024-09; "Enable anonymous pull access", Container Registry, 2024-10; "Ingress in Azure Container
Apps", 2025-01; "Secure access to the API server using authorized IP address ranges in AKS", 2024-10; those of endpoints
of Foundry agents are in `access.azure.foundry_endpoints`.
"""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any, NamedTuple, cast

from access.azure.booleans import boolean
from access.azure.foundry_endpoints import schemes_without_role
from access.azure.planes import AGENT
from access.azure.scopes import ancestors, key
from access.evaluate.relevance import resource_type
from access.model.graph import Graph, Resource
from access.model.json_values import is_known, listed, mapping

_WIDEST = 8
"""Shortest acceptable CIDR prefix length: a block with more addresses restricts hardly anybody."""
_READ_BY_ANYBODY = frozenset(
    {
        "microsoft.containerregistry/registries/pull/read",
        "microsoft.containerregistry/registries/repositories/content/read",
        "microsoft.containerregistry/registries/repositories/metadata/read",
        "microsoft.storage/storageaccounts/blobservices/containers/blobs/read",
        "microsoft.cognitiveservices/accounts/aiservices/endpoints/interact/action",
    }
)
"""Operations that public access gives to anybody, in lower case."""
_APPS = frozenset({"microsoft.app/containerapps"})


class AnonymousAccess(NamedTuple):
    """The access that anybody has to a resource."""

    words: str
    """Words between `anybody` and the resource: `may read`."""
    reason: str
    """Words after the resource, with the property that opens it."""
    reads: bool = False
    """True if anybody reads the data of the resource itself."""


def anonymous_access(graph: Graph, resource: Resource) -> AnonymousAccess | None:
    """Return the access that anybody has to a resource; None if nobody has any without a role or a key."""
    arm_type, values = resource_type(resource), _flat(resource)
    if arm_type == "microsoft.storage/storageaccounts" and values.get("allowBlobPublicAccess") is True:
        return AnonymousAccess(
            "may read public containers of", "allows public containers in it (allowBlobPublicAccess)"
        )
    if arm_type.endswith("/blobservices/containers"):
        level = values.get("publicAccess")
        is_public = isinstance(level, str) and is_known(level) and level.lower() in {"blob", "container"}
        if is_public and not _is_refused_above(graph, resource):
            return AnonymousAccess("may read", f"can be read by anybody (publicAccess: {level})", reads=True)
    if arm_type == "microsoft.containerregistry/registries" and values.get("anonymousPullEnabled") is True:
        return AnonymousAccess("may pull from", "hands its images to anybody (anonymousPullEnabled)", reads=True)
    if arm_type in _APPS:
        ingress = mapping(mapping(values.get("configuration")).get("ingress"))
        if ingress.get("external") is True and not _keeps_out(ingress.get("ipSecurityRestrictions")):
            return AnonymousAccess(
                "may call", "can be called from anywhere (external ingress without a list of who may call)"
            )
    if arm_type == "microsoft.containerservice/managedclusters":
        # An existing cluster that the program only refers to shows no properties.
        has_properties = "agentPoolProfiles" in values or "apiServerAccessProfile" in values
        if has_properties and _is_open_cluster(mapping(values.get("apiServerAccessProfile"))):
            return AnonymousAccess(
                "can reach the API of",
                "has an API that can be reached from anywhere (neither private nor with authorizedIPRanges)",
            )
    return _calls_of_agent(values) if arm_type == AGENT else None


def _calls_of_agent(values: Mapping[str, Any]) -> AnonymousAccess | None:
    """Return the access of callers whom a Foundry agent's endpoint accepts without a role; None if there are none."""
    schemes = schemes_without_role(values)
    if not schemes:
        return None
    how = f"authorizes callers by {' and '.join(schemes)}, and not by their roles alone (authorization_schemes)"
    return AnonymousAccess("may call", how, reads=True)


def read_by_anybody(graph: Graph, resource_id: str, operation: str) -> str:
    """Return the reason why anybody may perform an operation at a resource, without a role; empty if nobody may."""
    for scope in ancestors(key(resource_id)):
        found = graph.resource(scope)
        opened = anonymous_access(graph, found) if found and operation.lower() in _READ_BY_ANYBODY else None
        if found and opened and opened.reads:
            return f"anybody {opened.words} {found.name!r}, which {opened.reason}"
    return ""


def opens_by_key(graph: Graph, resource: Resource) -> bool:
    """Return True if access keys of a resource work; False if they are the keys of its parent, or do not work."""
    above = (graph.resource(scope) for scope in ancestors(key(resource.id))[:-1])
    return resource.local_auth is True and not any(each.local_auth for each in above if each)


def _is_open_cluster(profile: Mapping[str, Any]) -> bool:
    ranges = profile.get("authorizedIPRanges")
    if profile.get("enablePrivateCluster") is True or (ranges is not None and not isinstance(ranges, list)):
        return False  # private, or not known yet
    blocks = listed(cast("object", ranges))
    return not blocks or any(map(_is_wide, blocks))


def _is_refused_above(graph: Graph, resource: Resource) -> bool:
    """Return True if the storage account forbids the public access that its container allows."""
    above = (graph.resource(scope) for scope in ancestors(key(resource.id))[:-1])
    return any(_flat(each).get("allowBlobPublicAccess") is False for each in above if each)


def _flat(resource: Resource) -> Mapping[str, Any]:
    """Return a resource's properties in one mapping, with texts of truth values as truth values."""
    return {name: boolean(value) for name, value in resource.flat_properties.items()}


def _keeps_out(restrictions: object) -> bool:
    """Return True if IP rules allow only the addresses that they list."""
    if restrictions is not None and not isinstance(restrictions, list):
        return True  # not known yet
    rules = [mapping(each) for each in listed(cast("object", restrictions))]
    allowed = [each.get("ipAddressRange") for each in rules if str(each.get("action", "")).lower() == "allow"]
    return bool(allowed) and not any(_is_wide(each) for each in allowed)


def _is_wide(block: object) -> bool:
    try:
        return isinstance(block, str) and is_known(block) and ip_network(block, strict=False).prefixlen < _WIDEST
    except ValueError:
        return False
