"""Reads generic Azure resources, whose type and scope are in their id, as resources of their own types.

Owns azure-native's generic `Resource` and the `resource` of the package azapi: both take the properties of any type as
Azure Resource Manager does. Sources: "Resources - Create Or Update" in the REST reference, Microsoft Learn, 2026, and
the documentation of azapi_resource, 2026.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from access.azure.assignment_types import ASSIGNMENTS
from access.azure.scopes import key, type_of
from access.model.json_values import Values, is_known, mapping, text
from access.readers.arm_resources import token_of
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["resource_ids_of"]

_GENERIC = "azure-native:resources:Resource"
_AZAPI = frozenset({"azapi:resource:Resource", "azapi:index/resource:Resource"})
_DEFINITION_TOKENS = {
    "microsoft.authorization/roledefinitions": "azure-native:authorization:RoleDefinition",
    "microsoft.documentdb/databaseaccounts/sqlroledefinitions": "azure-native:cosmosdb:SqlResourceSqlRoleDefinition",
}
_ADDRESS = frozenset(
    {
        "apiVersion",
        "body",
        "parentId",
        "parentResourcePath",
        "properties",
        "resourceName",
        "resourceProviderNamespace",
        "resourceType",
    }
)
"""Inputs that state the address of a generic resource, and not its properties."""


def resource_ids_of(states: Iterable[ResourceState]) -> ResourceIds:
    """Return the index of a program's resources, in which each generic resource has its own Azure type."""
    resource_ids = ResourceIds(states)
    if not any(map(_is_generic, resource_ids.states)):
        return resource_ids
    return ResourceIds([_typed(each, resource_ids) if _is_generic(each) else each for each in resource_ids.states])


def _is_generic(state: ResourceState) -> bool:
    return state.token == _GENERIC or state.type in _AZAPI


def _typed(state: ResourceState, resource_ids: ResourceIds) -> ResourceState:
    """Return a generic resource as a resource of the type in its id; unchanged if neither id nor names are known."""
    where = state.id if state.id.startswith("/") else _foreseen_id(state, resource_ids)
    arm_type = type_of(key(where)) if where else ""
    if not arm_type:
        return state
    token = _DEFINITION_TOKENS.get(arm_type) or token_of(arm_type)
    inputs, outputs = _flat(state.inputs), _flat(state.outputs)
    if token in ASSIGNMENTS and ASSIGNMENTS[token] == "azure":
        # Azure derives the scope from the id, whatever the properties say.
        scope = where[: where.lower().rindex("/providers/microsoft.authorization/")]
        inputs = {**inputs, "scope": scope or "/"}
    return replace(state, type=token, id=where, inputs=inputs, outputs=outputs)


def _foreseen_id(state: ResourceState, resource_ids: ResourceIds) -> str:
    """Return the id that a generic resource gets, from the names in its program; empty if one is not known."""
    if state.type in _AZAPI:
        kind, parent = text(state.inputs, "type").partition("@")[0], _reference(state, "parentId", resource_ids)
        name = text(state.inputs, "name") or state.name
        provider, *rest = kind.split("/")
        if not parent or not rest:
            return ""
        # A child is below its parent; anything else is below the provider.
        inside = len(rest) > 1 and type_of(key(parent)) == f"{provider}/{'/'.join(rest[:-1])}".lower()
        return f"{parent}/{rest[-1]}/{name}" if inside else f"{parent}/providers/{provider}/{rest[-1]}/{name}"
    parts = [text(state.inputs, name) for name in ("resourceProviderNamespace", "parentResourcePath", "resourceType")]
    group = text(state.inputs, "resourceGroupName") or _group_name(state, resource_ids)
    if not (parts[0] and parts[2] and group):
        return ""
    around = f"/subscriptions/{resource_ids.subscription_of(state, group)}/resourceGroups/{group}/providers"
    path = "/".join(filter(None, (each.strip("/") for each in parts)))
    return f"{around}/{path}/{text(state.inputs, 'resourceName') or state.name}"


def _reference(state: ResourceState, name: str, resource_ids: ResourceIds) -> str:
    """Return an id in an input, or the id of the one resource that the input depends on."""
    found = [resource_ids.id_of(each) for each in resource_ids.named(state.property_dependencies.get(name, ()))]
    return text(state.inputs, name) or (found[0] if len(found) == 1 and found[0].startswith("/") else "")


def _group_name(state: ResourceState, resource_ids: ResourceIds) -> str:
    return _reference(state, "resourceGroupName", resource_ids).rpartition("/")[2]


def _flat(values: Values) -> Values:
    """Return the properties as typed resources have them, from `properties` or from azapi's `body`."""
    body: Any = values.get("body", values.get("output"))
    if isinstance(body, str) and is_known(body):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = None
    whole: Mapping[str, Any] = {**mapping(body)}
    rest = {name: value for name, value in values.items() if name not in _ADDRESS}
    around = {name: value for name, value in whole.items() if name != "properties"}
    return {**rest, **around, **mapping(whole.get("properties")), **mapping(values.get("properties"))}
