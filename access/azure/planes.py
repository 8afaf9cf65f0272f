"""Determines which operations apply to a resource type, on the control plane and on the data plane.

The rule: the operations whose names begin with the resource's own type, so that operations of its children count, too,
and those of its parent are evaluated at the parent. In addition: `Microsoft.Authorization/*`, which exists at every
scope; at a resource group, a subscription or the root everything; for a few types the data operations that Azure names
after the parent (`operations` in the type's row). If no operation of a type is known, its read, write and delete are
assumed: a role that grants all would otherwise seem to grant nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from access.azure.catalogue import every_role
from access.azure.operations import cosmos_data_actions, known
from access.azure.types import BY_ARM_TYPE, TYPES, of_token

_COSMOS = "microsoft.documentdb/databaseaccounts"
_AT_EVERY_SCOPE = "microsoft.authorization/"
_CLUSTERS = "Microsoft.ContainerService/managedClusters/"

_ON_HOSTS = (
    "Microsoft.ContainerInstance/containerGroups/containers/exec/action",
    *(
        f"{host}/{verb}"
        for host in (
            "Microsoft.ContainerInstance/containerGroups",
            "Microsoft.Logic/workflows",
            "Microsoft.Web/sites/slots",
        )
        for verb in ("delete", "read", "write")
    ),
)
"""Control operations on compute hosts that the published list lacks.

Source: "Azure permissions for Containers", "for Integration" and "for Web and Mobile", Microsoft Learn, 2025.
"""

AGENT = of_token("pulumi-python:dynamic/foundry:AgentIdentity").key
"""The pseudo type of a Foundry agent, which is not a resource of Azure Resource Manager."""


@cache
def relevant_to(resource_kind: str, *, data: bool) -> tuple[str, ...]:
    """Return the operations of one plane that apply to an ARM type; empty for types that only contain others."""
    names = every(data=data)
    if not resource_kind:
        return names
    row = BY_ARM_TYPE.get(resource_kind)
    if data:
        named_after = row.operations if row and row.operations else (resource_kind,)
        return tuple(sorted((name for each in named_after for name in _below(names, each)), key=str.lower))
    is_managed = row is None or row.in_resource_manager
    assumed = tuple(f"{resource_kind}/{verb}" for verb in ("delete", "read", "write")) if is_managed else ()
    found = _below(names, resource_kind) or assumed
    authorization = () if resource_kind.startswith(_AT_EVERY_SCOPE) else _below(names, _AT_EVERY_SCOPE.rstrip("/"))
    return tuple(sorted((*found, *authorization), key=str.lower))


@cache
def every(*, data: bool) -> tuple[str, ...]:
    """Return all operations of one plane, Cosmos DB included, sorted without regard to case."""
    more = (*cosmos_data_actions(), *_in_clusters()) if data else _ON_HOSTS
    unlisted = (row.unlisted_data_operations if data else row.unlisted_operations for row in TYPES)
    names = (*known(data=data), *(name for each in unlisted for name in each), *more)
    return tuple(sorted({name.lower(): name for name in reversed(names)}.values(), key=str.lower))


def planes_of(operation: str) -> tuple[bool, ...]:
    """Return the planes on which an operation exists (True: data plane); both planes if it is unknown."""
    found = tuple(data for data in (False, True) if operation.lower() in _lowered(data=data))
    return found or (False, True)


def is_cosmos(operation: str) -> bool:
    """Return True if only Cosmos DB's own roles can allow a data operation."""
    return operation.lower().startswith(_COSMOS + "/")


def _in_clusters() -> Iterator[str]:
    """Return the operations on Kubernetes objects in a cluster, which no published list contains.

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
    """Return the names that begin with a type, from a sorted list of names."""
    start = bisect_left(names, f"{kind}/", key=str.lower)
    end = bisect_left(names, f"{kind}0", key=str.lower)  # "0" follows "/"
    return names[start:end]
