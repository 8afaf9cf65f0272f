"""Catalogue of Azure role definitions, read from packed files in `data/`; each role is parsed when it is needed.

The project's own custom role is part of it: found by name and id, but never among the built-in roles, and a definition
in a program or in live Azure takes precedence, since an administrator can change that.

Owns the stored form (written by `access.azure.packing`) and looking up by name and id. The fitness of a role
for agents is decided in `access.azure.privileges`; other packages use `access.azure.roles`. Role GUIDs are in the data,
in no module.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from access.azure.errors import UnknownRole

System = Literal["azure", "cosmos", "entra", "settings"]
"""Role systems: Azure's, Cosmos DB's own, app roles of Entra ID, and grants in the settings of a resource."""

DATA = Path(__file__).parent / "data"
AZURE_ROLES = DATA / "azure_roles.jsonl"
COSMOS_ROLES = DATA / "cosmos_roles.jsonl"
ENTRA_ROLES = DATA / "entra_roles.jsonl"
OWN_ROLES = DATA / "own_roles.jsonl"
FILES: tuple[tuple[Path, System], ...] = ((AZURE_ROLES, "azure"), (COSMOS_ROLES, "cosmos"), (ENTRA_ROLES, "entra"))

_GUID_DIGITS = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Permission:
    """One permissions block of a role: actions, notActions and the block's own condition."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str | None = None
    condition_version: str | None = None

    def on_plane(self, *, data: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the patterns that the block allows on one plane, and those that it excludes."""
        return (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition, or the permissions of a grant in a resource's settings."""

    id: str
    name: str
    permissions: tuple[Permission, ...]
    former_names: tuple[str, ...] = ()
    system: System = "azure"

    def __hash__(self) -> int:
        """Return the hash of the id, since roles are compared often and hundreds of patterns are slow to hash."""
        return hash(self.id)


@lru_cache(maxsize=1 << 14)
def guid_of(role_id: str) -> str:
    """Return the lower-case GUID of a role id, which may be a GUID or the path of a role definition."""
    last = role_id.rstrip("/").rpartition("/")[2].lower()
    if _GUID_DIGITS.fullmatch(last):
        return "-".join((last[:8], last[8:12], last[12:16], last[16:20], last[20:]))
    return last


class _Catalogue:
    """Index of the packed roles by name and by id; parses a role's permissions on first use."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[str, System]] = {}
        self.names: dict[str, str] = {}
        former: dict[str, str] = {}
        self.own: set[str] = set()
        own: tuple[Path, System] = (OWN_ROLES, "azure")
        for path, system in (*FILES, own):
            for line in path.read_text(encoding="utf-8").splitlines():
                # Everything before the permissions is short: decoding only that is what makes the index cheap.
                head: dict[str, Any] = json.loads(line.partition(',"permissions":')[0] + "}")
                self._lines[head["id"]] = (line, system)
                if path == OWN_ROLES:
                    self.own.add(head["id"])
                self.names[head["name"]] = head["id"]
                former.update(dict.fromkeys((name.casefold() for name in head.get("former_names", ())), head["id"]))
        self._by_name = former | {name.casefold(): guid for name, guid in self.names.items()}
        self._read: dict[str, Role] = {}

    def role(self, guid: str) -> Role | None:
        """Return the role with a GUID; None if the catalogue does not have the role."""
        if guid not in self._read and guid in self._lines:
            self._read[guid] = role_of(*self._lines[guid])
        return self._read.get(guid)

    def named(self, name: str) -> Role | None:
        """Return the role that has a name now, or had the name before it was renamed; None if there is none."""
        guid = self._by_name.get(" ".join(name.casefold().split()))
        return None if guid is None else self.role(guid)

    @cached_property
    def display_names(self) -> dict[str, str]:
        """Map every current or former role name in lower case to the role's current name."""
        current = {guid: name for name, guid in self.names.items()}
        return {name: current[guid] for name, guid in self._by_name.items()}

    def __iter__(self) -> Iterator[Role]:
        return (role for guid in self._lines if guid not in self.own and (role := self.role(guid)) is not None)


def role_of(line: str, system: System = "azure") -> Role:
    """Parse one line of the packed catalogue into a role."""
    record: dict[str, Any] = json.loads(line)
    permissions = tuple(_permission(block) for block in record["permissions"])
    return Role(record["id"], record["name"], permissions, tuple(record.get("former_names", ())), system)


def _permission(block: dict[str, Any]) -> Permission:
    return Permission(
        actions=tuple(block.get("actions", ())),
        not_actions=tuple(block.get("not_actions", ())),
        data_actions=tuple(block.get("data_actions", ())),
        not_data_actions=tuple(block.get("not_data_actions", ())),
        condition=block.get("condition"),
        condition_version=block.get("condition_version"),
    )


@cache
def _catalogue() -> _Catalogue:
    return _Catalogue()


def by_name(name: str) -> Role:
    """Return the role with a current or former name, without regard to case; raise UnknownRole if there is none."""
    role = _catalogue().named(name)
    if role is None:
        raise UnknownRole(name, _nearest(name))
    return role


def by_id(role_id: str) -> Role | None:
    """Return the role with a GUID or definition path; None if the catalogue does not have the role."""
    return _catalogue().role(guid_of(role_id))


def is_built_in(role_id: str) -> bool:
    """Return True for the GUID or definition path of a built-in role, which nobody but Microsoft changes."""
    return by_id(role_id) is not None and guid_of(role_id) not in _catalogue().own


@lru_cache(maxsize=1 << 12)
def built_in_name(role: Role | None) -> str:
    """Return the name of a role of the catalogue, found by its id; empty for any other custom role."""
    known = by_id(role.id) if role is not None else None
    return known.name if known is not None and role is not None and known.system == role.system else ""


@lru_cache(maxsize=1 << 12)
def display_name(role: Role) -> str:
    """Return the name of a role for people; a custom role with the name of a built-in role is marked as custom."""
    is_taken = " ".join(role.name.casefold().split()) in _catalogue().display_names
    return f"{role.name} (custom role)" if is_taken and not built_in_name(role) else role.name


def every_role() -> Iterator[Role]:
    """Return all roles of the catalogue: Azure's built-in roles by name, the roles of Cosmos DB, and app roles."""
    return iter(_catalogue())


def _nearest(name: str) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - only an error needs it, and importing costs

    names = _catalogue().display_names
    close = get_close_matches(name.casefold(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None
