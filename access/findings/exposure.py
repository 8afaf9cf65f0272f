"""Finds resources that can be accessed without a role: by access key, anonymously or from the internet."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, cast

from access.azure.scopes import ancestors, key
from access.evaluate.relevance import resource_type
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource
from access.model.json_values import is_known, listed, mapping

_WIDEST = 8
"""Shortest acceptable CIDR prefix length: a block with more addresses restricts hardly anybody."""
_WITHOUT_ROLES = {
    "microsoft.containerservice/managedclusters": "has local accounts, whose certificates make an administrator of it",
    "microsoft.keyvault/vaults": "decides by access policies, and not by roles",
}
"""ARM type in lower case → end of the sentence, for types that are opened without a role and without a key."""
_APPS = frozenset({"microsoft.app/containerapps"})


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield findings for enabled access keys and for public endpoints."""
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    for resource in context.graph.resources:
        agent = agents.get(key(resource.id), "")
        if resource.local_auth and not _parent_has_keys(context, resource):
            how = _WITHOUT_ROLES.get(resource_type(resource), "can be accessed with keys, without a role")
            yield _finding(context, "local-auth-on", resource, agent, f"{resource.name!r} {how}")
        why = _open(context, resource)
        if why:
            yield _finding(context, "public-access", resource, agent, f"{resource.name!r} {why}")


def _finding(context: CheckContext, rule: str, resource: Resource, agent: str, what: str) -> Finding:
    inside = (each.name for each in context.graph.resources_within(resource.id) if each.declared)
    place = context.agent_location(agent) if agent else context.resource_location(resource)
    return Finding(
        rule=BY_ID[rule],
        what=what,
        location=place,
        agent=agent,
        resource=resource.name,
        about=(resource.id, *inside),
    )


def _parent_has_keys(context: CheckContext, resource: Resource) -> bool:
    """Return True if the access keys belong to the parent resource, which has the finding instead."""
    above = (context.graph.resource(scope) for scope in ancestors(key(resource.id))[:-1])
    return any(each.local_auth for each in above if each)


def _open(context: CheckContext, resource: Resource) -> str:
    """Return how anybody can access a resource without credentials; an empty text if nobody can."""
    arm_type, values = resource_type(resource), _flat(resource)
    if arm_type == "microsoft.storage/storageaccounts" and values.get("allowBlobPublicAccess") is True:
        return "allows public containers in it (allowBlobPublicAccess)"
    if arm_type.endswith("/blobservices/containers"):
        level = values.get("publicAccess")
        if isinstance(level, str) and is_known(level) and level.lower() in {"blob", "container"}:
            return "" if _refused_above(context, resource) else f"can be read by anybody (publicAccess: {level})"
    if arm_type == "microsoft.containerregistry/registries" and values.get("anonymousPullEnabled") is True:
        return "hands its images to anybody (anonymousPullEnabled)"
    if arm_type in _APPS:
        ingress = mapping(mapping(values.get("configuration")).get("ingress"))
        if ingress.get("external") is True and not _keeps_out(ingress.get("ipSecurityRestrictions")):
            return "can be called from anywhere (external ingress without a list of who may call)"
    if arm_type == "microsoft.containerservice/managedclusters":
        # An existing cluster that the program only refers to shows no properties.
        has_properties = "agentPoolProfiles" in values or "apiServerAccessProfile" in values
        if has_properties and _is_open_cluster(mapping(values.get("apiServerAccessProfile"))):
            return "has an API that can be reached from anywhere (neither private nor with authorizedIPRanges)"
    return ""


def _is_open_cluster(profile: Mapping[str, Any]) -> bool:
    ranges = profile.get("authorizedIPRanges")
    if profile.get("enablePrivateCluster") is True or (ranges is not None and not isinstance(ranges, list)):
        return False  # private, or not known yet
    blocks = listed(cast("object", ranges))
    return not blocks or any(map(_is_wide, blocks))


def _refused_above(context: CheckContext, resource: Resource) -> bool:
    """Return True if the storage account disables the public access that its blob container enables."""
    above = (context.graph.resource(scope) for scope in ancestors(key(resource.id))[:-1])
    return any(_flat(each).get("allowBlobPublicAccess") is False for each in above if each)


def _flat(resource: Resource) -> Mapping[str, Any]:
    """Return a resource's properties in one mapping, whether ARM nests them under `properties` or not."""
    return {**mapping(resource.properties.get("properties")), **resource.properties}


def _keeps_out(restrictions: object) -> bool:
    """Return True if IP rules allow only the listed addresses, instead of all."""
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
