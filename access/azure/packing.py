"""Formats the role catalogue and the lists of operations as packed text: one role or operation per line.

One line a role or operation, so that a refresh reads as a diff of what Microsoft changed. `access.azure.catalogue` and
`access.azure.operations` read the formats.
"""

import json
from collections.abc import Iterable
from dataclasses import fields

from access.azure.catalogue import Permission, Role


def line_of(role: Role) -> str:
    """Return the packed line of one role, with id and names first because the index reads only those."""
    record: dict[str, object] = {"name": role.name, "id": role.id}
    if role.former_names:
        record["former_names"] = role.former_names
    record["permissions"] = [_block(permission) for permission in role.permissions]
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def packed(roles: Iterable[Role]) -> str:
    """Return the packed text of all roles, sorted by name."""
    return "".join(f"{line_of(role)}\n" for role in sorted(roles, key=lambda role: role.name))


def packed_operations(names: Iterable[str]) -> str:
    """Return the packed text of operations: each once, sorted without regard to case."""
    once = {name.lower(): name for name in reversed(list(names))}
    return "".join(f"{once[lowered]}\n" for lowered in sorted(once))


def _block(permission: Permission) -> dict[str, object]:
    """Return one permissions block as JSON data, without empty lists and missing conditions."""
    return {field.name: value for field in fields(permission) if (value := getattr(permission, field.name))}
