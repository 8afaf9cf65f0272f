"""Finds values that a check needs but cannot see: unknown before a deployment, or secret.

Owns the list of these values. A rule that cannot see a value finds nothing wrong with it, so the value itself is
reported.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from access.azure.key_access import switch_of
from access.evaluate.relevance import resource_type
from access.model.graph import Resource
from access.model.json_values import is_known, listed, mapping, text
from safe_text.credentials import may_name_credential

_WHY = "is not known before it is deployed, or is a secret"
_INGRESS = (
    "configuration.ingress.external",
    "configuration.ingress.ipSecurityRestrictions.action",
    "configuration.ingress.ipSecurityRestrictions.ipAddressRange",
)
_CHECKED = {
    "microsoft.app/containerapps": _INGRESS,
    "microsoft.containerregistry/registries": ("anonymousPullEnabled",),
    "microsoft.containerservice/managedclusters": (
        "apiServerAccessProfile.enablePrivateCluster",
        "apiServerAccessProfile.authorizedIPRanges",
    ),
    "microsoft.storage/storageaccounts": ("allowBlobPublicAccess",),
    "microsoft.storage/storageaccounts/blobservices/containers": ("publicAccess",),
}
"""Properties that decide about access without an identity, by ARM type in lower case."""
_RUNNING = ("template.containers", "template.initContainers")


def unknown_values(resource: Resource, *, images: bool) -> Iterator[str]:
    """Return a sentence for each property of a resource whose value a check needs and cannot see."""
    arm_type = resource_type(resource)
    values = resource.flat_properties
    switch = switch_of(arm_type)
    paths = (*((switch,) if switch else ()), *_CHECKED.get(arm_type, ()))
    paths += tuple(f"{each}.image" for each in _RUNNING) if images else ()
    yield from (f"{path} {_WHY}" for path in dict.fromkeys(each for path in paths for each in _unseen(values, path)))
    for path in _RUNNING:
        for container in listed(mapping(values.get("template")).get(path.rpartition(".")[2])):
            for variable in map(mapping, listed(mapping(container).get("env"))):
                name = text(variable, "name")
                if may_name_credential(name) and _is_unseen(variable.get("value")):
                    yield f"the value of its variable {name!r} {_WHY}"


def _unseen(values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the parts of a property path below which every value is unknown or secret."""
    waiting: list[tuple[object, tuple[str, ...], tuple[str, ...]]] = [(values, (), tuple(path.split(".")))]
    while waiting:
        value, done, rest = waiting.pop()
        if _is_unseen(value):
            yield ".".join(done)
        elif isinstance(value, list):
            waiting += [(each, done, rest) for each in cast("list[object]", value)]
        elif rest and isinstance(value, Mapping):
            waiting.append((cast("Mapping[str, object]", value).get(rest[0]), (*done, rest[0]), rest[1:]))


def _is_unseen(value: object) -> bool:
    return value is not None and not is_known(value)
