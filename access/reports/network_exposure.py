"""Lists the ways to a resource without a role: network, anonymous access and access keys, for the report.

Owns the words for each state. A setting that the source does not contain is unknown, and never taken as harmless; the
findings `public-access` and `local-auth-on` judge. Names of properties: Azure Resource Manager template reference,
Microsoft Learn, 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.key_access import switch_of
from access.azure.scopes import key, type_of
from access.evaluate.ingress import checks_tokens, ingress_of, open_reasons
from access.model.graph import Graph, Resource
from access.model.json_values import is_known, listed, mapping
from access.questions.display_names import DisplayNames

__all__ = ["exposure_rows"]

_APP = "microsoft.app/containerapps"
_CLUSTER = "microsoft.containerservice/managedclusters"
_CONTAINER = "microsoft.storage/storageaccounts/blobservices/containers"
_REGISTRY = "microsoft.containerregistry/registries"
_STORAGE = "microsoft.storage/storageaccounts"
_ADDRESS = ("ipAddressRange", "iPAddressOrRange", "ipAddressOrRange", "value")
_TOP = 2
"""Number of segments in the type of a resource that is in no other resource."""

State = dict[str, str]


def exposure_rows(graph: Graph) -> list[dict[str, Any]]:
    """Return a JSON object for every resource that has a network endpoint, anonymous access or keys."""
    names = DisplayNames(graph)
    inside: dict[str, list[str]] = {}
    for one in graph.resources:
        if one.declared:
            inside.setdefault(_account(one), []).append(names.of_resource(one))
    rows = [
        {
            "resource": names.of_resource(one),
            "id": one.id,
            "kind": one.kind,
            "holds": sorted(set(inside.get(key(one.id), ())) - {names.of_resource(one)}),
            "network": _network(one),
            "addresses": list(_addresses(one)),
            "anonymous": _ingress_without_token(graph, one) or _anonymous(one),
            "keys": _keys(one),
        }
        for one in graph.resources
        if _is_listed(one)
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["resource"]))


def _account(resource: Resource) -> str:
    """Return the id of the resource at the top that contains a resource, as a key."""
    segments = key(resource.id).split("/")
    return "/".join(segments[: segments.index("providers") + 4]) if "providers" in segments else ""


def _is_listed(resource: Resource) -> bool:
    kind = type_of(key(resource.id))
    if kind in {_APP, _CLUSTER, _CONTAINER}:
        return True
    has_network = "publicNetworkAccess" in resource.flat_properties
    return kind.count("/") == _TOP - 1 and (has_network or bool(switch_of(kind)))


def _network(resource: Resource) -> State:
    kind, values = type_of(key(resource.id)), resource.flat_properties
    if kind == _APP:
        return _ingress(values)
    if kind == _CLUSTER:
        return _cluster(values)
    if kind == _CONTAINER:
        return _state("as its account")
    return _public_access(values)


def _public_access(values: Mapping[str, Any]) -> State:
    access = values.get("publicNetworkAccess")
    if not isinstance(access, str) or not is_known(access):
        return _state("unknown", "doubtful")
    if access.lower() == "disabled":
        return _state("closed", "good")
    if access.lower() != "enabled":
        return _state(access)
    return _state("listed addresses", "good") if _is_filtered(values) else _state("any address", "doubtful")


def _ingress(values: Mapping[str, Any]) -> State:
    configuration = values.get("configuration")
    if "template" not in values and configuration is None:
        return _state("unknown", "doubtful")
    ingress = mapping(mapping(configuration).get("ingress"))
    if not ingress:
        return _state("no ingress", "good")
    if ingress.get("external") is not True:
        known = "external" in ingress
        return _state("every app of its environment", "doubtful") if known else _state("unknown", "doubtful")
    allowed = any(rule.get("action") == "Allow" for rule in map(mapping, listed(ingress.get("ipSecurityRestrictions"))))
    return _state("listed addresses", "good") if allowed else _state("any address", "bad")


def _cluster(values: Mapping[str, Any]) -> State:
    profile = values.get("apiServerAccessProfile")
    if not isinstance(profile, Mapping):
        return _state("API: any address", "bad") if "agentPoolProfiles" in values else _state("unknown", "doubtful")
    found = mapping(cast("object", profile))
    if found.get("enablePrivateCluster") is True:
        return _state("API: private", "good")
    return (
        _state("API: listed addresses", "good")
        if found.get("authorizedIPRanges")
        else _state("API: any address", "bad")
    )


def _is_filtered(values: Mapping[str, Any]) -> bool:
    """Return True if the firewall of a service refuses every address that it does not list."""
    for name in ("networkAcls", "networkRuleSet"):
        action = mapping(values.get(name)).get("defaultAction")
        if isinstance(action, str):
            return action.lower() == "deny"
    # Cosmos DB has no default action: a list of addresses refuses all others.
    return bool(listed(values.get("ipRules"))) or values.get("isVirtualNetworkFilterEnabled") is True


def _addresses(resource: Resource) -> Iterator[str]:
    values = resource.flat_properties
    ingress = mapping(mapping(values.get("configuration")).get("ingress"))
    rules = [*listed(ingress.get("ipSecurityRestrictions")), *listed(values.get("ipRules"))]
    for name in ("networkAcls", "networkRuleSet"):
        rules += listed(mapping(values.get(name)).get("ipRules"))
    for rule in map(mapping, rules):
        if str(rule.get("action", "Allow")).lower() == "allow":
            yield from (value for name in _ADDRESS if isinstance(value := rule.get(name), str))
    profile = mapping(values.get("apiServerAccessProfile"))
    yield from (one for one in listed(profile.get("authorizedIPRanges")) if isinstance(one, str))


def _anonymous(resource: Resource) -> State:
    kind, values = type_of(key(resource.id)), resource.flat_properties
    setting = {_STORAGE: "allowBlobPublicAccess", _REGISTRY: "anonymousPullEnabled"}.get(kind, "")
    if kind == _CONTAINER:
        level = values.get("publicAccess")
        if not isinstance(level, str) or not is_known(level):
            return _state("unknown", "doubtful")
        return _state("off", "good") if level.lower() == "none" else _state(f"on: {level}", "bad")
    if not setting:
        return _state("")
    value = values.get(setting)
    if not isinstance(value, bool):
        return _state("unknown", "doubtful")
    return _state("on", "bad") if value else _state("off", "good")


def _ingress_without_token(graph: Graph, resource: Resource) -> State | None:
    """Return the state of tokens at an app with ingress; None for everything else."""
    ingress = ingress_of(resource)
    if ingress is None:
        return None
    is_open = open_reasons(graph, resource, ingress, checks_tokens=checks_tokens(graph, resource))
    return _state("on: callers need no token", "bad") if is_open else _state("off: callers need a token", "good")


def _keys(resource: Resource) -> State:
    kind = type_of(key(resource.id))
    if kind.count("/") >= _TOP:
        return _state("as its account")
    if not switch_of(kind):
        return _state("")
    if resource.local_auth is None:
        return _state("unknown", "doubtful")
    return _state("on", "bad") if resource.local_auth else _state("off", "good")


def _state(words: str, level: str = "") -> State:
    return {"words": words, "level": level}
