"""Role and deny definitions as Azure's own API writes them.

Owns that form, and when two roles allow the same. Source: Microsoft.Authorization/roleDefinitions and denyAssignments
in the REST reference, Microsoft Learn, 2026.
"""

from collections.abc import Mapping
from typing import Any, cast

from access.azure.catalogue import Permission, Role, guid_of

VERSION = "2022-05-01-preview"
"""Of the API: the stable one leaves out the conditions within a role."""

BUILT_IN = "BuiltInRole"

Blocks = frozenset[tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], str]]


def role_of(row: Mapping[str, Any]) -> Role | None:
    """The role that a row describes; None where it has no name or id, or what it allows is not whole."""
    properties = row.get("properties")
    if not isinstance(properties, Mapping):
        return None
    told = cast("Mapping[str, Any]", properties)
    name, role_id = told.get("roleName"), row.get("name") or row.get("id")
    permissions = permissions_of(told.get("permissions"))
    if not (isinstance(name, str) and name.strip() and isinstance(role_id, str) and role_id) or permissions is None:
        return None
    return Role(guid_of(role_id), " ".join(name.split()), permissions)


def is_built_in(row: Mapping[str, Any]) -> bool:
    """Whether Microsoft made the role."""
    properties = row.get("properties")
    return isinstance(properties, Mapping) and cast("Mapping[str, Any]", properties).get("type") == BUILT_IN


def permissions_of(blocks: object) -> tuple[Permission, ...] | None:
    """The blocks of a definition; None where one of them cannot be read."""
    if not isinstance(blocks, list):
        return None
    read = [_permission(block) for block in cast("list[object]", blocks)]
    found = [each for each in read if each is not None]
    return tuple(found) if len(found) == len(read) else None


def blocks_of(role: Role) -> Blocks:
    """What a role allows, without regard to order and case; equal where two roles allow the same."""
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
    told = cast("Mapping[str, Any]", block)
    lists = [_texts(told.get(name)) for name in ("actions", "notActions", "dataActions", "notDataActions")]
    actions, excluded, data_actions, data_excluded = lists
    if actions is None or excluded is None or data_actions is None or data_excluded is None:
        return None
    condition, version = told.get("condition"), told.get("conditionVersion")
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
