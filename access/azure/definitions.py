"""Parses role definitions and deny assignments in the JSON format of the Azure API.

Owns that form, and when two roles allow the same. Source: Microsoft.Authorization/roleDefinitions and denyAssignments
in the REST reference, Microsoft Learn, 2026.
"""

from collections.abc import Mapping
from typing import Any, cast

from access.azure.catalogue import Permission, Role, guid_of

VERSION = "2022-05-01-preview"
"""API version for role definitions: the stable version omits the conditions inside a role."""

BUILT_IN = "BuiltInRole"

Blocks = frozenset[tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], str]]


def role_of(row: Mapping[str, Any]) -> Role | None:
    """Parse a role definition of the Azure API; return None if its id, name or permissions are missing."""
    properties = row.get("properties")
    if not isinstance(properties, Mapping):
        return None
    fields = cast("Mapping[str, Any]", properties)
    name, role_id = fields.get("roleName"), row.get("name") or row.get("id")
    permissions = permissions_of(fields.get("permissions"))
    if not (isinstance(name, str) and name.strip() and isinstance(role_id, str) and role_id) or permissions is None:
        return None
    return Role(guid_of(role_id), " ".join(name.split()), permissions)


def is_built_in(row: Mapping[str, Any]) -> bool:
    """Return True for a built-in role, made by Microsoft, and False for a custom role."""
    properties = row.get("properties")
    return isinstance(properties, Mapping) and cast("Mapping[str, Any]", properties).get("type") == BUILT_IN


def permissions_of(blocks: object) -> tuple[Permission, ...] | None:
    """Parse the permissions blocks of a role definition; return None if any block cannot be parsed."""
    if not isinstance(blocks, list):
        return None
    read = [_permission(block) for block in cast("list[object]", blocks)]
    found = [each for each in read if each is not None]
    return tuple(found) if len(found) == len(read) else None


def blocks_of(role: Role) -> Blocks:
    """Return a role's permissions in a form in which two roles with the same permissions are equal."""
    return frozenset(
        (
            _folded(each.actions),
            _folded(each.not_actions),
            _folded(each.data_actions),
            _folded(each.not_data_actions),
            " ".join((each.condition or "").split()),
        )
        for each in role.permissions
    )


def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _permission(block: object) -> Permission | None:
    if not isinstance(block, Mapping):
        return None
    fields = cast("Mapping[str, Any]", block)
    lists = [_texts(fields.get(name)) for name in ("actions", "notActions", "dataActions", "notDataActions")]
    actions, excluded, data_actions, data_excluded = lists
    if actions is None or excluded is None or data_actions is None or data_excluded is None:
        return None
    condition, version = fields.get("condition"), fields.get("conditionVersion")
    return Permission(
        actions=actions,
        not_actions=excluded,
        data_actions=data_actions,
        not_data_actions=data_excluded,
        condition=condition if isinstance(condition, str) and condition else None,
        condition_version=version if isinstance(version, str) and version else None,
    )


def _texts(value: object) -> tuple[str, ...] | None:
    items = cast("list[object]", value) if isinstance(value, list) else []
    found = tuple(item for item in items if isinstance(item, str))
    return found if (value is None or isinstance(value, list)) and len(found) == len(items) else None
