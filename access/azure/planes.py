"""Determines which operations apply to a resource type, on the control plane and on the data plane.

The rule: the operations whose names begin with the resource's own type, so that operations of its children count, too,
and those of its parent are evaluated at the parent. In addition: `Microsoft.Authorization/*`, which exists at every
scope; at a resource group, a subscription or the root everything; for a few types the data operations that Azure names
after the parent (`operations` in the type's row). If no operation of a type is known, its read, write and delete are
assumed: a role that grants all would otherwise seem to grant nothing.
"""

from functools import cache

from access.azure.catalogue import System
from access.azure.operations import beginning_with, cosmos_data_actions, entra_data_actions, listed
from access.azure.types import BY_ARM_TYPE, of_token

_COSMOS = "microsoft.documentdb/databaseaccounts"
_ENTRA = "microsoft.graph/"
_AT_EVERY_SCOPE = "microsoft.authorization/"

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
        found = (name for each in named_after(resource_kind, data=True) for name in _below(names, each))
        return tuple(sorted(found, key=str.lower))
    if resource_kind.startswith(_ENTRA):
        return ()  # it is not a scope of Azure's roles
    is_managed = row is None or row.in_resource_manager
    assumed = tuple(f"{resource_kind}/{verb}" for verb in ("delete", "read", "write")) if is_managed else ()
    found = _below(names, resource_kind) or assumed
    authorization = () if resource_kind.startswith(_AT_EVERY_SCOPE) else _below(names, _AT_EVERY_SCOPE.rstrip("/"))
    return tuple(sorted((*found, *authorization), key=str.lower))


def named_after(resource_kind: str, *, data: bool) -> tuple[str, ...]:
    """Return the ARM types that the operations of a resource type are named after, in lower case."""
    row = BY_ARM_TYPE.get(resource_kind)
    return row.operations if data and row and row.operations else (resource_kind,)


@cache
def every(*, data: bool) -> tuple[str, ...]:
    """Return all operations of one plane, Cosmos DB and Entra ID included, sorted without regard to case."""
    names = listed(data=data)
    own = (*cosmos_data_actions(), *entra_data_actions())
    return tuple(sorted((*names, *own), key=str.lower)) if data else names


def planes_of(operation: str) -> tuple[bool, ...]:
    """Return the planes on which an operation exists (True: data plane); both planes if it is unknown."""
    found = tuple(data for data in (False, True) if is_listed(operation, data=data))
    return found or (False, True)


def is_listed(operation: str, *, data: bool) -> bool:
    """Return True if a published list of one plane has an operation."""
    return operation.lower() in _lowered(data=data)


def is_cosmos(operation: str) -> bool:
    """Return True if only Cosmos DB's own roles can allow a data operation."""
    return operation.lower().startswith(_COSMOS + "/")


def system_of(operation: str) -> System:
    """Return the role system whose roles alone can allow a data operation: Azure's, Cosmos DB's, or Entra ID's."""
    if is_cosmos(operation):
        return "cosmos"
    return "entra" if operation.lower().startswith(_ENTRA) else "azure"


@cache
def _lowered(*, data: bool) -> frozenset[str]:
    return frozenset(name.lower() for name in every(data=data))


def _below(names: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Return the names that begin with a type, from a sorted list of names."""
    return beginning_with(f"{kind}/", names)
