"""Operations that concern a resource type, on each plane.

The rule: the operations whose names begin with the resource's own type, so that those of what lies inside it count too
and those of what it lies in are asked there. Besides: `Microsoft.Authorization/*`, which exists at every scope; at a
resource group, a subscription or the root everything; for a few types the data operations that Azure names after the
parent (`_NAMED_ELSEWHERE`). Where no operation of a type is known, its read, write and delete are assumed: a role that
grants all would otherwise seem to grant nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from access.azure.catalogue import every_role
from access.azure.operations import cosmos_data_actions, known

_COSMOS = "microsoft.documentdb/databaseaccounts"
_AT_EVERY_SCOPE = "microsoft.authorization/"

# Sending to one queue, or calling one deployment, is an operation of what holds it (Microsoft, "Azure permissions",
# 2026-04-09).
_FOUNDRY = "microsoft.cognitiveservices/accounts/aiservices"
_NAMED_ELSEWHERE = {
    "microsoft.servicebus/namespaces/queues": "microsoft.servicebus/namespaces/messages",
    "microsoft.servicebus/namespaces/topics": "microsoft.servicebus/namespaces/messages",
    "microsoft.servicebus/namespaces/topics/subscriptions": "microsoft.servicebus/namespaces/messages",
    "microsoft.eventhub/namespaces/eventhubs": "microsoft.eventhub/namespaces/messages",
    "microsoft.cognitiveservices/accounts/deployments": "microsoft.cognitiveservices/accounts/openai/deployments",
    "microsoft.cognitiveservices/accounts/projects": _FOUNDRY,
    "microsoft.cognitiveservices/accounts/projects/applications": f"{_FOUNDRY}/applications",
    _COSMOS + "/sqldatabases": _COSMOS,
    _COSMOS + "/sqldatabases/containers": _COSMOS,
}

_OF_AGENT = (f"{_FOUNDRY}/agents", f"{_FOUNDRY}/endpoints")
"""An agent of Foundry is managed by the one and called by the other; it is no resource of Resource Manager."""
AGENT = "microsoft.cognitiveservices/accounts/projects/agents"

# In no list, and in no role but by wildcard: Microsoft, "Access Azure App Configuration using Microsoft Entra ID".
_STORE = "Microsoft.AppConfiguration/configurationStores"
_CLUSTERS = "Microsoft.ContainerService/managedClusters/"
_UNLISTED = {
    True: tuple(f"{_STORE}/{what}" for what in ("keyValues/delete", "keyValues/read", "keyValues/write"))
    + tuple(f"{_STORE}/{what}" for what in ("snapshots/read", "snapshots/write")),
    False: tuple(f"{_STORE}/{what}" for what in ("delete", "ListKeys/action", "read", "RegenerateKey/action", "write")),
}


@cache
def relevant_to(resource_kind: str, *, data: bool) -> tuple[str, ...]:
    """The same by ARM type in lower case; empty for what is no resource but holds resources."""
    names = every(data=data)
    if not resource_kind:
        return names
    if data:
        # What a Cosmos role allows in a container is named after the container, but for reading the metadata.
        if resource_kind == AGENT:
            return tuple(sorted((name for kind in _OF_AGENT for name in _below(names, kind)), key=str.lower))
        return _below(names, _NAMED_ELSEWHERE.get(resource_kind, resource_kind))
    assumed = () if resource_kind == AGENT else tuple(f"{resource_kind}/{verb}" for verb in ("delete", "read", "write"))
    found = _below(names, resource_kind) or assumed
    authorization = () if resource_kind.startswith(_AT_EVERY_SCOPE) else _below(names, _AT_EVERY_SCOPE.rstrip("/"))
    return tuple(sorted((*found, *authorization), key=str.lower))


@cache
def every(*, data: bool) -> tuple[str, ...]:
    """All the operations of one plane, those of Cosmos among them, each once, sorted without regard to case."""
    more = (*cosmos_data_actions(), *_in_clusters()) if data else ()
    names = (*known(data=data), *_UNLISTED[data], *more)
    return tuple(sorted({name.lower(): name for name in reversed(names)}.values(), key=str.lower))


def planes_of(operation: str) -> tuple[bool, ...]:
    """On which planes an operation exists (True: data); both where it is known on neither."""
    found = tuple(data for data in (False, True) if operation.lower() in _lowered(data=data))
    return found or (False, True)


def is_cosmos(operation: str) -> bool:
    """Whether an operation on data is one that Cosmos roles alone can allow."""
    return operation.lower().startswith(_COSMOS + "/")


def _in_clusters() -> Iterator[str]:
    """What can be done with the objects in a cluster: no list has it, roles say `pods/*`.

    Source: "Use Microsoft Entra ID authorization for the Kubernetes API", Microsoft Learn, 2025: a verb of Kubernetes
    is a read, a write or a delete, and running a command in a pod has an action of its own.
    """
    for role in every_role():
        for block in role.permissions:
            # What a role excludes, another one allows.
            for pattern in (*block.data_actions, *block.not_data_actions):
                if not pattern.startswith(_CLUSTERS) or pattern == f"{_CLUSTERS}*":
                    continue
                if pattern.endswith("/*"):
                    yield from (f"{pattern[:-1]}{verb}" for verb in ("delete", "read", "write"))
                elif "*" not in pattern:
                    yield pattern
    yield f"{_CLUSTERS}pods/exec/action"


@cache
def _lowered(*, data: bool) -> frozenset[str]:
    return frozenset(name.lower() for name in every(data=data))


def _below(names: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The names that continue a type, in names that are sorted without regard to case."""
    start = bisect_left(names, f"{kind}/", key=str.lower)
    end = bisect_left(names, f"{kind}0", key=str.lower)  # "0" follows "/"
    return names[start:end]
